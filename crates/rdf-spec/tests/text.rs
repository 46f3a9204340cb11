//! Text that nobody would write by hand, and text that was damaged: an answer comes soon, and it is a finding.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "text/hostile.rs"]
mod hostile;
#[path = "text/properties.rs"]
mod properties;
#[path = "text/scalars.rs"]
mod scalars;

use rdf_spec::{ModelRdf, Position};

/// A description without findings.
const MINIMAL: &str = include_str!("documents/minimal.yaml");

/// `MINIMAL` with one line replaced.
fn with(line: &str, other: &str) -> String {
    assert_eq!(MINIMAL.matches(line).count(), 1, "{line}");
    MINIMAL.replace(line, other)
}

/// The first finding as `CODE LINE:COLUMN`.
fn first(text: &str) -> String {
    let parsed = ModelRdf::from_yaml(text);
    let finding = parsed.diagnostics().first().expect("there is a finding");
    format!("{} {}", finding.code, finding.position.expect("it has a place"))
}

/// The line breaks of YAML 1.2.
fn lines(text: &str) -> Vec<usize> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n");
    text.split(['\n', '\r'])
        .map(|line| line.chars().count())
        .collect()
}

/// True for a character of the text, the end of a line or the end of the text.
fn is_inside(position: Position, lines: &[usize]) -> bool {
    lines
        .get(position.line.wrapping_sub(1))
        .is_some_and(|length| (1..=length + 1).contains(&position.column))
}
