//! `compatibility` and `check-contribution` on fixture models.

use crate::harness::{Copy, fixture, modelhub};

#[test]
fn which_software_runs_a_model_and_why_not() {
    let model = fixture("blobs-unet2d");
    let run = modelhub(["compatibility".as_ref(), model.as_os_str()]);
    insta::assert_snapshot!("compatibility", run.snapshot(&model));

    let json = modelhub([
        "compatibility".as_ref(),
        "--output".as_ref(),
        "json".as_ref(),
        model.as_os_str(),
    ]);
    assert_eq!(json.code, 0, "{json:?}");
    let value = json.json();
    let consumers = value["consumers"].as_array().unwrap();
    let ilastik = consumers
        .iter()
        .find(|consumer| consumer["id"] == "ilastik")
        .unwrap();
    assert_eq!(ilastik["verdict"], "runs");
    assert_eq!(ilastik["formats"][0]["format"], "torchscript");
    let fiji = consumers
        .iter()
        .find(|consumer| consumer["id"] == "fiji")
        .unwrap();
    assert_eq!(fiji["verdict"], "no");
    assert!(
        fiji["reasons"][0]["source"]
            .as_str()
            .unwrap()
            .starts_with("https://")
    );
}

#[test]
fn a_model_that_nothing_runs_is_a_finding() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("  torchscript:", "  tensorflow_js:");
    copy.edit("pytorch_version", "tensorflow_version");
    copy.edit("mode: per_sample", "mode: per_dataset");
    copy.remove_lines("onnx");
    copy.remove_lines("opset_version");
    copy.remove_lines("b8aaf0814ac4ff699a");
    let run = modelhub(["compatibility".as_ref(), copy.path().as_os_str()]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(!run.stdout.contains(": runs"), "{run:?}");

    copy.edit("type: model", "type: application");
    let run = modelhub(["compatibility".as_ref(), copy.path().as_os_str()]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("is of type `application`, only models are run"),
        "{run:?}"
    );
    let gone = modelhub(["compatibility", "no/such/model"]);
    assert_eq!(gone.code, 3, "{gone:?}");
}

#[test]
fn the_rules_for_contributions() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let run = modelhub(["check-contribution".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("contribution", run.snapshot(copy.path()));
    let strict = modelhub([
        "check-contribution".as_ref(),
        "--strict".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(strict.code, 1, "{strict:?}");

    copy.edit("format_version: 0.4.9", "format_version: 0.4.3");
    copy.edit("license: MIT", "license: null");
    copy.edit("name: Blobs U-Net 2D", "name: model");
    std::fs::remove_file(copy.path().join("cover.png")).unwrap();
    let run = modelhub(["check-contribution".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("contribution_not_ready", run.snapshot(copy.path()));
    let json = modelhub([
        "check-contribution".as_ref(),
        "--output".as_ref(),
        "json".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(json.code, 1, "{json:?}");
    let value = json.json();
    assert_eq!(value["accepted"], false);
    let format = value["findings"]
        .as_array()
        .unwrap()
        .iter()
        .find(|finding| finding["code"] == "format-version")
        .unwrap();
    assert_eq!(format["severity"], "required");
    assert_eq!(format["line"], 2);
    assert!(
        value["kept"]
            .as_array()
            .unwrap()
            .iter()
            .any(|code| code == "consumer")
    );
}
