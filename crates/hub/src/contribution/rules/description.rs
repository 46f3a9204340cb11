//! What the description has to be.

use rdf_spec::{Code, FormatVersion};

use crate::contribution::finding::Observation;
use crate::contribution::subject::{Subject, observed};

/// The oldest format in which models are accepted.
const OLDEST: (u64, u64, u64) = (0, 4, 5);

pub(super) fn is_model(subject: &Subject<'_>) -> Vec<Observation> {
    match subject.package.parsed().resource_type() {
        Some("model") | None => Vec::new(),
        Some(other) => vec![Observation::of(
            "type",
            format!("the resource is of type `{other}`"),
        )],
    }
}

pub(super) fn is_valid(subject: &Subject<'_>) -> Vec<Observation> {
    subject
        .found()
        .iter()
        .filter(|found| found.is_error())
        .map(observed)
        .collect()
}

pub(super) fn is_new_enough(subject: &Subject<'_>) -> Vec<Observation> {
    let Some(text) = subject.package.parsed().format_version() else {
        return Vec::new();
    };
    let is_model = subject.package.parsed().resource_type() == Some("model");
    match FormatVersion::parse(text) {
        Ok(version) if is_model && version.numbers() < OLDEST => {
            let message = format!("the format is {text}, contributions need 0.4.5 or newer");
            let help = "`modelhub migrate SOURCE` writes the description in the newest 0.4";
            vec![Observation::of("format_version", message).help(help)]
        }
        // What is no version at all is an error of validation.
        _ => Vec::new(),
    }
}

pub(super) fn describes_processing(subject: &Subject<'_>) -> Vec<Observation> {
    let Some(network) = subject.package.parsed().network() else {
        return Vec::new();
    };
    let mut found = subject.with_codes(&[Code::ScaleLinearWithoutEffect]);
    if network.inputs.iter().all(|input| input.preprocessing.is_empty()) {
        found.push(Observation::of("inputs", "no input has `preprocessing`").help(
            "describe what was done to the training images; a network that takes raw values needs none",
        ));
    }
    found
}
