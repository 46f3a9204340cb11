//! Collections and partners in a terminal.

use std::fmt::Write as _;

use hub::collection::{CompiledCollection, CompiledEntry, PlacedFinding, Verdict};
use hub::partner::PartnerTable;
use rdf_spec::Severity;
use unicode_width::UnicodeWidthStr;

use super::stdout::{self, harmless};
use super::style::{BLUE, BOLD, DIM, GREEN, RED, YELLOW, paint};
use crate::exit::Failure;

/// The entries, one a line.
pub(crate) fn entries(entries: &[&CompiledEntry]) -> Result<(), Failure> {
    let rows: Vec<[String; 3]> = entries
        .iter()
        .map(|entry| {
            [
                harmless(entry.id.as_deref().unwrap_or(&entry.place)),
                harmless(entry.resource_type.as_deref().unwrap_or("-")),
                harmless(entry.name.as_deref().unwrap_or("-")),
            ]
        })
        .collect();
    let width = |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or(0);
    let (first, second) = (width(0), width(1));
    let mut text = String::new();
    for (entry, row) in entries.iter().zip(&rows) {
        let _ = writeln!(
            text,
            "{}  {}{:first_pad$}  {}{:second_pad$}  {}",
            verdict(entry.verdict),
            paint(BOLD, &row[0]),
            "",
            row[1],
            "",
            row[2],
            first_pad = first.saturating_sub(row[0].width()),
            second_pad = second.saturating_sub(row[1].width()),
        );
    }
    stdout::print(&text)
}

/// The findings, each with its place, on standard error, and the totals.
pub(crate) fn problems(collection: &CompiledCollection) {
    for found in &collection.findings {
        problem(found);
    }
    for entry in &collection.entries {
        for found in &entry.findings {
            problem(found);
        }
    }
}

fn problem(found: &PlacedFinding) {
    let diagnostic = &found.diagnostic;
    if diagnostic.severity == Severity::Info {
        return;
    }
    let style = match diagnostic.severity {
        Severity::Error => RED,
        Severity::Alert | Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    };
    let label = paint(style, format!("{}[{}]", diagnostic.severity, diagnostic.code));
    let at = diagnostic
        .position
        .map_or_else(String::new, |at| format!(":{at}"));
    let path = harmless(&diagnostic.path.to_string());
    super::message::plain(&format!(
        "{}{at}: {label}: {path}: {}",
        harmless(&found.document),
        harmless(&diagnostic.message)
    ));
}

pub(crate) fn totals(collection: &CompiledCollection) -> String {
    let number = |verdict| {
        let entries = collection.entries.iter();
        entries.filter(|entry| entry.verdict == verdict).count()
    };
    format!(
        "{} entries: {} valid, {} invalid, {} not loaded",
        collection.entries.len(),
        number(Verdict::Valid),
        number(Verdict::Invalid),
        number(Verdict::NotLoaded)
    )
}

fn verdict(verdict: Verdict) -> String {
    let style = match verdict {
        Verdict::Valid => GREEN,
        Verdict::Invalid => RED,
        Verdict::NotLoaded => YELLOW,
    };
    paint(style, format!("{:10}", verdict.name()))
}

/// The table of partners: name, documentation, contact.
pub(crate) fn partners(table: &PartnerTable) -> Result<(), Failure> {
    let heads = ["Community Partner", "Documentation", "Contact"];
    let rows: Vec<(String, String, Vec<String>)> = table
        .partners
        .iter()
        .map(|partner| {
            let mut lines = Vec::new();
            for contact in &partner.contacts {
                lines.extend(contact.lines().map(|line| harmless(&line)));
            }
            if lines.is_empty() {
                lines.push("N/A".to_owned());
            }
            let docs = harmless(partner.docs.as_deref().unwrap_or("N/A"));
            (harmless(partner.title()), docs, lines)
        })
        .collect();
    let first = rows
        .iter()
        .map(|row| row.0.width())
        .chain([heads[0].width()])
        .max();
    let second = rows
        .iter()
        .map(|row| row.1.width())
        .chain([heads[1].width()])
        .max();
    let (first, second) = (first.unwrap_or(0), second.unwrap_or(0));
    let padded =
        |text: &str, width: usize| format!("{text}{}", " ".repeat(width.saturating_sub(text.width())));
    let mut text = String::new();
    let _ = writeln!(
        text,
        "{}  {}  {}",
        paint(BOLD, padded(heads[0], first)),
        paint(BOLD, padded(heads[1], second)),
        paint(BOLD, heads[2])
    );
    for (name, docs, contacts) in &rows {
        for (index, line) in contacts.iter().enumerate() {
            let (name, docs) = if index == 0 {
                (name.as_str(), docs.as_str())
            } else {
                ("", "")
            };
            let _ = writeln!(
                text,
                "{}  {}  {}",
                padded(name, first),
                paint(DIM, padded(docs, second)),
                line
            );
        }
    }
    stdout::print(&text)
}
