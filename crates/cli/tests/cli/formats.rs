//! The forms of the output of `modelhub validate` that programs read.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::harness::{Copy, Run, fixture, modelhub_in};

/// A package with an error, a second place, a warning and a file that is missing.
fn broken() -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("name: probability", "name: image");
    copy.edit("license: MIT", "license: my own, 100%");
    copy.edit("covers: [cover.png]", "covers: [missing.png]");
    copy
}

fn validate(copy: &Copy, output: &str) -> Run {
    modelhub_in(copy.path(), ["validate", "--output", output, "."])
}

#[test]
fn github_annotations_are_one_command_a_finding() {
    let copy = broken();
    let run = validate(&copy, "github");
    assert_eq!(run.code, 1);
    insta::assert_snapshot!("github", run.snapshot(copy.path()));
}

#[test]
fn json_lines_say_more_than_they_did_and_nothing_less() {
    let copy = broken();
    let report = validate(&copy, "jsonl").json();
    let findings = report["diagnostics"].as_array().unwrap();
    for finding in findings {
        let keys: Vec<&str> = finding.as_object().unwrap().keys().map(String::as_str).collect();
        let known = [
            "code", "severity", "message", "pointer", "path", "line", "column", "help",
        ];
        let added = ["end_line", "end_column", "strict_severity", "related"];
        assert_eq!(keys, [&known[..], &added[..]].concat());
    }
    let license = findings
        .iter()
        .find(|found| found["code"] == "unknown-license")
        .unwrap();
    assert_eq!(
        (&license["severity"], &license["strict_severity"]),
        (&"warning".into(), &"error".into())
    );
    assert_eq!((&license["line"], &license["column"]), (&14.into(), &10.into()));
    assert_eq!(
        (&license["end_line"], &license["end_column"]),
        (&14.into(), &22.into())
    );
    let twice = findings
        .iter()
        .find(|found| found["code"] == "duplicate-tensor-name")
        .unwrap();
    assert_eq!(twice["related"][0]["pointer"], "/outputs/0/name");
    assert_eq!(twice["related"][0]["message"], "also used here");
}

#[test]
fn the_letter_of_the_specification_is_asked_for_with_strict() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("license: MIT", "license: my own");
    let usual = modelhub_in(copy.path(), ["validate", "."]);
    assert_eq!(usual.code, 0, "{usual:?}");
    assert!(usual.stdout.contains("warning[unknown-license]"), "{usual:?}");
    let strict = modelhub_in(copy.path(), ["validate", "--strict", "."]);
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(strict.stdout.contains("error[unknown-license]"), "{strict:?}");
    assert!(strict.stdout.contains(".: invalid (1 error)"), "{strict:?}");
    let report = modelhub_in(copy.path(), ["validate", "--strict", "--output", "jsonl", "."]).json();
    assert_eq!(report["status"], "invalid");
    assert_eq!(report["diagnostics"][0]["severity"], "error");
}

#[test]
fn sarif_has_what_its_standard_requires() {
    let copy = broken();
    let folder = copy.path().join("sub folder");
    std::fs::create_dir(&folder).unwrap();
    let text = std::fs::read_to_string(copy.path().join("rdf.yaml")).unwrap();
    std::fs::write(folder.join("50%.yaml"), text).unwrap();
    let run = modelhub_in(
        copy.path(),
        [
            "validate",
            "--output",
            "sarif",
            "./rdf.yaml",
            "sub folder/50%.yaml",
            "nothing here",
        ],
    );
    assert_eq!(run.code, 3, "{run:?}");
    let log = run.json();
    // Section 3.13: the log; 3.14: its runs; 3.18, 3.19: the tool.
    assert_eq!(log["version"], "2.1.0");
    assert!(
        log["$schema"]
            .as_str()
            .unwrap()
            .ends_with("sarif-schema-2.1.0.json")
    );
    let runs = log["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 1, "one run for all sources");
    assert_eq!(runs[0]["columnKind"], "unicodeCodePoints");
    assert_eq!(runs[0]["invocations"][0]["executionSuccessful"], false);
    let driver = &runs[0]["tool"]["driver"];
    assert_eq!(driver["name"], "modelhub");
    let rules = driver["rules"].as_array().unwrap();
    rules.iter().for_each(check_rule);
    let ids: BTreeSet<&str> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "3.49.3: identifiers are unique");
    let results = runs[0]["results"].as_array().unwrap();
    for result in results {
        check_result(result, rules);
    }
    let addresses: BTreeSet<&str> = results
        .iter()
        .map(|result| address(&result["locations"][0]).as_str().unwrap())
        .collect();
    let expected = ["rdf.yaml", "sub%20folder/50%25.yaml", "nothing%20here"];
    assert_eq!(addresses, BTreeSet::from(expected));
    let twice = results
        .iter()
        .find(|found| found["ruleId"] == "duplicate-tensor-name")
        .unwrap();
    let related = &twice["relatedLocations"][0];
    assert_eq!(
        (address(related), &related["id"]),
        (&"rdf.yaml".into(), &0.into())
    );
    assert_eq!(related["message"]["text"], "also used here");
    assert_eq!(related["physicalLocation"]["region"]["endColumn"], 16);
}

fn address(location: &Value) -> &Value {
    &location["physicalLocation"]["artifactLocation"]["uri"]
}

fn check_rule(rule: &Value) {
    for text in ["shortDescription", "fullDescription", "help"] {
        let text = rule[text]["text"].as_str().unwrap();
        assert!(
            !text.is_empty() && !text.starts_with(char::is_whitespace),
            "{rule}"
        );
    }
    assert!(
        rule["help"]["markdown"].as_str().unwrap().contains("```yaml"),
        "{rule}"
    );
    assert!(is_level(&rule["defaultConfiguration"]["level"]), "{rule}");
}

fn check_result(result: &Value, rules: &[Value]) {
    // Section 3.27: a result has a message, and its rule is the one of its index.
    assert!(!result["message"]["text"].as_str().unwrap().is_empty());
    let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
    assert_eq!(rules[index]["id"], result["ruleId"]);
    assert!(is_level(&result["level"]));
    let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
    let locations = result["locations"].as_array().unwrap();
    assert_eq!(locations.len(), 1, "3.27.12: one place, others are related");
    for location in locations.iter().chain(&related) {
        let place = &location["physicalLocation"];
        let uri = address(location).as_str().unwrap();
        assert!(uri.bytes().all(|byte| byte.is_ascii_graphic()), "RFC 3986: {uri}");
        assert_eq!(place["artifactLocation"]["uriBaseId"], "%SRCROOT%");
        let [line, column, end_line, end_column] =
            ["startLine", "startColumn", "endLine", "endColumn"].map(|key| {
                place["region"][key]
                    .as_u64()
                    .unwrap_or_else(|| panic!("no {key}: {result}"))
            });
        assert!(line >= 1 && column >= 1, "3.30: counted from 1");
        assert!((line, column) <= (end_line, end_column), "{result}");
    }
}

fn is_level(level: &Value) -> bool {
    ["error", "warning", "note", "none"].contains(&level.as_str().unwrap())
}

#[test]
fn sarif_of_valid_sources_has_no_results() {
    let run = modelhub_in(
        &fixture("blobs-unet2d"),
        ["validate", "--output", "sarif", "rdf.yaml"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let log = run.json();
    assert_eq!(log["runs"][0]["results"], Value::Array(vec![]));
    assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], true);
}
