//! `collection`: compiled, listed, partners, applications.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Run, modelhub_in};
use crate::partner::repository;
use crate::services::{call, world};

/// Times and the separators of paths differ.
fn snapshot(run: &Run, folder: &Path) -> String {
    run.snapshot(folder)
}

#[test]
fn a_collection_is_compiled_listed_and_its_partners_shown() {
    let folder = repository();
    let run = modelhub_in(
        folder.path(),
        [
            "collection",
            "compile",
            "collection.yaml",
            "--write-index",
            "index.json",
        ],
    );
    insta::assert_snapshot!("collection_compile", snapshot(&run, folder.path()));
    let index: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("index.json")).unwrap()).unwrap();
    let entries = index["collection"].as_array().unwrap();
    let ids: Vec<&str> = entries
        .iter()
        .map(|entry| entry["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["partner/good", "partner/bad", "partner/counter"]);
    assert_eq!(entries[0]["rdf_source"], "models/good/rdf.yaml");
    assert_eq!(entries[2]["license"], "MIT");

    let again = modelhub_in(
        folder.path(),
        [
            "collection",
            "compile",
            "collection.yaml",
            "--write-index",
            "index.json",
        ],
    );
    assert_eq!(again.code, 2, "{again:?}");
    let json = modelhub_in(
        folder.path(),
        ["collection", "expand", "collection.yaml", "--output", "json"],
    );
    assert_eq!(json.json()["entries"].as_array().unwrap().len(), 5);
    let markdown = modelhub_in(
        folder.path(),
        ["collection", "compile", "collection.yaml", "--output", "markdown"],
    );
    assert!(
        markdown
            .stdout
            .contains("| collection\\[3\\] | partner/counter | application |"),
        "{markdown:?}"
    );

    let list = modelhub_in(
        folder.path(),
        [
            "collection",
            "list",
            "collection.yaml",
            "--type",
            "model",
            "--tag",
            "own",
        ],
    );
    assert_eq!(list.code, 0, "{list:?}");
    assert!(
        list.stdout.contains("partner/good") && list.stdout.lines().count() == 1,
        "{list:?}"
    );

    let partners = modelhub_in(folder.path(), ["collection", "partners", "collection.yaml"]);
    insta::assert_snapshot!("collection_partners", snapshot(&partners, folder.path()));
    let html = modelhub_in(
        folder.path(),
        ["collection", "partners", "collection.yaml", "--output", "html"],
    );
    assert!(html.stdout.contains("<td>A &lt;lab&gt;</td>"), "{html:?}");
    let json = modelhub_in(
        folder.path(),
        ["collection", "partners", "collection.yaml", "--output", "json"],
    );
    assert_eq!(
        json.json()[0]["collection_url"],
        "https://raw.githubusercontent.com/lab/models/main/collection.yaml"
    );
}

#[test]
fn a_plugin_becomes_an_application() {
    let folder = repository();
    let run = modelhub_in(folder.path(), ["collection", "application", "ilastik.imjoy.html"]);
    insta::assert_snapshot!("collection_application", snapshot(&run, folder.path()));
    fs::write(folder.path().join("a.yaml"), &run.stdout).unwrap();
    let valid = modelhub_in(folder.path(), ["validate", "--format-only", "a.yaml"]);
    assert_eq!(valid.code, 0, "{valid:?}");
    fs::write(folder.path().join("x.html"), "<config>\n{]</config>").unwrap();
    let broken = modelhub_in(folder.path(), ["collection", "application", "x.html"]);
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(broken.stderr.contains("x.html: line 2:"), "{broken:?}");
}

#[test]
fn entries_of_a_collection_are_fetched_where_that_is_asked_for() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let (collection, cache) = (folder.path().join("collection.yaml"), folder.path().join("cache"));
    let (there, gone) = (server.url("/models/rdf.yaml"), server.url("/gone/rdf.yaml"));
    fs::write(
        &collection,
        format!(
            "type: collection\nformat_version: 0.2.3\nname: Ours\nid: us\ndescription: some models\ncollection:\n  \
             - {{id: us/blobs, rdf_source: '{there}'}}\n  - {{id: us/gone, rdf_source: '{gone}'}}\n"
        ),
    )
    .unwrap();
    let arguments = ["collection", "compile", collection.to_str().unwrap()];
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(server.requests().len(), 0, "{run:?}");
    assert!(run.stdout.contains("not-loaded"), "{run:?}");

    let mut fetching = arguments.to_vec();
    fetching.push("--fetch");
    let run = call(&server, &cache, &fetching);
    assert_eq!(run.code, 1, "{run:?}");
    let text = format!("{}{}", run.stdout, run.stderr);
    assert!(
        text.contains("us/blobs") && text.contains("Blobs U-Net 2D"),
        "{run:?}"
    );
    assert!(text.contains("cannot be fetched"), "{run:?}");
}
