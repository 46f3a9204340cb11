//! Summaries and reports of `test-model`, and the workflow that publishes them.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::harness::modelhub_in;
use crate::partner::repository;

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
