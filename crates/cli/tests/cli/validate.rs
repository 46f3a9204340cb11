//! `modelhub validate`

use serde_json::Value;

use crate::harness::{Copy, fixture, modelhub};

#[test]
fn fixture_models_are_valid() {
    // The second one takes an 8-bit image, which the text of the specification does not know.
    for (name, verdict) in [
        ("blobs-unet2d", "valid"),
        ("two-channels-two-outputs", "valid (1 warning)"),
    ] {
        let run = modelhub(["validate".as_ref(), fixture(name).as_os_str()]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{run:?}");
        let last = format!("{}: {verdict}", fixture(name).display());
        assert_eq!(run.stdout.lines().last(), Some(last.as_str()), "{run:?}");
        assert!(!run.stdout.contains("error["), "{run:?}");
    }
}

#[test]
fn every_problem_is_shown_with_its_line() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "axes: bcyx\n    data_type: float32\n    data_range: [0.0",
        "axes: bcyz\n    data_type: float\n    data_range: [0.0",
    );
    copy.edit("license: MIT", "licence: MIT");
    copy.edit("name: probability", "name: image");
    copy.edit("covers: [cover.png]", "covers: [missing.png]");
    let run = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("every_problem", run.snapshot(copy.path()));
}

#[test]
fn places_are_marked_in_full_and_second_places_shown() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    // Twice in neighbouring lines, a field that is missing, wide characters before the place, a tab.
    copy.edit("license: MIT", "license: MIT\nlicense: MIT");
    copy.edit("      min: [1, 1, 128, 128]\n", "");
    copy.edit(
        "tags: [unet2d",
        "tags: [\u{7d30}\u{80de}, \"a\tb\", \u{1f9eb}, 2024",
    );
    copy.edit("description: A small", "description: [A small");
    copy.edit("unevenly lit background.", "unevenly lit background.]");
    let run = modelhub([
        "validate".as_ref(),
        "--format-only".as_ref(),
        copy.path().as_os_str(),
    ]);
    insta::assert_snapshot!("places", run.snapshot(copy.path()));
}

#[test]
fn usual_mistakes_in_yaml_are_explained() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "    axes: bcyx\n    data_type: float32\n    data_range: [-",
        "\taxes: bcyx\n    data_type: float32\n    data_range: [-",
    );
    let run = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("tab", run.snapshot(copy.path()));
}

#[test]
fn json_lines_come_in_the_order_of_the_sources() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("type: model", "type: modell");
    let good = fixture("blobs-unet2d").join("rdf.yaml");
    let missing = copy.path().join("nothing-here");
    let run = modelhub([
        "validate".as_ref(),
        "--format-only".as_ref(),
        "--output".as_ref(),
        "jsonl".as_ref(),
        copy.path().as_os_str(),
        good.as_os_str(),
        missing.as_os_str(),
    ]);
    assert_eq!(run.code, 3, "a source that cannot be read weighs most: {run:?}");
    let lines: Vec<Value> = run
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let summary: Vec<(&str, &str)> = lines
        .iter()
        .map(|line| (line["source"].as_str().unwrap(), line["status"].as_str().unwrap()))
        .collect();
    let names = [copy.path(), good.as_path(), missing.as_path()].map(|path| path.display().to_string());
    assert_eq!(
        summary,
        [
            (&*names[0], "invalid"),
            (&*names[1], "valid"),
            (&*names[2], "invalid")
        ]
    );
    assert_eq!(lines[1]["type"], "model");
    assert_eq!(lines[1]["format_version"], "0.4.9");
    assert_eq!(lines[1]["diagnostics"], Value::Array(vec![]));
    let found = &lines[0]["diagnostics"][0];
    assert_eq!(found["code"], "unsupported-format-version");
    assert_eq!(
        (&found["pointer"], &found["path"]),
        (&"/format_version".into(), &"format_version".into())
    );
    assert_eq!((&found["line"], &found["column"]), (&2.into(), &17.into()));
    assert!(
        found["help"].as_str().unwrap().contains("write `type: model`"),
        "{found}"
    );
    assert_eq!(lines[2]["diagnostics"][0]["code"], "unreadable-source");
}

#[test]
fn format_only_looks_at_no_other_file() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    std::fs::remove_file(copy.path().join("weights.onnx")).unwrap();
    let with_files = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    assert_eq!(with_files.code, 1);
    assert!(
        with_files
            .stdout
            .contains("error[missing-file]: there is no file `weights.onnx`"),
        "{with_files:?}"
    );
    let format_only = modelhub([
        "validate".as_ref(),
        "--format-only".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(format_only.code, 0, "{format_only:?}");
}

#[test]
fn a_changed_file_is_found_by_its_digest_also_in_a_zip() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let path = copy.path().join("weights.pt");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let zip = copy.zip();
    for source in [copy.path(), &zip] {
        let run = modelhub(["validate".as_ref(), source.as_os_str()]);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(
            run.stdout.contains("error[digest-mismatch]: `weights.pt` has"),
            "{run:?}"
        );
        assert!(
            run.stdout.contains("field: weights.torchscript.sha256"),
            "{run:?}"
        );
    }
}

#[test]
fn usage_errors_have_their_own_code() {
    assert_eq!(modelhub(["validate"]).code, 2);
    assert_eq!(modelhub(["frobnicate"]).code, 2);
    assert_eq!(modelhub(["validate", "--output", "xml", "a"]).code, 2);
    let threads = modelhub(["test-model", "--threads", "300", "a"]);
    assert_eq!(threads.code, 2);
    assert!(
        threads.stderr.contains("a number from 1 to 256 is expected"),
        "{threads:?}"
    );
    let help = modelhub(["help", "test-model"]);
    assert_eq!(help.code, 0);
    assert!(
        help.stdout.contains("Exit codes: 0 fine, 1 findings or mismatch"),
        "{help:?}"
    );
}
