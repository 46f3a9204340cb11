//! `test-collection`: many models, what goes wrong with one of them, and runs that go on.

use std::fs;
use std::path::Path;

use crate::harness::{modelhub, modelhub_in, modelhub_in_little_memory, write_zip};
use crate::partner::repository;

#[test]
fn a_collection_is_tested_and_a_second_run_goes_on() {
    let folder = repository();
    let arguments = [
        "test-collection",
        "collection.yaml",
        "--out",
        "results",
        "--jobs",
        "2",
    ];
    let run = modelhub_in(folder.path(), arguments);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("passed  partner/good\n"), "{run:?}");
    assert!(run.stdout.contains("failed  partner/bad\n"), "{run:?}");
    assert!(
        run.stdout
            .contains("is not in the cache, and offline nothing is fetched"),
        "{run:?}"
    );
    assert!(run.stdout.ends_with("2 of 5 passed\n"), "{run:?}");
    assert!(run.stderr.contains("/5] "), "{run:?}");
    let version = env!("CARGO_PKG_VERSION");
    let summary = format!("results/test_summaries/partner/good/1.0.0/test_summary_modelhub-{version}.yaml");
    assert!(folder.path().join(&summary).is_file(), "{run:?}");
    let report = format!("results/reports/partner/bad/1.0.0/reports/modelhub_{version}.json");
    assert!(folder.path().join(&report).is_file(), "{run:?}");

    // Nothing changed: nothing is tested again, also not what failed.
    let again = modelhub_in(folder.path(), arguments);
    assert_eq!(again.code, 1);
    assert!(again.stdout.contains("partner/good (known already)"), "{again:?}");
    assert!(!again.stderr.contains("/5] "), "{again:?}");
    // A changed model is.
    let rdf = folder.path().join("models/good/rdf.yaml");
    fs::write(&rdf, fs::read_to_string(&rdf).unwrap() + "# changed\n").unwrap();
    let changed = modelhub_in(folder.path(), arguments);
    assert!(changed.stderr.contains("partner/good in "), "{changed:?}");
    assert!(!changed.stderr.contains("partner/bad in "), "{changed:?}");
    // A run that was broken off in the middle of a line goes on.
    let journal = folder.path().join("results/results.jsonl");
    let text = fs::read_to_string(&journal).unwrap();
    fs::write(&journal, &text[..text.len() - 20]).unwrap();
    let cut = modelhub_in(folder.path(), arguments);
    assert!(
        cut.stderr.contains("partner/good in ") && !cut.stderr.contains("partner/bad in "),
        "{cut:?}"
    );
    let whole = modelhub_in(folder.path(), arguments);
    assert!(!whole.stderr.contains("/5] "), "{whole:?}");

    let shown = modelhub_in(folder.path(), ["summaries", "modelhub=results/test_summaries"]);
    assert_eq!(shown.code, 1, "{shown:?}");
    assert!(
        shown.stdout.contains("2 of 5 resource versions passed all tests"),
        "{shown:?}"
    );
    let html = modelhub_in(
        folder.path(),
        [
            "summaries",
            "results/test_summaries",
            "--output",
            "html",
            "--merge",
            "merged",
        ],
    );
    assert!(html.stdout.starts_with("<!DOCTYPE html>"), "{html:?}");
    let merged = modelhub_in(folder.path(), ["summaries", "merged", "--output", "json"]);
    assert_eq!(merged.json()["resources"].as_array().unwrap().len(), 5);
}

#[test]
fn only_what_is_pending_is_tested_and_what_is_absent_is_named() {
    let folder = repository();
    let pending = r#"{"include": [{"resource_id": "partner/good", "version_id": "**"}, {"resource_id": "other/gone", "version_id": "3"}]}"#;
    let run = modelhub_in(
        folder.path(),
        [
            "test-collection",
            "collection.yaml",
            "--pending",
            pending,
            "--output",
            "json",
        ],
    );
    assert_eq!(run.code, 1, "{run:?}");
    let models = run.json()["models"].as_array().unwrap().clone();
    assert_eq!(models.len(), 2, "{run:?}");
    assert_eq!(models[0]["status"], "passed");
    assert!(
        models[1]["problem"]
            .as_str()
            .unwrap()
            .contains("none of the sources has `other/gone`"),
        "{run:?}"
    );
    let wrong = modelhub_in(
        folder.path(),
        ["test-collection", "collection.yaml", "--pending", "{}"],
    );
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(wrong.stderr.contains("there is no list `include`"), "{wrong:?}");
}

#[test]
fn sources_of_all_kinds_and_one_bad_model_stops_nothing() {
    let folder = repository();
    let root = folder.path();
    write_zip(&root.join("broken.zip"), &[("rdf.yaml", b"{")]);
    fs::write(root.join("cut.zip"), b"PK\x03\x04 and no more").unwrap();
    fs::write(
        root.join("list.txt"),
        "# models\n\nmodels/good\nbroken.zip\ncut.zip\nmodels/gone\n",
    )
    .unwrap();
    let run = modelhub_in(
        root,
        [
            "test-collection",
            "--list",
            "list.txt",
            "models",
            "--output",
            "json",
        ],
    );
    assert_eq!(run.code, 1, "{run:?}");
    let value = run.json();
    assert_eq!(value["models"].as_array().unwrap().len(), 6, "{run:?}");
    assert_eq!(value["passed"], 2, "{run:?}");
    let index = modelhub_in(
        root,
        [
            "collection",
            "compile",
            "collection.yaml",
            "--write-index",
            "index.json",
        ],
    );
    assert_eq!(index.code, 1);
    let tested = modelhub_in(root, ["test-collection", "index.json", "--output", "markdown"]);
    assert_eq!(tested.code, 1, "{tested:?}");
    assert!(
        tested
            .stdout
            .contains("2 of 3 resource versions passed all tests"),
        "{tested:?}"
    );
    fs::write(
        root.join("no-list.yaml"),
        "{type: collection, format_version: 0.2.4, name: A}",
    )
    .unwrap();
    let broken = modelhub_in(root, ["test-collection", "no-list.yaml", "models/good"]);
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(
        broken
            .stdout
            .contains("no-list.yaml is no collection of format 0.2")
            && broken.stdout.contains("1 of 2 passed"),
        "{broken:?}"
    );
    fs::create_dir(root.join("empty")).unwrap();
    let empty = modelhub_in(root, ["test-collection", "empty"]);
    assert_eq!(empty.code, 1, "{empty:?}");
}

/// Gives a model a test input of 1 GiB, which takes no place on most file systems.
fn enlarge(model: &Path) {
    use std::io::Write;
    let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 16384, 16384), }";
    let header = format!("{dictionary:<117}\n");
    let mut file = fs::File::create(model.join("test_image.npy")).unwrap();
    file.write_all(b"\x93NUMPY\x01\x00\x76\x00").unwrap();
    file.write_all(header.as_bytes()).unwrap();
    file.set_len(128 + (1 << 30)).unwrap();
}

/// A model whose test crashes, or takes too much memory, is reported, and the others are tested.
#[test]
fn a_crash_and_a_bound_of_memory_stop_one_test_only() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let folder = repository();
    let models = folder.path().join("models");
    let huge = models.join("huge");
    fs::create_dir(&huge).unwrap();
    for entry in fs::read_dir(models.join("good")).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), huge.join(entry.file_name())).unwrap();
    }
    enlarge(&huge);
    let arguments = [
        "test-collection".as_ref(),
        "--output".as_ref(),
        "json".as_ref(),
        models.as_os_str(),
    ];
    let crashed = modelhub_in_little_memory(arguments);
    let bounded = modelhub(
        arguments
            .into_iter()
            .chain(["--memory".as_ref(), "200MiB".as_ref()]),
    );
    for (run, reason) in [
        (crashed, "the process ended without a result (signal: 6"),
        (bounded, "more than the 200 MiB that it may, and was ended"),
    ] {
        assert_eq!(run.code, 1, "{run:?}");
        let value = run.json();
        let of = |name: &str| {
            let models = value["models"].as_array().unwrap();
            let found = models
                .iter()
                .find(|model| model["source"].as_str().unwrap().ends_with(name));
            found.unwrap().clone()
        };
        assert_eq!(of("good")["status"], "passed", "{run:?}");
        assert!(
            of("huge")["problem"].as_str().unwrap().contains(reason),
            "{run:?}"
        );
        // What was found before stands in the summary.
        assert_eq!(of("huge")["tests"].as_array().unwrap().len(), 2, "{run:?}");
    }
}
