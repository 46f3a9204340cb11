//! Compiling collections: inheritance, nested ones, hostile ones, published ones.

use std::fs;

use hub::collection::{
    CollectionErrorKind, CompiledCollection, DocumentError, DocumentErrorKind, Documents, Index,
    LoadedDocument, Verdict, compile, compile_file,
};
use rdf_spec::FileSource;

use crate::files::{put, reference};

const HEAD: &str = "type: collection
format_version: 0.2.4
name: All
description: Everything.
authors: [{name: Jane Doe}]
license: MIT
cite: [{text: a, url: https://a.org}]
";

fn compiled(files: &[(&str, &str)]) -> CompiledCollection {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        put(folder.path(), name, text.as_bytes());
    }
    compile_file(&folder.path().join("collection.yaml")).unwrap()
}

fn verdicts(collection: &CompiledCollection) -> Vec<(&str, &'static str)> {
    let entries = collection.entries.iter();
    entries
        .map(|entry| (entry.id.as_deref().unwrap_or("-"), entry.verdict.name()))
        .collect()
}

#[test]
fn every_entry_gets_its_own_verdict_and_every_problem_its_place() {
    let text = format!(
        "{HEAD}id: partner
collection:
  - {{id: fine, type: dataset, name: Cells, description: Cells.}}
  - {{rdf_source: sub/rdf.yaml, tags: [own]}}
  - {{rdf_source: sub/broken.yaml}}
  - {{rdf_source: https://example.org/rdf.yaml, id: web}}
  - {{rdf_source: 10.5281/zenodo.1234, id: doi}}
  - {{rdf_source: ../../etc/rdf.yaml, id: out}}
  - {{rdf_source: sub/gone.yaml, id: gone}}
  - {{rdf_source: sub/text.yaml, id: text}}
  - just text
  - {{id: fine, type: dataset, name: Other, description: Cells.}}
"
    );
    let source = "type: dataset\nformat_version: 0.2.4\nid: sub\nname: Sub\ndescription: D\ntags: [a]\ncovers: [a.png]\n";
    let broken = source
        .replace("id: sub", "id: broken")
        .replace("name: Sub", "name: [1]");
    let found = compiled(&[
        ("collection.yaml", &text),
        ("sub/rdf.yaml", source),
        ("sub/broken.yaml", &broken),
        ("sub/text.yaml", "a: b: c"),
    ]);
    assert_eq!(
        verdicts(&found),
        [
            ("partner/fine", "invalid"),
            ("partner/sub", "valid"),
            ("partner/broken", "invalid"),
            ("partner/web", "not-loaded"),
            ("partner/doi", "not-loaded"),
            ("-", "invalid"),
            ("partner/gone", "not-loaded"),
            ("partner/text", "invalid"),
            ("-", "invalid"),
            ("partner/fine", "invalid"),
        ]
    );
    let place = |index: usize| {
        let entry = &found.entries[index];
        let error = entry
            .findings
            .iter()
            .find(|found| found.diagnostic.is_error())
            .unwrap();
        let document = error.document.rsplit(['/', '\\']).next().unwrap().to_owned();
        (
            document,
            error.diagnostic.position.unwrap().line,
            error.diagnostic.code.name(),
        )
    };
    assert_eq!(place(2), ("broken.yaml".to_owned(), 4, "wrong-type"));
    assert_eq!(place(3), ("collection.yaml".to_owned(), 13, "unreadable-source"));
    assert_eq!(place(5), ("collection.yaml".to_owned(), 15, "invalid-source"));
    assert_eq!(place(7), ("collection.yaml".to_owned(), 17, "syntax-error"));
    assert_eq!(place(9), ("collection.yaml".to_owned(), 19, "duplicate-id"));

    let index = found.index();
    let entries = index["collection"].as_array().unwrap();
    assert_eq!(entries.len(), 1);
    let sub = &entries[0];
    assert_eq!(sub["id"], "partner/sub");
    assert_eq!(sub["license"], "MIT");
    assert_eq!(sub["tags"], serde_json::json!(["own"]));
    assert_eq!(sub["covers"], serde_json::json!(["sub/a.png"]));
    assert_eq!(sub["rdf_source"], "sub/rdf.yaml");
    assert_eq!(index["name"], "All");
    assert!(!found.is_valid());
}

#[test]
fn nested_collections_are_expanded() {
    let outer = format!(
        "{HEAD}id: outer
collection:
  - {{rdf_source: a/collection.yaml}}
  - id: here
    type: collection
    collection: [{{id: x, type: dataset, name: X, description: D}}]
"
    );
    let inner = format!(
        "{}id: inner\ncollection:\n  - {{rdf_source: b/rdf.yaml}}\n  - {{id: bad, type: dataset, name: 1}}\n",
        HEAD.replace("MIT", "CC0-1.0")
    );
    let found = compiled(&[
        ("collection.yaml", &outer),
        ("a/collection.yaml", &inner),
        (
            "a/b/rdf.yaml",
            "{type: dataset, format_version: 0.2.4, id: b, name: B, description: D, covers: [c.png]}",
        ),
    ]);
    assert_eq!(
        verdicts(&found),
        [
            ("outer/inner", "valid"),
            ("outer/inner/b", "valid"),
            ("outer/inner/bad", "invalid"),
            ("outer/here", "valid"),
            ("outer/here/x", "valid"),
        ]
    );
    let b = found.entries[1].description.as_ref().unwrap();
    assert_eq!(b["license"], "CC0-1.0");
    assert_eq!(found.entries[1].rdf_source.as_deref(), Some("a/b/rdf.yaml"));
    let x = found.entries[4].description.as_ref().unwrap();
    assert_eq!(x["license"], "MIT");
}

/// A collection that refers to itself.
#[test]
fn circles_end() {
    let text = format!("{HEAD}id: c\ncollection:\n  - {{rdf_source: collection.yaml, id: again}}\n");
    let found = compiled(&[("collection.yaml", &text)]);
    assert_eq!(found.entries.len(), 4);
    let deepest = found.entries.last().unwrap();
    assert!(
        deepest
            .findings
            .iter()
            .any(|found| found.diagnostic.code.name() == "nesting-too-deep")
    );
    assert_eq!(deepest.verdict, Verdict::Invalid);
}

#[test]
fn fields_that_are_copied_into_every_entry_are_bounded() {
    let mut text = format!(
        "{HEAD}id: c\nconfig: {{text: \"{}\"}}\ncollection:\n",
        "x".repeat(500_000)
    );
    for index in 0..2000 {
        text.push_str(&format!(
            "  - {{id: e{index}, type: dataset, name: N, description: D}}\n"
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "collection.yaml", text.as_bytes());
    let error = compile_file(&folder.path().join("collection.yaml")).unwrap_err();
    assert!(
        matches!(error.kind(), CollectionErrorKind::TooLarge { .. }),
        "{error}"
    );
}

#[test]
fn what_is_no_collection_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    let kind = |text: &str| {
        fs::write(&path, text).unwrap();
        compile_file(&path).unwrap_err().kind().clone()
    };
    assert!(matches!(
        kind("type: dataset"),
        CollectionErrorKind::NotACollection { .. }
    ));
    assert!(matches!(
        kind("[1, 2]"),
        CollectionErrorKind::NotACollection { .. }
    ));
    assert!(matches!(kind("{a"), CollectionErrorKind::Syntax { .. }));
    assert!(matches!(
        compile_file(&folder.path().join("gone")).unwrap_err().kind(),
        CollectionErrorKind::Read { .. }
    ));
}

/// Documents of an application: one on the web, which refers to another beside it.
struct Web;

impl Documents for Web {
    fn load(&self, address: &FileSource) -> Result<LoadedDocument, DocumentError> {
        let text = match address.as_str() {
            "https://a.org/c/collection.yaml" => {
                format!("{HEAD}id: web\ncollection: [{{rdf_source: ../d/rdf.yaml}}]\n")
            }
            "https://a.org/d/rdf.yaml" => {
                "{type: dataset, format_version: 0.2.4, id: d, name: D, description: D, covers: [a.png]}"
                    .to_owned()
            }
            other => {
                return Err(DocumentErrorKind::Read {
                    address: other.to_owned(),
                }
                .into());
            }
        };
        LoadedDocument::parse(text, address.clone())
    }
}

#[test]
fn an_application_brings_its_own_documents() {
    let text = format!("{HEAD}id: all\ncollection: [{{rdf_source: 'https://a.org/c/collection.yaml'}}]\n");
    let found = compile(&text, "all", &Web).unwrap();
    assert_eq!(verdicts(&found), [("all/web", "valid"), ("all/web/d", "valid")]);
    let d = found.entries[1].description.as_ref().unwrap();
    assert_eq!(d["covers"], serde_json::json!(["https://a.org/d/a.png"]));
}

#[test]
fn an_index_is_read_again() {
    let text =
        format!("{HEAD}id: p\ncollection: [{{id: a, type: dataset, name: A, description: D, tags: [x]}}]\n");
    let found = compiled(&[("collection.yaml", &text)]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("index.json");
    fs::write(&path, found.index().to_string()).unwrap();
    let index = Index::read(&path).unwrap().unwrap();
    assert_eq!(index.entries[0].id.as_deref(), Some("p/a"));
    assert_eq!(index.entries[0].tags, ["x"]);
    let listed = hub::collection::open(&path).unwrap();
    assert_eq!(verdicts(&listed), [("p/a", "valid")]);
    let twice = compile_file(&path).unwrap_err();
    assert!(
        matches!(twice.kind(), CollectionErrorKind::AlreadyCompiled { .. }),
        "{twice}"
    );
    fs::write(&path, "{\"collection\": []}").unwrap();
    assert!(Index::read(&path).unwrap().is_none());
    fs::write(&path, "{\"compiled_by\": \"modelhub\"}").unwrap();
    assert!(Index::read(&path).is_err());
}

/// Published collections: all expand, each entry with a verdict, none of them without a reason.
#[test]
fn published_collections_expand() {
    let Some(folder) = reference() else { return };
    let (mut collections, mut entries, mut valid) = (0, 0, 0);
    for entry in fs::read_dir(folder.join("documents")).unwrap() {
        let path = entry.unwrap().path();
        let Ok(text) = fs::read_to_string(&path) else {
            continue;
        };
        let Ok(document) = rdf_spec::Document::parse(&text) else {
            continue;
        };
        let kind = document
            .root()
            .as_mapping()
            .and_then(|root| root.get("type")?.as_str());
        if kind != Some("collection") {
            continue;
        }
        let compiled = match compile_file(&path) {
            Ok(compiled) => compiled,
            // Some are called collections and have no list of entries.
            Err(error) => {
                assert!(
                    matches!(error.kind(), CollectionErrorKind::NotACollection { .. }),
                    "{path:?}: {error}"
                );
                let lists = ["collection", "application", "model", "dataset", "notebook"];
                let root = document.root().as_mapping().unwrap();
                assert!(
                    !lists.iter().any(|list| root.get(list).is_some()),
                    "{path:?}: {error}"
                );
                continue;
            }
        };
        collections += 1;
        for entry in &compiled.entries {
            entries += 1;
            match entry.verdict {
                Verdict::Valid => {
                    valid += 1;
                    assert!(
                        entry.description.is_some() && entry.id.is_some(),
                        "{path:?} {}",
                        entry.place
                    );
                }
                Verdict::Invalid | Verdict::NotLoaded => {
                    let reason = entry.findings.iter().find(|found| found.diagnostic.is_error());
                    assert!(reason.is_some(), "{path:?} {}", entry.place);
                    assert!(
                        reason.unwrap().diagnostic.position.is_some(),
                        "{path:?} {}",
                        entry.place
                    );
                }
            }
        }
        let index = compiled.index();
        let listed = index["collection"].as_array().unwrap().len();
        let expected = compiled
            .entries
            .iter()
            .filter(|entry| entry.verdict == Verdict::Valid);
        assert_eq!(listed, expected.count());
    }
    eprintln!("{collections} collections, {entries} entries, {valid} valid");
    assert!(
        collections > 25 && entries > 1000 && valid > 100,
        "{collections} {entries} {valid}"
    );
}
