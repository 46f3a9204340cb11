//! Sources that are not files of this machine, for every verb that takes one.

use std::fs;

use crate::harness::{Copy, fixture};
use crate::server::{Reply, Server};
use crate::services::{call, file, world};

#[test]
fn a_model_is_tested_wherever_it_is() {
    let server = world();
    for source in [
        server.url("/models/rdf.yaml").to_string(),
        server.url("/package.zip").to_string(),
        "10.5281/zenodo.1".to_owned(),
        "https://doi.org/10.5281/zenodo.2".to_owned(),
        "affable-shark".to_owned(),
        "bioimage-io/affable-shark/v0".to_owned(),
    ] {
        let cache = tempfile::tempdir().unwrap();
        // The verbs of the user guide, with its options.
        let run = call(
            &server,
            cache.path(),
            &["test-model", "--weights", "onnx", "--device", "cpu", &source],
        );
        assert_eq!(run.code, 0, "{source}: {run:?}");
        assert!(run.stdout.contains("onnx"), "{run:?}");
        let run = call(&server, cache.path(), &["validate", &source]);
        assert_eq!(run.code, 0, "{source}: {run:?}");
        // The same without the network.
        let before = server.requests().len();
        let run = call(
            &server,
            cache.path(),
            &["--offline", "test-model", "--weights", "onnx", &source],
        );
        assert_eq!(run.code, 0, "{source}: {run:?}");
        let run = call(&server, cache.path(), &["validate", &source, "--offline"]);
        assert_eq!(run.code, 0, "{source}: {run:?}");
        assert_eq!(server.requests().len(), before);
    }
}

#[test]
fn only_what_is_needed_is_fetched() {
    let server = world();
    let source = server.url("/models/rdf.yaml").to_string();
    for (arguments, expected) in [
        (vec!["validate", "--format-only"], vec!["/models/rdf.yaml"]),
        (vec!["migrate"], vec!["/models/rdf.yaml"]),
        (
            vec!["test-model", "--weights", "onnx"],
            vec![
                "/models/rdf.yaml",
                "/models/test_input.npy",
                "/models/test_output.npy",
                "/models/weights.onnx",
            ],
        ),
    ] {
        let cache = tempfile::tempdir().unwrap();
        let before = server.requests().len();
        let arguments: Vec<&str> = arguments.into_iter().chain([source.as_str()]).collect();
        let run = call(&server, cache.path(), &arguments);
        assert_eq!(run.code, 0, "{run:?}");
        let mut targets = server.targets().split_off(before);
        targets.sort();
        assert_eq!(targets, expected, "{arguments:?}");
    }
    // A summary needs sizes, not contents.
    let cache = tempfile::tempdir().unwrap();
    let before = server.requests().len();
    let run = call(&server, cache.path(), &["inspect", &source]);
    assert_eq!(run.code, 0, "{run:?}");
    let fetched = server.requests().split_off(before);
    assert!(
        fetched
            .iter()
            .filter(|got| got.method == "GET")
            .all(|got| got.target.ends_with("rdf.yaml"))
    );
}

#[test]
fn concepts_and_versions() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let run = call(
        &server,
        cache.path(),
        &["validate", "--format-only", "10.5281/zenodo.1"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("10.5281/zenodo.1 stands for all versions; the newest one is 10.5281/zenodo.2"),
        "{run:?}"
    );
    let run = call(
        &server,
        cache.path(),
        &["validate", "--format-only", "10.5281/zenodo.1/2"],
    );
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
}

#[test]
fn what_is_nowhere() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    for (source, expected) in [
        (
            "afable-shark",
            "has no resource `afable-shark`; did you mean `bioimage-io/affable-shark`?",
        ),
        ("10.5281/zenodo.7", "there is nothing at"),
        (
            "bioimage-io/affable-shark/v7",
            "has no version `v7`: there are v0",
        ),
        (
            "10.5281/zenodo.x",
            "there is no file or folder `10.5281/zenodo.x`",
        ),
    ] {
        let run = call(&server, cache.path(), &["inspect", source]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(expected), "{source}: {run:?}");
    }
    // What looks like a path is not asked for anywhere.
    let before = server.requests().len();
    for path in [
        "nowhere",
        "nowhere.zip",
        "a/nowhere.yaml",
        "./no-where",
        "tests/no-where",
    ] {
        let run = call(&server, cache.path(), &["inspect", path]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr
                .contains(&format!("there is no file or folder `{path}`")),
            "{run:?}"
        );
    }
    assert_eq!(server.requests().len(), before);
    let missing = server.url("/nothing/rdf.yaml").to_string();
    let run = call(
        &server,
        cache.path(),
        &["validate", "--output", "jsonl", &missing],
    );
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(
        run.json()["diagnostics"][0]["code"],
        "unreadable-source",
        "{run:?}"
    );
}

#[test]
fn a_server_that_fails_says_nothing_about_the_package() {
    let server = Server::start(|got| match got.target.as_str() {
        "/models/rdf.yaml" => file(got, "rdf.yaml"),
        "/models/weights.onnx" => Reply::status(429).with("Retry-After", "86400"),
        target => file(got, target.rsplit('/').next().unwrap()),
    });
    let cache = tempfile::tempdir().unwrap();
    let source = server.url("/models/rdf.yaml").to_string();
    let run = call(&server, cache.path(), &["validate", &source]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stdout.contains("unreadable-source"), "{run:?}");
    assert!(
        run.stdout.contains("status 429, try again in 86400 seconds"),
        "{run:?}"
    );
}

#[test]
fn offline_without_a_cache() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    for source in [
        server.url("/models/rdf.yaml").as_str(),
        "10.5281/zenodo.1",
        "affable-shark",
    ] {
        let run = call(&server, cache.path(), &["test-model", "--offline", source]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr
                .contains("is not in the cache, and offline nothing is fetched"),
            "{run:?}"
        );
    }
    assert_eq!(server.requests().len(), 0);
    // Packages of this machine need neither.
    let model = fixture("blobs-unet2d");
    let run = call(
        &server,
        cache.path(),
        &[
            "test-model",
            "--offline",
            "--weights",
            "onnx",
            model.to_str().unwrap(),
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
}

#[test]
fn weights_at_a_url() {
    let server = world();
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "source: weights.onnx",
        &format!("source: {}", server.url("/models/weights.onnx")),
    );
    fs::remove_file(copy.path().join("weights.onnx")).unwrap();
    let cache = tempfile::tempdir().unwrap();
    let path = copy.path().to_str().unwrap();
    let run = call(&server, cache.path(), &["test-model", "--weights", "onnx", path]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(server.targets(), ["/models/weights.onnx"]);
    // The description states the digest: with the content in the cache nobody is asked, wherever it came from.
    let run = call(
        &server,
        cache.path(),
        &["test-model", "--offline", "--weights", "onnx", path],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let empty = tempfile::tempdir().unwrap();
    let run = call(
        &server,
        empty.path(),
        &["test-model", "--offline", "--weights", "onnx", path],
    );
    assert_ne!(run.code, 0, "{run:?}");
    assert!(
        format!("{run:?}").contains("is not in the cache, and offline nothing is fetched"),
        "{run:?}"
    );
}

#[test]
fn what_is_fetched_is_never_changed() {
    let server = world();
    let cache = tempfile::tempdir().unwrap();
    let source = server.url("/models/rdf.yaml").to_string();
    for arguments in [
        &["migrate", "--in-place"][..],
        &["convert", "--to", "onnx", "--add-to-package"],
    ] {
        let arguments: Vec<&str> = arguments.iter().copied().chain([source.as_str()]).collect();
        let run = call(&server, cache.path(), &arguments);
        assert_eq!(run.code, 2, "{run:?}");
    }
    let run = call(&server, cache.path(), &["cache", "verify"]);
    assert_eq!(run.code, 0, "{run:?}");
}
