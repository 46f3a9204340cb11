//! Resources other than models: format 0.2.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "generic/collections.rs"]
mod collections;
#[path = "generic/fields.rs"]
mod fields;
#[path = "generic/hostile.rs"]
mod hostile;
#[path = "generic/older_forms.rs"]
mod older_forms;
#[path = "generic/partners.rs"]
mod partners;
#[path = "generic/resolution.rs"]
mod resolution;
#[path = "generic/types.rs"]
mod types;

use rdf_spec::{Parsed, Rdf};

const DATASET: &str = include_str!("documents/dataset.yaml");
const APPLICATION: &str = include_str!("documents/application.yaml");
const NOTEBOOK: &str = include_str!("documents/notebook.yaml");
const WORKFLOW: &str = include_str!("documents/workflow.yaml");
const COLLECTION: &str = include_str!("documents/collection.yaml");
const MODEL: &str = include_str!("documents/minimal.yaml");

/// A document with one part replaced.
fn with(document: &str, part: &str, other: &str) -> String {
    assert_eq!(document.matches(part).count(), 1, "{part}");
    document.replace(part, other)
}

/// All findings as `SEVERITY CODE PATH`.
fn findings(parsed: &Parsed<Rdf>) -> Vec<String> {
    parsed
        .diagnostics()
        .iter()
        .map(|found| format!("{} {} {}", found.severity, found.code, found.path))
        .collect()
}

/// All findings on a text.
fn found(text: &str) -> Vec<String> {
    findings(&Rdf::from_yaml(text))
}
