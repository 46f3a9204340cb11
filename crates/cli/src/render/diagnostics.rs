//! Findings for people: with the lines of the description that they speak of.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

use pipeline::Package;
use rdf_spec::{Code, Diagnostic, Document, Related, Severity};

use super::snippet::{Mark, Source};
use super::stdout::{self, harmless};
use super::style::{BLUE, BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::commands::validate::Validated;
use crate::exit::Failure;

/// Second places at most this many lines away are shown together with the first.
const CLOSE: usize = 8;

/// Prints everything that was found in a source, and its verdict.
pub(crate) fn print(validated: &Validated) -> Result<(), Failure> {
    let mut text = String::new();
    let source = Source::new(
        harmless(&validated.place.display().to_string()),
        validated.text(),
        validated.document(),
    );
    for diagnostic in &validated.diagnostics {
        render(&mut text, diagnostic, &source);
    }
    let verdict = if validated.is_valid {
        paint(GREEN, "valid")
    } else {
        paint(RED, "invalid")
    };
    let _ = writeln!(
        text,
        "{}: {verdict}{}",
        harmless(&validated.source),
        counts(&validated.diagnostics)
    );
    stdout::print(&text)
}

/// Prints how to learn more about what was found.
pub(crate) fn print_where_to_read_on(code: Code) -> Result<(), Failure> {
    let command = paint(BOLD, format!("modelhub explain {code}"));
    stdout::print(&format!("\nfor more on a code: {command}\n"))
}

/// Prints findings as a side note of another command.
pub(crate) fn print_to_stderr(package: &Package, diagnostics: &[Diagnostic]) {
    let document: Option<&Document> = package.parsed().document();
    let place = harmless(&place(package).display().to_string());
    let source = Source::new(place, package.text(), document);
    let mut text = String::new();
    for diagnostic in diagnostics {
        render(&mut text, diagnostic, &source);
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
}

/// The path of the description of a package; for a zip file, that of the zip file with the description behind it.
pub(crate) fn place(package: &Package) -> PathBuf {
    let path = package.files().description_place();
    path.strip_prefix(".").map(PathBuf::from).unwrap_or(path)
}

fn counts(diagnostics: &[Diagnostic]) -> String {
    let mut parts = Vec::new();
    for severity in [
        Severity::Error,
        Severity::Alert,
        Severity::Warning,
        Severity::Info,
    ] {
        let count = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.severity == severity)
            .count();
        let plural = if count == 1 || severity == Severity::Info {
            ""
        } else {
            "s"
        };
        if count > 0 {
            parts.push(format!("{count} {severity}{plural}"));
        }
    }
    if parts.is_empty() {
        String::new()
    } else {
        format!(" ({})", parts.join(", "))
    }
}

fn render(text: &mut String, diagnostic: &Diagnostic, source: &Source<'_>) {
    let style = match diagnostic.severity {
        Severity::Error => RED,
        Severity::Alert | Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    };
    let label = format!("{}[{}]", diagnostic.severity, diagnostic.code);
    let _ = writeln!(
        text,
        "{}: {}",
        paint(style, label),
        paint(BOLD, harmless(&diagnostic.message))
    );
    let first = diagnostic.position.map(|position| {
        let missing = source.missing_field(&diagnostic.path, position);
        let label = missing.map_or_else(String::new, |key| format!("`{}` belongs here", harmless(key)));
        let above = missing.and_then(|_| source.line_of_owner(&diagnostic.path, position.line));
        (source.mark(&diagnostic.path, position, style, '^', label), above)
    });
    let mut close = Vec::new();
    let mut distant = Vec::new();
    let mut notes = Vec::new();
    for related in &diagnostic.related {
        let label = harmless(&label_of(related, diagnostic));
        let mark = related
            .position
            .map(|position| source.mark(&related.path, position, BLUE, '-', label.clone()));
        match (mark, &first) {
            (Some(mark), Some((first, _))) if mark.line.abs_diff(first.line) <= CLOSE => close.push(mark),
            (Some(mark), _) => distant.push(mark),
            (None, _) => notes.push(label),
        }
    }
    let gutter = close
        .iter()
        .chain(&distant)
        .chain(first.as_ref().map(|(mark, _)| mark))
        .map(|mark: &Mark| mark.line)
        .max()
        .map_or(1, |line| line.to_string().len());
    match first {
        Some((first, above)) => {
            let marks = std::iter::once(first).chain(close).collect();
            source.snippet(text, gutter, "-->", above, marks);
        }
        None => {
            let _ = writeln!(text, "{:gutter$}{} {}", "", paint(DIM, "-->"), source.place());
        }
    }
    for mark in distant {
        source.snippet(text, gutter, ":::", None, vec![mark]);
    }
    if !diagnostic.path.is_root() {
        notes.insert(0, format!("field: {}", harmless(&diagnostic.path.to_string())));
    }
    notes.extend(
        diagnostic
            .help
            .iter()
            .map(|help| format!("help: {}", harmless(help))),
    );
    for note in &notes {
        let _ = writeln!(text, "{:gutter$} {} {note}", "", paint(DIM, "="));
    }
    text.push('\n');
}

/// What a second place has to do with the finding, and its field where that is another one.
fn label_of(related: &Related, diagnostic: &Diagnostic) -> String {
    if related.path == diagnostic.path || related.path.is_root() {
        related.message.clone()
    } else {
        format!("{} ({})", related.message, related.path)
    }
}
