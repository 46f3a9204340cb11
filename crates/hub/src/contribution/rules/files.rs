//! The files of the package.

use rdf_spec::Code;

use crate::contribution::finding::Observation;
use crate::contribution::subject::{Subject, observed};

const COVER_CODES: [Code; 3] = [Code::CoverFormat, Code::CoverTooLarge, Code::CoverAspectRatio];

pub(super) fn are_complete(subject: &Subject<'_>) -> Vec<Observation> {
    subject
        .found_in_files()
        .iter()
        .filter(|found| found.is_error())
        .map(observed)
        .collect()
}

pub(super) fn has_test_tensors(subject: &Subject<'_>) -> Vec<Observation> {
    let mut found = subject.with_codes(&[Code::TestTensorMismatch, Code::TestTensorCount]);
    for field in ["test_inputs", "test_outputs"] {
        if subject.items(field).is_empty() {
            let help = "one `.npy` file for each tensor; `modelhub predict` writes outputs as .npy";
            found.push(Observation::of(field, format!("there is no list `{field}`")).help(help));
        }
    }
    found
}

pub(super) fn has_readme(subject: &Subject<'_>) -> Vec<Observation> {
    let mut found = subject.with_codes(&[Code::DocumentationNotMarkdown]);
    match subject.text("documentation") {
        None => found.push(Observation::of("documentation", "there is no documentation")),
        Some(path) if path.rsplit(['/', '\\']).next() != Some("README.md") && found.is_empty() => {
            let message = format!("the documentation is `{}`", crate::markup::shortened(path, 80));
            found.push(Observation::of("documentation", message).help("name the file README.md"));
        }
        Some(_) => {}
    }
    found
}

pub(super) fn explains_validation(subject: &Subject<'_>) -> Vec<Observation> {
    subject.with_codes(&[Code::NoValidationSection])
}

pub(super) fn has_cover(subject: &Subject<'_>) -> Vec<Observation> {
    if subject.items("covers").is_empty() {
        let help = "put input and output side by side, 2:1, for example 1000 x 500 pixels";
        return vec![Observation::of("covers", "there is no cover").help(help)];
    }
    Vec::new()
}

pub(super) fn covers_fit(subject: &Subject<'_>) -> Vec<Observation> {
    subject.with_codes(&COVER_CODES)
}
