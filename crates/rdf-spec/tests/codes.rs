//! Every diagnostic code has a document that raises it and one that does not.
#![cfg(feature = "package")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rdf_spec::{Code, Diagnostic, Package, Rdf};

fn documents() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/documents")
}

/// Codes of findings that are only there where the files of the package are looked at.
const ABOUT_FILES: [Code; 7] = [
    Code::MissingFile,
    Code::DigestMismatch,
    Code::CoverFormat,
    Code::TestTensorMismatch,
    Code::CoverTooLarge,
    Code::CoverAspectRatio,
    Code::NoValidationSection,
];

/// Everything that is found about a document in the folder of a code. Files are looked at only where the code is
/// about files.
fn findings(code: Code, path: &Path) -> Vec<Diagnostic> {
    if code != Code::UnreadableSource && !ABOUT_FILES.contains(&code) {
        let text = fs::read_to_string(path).unwrap();
        return Rdf::from_yaml(&text).diagnostics().to_vec();
    }
    match Package::open(path) {
        Err(error) => vec![error.to_diagnostic()],
        Ok(package) if code == Code::UnreadableSource => package.parsed().diagnostics().to_vec(),
        Ok(package) => [package.parsed().diagnostics(), &package.check_files()].concat(),
    }
}

/// What the comments at the top of a document say about its findings.
#[derive(Debug, Default)]
struct Stated {
    /// `# expect: CODE at LINE:COLUMN`
    place: Option<String>,
    /// `# also: CODE, CODE`
    also: BTreeSet<Code>,
}

fn stated(code: Code, path: &Path) -> Stated {
    let bytes = fs::read(path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let mut stated = Stated::default();
    for comment in text.lines().map_while(|line| line.strip_prefix("# ")) {
        if let Some(rest) = comment.strip_prefix("expect: ") {
            let (name, place) = rest.split_once(" at ").unwrap();
            assert_eq!(name, code.name());
            stated.place = Some(place.to_owned());
        }
        if let Some(names) = comment.strip_prefix("also: ") {
            let code_of = |name| Code::from_name(name).unwrap_or_else(|| panic!("{code}: no code {name}"));
            stated.also = names.split(", ").map(code_of).collect();
        }
    }
    stated
}

/// The findings, one a line, for whoever has to correct a document or a rule.
fn listed(found: &[Diagnostic]) -> String {
    let lines: Vec<String> = found.iter().map(|finding| format!("\n    {finding}")).collect();
    if lines.is_empty() {
        " nothing".to_owned()
    } else {
        lines.concat()
    }
}

fn codes_of(found: &[Diagnostic]) -> BTreeSet<Code> {
    found.iter().map(|finding| finding.code).collect()
}

#[test]
fn each_code_is_raised_at_the_expected_place_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let path = documents().join(code.name()).join("raises.yaml");
        let found = findings(code, &path);
        let Stated { place, also } = stated(code, &path);
        let place = place.unwrap_or_else(|| panic!("{code}: raises.yaml states no place"));
        // Of several findings of the code, the first has to be at the place.
        let first = found.iter().find(|finding| finding.code == code);
        let found_at = first
            .and_then(|finding| finding.position)
            .map(|found| found.to_string());
        if found_at.as_ref() != Some(&place) {
            wrong.push(format!("{code}: expected at {place}, found{}", listed(&found)));
        }
        let expected: BTreeSet<Code> = also.into_iter().chain([code]).collect();
        if codes_of(&found) != expected {
            wrong.push(format!(
                "{code}: expected the codes {expected:?}, found{}",
                listed(&found)
            ));
        }
        if found
            .iter()
            .any(|finding| finding.message.is_empty() || finding.message.ends_with('.'))
        {
            wrong.push(format!(
                "{code}: a message is no sentence without full stop:{}",
                listed(&found)
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_nearest_document_without_the_finding_has_none_at_all() {
    let mut wrong = Vec::new();
    for &code in Code::ALL {
        let path = documents().join(code.name()).join("clean.yaml");
        let found = findings(code, &path);
        let Stated { place, also } = stated(code, &path);
        assert!(
            place.is_none() && !also.contains(&code),
            "{code}: clean.yaml expects it"
        );
        if codes_of(&found) != also {
            wrong.push(format!("{code}: expected {also:?}, found{}", listed(&found)));
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
fn folders_are_those_of_the_codes() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| code.name().to_owned()).collect();
    let folders: BTreeSet<String> = fs::read_dir(documents())
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.file_type().unwrap().is_dir() && entry.file_name() != "__pycache__")
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, codes, "left: folders of documents, right: codes");
}
