//! Damaged and hostile documents: an answer comes soon, and it is a finding.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use rdf_spec::{CollectionResolver, Document, Rdf};

use super::*;

const DOCUMENTS: [&str; 6] = [DATASET, APPLICATION, NOTEBOOK, WORKFLOW, COLLECTION, OLD];

/// A collection in an old form, with everything that moves.
const OLD: &str = "
type: collection
format_version: 0.2.1
name: a/b
description: Old.
authors: [A/B, {name: C/D, github_user: 'https://github.com/cd'}]
links: [a, b/c]
config: {id: partner, bioimageio: {nickname: a, nickname_icon: b}}
collection: [{id: x, type: collection, collection: [{id: y, type: model}]}]
model: [{id: m, format_version: 0.4.9}]
dataset: [{id: d}, {id: d}]
";

/// Reads a text and completes what it can be completed; says what holds for all texts.
fn check(text: &str) -> Result<(), TestCaseError> {
    let parsed = Rdf::from_yaml(text);
    for finding in parsed.diagnostics() {
        prop_assert!(finding.position.is_some(), "{:?}", finding);
        prop_assert!(finding.related.iter().all(|related| related.position.is_some()));
    }
    let errors = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.is_error())
        .count();
    prop_assert!(
        parsed.value().is_some() || errors > 0,
        "no description and no reason: {}",
        text
    );
    let again = Rdf::from_yaml(text);
    prop_assert_eq!(parsed.diagnostics(), again.diagnostics());
    if let Some(document) = parsed.document()
        && let Ok(resolver) = CollectionResolver::new(document)
    {
        for index in 0..resolver.len() {
            let _ = resolver.resolve(index, None);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_value_of_another_kind_in_any_line(
        document in prop::sample::select(&DOCUMENTS[..]),
        at in 0.0..1.0_f64,
        value in prop::sample::select(vec![
            "", "null", "3", "-1", "1e400", ".nan", "true", "text", "[]", "[[]]", "[null]", "{}", "{a: 1}", "''",
            "[collection]", "18446744073709551616", "0x", "2024-01-31", "&a [*a]", "collection", "model", "0.4.9",
            "0.2.1", "[{id: a}, {id: a}]", "[{rdf_source: a}]", "{id: a, type: collection}",
        ]),
    ) {
        let lines: Vec<&str> = document.lines().collect();
        let at = (at * lines.len() as f64) as usize;
        let key = lines[at].split(": ").next().unwrap_or_default().trim_end_matches(':');
        let line = format!("{key}: {value}");
        let mut other = lines.clone();
        other[at] = &line;
        check(&other.join("\n"))?;
    }

    #[test]
    fn parts_removed_and_moved(
        document in prop::sample::select(&DOCUMENTS[..]),
        cut in (0.0..1.0_f64, 0..20_usize),
        copy in (0.0..1.0_f64, 0..40_usize, 0.0..1.0_f64),
    ) {
        let mut bytes = document.as_bytes().to_vec();
        let place = |part: f64, length: usize| (part * length as f64) as usize;
        let at = place(copy.0, bytes.len());
        let part = bytes[at..(at + copy.1).min(bytes.len())].to_vec();
        let to = place(copy.2, bytes.len());
        bytes.splice(to..to, part);
        let at = place(cut.0, bytes.len());
        bytes.drain(at..(at + cut.1).min(bytes.len()));
        check(&String::from_utf8_lossy(&bytes))?;
    }

    #[test]
    fn lines_swapped_between_documents(
        document in prop::sample::select(&DOCUMENTS[..]),
        other in prop::sample::select(&DOCUMENTS[..]),
        places in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 1..5),
    ) {
        let mut lines: Vec<&str> = document.lines().collect();
        let others: Vec<&str> = other.lines().collect();
        for (to, from) in places {
            let to = (to * lines.len() as f64) as usize;
            lines[to] = others[(from * others.len() as f64) as usize];
        }
        check(&lines.join("\n"))?;
    }

    #[test]
    fn an_identifier_is_the_same_when_read_again(text in "[A-Za-z0-9_/.-]{0,12}") {
        if let Ok(id) = rdf_spec::ResourceId::parse(&text) {
            prop_assert_eq!(rdf_spec::ResourceId::parse(id.as_str()), Ok(id.clone()));
            prop_assert_eq!(id.as_str(), text.to_lowercase());
        }
    }
}

/// The head of a collection.
const HEAD: &str = "type: collection\nformat_version: 0.2.4\nname: a\ndescription: b\n";

/// Reads a text that is near the bound of a document; says which codes were found.
fn in_time(text: &str) -> Vec<String> {
    // The longer a text is, the more memory its values may take.
    let text = &format!(
        "{text}#{}\n",
        "-".repeat((1_048_000_usize).saturating_sub(text.len()))
    );
    assert!(Document::parse(text).is_ok(), "the text itself is within bounds");
    let start = Instant::now();
    let parsed = Rdf::from_yaml(text);
    let time = start.elapsed();
    assert!(time < Duration::from_secs(10), "{time:?}");
    parsed
        .diagnostics()
        .iter()
        .map(|found| found.code.name().to_owned())
        .collect()
}

#[test]
fn many_entries_that_inherit_much() {
    let config: String = (0..20_000).map(|_| "1,").collect();
    let entries: String = (0..4_000)
        .map(|at| format!("  - {{id: a{at}, type: dataset}}\n"))
        .collect();
    let text = format!("{HEAD}config: {{a: [{config}]}}\ncollection:\n{entries}");
    assert!(in_time(&text).contains(&"document-too-large".to_owned()));
}

#[test]
fn many_entries_that_inherit_a_long_text() {
    let text = "a".repeat(900_000);
    let entries: String = (0..3_000)
        .map(|at| format!("  - {{id: a{at}, type: dataset}}\n"))
        .collect();
    let text = format!("{HEAD}documentation: {text}\ncollection:\n{entries}");
    assert!(in_time(&text).contains(&"document-too-large".to_owned()));
}

#[test]
fn many_entries_with_many_unknown_fields() {
    let fields: String = (0..40).map(|at| format!("documentatios{at}: 0, ")).collect();
    let entries: String = (0..300)
        .map(|at| format!("  - {{{fields} id: a{at}, type: dataset}}\n"))
        .collect();
    assert!(in_time(&format!("{HEAD}collection:\n{entries}")).len() <= 1100);
}

#[test]
fn many_entries_that_are_no_models() {
    let entries: String = (0..6_000)
        .map(|at| format!("  - {{id: a{at}, type: model, format_version: 0.4.9}}\n"))
        .collect();
    assert!(in_time(&format!("{HEAD}collection:\n{entries}")).contains(&"document-too-large".to_owned()));
}

#[test]
fn many_entries_in_many_collections() {
    let inner: String = (0..50).map(|at| format!("{{id: a{at}, type: a}},")).collect();
    let entries: String = (0..100)
        .map(|at| format!("  - {{id: c{at}, type: collection, collection: [{inner}]}}\n"))
        .collect();
    in_time(&format!(
        "{HEAD}config: {{a: [{}]}}\ncollection:\n{entries}",
        "1,".repeat(1000)
    ));
}

#[test]
fn many_entries_of_one_identifier() {
    let entries = "  - {id: a, rdf_source: b}\n".repeat(6_000);
    assert!(in_time(&format!("{HEAD}collection:\n{entries}")).contains(&"duplicate-id".to_owned()));
}
