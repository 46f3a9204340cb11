//! Findings as a log of SARIF 2.1.0 (OASIS), which code scanning and editors read.

use std::path::Path;

use rdf_spec::{Code, Diagnostic, DocPath, Position, Severity};
use serde_json::{Map, Value, json};

use super::{stdout, uri};
use crate::commands::validate::Validated;
use crate::exit::{Exit, Failure};

/// Prints one run for all sources.
pub(crate) fn print(sources: &[Validated], exit: Exit) -> Result<(), Failure> {
    let mut text = format!("{:#}", log(sources, exit));
    text.push('\n');
    stdout::print(&text)
}

fn log(sources: &[Validated], exit: Exit) -> Value {
    let results: Vec<Value> = sources
        .iter()
        .flat_map(|source| source.diagnostics.iter().map(|found| result(source, found)))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "modelhub",
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            }},
            "invocations": [{"executionSuccessful": exit != Exit::Failed}],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

/// A code as a rule.
fn rule(code: Code) -> Value {
    let explanation = code.explanation();
    // The first paragraph says what the code means.
    let meaning = explanation
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    json!({
        "id": code.name(),
        "shortDescription": {"text": code.summary()},
        "fullDescription": {"text": meaning},
        "help": {"text": explanation, "markdown": explanation},
        "defaultConfiguration": {"level": level(code.severity())},
        "properties": {
            "tags": [code.group()],
            "severity": code.severity().name(),
            "strictSeverity": code.strict_severity().name(),
        },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Alert | Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(source: &Validated, found: &Diagnostic) -> Value {
    let message = match &found.help {
        Some(help) => format!("{}\nhelp: {help}", found.message),
        None => found.message.clone(),
    };
    let related: Vec<Value> = found
        .related
        .iter()
        .enumerate()
        .map(|(at, related)| {
            let mut place = location(source, &related.path, related.position);
            place.insert("id".to_owned(), json!(at));
            place.insert("message".to_owned(), json!({"text": related.message}));
            Value::Object(place)
        })
        .collect();
    let mut result = Map::new();
    result.insert("ruleId".to_owned(), json!(found.code.name()));
    // The rules are all codes, in their order.
    if let Some(index) = Code::ALL.iter().position(|code| *code == found.code) {
        result.insert("ruleIndex".to_owned(), json!(index));
    }
    result.insert("level".to_owned(), json!(level(found.severity)));
    result.insert("message".to_owned(), json!({"text": message}));
    result.insert(
        "locations".to_owned(),
        json!([location(source, &found.path, found.position)]),
    );
    if !related.is_empty() {
        result.insert("relatedLocations".to_owned(), Value::Array(related));
    }
    result.insert(
        "properties".to_owned(),
        json!({"severity": found.severity.name()}),
    );
    Value::Object(result)
}

fn location(source: &Validated, path: &DocPath, position: Option<Position>) -> Map<String, Value> {
    let mut physical = Map::new();
    physical.insert("artifactLocation".to_owned(), artifact(&source.place));
    if let Some(position) = position {
        let end = source.span(path, position).end;
        physical.insert(
            "region".to_owned(),
            json!({
                "startLine": position.line,
                "startColumn": position.column,
                "endLine": end.line,
                "endColumn": end.column,
            }),
        );
    }
    let mut location = Map::new();
    location.insert("physicalLocation".to_owned(), Value::Object(physical));
    if !path.is_root() {
        location.insert(
            "logicalLocations".to_owned(),
            json!([{"fullyQualifiedName": path.to_string(), "kind": "member"}]),
        );
    }
    location
}

/// Where a description is. A relative address is seen from the root of the sources, which is the working directory.
fn artifact(place: &Path) -> Value {
    let path = uri::from_here(place);
    let address = uri::of(&path);
    if path.is_absolute() {
        json!({"uri": address})
    } else {
        json!({"uri": address, "uriBaseId": "%SRCROOT%"})
    }
}
