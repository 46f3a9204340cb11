//! `collection`, `test-collection`, `summaries` and the summaries of `test-model`.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::{Copy, Run, fixture, modelhub, modelhub_in, modelhub_in_little_memory, write_zip};

const COLLECTION: &str = "type: collection
format_version: 0.2.4
id: partner
name: Resources of a partner
description: Models and applications.
authors: [{name: Jane Doe}]
license: MIT
cite: [{text: A paper, url: https://example.org}]
config:
  partners:
    - id: lab
      name: A <lab>
      docs: https://example.org/docs
      contact: [{name: Jane Doe, github: janedoe, email: jane@example.org}]
      repository: lab/models
      branch: main
      collection_file_name: collection.yaml
    - {id: half}
collection:
  - {rdf_source: models/good/rdf.yaml, id: good, tags: [Own]}
  - {rdf_source: models/bad/rdf.yaml, id: bad}
  - {rdf_source: https://example.org/rdf.yaml, id: web}
  - {id: counter, type: application, name: Counter, description: Counts cells.}
  - {id: broken, type: dataset, name: [5]}
";

const PLUGIN: &str = "<config lang=\"json\">
{\"name\": \"ilastik\", \"type\": \"window\", \"tags\": [\"software\"], \"version\": \"0.2.2\", \"api_version\": \"0.1.7\",
 \"description\": \"Export models for ilastik\", \"icon\": \"https://example.org/icon.png\", \"inputs\": null}
</config>
<script lang=\"javascript\">api.export({})</script>
";

/// A repository of a partner with a good model, one whose output is wrong, and a plugin.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("collection.yaml"), COLLECTION).unwrap();
    fs::write(folder.path().join("ilastik.imjoy.html"), PLUGIN).unwrap();
    for (name, source) in [("good", "tiling-half-size"), ("bad", "blobs-unet2d")] {
        let target = folder.path().join("models").join(name);
        fs::create_dir_all(&target).unwrap();
        let copy = Copy::of(&fixture(source));
        if name == "bad" {
            copy.edit(
                "- name: sigmoid",
                "- kwargs: {threshold: 0.5}\n        name: binarize",
            );
        }
        for entry in fs::read_dir(copy.path()).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), target.join(entry.file_name())).unwrap();
        }
    }
    folder
}

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
fn a_test_writes_summaries_and_a_report() {
    let folder = repository();
    let run = modelhub_in(
        folder.path(),
        [
            "test-model",
            "--summary",
            "a/s.yaml",
            "--report",
            "b/r.json",
            "models/good",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    insta::assert_snapshot!(
        "test_summary",
        fs::read_to_string(folder.path().join("a/s.yaml"))
            .unwrap()
            .replace(env!("CARGO_PKG_VERSION"), "VERSION")
    );
    let report: Value =
        serde_json::from_str(&fs::read_to_string(folder.path().join("b/r.json")).unwrap()).unwrap();
    assert_eq!(report["status"], "passed");
    assert_eq!(report["score"], 1.0);
    assert_eq!(report["details"].as_array().unwrap().len(), 2);

    let bad = modelhub_in(
        folder.path(),
        [
            "test-model",
            "--summary",
            "s.yaml",
            "--report",
            "r.json",
            "models/bad",
        ],
    );
    assert_eq!(bad.code, 1, "{bad:?}");
    let text = fs::read_to_string(folder.path().join("s.yaml")).unwrap();
    assert!(text.contains("status: failed"), "{text}");
    let gone = modelhub_in(
        folder.path(),
        ["test-model", "--summary", "s.yaml", "models/gone"],
    );
    assert_eq!(gone.code, 3, "{gone:?}");
    let text = fs::read_to_string(folder.path().join("s.yaml")).unwrap();
    assert!(text.contains("name: load resource description"), "{text}");
}

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
    assert!(run.stdout.contains("was not fetched"), "{run:?}");
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

/// The workflow for partners is YAML, and every call of the program in it is one that the program takes.
#[test]
fn the_workflow_for_partners_calls_what_exists() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/partners-workflow.yml");
    let text = fs::read_to_string(path).unwrap();
    let document = rdf_spec::Document::parse(&text).unwrap();
    let root = document.root().as_mapping().unwrap();
    let inputs = root.get("on").and_then(|on| {
        let dispatch = on.as_mapping()?.get("workflow_dispatch")?.as_mapping()?;
        dispatch.get("inputs")?.as_mapping()
    });
    assert!(inputs.unwrap().get("pending_matrix").is_some());
    let steps = root
        .get("jobs")
        .unwrap()
        .as_mapping()
        .unwrap()
        .get("test")
        .unwrap()
        .as_mapping()
        .unwrap();
    let steps = steps.get("steps").unwrap().as_sequence().unwrap();

    let folder = repository();
    let mut calls = 0;
    for step in steps {
        let Some(script) = step.as_mapping().and_then(|step| step.get("run")?.as_str()) else {
            continue;
        };
        for line in script.lines().filter(|line| line.starts_with("modelhub ")) {
            let line = line.split(" >> ").next().unwrap();
            let arguments: Vec<String> = line
                .split_whitespace()
                .skip(1)
                .map(|word| match word {
                    "\"$PENDING_MATRIX\"" => {
                        r#"{"include": [{"resource_id": "**", "version_id": "**"}]}"#.to_owned()
                    }
                    word => word.to_owned(),
                })
                .collect();
            let run = modelhub_in(folder.path(), &arguments);
            assert!(matches!(run.code, 0 | 1), "{line}: {run:?}");
            calls += 1;
        }
    }
    assert_eq!(calls, 3);
    assert!(folder.path().join("index.json").is_file());
}

/// The guide's own commands on its own subjects.
#[test]
fn the_commands_of_the_guide() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let rdf = copy.path().join("rdf.yaml");
    let valid = modelhub(["validate".as_ref(), rdf.as_os_str()]);
    assert_eq!(valid.code, 0, "{valid:?}");
    let tested = modelhub([
        "test-model".as_ref(),
        "--weights".as_ref(),
        "onnx".as_ref(),
        "--device".as_ref(),
        "cpu".as_ref(),
        rdf.as_os_str(),
    ]);
    assert_eq!(tested.code, 0, "{tested:?}");
}
