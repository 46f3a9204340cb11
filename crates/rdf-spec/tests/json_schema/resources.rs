//! The schemas of format 0.2.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use rdf_spec::{Rdf, schema};
use serde_json::{Value, json};

use super::{Schema, fixtures, is_migrated, texts, value};

const DATASET: &str = include_str!("../documents/dataset.yaml");
const APPLICATION: &str = include_str!("../documents/application.yaml");
const NOTEBOOK: &str = include_str!("../documents/notebook.yaml");
const WORKFLOW: &str = include_str!("../documents/workflow.yaml");
const COLLECTION: &str = include_str!("../documents/collection.yaml");

/// A type, and what describes it.
type Described = (&'static str, fn() -> Value);

const TYPES: [Described; 5] = [
    ("dataset", schema::dataset),
    ("application", schema::application),
    ("notebook", schema::notebook),
    ("generic", schema::generic),
    ("collection", schema::collection),
];

/// The place of the schema of a description among them; `None` for a model.
fn place(rdf: &Rdf) -> Option<usize> {
    match rdf {
        Rdf::Dataset(_) => Some(0),
        Rdf::Application(_) => Some(1),
        Rdf::Notebook(_) => Some(2),
        Rdf::Generic(_) => Some(3),
        Rdf::Collection(_) => Some(4),
        _ => None,
    }
}

fn schemas() -> Vec<Schema> {
    TYPES
        .iter()
        .map(|(_, schema)| Schema::compile(schema()))
        .collect()
}

/// Checks the valid ones of some descriptions, as they are and as they are written; how many there were of each
/// type, and how many of those were checked as they are.
fn check_valid(texts: &[(String, String)]) -> [(usize, usize); 5] {
    let schemas = schemas();
    let mut counts = [(0, 0); 5];
    for (name, text) in texts {
        let parsed = Rdf::from_yaml(text);
        let Some(rdf) = parsed.value().filter(|_| parsed.is_valid()) else {
            continue;
        };
        let Some(at) = place(rdf) else { continue };
        let written: Value = serde_json::from_str(&rdf.to_json().unwrap()).unwrap();
        let mut documents = vec![written];
        counts[at].0 += 1;
        // What moved is described where it stands now.
        if !is_migrated(&parsed) {
            documents.push(value(text).unwrap());
            counts[at].1 += 1;
        }
        for document in documents {
            for (other, schema) in schemas.iter().enumerate() {
                let judged = schema.check(&document);
                assert_eq!(judged.is_ok(), other == at, "{name}: {judged:?}");
            }
        }
    }
    counts
}

#[test]
fn valid_descriptions_satisfy_the_schema_of_their_type_only() {
    let own = [DATASET, APPLICATION, NOTEBOOK, WORKFLOW, COLLECTION];
    let own = own.map(|text| (text.to_owned(), text.to_owned()));
    assert_eq!(check_valid(&own), [(1, 1); 5]);
    let mut found = Vec::new();
    texts(&fixtures().join("documents"), &mut found);
    let count: usize = check_valid(&found).iter().map(|count| count.0).sum();
    assert!(count >= 8, "only {count} valid descriptions");
}

/// Checks published descriptions where the variable says that there are some.
#[test]
fn published_descriptions_satisfy_the_schema() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    let mut found = Vec::new();
    texts(&Path::new(&reference).join("documents"), &mut found);
    let counts = check_valid(&found);
    for (at, (kind, _)) in TYPES
        .iter()
        .enumerate()
        .filter(|(_, (kind, _))| *kind != "generic")
    {
        assert!(counts[at].0 > 3 && counts[at].1 > 0, "{kind}: {:?}", counts[at]);
    }
}

/// A description with one field changed, given by its JSON pointer, or added.
fn with(text: &str, pointer: &str, other: &Value) -> Value {
    let mut document = value(text).unwrap();
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match document.pointer_mut(parent).unwrap() {
        Value::Object(fields) => {
            fields.insert(key.to_owned(), other.clone());
        }
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = other.clone(),
        _ => panic!("{pointer}"),
    }
    document
}

/// Changes that are judged alike for all types.
fn shared() -> Vec<(&'static str, Value)> {
    vec![
        ("/format_version", json!("0.2.0")),
        ("/format_version", json!("0.2.12")),
        ("/format_version", json!("0.2")),
        ("/format_version", json!("0.3.0")),
        ("/format_version", json!(0.2)),
        ("/type", json!("model")),
        ("/type", json!("Dataset")),
        ("/type", json!("")),
        ("/type", json!(null)),
        ("/name", json!("")),
        ("/name", json!("a/b")),
        ("/name", json!(3)),
        ("/description", json!("")),
        ("/description", json!(null)),
        ("/authors", json!([])),
        ("/authors", json!("Jane Doe")),
        ("/authors", json!(null)),
        (
            "/authors",
            json!(["Jane Doe", {"name": "John Roe", "orcid": null}]),
        ),
        ("/authors", json!([{"name": "Jane Doe", "phone": "1"}])),
        ("/attachments", json!(null)),
        ("/attachments", json!({"files": ["a.txt"], "other": 1})),
        ("/attachments", json!({"files": "a.txt"})),
        ("/badges", json!([{"label": "a", "url": "https://example.org"}])),
        (
            "/badges",
            json!([{"label": "a", "url": "https://example.org", "icon": null}]),
        ),
        ("/badges", json!([{"label": "a", "url": "example.org"}])),
        ("/badges", json!([{"label": "a"}])),
        (
            "/badges",
            json!([{"label": "a", "url": "https://example.org", "text": ""}]),
        ),
        ("/badges", json!(null)),
        ("/cite", json!([])),
        ("/cite", json!([{"text": "a"}])),
        ("/cite", json!([{"text": "a", "url": "b"}])),
        ("/config", json!({})),
        ("/config", json!(null)),
        ("/config", json!({"tool": [1, {"a": null}]})),
        ("/covers", json!(["a.png"])),
        ("/covers", json!("a.png")),
        ("/documentation", json!("README.md")),
        ("/documentation", json!("https://example.org")),
        ("/documentation", json!("/README.md")),
        ("/documentation", json!(null)),
        ("/download_url", json!("https://example.org")),
        ("/download_url", json!("ftp://example.org")),
        ("/git_repo", json!("git@example.org:a/b")),
        ("/git_repo", json!(1)),
        ("/icon", json!("\u{1f52c}")),
        ("/icon", json!("icon.png")),
        ("/icon", json!("")),
        ("/icon", json!("/icon.png")),
        ("/icon", json!(null)),
        ("/id", json!("partner/resource")),
        ("/id", json!("a b")),
        ("/id", json!("a/")),
        ("/id_emoji", json!("\u{1f52c}")),
        ("/id_emoji", json!("ab")),
        ("/id_emoji", json!(null)),
        ("/license", json!(null)),
        ("/license", json!("my own")),
        ("/license", json!(["MIT"])),
        ("/links", json!(["a/b"])),
        ("/links", json!([1])),
        ("/maintainers", json!([{"github_user": "jane"}])),
        ("/maintainers", json!([{"name": "Jane"}])),
        ("/rdf_source", json!("https://example.org/rdf.yaml")),
        ("/rdf_source", json!("")),
        ("/source", json!("https://example.org/a.ipynb")),
        ("/source", json!("https://example.org/a.ipynb?download=1")),
        ("/source", json!("https://example.org/a.ipynb/content")),
        ("/source", json!("https://example.org/a.zip")),
        ("/source", json!("a.ipynb")),
        ("/source", json!("a.zip")),
        ("/source", json!("/a.ipynb")),
        ("/source", json!(null)),
        ("/tags", json!(["a"])),
        ("/tags", json!([true])),
        ("/uploader", json!({"email": "jane@example.org"})),
        ("/uploader", json!({"email": "jane"})),
        ("/uploader", json!({"name": "Jane"})),
        ("/version", json!("1.10.0")),
        ("/version", json!(1.1)),
        ("/version", json!("first")),
        ("/version_number", json!(3)),
        ("/version_number", json!("3")),
        ("/version_number", json!(1.5)),
        ("/surprise", json!(1)),
    ]
}

fn of_collections() -> Vec<(&'static str, Value)> {
    vec![
        ("/collection", json!([])),
        ("/collection", json!({})),
        ("/collection", json!(null)),
        ("/collection", json!([{}])),
        ("/collection", json!(["a.yaml"])),
        ("/collection", json!([{"id": null}])),
        ("/collection", json!([{"id": "a", "type": "dataset"}])),
        ("/collection", json!([{"id": null, "rdf_source": "a.yaml"}])),
        ("/collection", json!([{"id": "a", "rdf_source": "", "b": 1}])),
        ("/collection", json!([{"id": 1, "rdf_source": "a.yaml"}])),
        (
            "/collection",
            json!([{"rdf_source": "https://example.org", "tags": 7}]),
        ),
        ("/dataset", json!([{"rdf_source": "a.yaml"}])),
        ("/config", json!({"logo": 3, "partners": "none"})),
    ]
}

#[test]
fn single_changes_are_judged_as_the_reader_judges_them() {
    let schemas = schemas();
    let mut wrong = Vec::new();
    let texts = [DATASET, APPLICATION, NOTEBOOK, WORKFLOW, COLLECTION];
    for (at, text) in texts.into_iter().enumerate() {
        // What is inherited by entries is judged with them.
        let text = if text == COLLECTION {
            let mut alone = value(text).unwrap();
            alone["collection"] = json!([]);
            alone.to_string()
        } else {
            text.to_owned()
        };
        let more = if at == 4 { of_collections() } else { Vec::new() };
        let mut verdicts = BTreeSet::new();
        for (pointer, other) in shared().into_iter().chain(more) {
            let document = with(&text, pointer, &other);
            let parsed = Rdf::from_yaml(&document.to_string());
            let is_valid = parsed.is_valid() && parsed.value().and_then(place) == Some(at);
            let judged = schemas[at].check(&document);
            verdicts.insert(is_valid);
            if judged.is_ok() != is_valid {
                let found = parsed.diagnostics();
                wrong.push(format!("{} {pointer} {other}: {judged:?} {found:?}", TYPES[at].0));
            }
        }
        assert_eq!(verdicts.len(), 2);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn missing_fields_are_judged_as_the_reader_judges_them() {
    let schemas = schemas();
    let texts = [DATASET, APPLICATION, NOTEBOOK, WORKFLOW, COLLECTION];
    for (at, text) in texts.into_iter().enumerate() {
        let whole = value(text).unwrap();
        for key in whole.as_object().unwrap().keys() {
            let mut document = whole.clone();
            document.as_object_mut().unwrap().shift_remove(key);
            let is_valid = Rdf::from_yaml(&document.to_string()).is_valid();
            assert_eq!(schemas[at].check(&document).is_ok(), is_valid, "{key}");
        }
    }
}

#[test]
fn every_field_is_explained() {
    for (kind, schema) in TYPES {
        let schema = schema();
        let properties = schema["properties"].as_object().unwrap();
        for (key, property) in properties {
            let text = property["description"].as_str().unwrap_or_default();
            assert!(!text.is_empty() && !text.contains("[`"), "{kind} {key}: {text}");
        }
        let first: Vec<_> = properties.keys().take(4).collect();
        assert_eq!(first, ["format_version", "type", "name", "description"], "{kind}");
        let title = schema["title"].as_str().unwrap();
        assert!(title.starts_with("bioimage.io "), "{title}");
    }
}

fn names(schema: &Value) -> BTreeSet<&str> {
    let properties = schema["properties"].as_object().unwrap();
    properties.keys().map(String::as_str).collect()
}

fn required(schema: &Value) -> BTreeSet<&str> {
    let keys = schema["required"].as_array().unwrap();
    let found: BTreeSet<&str> = keys.iter().map(|key| key.as_str().unwrap()).collect();
    assert_eq!(found.len(), keys.len(), "each once");
    found
}

/// Compares with the published schemas where the variable says that there are some.
#[test]
fn fields_are_those_of_the_published_schemas() {
    let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
        return;
    };
    for (kind, schema) in TYPES.into_iter().filter(|(kind, _)| *kind != "collection") {
        let path = format!("schemas/bioimageio_schema_{kind}_0.2.json");
        let text = fs::read_to_string(Path::new(&reference).join(path)).unwrap();
        let theirs: Value = serde_json::from_str(&text).unwrap();
        let ours = schema();
        assert_eq!(names(&ours), names(&theirs), "{kind}");
        let mut their_required = required(&theirs);
        if kind == "generic" {
            // A description that does not say its type cannot be told from those of the other types.
            assert!(their_required.insert("type"));
        }
        assert_eq!(required(&ours), their_required, "{kind}");
        assert_eq!(
            ours["additionalProperties"] == json!(false),
            theirs["additionalProperties"] == json!(false),
            "{kind}"
        );
        for (our, their) in [
            ("Author", "Author"),
            ("Badge", "BadgeDescr"),
            ("CiteEntry", "CiteEntry"),
            ("Maintainer", "Maintainer"),
            ("Uploader", "Uploader"),
            ("Attachments", "AttachmentsDescr"),
        ] {
            let (our_type, their_type) = (&ours["$defs"][our], &theirs["$defs"][their]);
            assert_eq!(names(our_type), names(their_type), "{kind} {our}");
            if their_type["required"].is_array() {
                assert_eq!(required(our_type), required(their_type), "{kind} {our}");
            }
        }
    }
    // Format 0.2 has no published schema of collections: that of any type, and the list.
    let (generic, collection) = (schema::generic(), schema::collection());
    let mut expected = names(&generic);
    assert!(expected.insert("collection"));
    assert_eq!(names(&collection), expected);
    let mut expected = required(&generic);
    assert!(expected.insert("collection"));
    assert_eq!(required(&collection), expected);
}
