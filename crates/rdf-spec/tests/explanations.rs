//! Every code is explained, and `docs/diagnostics.md` is what the explanations say.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use rdf_spec::{Code, Document, ScalarValue, Severity};

const PREAMBLE: &str = include_str!("explanations/preamble.md");

/// Set to write the documentation instead of comparing it.
const UPDATE: &str = "RDF_SPEC_UPDATE_DOCS";

fn documentation() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md")
}

/// `**warning**, with --strict **error**`
fn severities(code: Code) -> String {
    let (usual, strict) = (code.severity(), code.strict_severity());
    if usual == Severity::Error {
        format!("**{usual}**")
    } else if usual == strict {
        format!("**{usual}**, also with `--strict`")
    } else {
        format!("**{usual}**, with `--strict` **{strict}**")
    }
}

fn rendered() -> String {
    let mut text = PREAMBLE.to_owned();
    text.push_str("\n# All codes\n\n| code | severity | `--strict` | meaning |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let (usual, strict) = (code.severity(), code.strict_severity());
        let strict = if strict == usual { "" } else { strict.name() };
        let summary = code.summary();
        writeln!(text, "| [`{code}`](#{code}) | {usual} | {strict} | {summary} |").unwrap();
    }
    let mut group = "";
    for &code in Code::ALL {
        if group != code.group() {
            group = code.group();
            write!(text, "\n# {group}\n").unwrap();
        }
        let (severities, explanation) = (severities(code), code.explanation());
        write!(text, "\n## `{code}`\n\n{severities}\n\n{explanation}").unwrap();
    }
    text
}

#[test]
fn the_documentation_is_what_the_explanations_say() {
    let expected = rendered();
    if std::env::var_os(UPDATE).is_some() {
        fs::write(documentation(), &expected).unwrap();
    }
    // A checkout may have changed the ends of lines.
    let found = fs::read_to_string(documentation()).unwrap().replace('\r', "");
    let different = found.lines().zip(expected.lines()).position(|(a, b)| a != b);
    assert!(
        found == expected,
        "docs/diagnostics.md is out of date from line {}; write it with {UPDATE}=1 cargo test -p rdf-spec --test explanations",
        different.unwrap_or_else(|| found.lines().count().min(expected.lines().count())) + 1
    );
}

/// The YAML blocks of an explanation.
fn examples(code: Code) -> Vec<String> {
    let mut examples = Vec::new();
    let mut block: Option<String> = None;
    for line in code.explanation().lines() {
        match (&mut block, line) {
            (None, "```yaml") => block = Some(String::new()),
            (None, other) => assert!(!other.starts_with("```"), "{code}: a block that is not YAML"),
            (Some(text), "```") => {
                examples.push(std::mem::take(text));
                block = None;
            }
            (Some(text), line) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(block.is_none(), "{code}: a block has no end");
    examples
}

#[test]
fn each_explanation_says_what_shows_an_example_and_says_why() {
    for &code in Code::ALL {
        let text = code.explanation();
        assert!(text.ends_with(".\n") && !text.ends_with("\n\n"), "{code}: {text}");
        assert!(
            !text.contains('#') || !text.lines().next().unwrap().starts_with('#'),
            "{code}: a heading"
        );
        let (before, after) = if code.severity() == Severity::Error {
            ("\nWrong:\n", "\nRight:\n")
        } else {
            ("\nInstead of:\n", "\nBetter:\n")
        };
        let places = [before, after, "\nWhy: "].map(|part| {
            assert_eq!(text.matches(part).count(), 1, "{code}: {part:?} once");
            text.find(part).unwrap()
        });
        assert!(places.is_sorted(), "{code}: {places:?}");
        assert!(
            text.find("```") > Some(places[0]),
            "{code}: an example comes first"
        );
        let examples = examples(code);
        assert_eq!(
            examples.len(),
            2,
            "{code}: one block with the finding, one without"
        );
        assert_ne!(examples[0], examples[1], "{code}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 120),
            "{code}: a long line"
        );
    }
}

#[test]
fn examples_are_yaml_with_the_keys_of_a_description() {
    for &code in Code::ALL {
        for (at, example) in examples(code).iter().enumerate() {
            let parsed = Document::parse(example);
            if code == Code::SyntaxError && at == 0 {
                assert_eq!(parsed.unwrap_err().code, code);
                continue;
            }
            let document = parsed.unwrap_or_else(|found| panic!("{code}: {found}"));
            let codes: Vec<Code> = document.diagnostics().iter().map(|found| found.code).collect();
            let wanted = if code == Code::DuplicateKey && at == 0 {
                vec![code]
            } else {
                vec![]
            };
            assert_eq!(codes, wanted, "{code}");
            let mapping = document.root().as_mapping();
            let mapping = mapping.unwrap_or_else(|| panic!("{code}: an example is no mapping"));
            let empty = |text: &str| {
                document
                    .root()
                    .as_mapping()
                    .unwrap()
                    .get(text)
                    .is_some_and(|node| {
                        node.as_scalar()
                            .is_some_and(|scalar| scalar.value == ScalarValue::Null)
                    })
            };
            let nulls = mapping.iter().filter(|(key, _)| empty(key)).count();
            let about_null = matches!(code, Code::NullNotAllowed | Code::NullOptional) && at == 0;
            assert_eq!(nulls > 0, about_null, "{code}: empty values");
        }
    }
}

#[test]
fn names_are_distinct_in_kebab_case_and_found_again() {
    let names: BTreeSet<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(names.len(), Code::ALL.len(), "two codes have the same name");
    for &code in Code::ALL {
        for word in code.name().split('-') {
            let letters = word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            assert!(!word.is_empty() && letters, "{code}");
        }
        assert_eq!(Code::from_name(code.name()), Some(code));
        // A letter too few leads back.
        let shortened = &code.name()[..code.name().len() - 1];
        assert!(Code::similar_to(shortened).contains(&code), "{shortened}");
        assert!(code.summary().ends_with('.'), "{code}: a summary is a sentence");
        assert!(code.strict_severity() >= code.severity(), "{code}");
    }
}

#[test]
fn groups_are_not_interleaved() {
    let mut groups: Vec<&str> = Code::ALL.iter().map(|code| code.group()).collect();
    groups.dedup();
    let distinct: BTreeSet<&str> = groups.iter().copied().collect();
    assert_eq!(groups.len(), distinct.len(), "{groups:?}");
}

#[test]
fn names_that_resemble_nothing_find_nothing() {
    for name in ["", "-", "x", "no such thing", "\u{1f9ec}", &"a".repeat(100_000)] {
        assert!(Code::similar_to(name).is_empty(), "{name:.20}");
        assert_eq!(Code::from_name(name), None);
    }
    assert!(Code::similar_to("sha256").contains(&Code::InvalidSha256));
    assert_eq!(Code::similar_to("Missing_Field"), [Code::MissingField]);
}
