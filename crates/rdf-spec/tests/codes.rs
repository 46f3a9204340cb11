//! Every diagnostic code has a document that raises it, one that does not, and a heading in the documentation.
#![cfg(feature = "package")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rdf_spec::{Code, Diagnostic, ModelRdf, Package};

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/documents")
}

fn documentation() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/diagnostics.md");
    fs::read_to_string(path).unwrap()
}

/// Everything that is found about a document in the folder of a code. Files are looked at only where the code is
/// about files.
fn findings(code: Code, path: &Path) -> Vec<Diagnostic> {
    let package = match code {
        Code::UnreadableSource | Code::MissingFile | Code::DigestMismatch => Package::open(path),
        _ => {
            let text = fs::read_to_string(path).unwrap();
            return ModelRdf::from_yaml(&text).diagnostics().to_vec();
        }
    };
    match package {
        Err(error) => vec![error.to_diagnostic()],
        Ok(package) if code == Code::UnreadableSource => package.parsed().diagnostics().to_vec(),
        Ok(package) => [package.parsed().diagnostics(), &package.check_files()].concat(),
    }
}

/// The place in the first line: `# expect: CODE at LINE:COLUMN`.
fn expected(code: Code, path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let first = text.lines().next().unwrap_or_default();
    let stated = first
        .strip_prefix("# expect: ")
        .and_then(|rest| rest.split_once(" at "));
    let (name, place) = stated.unwrap_or_else(|| panic!("{code}: the first line states no place: {first}"));
    assert_eq!(name, code.name());
    place.to_owned()
}

#[test]
fn each_code_is_raised_at_the_expected_place_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let path = documents().join(code.name()).join("raises.yaml");
        let found = findings(code, &path);
        let place = found
            .first()
            .and_then(|finding| finding.position)
            .map(|place| place.to_string());
        if place != Some(expected(code, &path)) || found.iter().any(|finding| finding.code != code) {
            wrong.push(format!(
                "{code}: expected at {}, found {found:#?}",
                expected(code, &path)
            ));
        }
        if found
            .iter()
            .any(|finding| finding.message.is_empty() || finding.message.ends_with('.'))
        {
            wrong.push(format!(
                "{code}: a message is no sentence without full stop: {found:#?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_nearest_document_without_the_finding_has_none_at_all() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let found = findings(code, &documents().join(code.name()).join("clean.yaml"));
        if !found.is_empty() {
            wrong.push(format!("{code}: {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_documents_of_a_code_differ() {
    for &code in Code::ALL {
        let lines = |name| {
            let bytes = fs::read(documents().join(code.name()).join(name)).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let body: Vec<_> = text
                .lines()
                .filter(|line| !line.starts_with("# "))
                .map(str::to_owned)
                .collect();
            body
        };
        assert_ne!(lines("raises.yaml"), lines("clean.yaml"), "{code}");
    }
}

#[test]
fn folders_and_headings_are_those_of_the_codes() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    assert_eq!(codes.len(), Code::ALL.len(), "two codes have the same name");

    let folders: BTreeSet<String> = fs::read_dir(documents())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir() && entry.file_name() != "__pycache__")
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, codes, "left: folders of documents, right: codes");

    let text = documentation();
    let headings: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("## `")?.strip_suffix('`'))
        .collect();
    let in_order: Vec<&str> = Code::ALL.iter().map(|code| code.name()).collect();
    assert_eq!(
        headings, in_order,
        "left: headings of docs/diagnostics.md, right: codes"
    );
}

#[test]
fn the_documentation_states_the_severity_of_each_code() {
    let text = documentation();
    for &code in Code::ALL {
        let (_, section) = text.split_once(&format!("## `{code}`\n")).unwrap();
        let section = section.split("\n## ").next().unwrap();
        let severity = format!("\n**{}**", code.severity());
        assert!(
            section.starts_with(&severity),
            "{code}: expected {severity:?} in {section}"
        );
        assert!(section.contains("```yaml"), "{code}: there is no example");
    }
}

#[test]
fn names_are_in_kebab_case() {
    for &code in Code::ALL {
        let words = code.name().split('-');
        for word in words {
            let letters = word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            assert!(!word.is_empty() && letters, "{code}");
        }
    }
}
