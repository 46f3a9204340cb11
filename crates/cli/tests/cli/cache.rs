//! The cache from the command line.

use std::fs;

use serde_json::json;

use crate::services::{call, world};

#[test]
fn the_cache_from_the_command_line() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let run = call(&server, cache.path(), &["cache", "path"]);
    assert_eq!(run.stdout.trim(), cache.path().to_str().unwrap());
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    assert_eq!(run.json()["entries"], json!([]));
    let source = server.url("/models/rdf.yaml").to_string();
    call(
        &server,
        cache.path(),
        &["test-model", "--weights", "onnx", &source],
    );
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    let entries = run.json()["entries"].as_array().unwrap().clone();
    assert_eq!(entries.len(), 4, "{run:?}");
    assert_eq!(entries[0]["url"], source.as_str());
    let run = call(&server, cache.path(), &["cache", "list"]);
    assert!(
        run.stdout.contains(&source) && run.stderr.contains("4 files"),
        "{run:?}"
    );
    let run = call(&server, cache.path(), &["cache", "verify", "--output", "json"]);
    assert_eq!((run.code, &run.json()["sound"]), (0, &json!(4)), "{run:?}");
    // A damaged content is found, removed, and fetched anew.
    let digest = entries[0]["sha256"].as_str().unwrap();
    fs::write(
        cache.path().join("v1/blobs").join(&digest[..2]).join(digest),
        "harm",
    )
    .unwrap();
    let run = call(&server, cache.path(), &["cache", "verify"]);
    assert_eq!(
        (run.code, run.stdout.trim()),
        (1, "3 sound, 1 damaged"),
        "{run:?}"
    );
    let run = call(&server, cache.path(), &["validate", "--format-only", &source]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = call(
        &server,
        cache.path(),
        &[
            "cache",
            "prune",
            "--older-than",
            "1",
            "--max-size",
            "400kB",
            "--output",
            "json",
        ],
    );
    assert!(run.json()["files"].as_u64().unwrap() >= 1, "{run:?}");
    let run = call(&server, cache.path(), &["cache", "clear"]);
    assert!(run.stdout.starts_with("removed "), "{run:?}");
    let run = call(&server, cache.path(), &["cache", "list", "--output", "json"]);
    assert_eq!(run.json()["entries"], json!([]));
    let run = call(&server, cache.path(), &["test-model", "--offline", &source]);
    assert_eq!(run.code, 3, "{run:?}");
}
