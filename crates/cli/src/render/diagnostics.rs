//! Findings for people: with the line of the description that they speak of.

use std::fmt::Write as _;
use std::io::Write as _;

use pipeline::Package;
use rdf_spec::{Diagnostic, Severity};

use super::stdout::{self, harmless};
use super::style::{BLUE, BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::commands::validate::Validated;
use crate::exit::Failure;

/// The longest part of a line that is shown.
const MAX_COLUMNS: usize = 120;

/// Prints everything that was found in a source, and its verdict.
pub(crate) fn print(validated: &Validated) -> Result<(), Failure> {
    let mut text = String::new();
    let lines: Vec<&str> = validated.text.lines().collect();
    for diagnostic in &validated.diagnostics {
        render(&mut text, diagnostic, &validated.place, &lines);
    }
    let verdict = if validated.is_valid {
        paint(GREEN, "valid")
    } else {
        paint(RED, "invalid")
    };
    let _ = writeln!(
        text,
        "{}: {verdict}{}",
        validated.source,
        counts(&validated.diagnostics)
    );
    stdout::print(&text)
}

/// Prints findings as a side note of another command.
pub(crate) fn print_to_stderr(package: &Package, diagnostics: &[Diagnostic]) {
    let place = package
        .files()
        .location()
        .join(package.files().description_name())
        .display()
        .to_string();
    let mut text = String::new();
    let lines: Vec<&str> = package.text().lines().collect();
    for diagnostic in diagnostics {
        render(&mut text, diagnostic, &place, &lines);
    }
    let _ = anstream::stderr().write_all(text.as_bytes());
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

fn render(text: &mut String, diagnostic: &Diagnostic, place: &str, lines: &[&str]) {
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
    let position = diagnostic
        .position
        .map_or_else(String::new, |position| format!(":{position}"));
    let _ = writeln!(text, "  {} {place}{position}", paint(DIM, "-->"));
    if let Some(position) = diagnostic.position
        && let Some(line) = lines
            .get(position.line - 1)
            .filter(|line| !line.trim().is_empty())
    {
        let number = position.line.to_string();
        let pad = " ".repeat(number.len());
        let (shown, column) = window(line, position.column);
        let _ = writeln!(text, "{} {} {shown}", paint(DIM, &number), paint(DIM, "|"));
        let _ = writeln!(
            text,
            "{pad} {} {}{}",
            paint(DIM, "|"),
            " ".repeat(column),
            paint(style, "^")
        );
    }
    if !diagnostic.path.is_root() {
        let _ = writeln!(
            text,
            "  {} field: {}",
            paint(DIM, "="),
            harmless(&diagnostic.path.to_string())
        );
    }
    for related in &diagnostic.related {
        let position = related
            .position
            .map_or_else(String::new, |position| format!(" at {position}"));
        let _ = writeln!(
            text,
            "  {} {}{position}: {}",
            paint(DIM, "="),
            related.message,
            harmless(&related.path.to_string())
        );
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(text, "  {} help: {}", paint(DIM, "="), harmless(help));
    }
    text.push('\n');
}

/// The part of a line around a column, and where the column is in it. Control characters, which could
/// change the terminal, are replaced.
fn window(line: &str, column: usize) -> (String, usize) {
    let at = column.saturating_sub(1);
    let start = if at < MAX_COLUMNS { 0 } else { at - MAX_COLUMNS / 2 };
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let shown: String = line.chars().skip(start).take(MAX_COLUMNS).map(clean).collect();
    (shown, at - start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_cut_around_the_column() {
        let line = "x".repeat(500);
        let (shown, column) = window(&line, 400);
        assert_eq!(shown.chars().count(), MAX_COLUMNS);
        assert_eq!(column, 60);
        assert_eq!(window("a\u{1b}[31m", 3), ("a [31m".to_owned(), 2));
    }
}
