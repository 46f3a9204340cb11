//! Collections and the entries that they describe in place.

use rdf_spec::{Rdf, Yaml};

use super::*;

/// A collection with the given entries, and nothing missing.
fn collection(entries: &str) -> String {
    format!(
        "type: collection
format_version: 0.2.4
id: partner
name: Partner
description: All.
authors: [Jane Doe]
cite: [{{text: a, url: a}}]
license: MIT
collection:
{entries}"
    )
}

#[test]
fn entries_are_kept_as_written() {
    let parsed = Rdf::from_yaml(COLLECTION);
    let collection = parsed.value().and_then(Rdf::as_collection).unwrap();
    let entries = &collection.collection;
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0].id.as_deref(), Some("counter"));
    assert_eq!(entries[0].update["type"], Yaml::String("application".to_owned()));
    assert!(!entries[0].update.contains_key("id"));
    assert_eq!(entries[2].id, None);
    assert_eq!(
        entries[2].rdf_source.as_ref().unwrap().as_str(),
        "models/unet/rdf.yaml"
    );
}

#[test]
fn unknown_root_fields_are_kept_and_no_entry_inherits_them() {
    let model = "  - {id: m, type: model}\n  - {id: a, type: application}\n";
    let text = collection(model) + "foo: 1\n";
    let parsed = Rdf::from_yaml(&text);
    let collection = parsed.value().and_then(Rdf::as_collection).unwrap();
    assert_eq!(collection.other["foo"], Yaml::Int(1));
    let found = findings(&parsed);
    assert!(found.contains(&"info ignored-field foo".to_owned()));
    assert!(
        !found.iter().any(|found| found.contains("unknown-field")),
        "{found:?}"
    );
}

#[test]
fn the_list_is_required_and_may_be_empty() {
    let text = collection("");
    assert_eq!(found(&text), ["error null-not-allowed collection"]);
    assert_eq!(
        found(&text.replace("collection:\n", "")),
        ["error missing-field collection"]
    );
    assert_eq!(
        found(&(text.trim_end().to_owned() + " []\n")),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&collection("  - counter\n  - 3\n")),
        ["error wrong-type collection[0]", "error wrong-type collection[1]"]
    );
}

#[test]
fn entries_have_distinct_identifiers() {
    let text = collection(
        "  - {id: one, rdf_source: a}\n  - {id: two, rdf_source: b}\n  - {id: One, rdf_source: c}\n",
    );
    let parsed = Rdf::from_yaml(&text);
    assert_eq!(findings(&parsed), ["error duplicate-id collection[2].id"]);
    let related = &parsed.diagnostics()[0].related[0];
    assert_eq!(related.path.to_string(), "collection[0].id");
    assert_eq!(related.position.unwrap().to_string(), "10:10");
    assert_eq!(
        found(&collection("  - {type: application}\n  - {rdf_source: a}\n")),
        ["error missing-field collection[0].id"]
    );
    assert_eq!(
        found(&collection("  - {type: application, id: 3}\n")),
        ["error wrong-type collection[0].id"]
    );
}

#[test]
fn a_collection_without_identifier_is_warned_about() {
    let text = with(&collection("  - {id: a, rdf_source: a}\n"), "id: partner\n", "");
    assert_eq!(found(&text), ["warning missing-metadata id"]);
}

#[test]
fn entries_are_checked_where_they_are_written() {
    let text = collection(
        "  - {id: a, type: application, covers: [a.pdf]}\n  - {id: b c, type: dataset, sauce: 1}\n  - {id: d, type: notebook}\n  - {id: e}\n",
    );
    assert_eq!(
        found(&text),
        [
            "error invalid-source collection[0].covers[0]",
            "error invalid-id collection[1].id",
            "error unknown-field collection[1].sauce",
            "error missing-field collection[2].source",
            "error missing-field collection[3].type",
            // Which family of formats it would be is not known without the type.
            "error missing-field collection[3].format_version",
        ]
    );
}

#[test]
fn a_problem_that_is_inherited_is_reported_once_at_the_root() {
    let entries = "  - {id: a, type: application}\n  - {id: b, type: dataset}\n  - {id: c, type: model, format_version: 0.4.9}\n";
    let text = collection(entries) + "documentation: /README.md\n";
    let parsed = Rdf::from_yaml(&text);
    let at_root: Vec<_> = parsed
        .diagnostics()
        .iter()
        .filter(|found| found.path.to_string() == "documentation")
        .collect();
    assert_eq!(at_root.len(), 1);

    // A model needs a description file; what the root has will do, its own fields are still missing.
    let found: Vec<_> = findings(&parsed)
        .into_iter()
        .filter(|found| found.contains("collection[2]"))
        .collect();
    assert!(found.contains(&"error missing-field collection[2].weights".to_owned()));
    assert!(!found.iter().any(|found| found.contains("collection[2].license")));
}

#[test]
fn type_and_format_version_of_the_root_are_not_those_of_a_model() {
    let parsed = Rdf::from_yaml(&collection("  - {id: m, type: model}\n"));
    assert_eq!(
        findings(&parsed),
        ["error missing-field collection[0].format_version"]
    );
    let parsed = Rdf::from_yaml(&collection("  - {id: m, name: a}\n"));
    assert!(findings(&parsed).contains(&"error missing-field collection[0].type".to_owned()));
}

#[test]
fn a_model_may_stand_in_a_collection() {
    let mut entry = String::from("  - id: smallest\n");
    for line in MODEL.lines() {
        entry.push_str(&format!("    {line}\n"));
    }
    // Badges and sources are not fields of models.
    let root = "badges: [{label: a, url: https://example.org}]\nsource: https://example.org\n";
    assert_eq!(found(&(collection(&entry) + root)), Vec::<String>::new());
    let broken = entry.replace(
        "axes: bcyx\n        data_type: float32\n        shape: [",
        "axes: bcyq\n        data_type: float32\n        shape: [",
    );
    assert_ne!(broken, entry);
    assert!(
        found(&collection(&broken)).contains(&"error invalid-axes collection[0].inputs[0].axes".to_owned())
    );
    // The rules between fields know the place too.
    let twice = entry.replace("name: probability", "name: raw");
    let parsed = Rdf::from_yaml(&collection(&twice));
    let finding = parsed
        .diagnostics()
        .iter()
        .find(|found| found.code.name() == "duplicate-tensor-name")
        .unwrap();
    let mut places = [finding.path.to_string(), finding.related[0].path.to_string()];
    places.sort();
    assert_eq!(
        places,
        ["collection[0].inputs[0].name", "collection[0].outputs[0].name"]
    );
}

#[test]
fn lists_of_single_types_come_behind_the_others() {
    let text = collection("  - {id: a, type: workflow}\n").replace("0.2.4", "0.2.1")
        + "dataset: [{id: c}, {id: d, name: D}]\napplication: [{id: b}]\n";
    let text = with(&text, "id: partner\n", "config: {id: partner}\n");
    let parsed = Rdf::from_yaml(&text);
    assert_eq!(
        findings(&parsed),
        [
            "info moved-field config.id",
            "info moved-field dataset",
            "info moved-field application"
        ]
    );
    let collection = parsed.value().and_then(Rdf::as_collection).unwrap();
    assert_eq!(collection.metadata.id.as_ref().unwrap().as_str(), "partner");
    let entries: Vec<_> = collection
        .collection
        .iter()
        .map(|entry| {
            let kind = entry.update["type"].as_str().unwrap();
            (entry.id.as_deref().unwrap(), kind)
        })
        .collect();
    assert_eq!(
        entries,
        [
            ("a", "workflow"),
            ("b", "application"),
            ("c", "dataset"),
            ("d", "dataset")
        ]
    );
    // Findings name the list in which the entry is written.
    let broken = text.replace("{id: d, name: D}", "{id: d, name: 3}");
    assert!(found(&broken).contains(&"error wrong-type dataset[1].name".to_owned()));
    // Since 0.2.2 these lists are nothing special.
    let newer = text.replace("0.2.1", "0.2.2");
    assert!(found(&newer).contains(&"info ignored-field dataset".to_owned()));
}

#[test]
fn the_lists_alone_make_a_collection_of_0_2_0() {
    let text =
        "type: collection\nformat_version: 0.2.0\nname: a\ndescription: b\nmodel: [{rdf_source: m.yaml}]\n";
    let parsed = Rdf::from_yaml(text);
    assert!(parsed.is_valid(), "{:?}", parsed.diagnostics());
    let collection = parsed.value().and_then(Rdf::as_collection).unwrap();
    assert_eq!(
        collection.collection[0].update["type"],
        Yaml::String("model".to_owned())
    );
}

#[test]
fn collections_may_lie_in_each_other_but_not_deep() {
    let inner =
        "  - id: inner\n    type: collection\n    collection:\n      - {id: a, type: dataset, name: 3}\n";
    assert_eq!(
        found(&collection(inner)),
        ["error wrong-type collection[0].collection[0].name"]
    );
    // What is inherited twice is still found at the outermost root.
    let text = collection(inner) + "covers: [a.pdf]\n";
    assert_eq!(
        found(&text),
        [
            "error wrong-type collection[0].collection[0].name",
            "error invalid-source covers[0]"
        ]
    );
    let mut deep = "{id: a, type: dataset}".to_owned();
    for _ in 0..6 {
        deep = format!("{{id: c, type: collection, collection: [{deep}]}}");
    }
    let parsed = Rdf::from_yaml(&collection(&format!("  - {deep}\n")));
    assert_eq!(
        findings(&parsed),
        ["error nesting-too-deep collection[0].collection[0].collection[0].collection[0].collection[0]"]
    );
}

#[test]
fn entries_of_many_warnings_do_not_make_a_collection_invalid() {
    let entries: String = (0..2000)
        .map(|at| format!("  - {{id: a{at}, type: workflow, version: 1, more: 0}}\n"))
        .collect();
    let parsed = Rdf::from_yaml(&collection(&entries));
    assert!(parsed.is_valid());
    assert_eq!(parsed.diagnostics().len(), 64);
}
