//! Tables and lists of what was compiled.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{CompiledCollection, PlacedFinding};
use crate::markup::{markdown_cell, shortened};

/// A Markdown table with one row an entry: place, identifier, type, name, verdict and the first error.
#[must_use]
pub fn entries_to_markdown(collection: &CompiledCollection) -> String {
    let mut text =
        String::from("| entry | id | type | name | verdict | problem |\n|---|---|---|---|---|---|\n");
    for entry in &collection.entries {
        let error = entry.findings.iter().find(|found| found.diagnostic.is_error());
        let problem = error.map_or_else(String::new, |found| {
            format!("{}: {}", found.document, found.diagnostic)
        });
        let cells = [
            entry.place.as_str(),
            entry.id.as_deref().unwrap_or("-"),
            entry.resource_type.as_deref().unwrap_or("-"),
            entry.name.as_deref().unwrap_or("-"),
            entry.verdict.name(),
            &shortened(&problem, 300),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| markdown_cell(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text
}

/// One object: `findings` about the collection itself, and `entries`, each with `place`, `id`, `type`, `name`,
/// `verdict`, `rdf_source` and `findings`.
#[must_use]
pub fn problems_to_json(collection: &CompiledCollection) -> Value {
    let entries: Vec<Value> = collection
        .entries
        .iter()
        .map(|entry| {
            json!({
                "place": entry.place,
                "id": entry.id,
                "type": entry.resource_type,
                "name": entry.name,
                "verdict": entry.verdict.name(),
                "rdf_source": entry.rdf_source,
                "tags": entry.tags,
                "findings": findings(&entry.findings),
            })
        })
        .collect();
    json!({
        "status": if collection.is_valid() { "valid" } else { "invalid" },
        "findings": findings(&collection.findings),
        "entries": entries,
    })
}

fn findings(found: &[PlacedFinding]) -> Vec<Value> {
    found
        .iter()
        .map(|found| {
            let diagnostic = &found.diagnostic;
            json!({
                "document": found.document,
                "code": diagnostic.code.name(),
                "severity": diagnostic.severity.name(),
                "message": diagnostic.message,
                "path": diagnostic.path.to_string(),
                "line": diagnostic.position.map(|position| position.line),
                "column": diagnostic.position.map(|position| position.column),
                "help": diagnostic.help,
            })
        })
        .collect()
}
