//! Completing entries of collections.

use rdf_spec::{
    CollectionRdf, CollectionResolver, DocPath, Document, DocumentOrigin, EntrySource, FileSource, Node, Rdf,
    ResolveErrorKind, ResolvedEntry,
};

use super::*;

const ROOT: &str = "
type: collection
format_version: 0.2.2
id: partner
id_emoji: 🦒
name: Partner
description: All.
authors: [Jane Doe]
license: MIT
tags: [of-the-root]
links: [counter, other/unet]
badges: [{label: a, url: https://example.org}]
foo: 1
config:
  a: {b: 1, c: 2}
  bioimageio: {nickname: friendly-collection}
collection:
  - {id: own, type: application, config: {a: {c: 3}}}
  - {rdf_source: data/rdf.yaml, tags: [of-the-entry]}
  - {id: renamed, rdf_source: data/rdf.yaml, name: Other}
  - {id: unet, rdf_source: 'https://example.org/unet/rdf.yaml'}
  - {type: dataset, rdf_source: data/rdf.yaml}
  - {id: own/deeper, type: dataset, links: [a]}
";

const SOURCE: &str = "
type: dataset
format_version: 0.2.3
id: cells
name: Cells
description: Of cells.
documentation: docs/README.md
covers: [cover.png, 'https://example.org/cover.png']
icon: 🦪
rdf_source: elsewhere.yaml
config: {bioimageio: {nickname: happy-cell}}
";

fn document(text: &str) -> Document {
    Document::parse(text).unwrap()
}

fn source(text: &str, address: &str) -> EntrySource {
    EntrySource::new(document(text), FileSource::parse(address).unwrap())
}

fn resolve(index: usize, source: Option<EntrySource>) -> ResolvedEntry {
    CollectionRdf::resolve(&document(ROOT), index, source.as_ref()).unwrap()
}

fn field<'t>(entry: &'t ResolvedEntry, key: &str) -> Option<&'t Node> {
    entry.tree.as_mapping().unwrap().get(key)
}

fn texts(node: Option<&Node>) -> Vec<&str> {
    let items = node.unwrap().as_sequence().unwrap();
    items.iter().map(|item| item.as_str().unwrap()).collect()
}

#[test]
fn an_entry_takes_what_it_lacks_from_the_root_as_a_whole() {
    let entry = resolve(0, None);
    assert!(entry.is_valid(), "{:?}", entry.findings);
    assert_eq!(entry.id.as_deref(), Some("partner/own"));
    let application = entry.rdf.as_ref().and_then(Rdf::as_application).unwrap();
    assert_eq!(application.metadata.id.as_ref().unwrap().as_str(), "partner/own");
    assert_eq!(application.metadata.name, "Partner");
    assert_eq!(application.metadata.authors[0].name, "Jane Doe");
    assert_eq!(application.metadata.badges.len(), 1);
    // Shallow: `config.a.b` of the root is gone.
    let config = &application.metadata.config;
    assert_eq!(config.keys().collect::<Vec<_>>(), ["a"]);
    assert!(config["a"].get("b").is_none());
    // Neither what names the root nor what nobody knows.
    assert_eq!(application.metadata.id_emoji, None);
    assert!(field(&entry, "foo").is_none());
    assert!(field(&entry, "collection").is_none());
    assert!(field(&entry, "rdf_source").is_none());
}

#[test]
fn the_nickname_of_the_root_or_source_does_not_replace_the_identifier() {
    let entry = resolve(4, Some(source(SOURCE, "data/rdf.yaml")));
    assert!(entry.is_valid(), "{:?}", entry.findings);
    let rdf = entry.rdf.as_ref().unwrap();
    assert_eq!(
        rdf.metadata().unwrap().id.as_ref().unwrap().as_str(),
        "partner/cells"
    );
    assert!(
        entry
            .findings
            .iter()
            .all(|found| found.diagnostic.code.name() != "moved-field")
    );
}

#[test]
fn a_source_stands_between_root_and_entry() {
    let entry = resolve(1, Some(source(SOURCE, "data/rdf.yaml")));
    assert!(entry.is_valid(), "{:?}", entry.findings);
    assert_eq!(entry.id.as_deref(), Some("partner/cells"));
    let metadata = entry.rdf.as_ref().unwrap().metadata().unwrap();
    assert_eq!(metadata.name, "Cells");
    assert_eq!(metadata.tags, ["of-the-entry"]);
    assert_eq!(metadata.license.as_ref().unwrap().as_str(), "MIT");
    assert_eq!(metadata.format_version.as_str(), "0.2.3");
    assert_eq!(metadata.links, ["partner/counter", "other/unet"]);
    assert_eq!(
        metadata.documentation.as_ref().unwrap().as_str(),
        "data/docs/README.md"
    );
    assert_eq!(
        texts(field(&entry, "covers")),
        ["data/cover.png", "https://example.org/cover.png"]
    );
    assert_eq!(metadata.icon.as_deref(), Some("🦪"));
    assert!(field(&entry, "rdf_source").is_none());

    let renamed = resolve(2, Some(source(SOURCE, "data/rdf.yaml")));
    assert_eq!(renamed.id.as_deref(), Some("partner/renamed"));
    assert_eq!(renamed.rdf.unwrap().name(), "Other");
}

#[test]
fn a_model_does_not_fail_for_what_only_the_root_has() {
    let entry = resolve(3, Some(source(MODEL, "https://example.org/unet/rdf.yaml")));
    assert!(entry.is_valid(), "{:?}", entry.findings);
    let model = entry.rdf.as_ref().and_then(Rdf::as_model).unwrap();
    assert_eq!(model.format_version.as_str(), "0.4.9");
    assert_eq!(model.test_inputs[0].as_str().split('/').nth(3), Some("unet"));
    assert_eq!(field(&entry, "id").unwrap().as_str(), Some("partner/unet"));
    assert!(field(&entry, "badges").is_none());
}

#[test]
fn relative_paths_of_a_model_hold_from_its_own_folder() {
    let more = "
    parent: torchscript
    attachments: {files: [notes.txt]}
  pytorch_state_dict:
    source: weights.pt
    architecture: 'unet.py:UNet'
    architecture_sha256: 0000000000000000000000000000000000000000000000000000000000000000
    dependencies: conda:environment.yaml
  torchscript:
    source: weights.torchscript
    dependencies: conda:https://example.org/environment.yaml
";
    let text = format!("{}{more}", MODEL.trim_end());
    let entry = resolve(3, Some(source(&text, "models/unet/rdf.yaml")));
    let at = |path: &[&str]| {
        let mut node = &entry.tree;
        for key in path {
            node = node.as_mapping().unwrap().get(key).unwrap();
        }
        node.as_str().unwrap().to_owned()
    };
    let weights = |format: &str, key: &str| at(&["weights", format, key]);
    assert_eq!(weights("pytorch_state_dict", "source"), "models/unet/weights.pt");
    assert_eq!(
        weights("pytorch_state_dict", "architecture"),
        "models/unet/unet.py:UNet"
    );
    assert_eq!(
        weights("pytorch_state_dict", "dependencies"),
        "conda:models/unet/environment.yaml"
    );
    assert_eq!(
        weights("torchscript", "dependencies"),
        "conda:https://example.org/environment.yaml"
    );
    assert_eq!(at(&["documentation"]), "models/unet/README.md");
}

#[test]
fn completing_twice_gives_the_same() {
    let resolver = CollectionResolver::new(&document(ROOT)).unwrap();
    assert_eq!(resolver.len(), 6);
    assert_eq!(resolver.resolve(0, None), resolver.resolve(0, None));
    let deeper = resolver.resolve(5, None).unwrap();
    assert_eq!(deeper.id.as_deref(), Some("partner/own/deeper"));
    assert_eq!(texts(field(&deeper, "links")), ["partner/a"]);
}

#[test]
fn findings_say_in_which_document_they_are() {
    let root = with(ROOT, "tags: [of-the-root]", "license_: 1\ntags: 3");
    let root = with(&root, "name: Other}", "name: 4}");
    let broken = with(SOURCE, "covers: [cover.png,", "covers: [cover.pdf,");
    let entry = CollectionRdf::resolve(&document(&root), 2, Some(&source(&broken, "data/rdf.yaml"))).unwrap();
    let mut found: Vec<_> = entry
        .findings
        .iter()
        .filter(|found| found.diagnostic.is_error())
        .map(|found| {
            let position = found.diagnostic.position.unwrap();
            (found.origin, found.diagnostic.path.to_string(), position.line)
        })
        .collect();
    found.sort_by_key(|found| found.1.clone());
    assert_eq!(
        found,
        [
            (DocumentOrigin::Collection, "collection[2].name".to_owned(), 21),
            (DocumentOrigin::Source, "covers[0]".to_owned(), 8),
            (DocumentOrigin::Collection, "tags".to_owned(), 11),
        ]
    );
    assert!(!entry.is_valid());
}

#[test]
fn identifiers_from_sources_are_missing_or_taken() {
    let none = with(SOURCE, "id: cells\n", "");
    let entry = resolve(1, Some(source(&none, "data/rdf.yaml")));
    assert_eq!(entry.id, None);
    let finding = &entry.findings.last().unwrap().diagnostic;
    assert_eq!(finding.code.name(), "missing-field");
    assert_eq!(finding.path.to_string(), "collection[1].id");

    let taken = with(SOURCE, "id: cells", "id: Renamed");
    let entry = resolve(1, Some(source(&taken, "data/rdf.yaml")));
    let finding = &entry.findings.last().unwrap().diagnostic;
    assert_eq!(finding.code.name(), "duplicate-id");
    assert_eq!(finding.related[0].path.to_string(), "collection[2].id");
    assert_eq!(finding.related[0].position.unwrap().line, 20);
}

#[test]
fn without_an_identifier_of_the_collection_there_is_no_prefix() {
    let root = with(ROOT, "id: partner\n", "").replace("nickname: friendly-collection", "");
    let entry = CollectionRdf::resolve(&document(&root), 0, None).unwrap();
    assert_eq!(entry.id.as_deref(), Some("own"));
    assert_eq!(texts(field(&entry, "links")), ["counter", "other/unet"]);
}

#[test]
fn what_cannot_be_completed() {
    let kind = |root: &str, index, source: Option<&EntrySource>| {
        CollectionRdf::resolve(&document(root), index, source)
            .unwrap_err()
            .kind()
            .clone()
    };
    let path = |index: usize| DocPath::root().join("collection").join(index);
    assert_eq!(
        kind(ROOT, 6, None),
        ResolveErrorKind::NoSuchEntry { index: 6, length: 6 }
    );
    assert_eq!(
        kind(ROOT, 1, None),
        ResolveErrorKind::SourceNeeded { path: path(1) }
    );
    let dataset = source(SOURCE, "a.yaml");
    assert_eq!(
        kind(ROOT, 0, Some(&dataset)),
        ResolveErrorKind::SourceNotExpected { path: path(0) }
    );
    assert_eq!(
        kind(ROOT, 1, Some(&source("[]", "a.yaml"))),
        ResolveErrorKind::SourceNotAMapping { path: path(1) }
    );
    for other in [
        DATASET,
        "[]",
        "type: collection",
        &with(COLLECTION, "0.2.4", "0.3.0"),
    ] {
        assert_eq!(kind(other, 0, None), ResolveErrorKind::NotACollection);
    }
    let text = "{type: collection, format_version: 0.2.4, collection: [3]}";
    assert_eq!(
        kind(text, 0, None),
        ResolveErrorKind::EntryNotAMapping { path: path(0) }
    );
}
