//! Tables of summaries.

use std::fmt::Write as _;

use rdf_spec::Yaml;
use serde_json::{Value, json};

use super::{SummaryFile, SummaryTree, TestStatus};
use crate::markup::{html, markdown_cell, shortened};

/// The longest problem in a table, in characters; the files have all of it.
const LONGEST: usize = 300;

/// A Markdown document: one row a test, then the totals.
#[must_use]
pub fn to_markdown(tree: &SummaryTree) -> String {
    let mut text = String::from(
        "| resource | version | tester | test | status | problem |\n|---|---|---|---|---|---|\n",
    );
    for (place, file) in &tree.resources {
        for (tester, summary) in file.summaries() {
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} |",
                markdown_cell(place.resource_id()),
                markdown_cell(place.version_id()),
                markdown_cell(tester),
                markdown_cell(&summary.name),
                summary.status.name(),
                markdown_cell(&shortened(&summary.problem().unwrap_or_default(), LONGEST))
            );
        }
    }
    let _ = writeln!(text, "\n{}", totals(tree));
    text
}

/// A complete HTML page with one table; everything that others wrote is escaped.
#[must_use]
pub fn to_html(tree: &SummaryTree) -> String {
    let mut text = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Test summaries</title>\n<style>\n\
         body { font-family: sans-serif; }\n\
         table { border-collapse: collapse; }\n\
         td, th { border: 1px solid #999; padding: 0.3em 0.6em; text-align: left; vertical-align: top; }\n\
         .passed { background: #d9f2d9; }\n.failed { background: #f6d5d5; }\n\
         </style>\n</head>\n<body>\n<table>\n<thead><tr><th>Resource</th><th>Version</th><th>Tester</th>\
         <th>Test</th><th>Status</th><th>Problem</th></tr></thead>\n<tbody>\n",
    );
    for (place, file) in &tree.resources {
        for (tester, summary) in file.summaries() {
            let _ = writeln!(
                text,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"{status}\">{status}</td><td>{}</td></tr>",
                html(place.resource_id()),
                html(place.version_id()),
                html(tester),
                html(&summary.name),
                html(&shortened(&summary.problem().unwrap_or_default(), LONGEST)),
                status = summary.status.name(),
            );
        }
    }
    let _ = writeln!(
        text,
        "</tbody>\n</table>\n<p>{}</p>\n</body>\n</html>",
        html(&totals(tree))
    );
    text
}

/// One object: `resources`, each with `resource_id`, `version_id`, `status` and `tests` by tester.
#[must_use]
pub fn to_json(tree: &SummaryTree) -> Value {
    let resources: Vec<Value> = tree
        .resources
        .iter()
        .map(|(place, file)| {
            let mut value = json!({"resource_id": place.resource_id(), "version_id": place.version_id()});
            if let (Value::Object(value), Value::Object(file)) = (&mut value, json_of(&file.to_tree())) {
                value.extend(file);
            }
            value
        })
        .collect();
    json!({"resources": resources})
}

/// The summaries of all testers as a list of objects, as a file `test_summary_*.yaml` has them.
#[must_use]
pub fn list_to_json(file: &SummaryFile) -> Value {
    file.summaries()
        .map(|(_, summary)| json_of(&summary.to_tree()))
        .collect()
}

fn totals(tree: &SummaryTree) -> String {
    let passed = |file: &&SummaryFile| file.status() == TestStatus::Passed;
    let number = tree.resources.values().filter(passed).count();
    format!(
        "{number} of {} resource versions passed all tests",
        tree.resources.len()
    )
}

/// A value as JSON; infinities and NaN become text.
pub(super) fn json_of(value: &Yaml) -> Value {
    match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => json!(value),
        Yaml::Int(value) => json!(value),
        Yaml::Float(value) if value.is_finite() => json!(value),
        Yaml::Float(value) => json!(value.to_string()),
        Yaml::String(text) => json!(text),
        Yaml::Sequence(items) => items.iter().map(json_of).collect(),
        Yaml::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), json_of(value)))
                .collect(),
        ),
    }
}

/// A value in one line: text as it is, lists of texts with commas, everything else as JSON.
pub(super) fn flat(value: &Yaml) -> String {
    match value {
        Yaml::String(text) => text.clone(),
        Yaml::Sequence(items) if items.iter().all(|item| item.as_str().is_some()) => items
            .iter()
            .filter_map(Yaml::as_str)
            .collect::<Vec<_>>()
            .join(", "),
        other => json_of(other).to_string(),
    }
}
