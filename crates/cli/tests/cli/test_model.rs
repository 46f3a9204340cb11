//! `modelhub test-model`

use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Copy, Run, fixture, modelhub};

/// Tests a model and asks for JSON.
fn as_json(model: &Path) -> Run {
    let arguments = ["test-model", "--output", "json"];
    modelhub(arguments.iter().map(AsRef::as_ref).chain([model.as_os_str()]))
}

#[test]
fn fixture_models_pass_in_every_format_that_can_be_run() {
    for (name, outputs) in [("blobs-unet2d", 1), ("two-channels-two-outputs", 2)] {
        let run = as_json(&fixture(name));
        assert_eq!(run.code, 0, "{run:?}");
        let report = run.json();
        assert_eq!(report["status"], "passed");
        for (at, format) in ["onnx", "torchscript"].into_iter().enumerate() {
            let weights = &report["weights"][at];
            assert_eq!(
                (&weights["format"], &weights["backend"], &weights["status"]),
                (&format.into(), &"tract".into(), &"passed".into())
            );
            assert_eq!(weights["outputs"].as_array().unwrap().len(), outputs);
            for output in weights["outputs"].as_array().unwrap() {
                assert!(output["max_abs_diff"].as_f64().unwrap() < 1e-5, "{output}");
                assert_eq!(output["mismatched_ppm"], 0.0);
                assert_eq!(output["dtype"], "float32");
            }
        }
    }
}

#[test]
fn weights_with_another_digest_are_run_with_a_warning_unless_strict() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("sha256: b8aaf0814ac4ff699a", "sha256: 00aaf0814ac4ff699a");
    let run = as_json(copy.path());
    assert_eq!(run.code, 0, "{run:?}");
    let warning = run.json()["weights"][0]["warnings"][0].clone();
    assert!(
        warning
            .as_str()
            .unwrap()
            .contains("the description states 00aaf0814ac4ff699a"),
        "{warning}"
    );
    assert_eq!(run.json()["weights"][1]["warnings"], serde_json::json!([]));
    let strict = modelhub([
        "test-model".as_ref(),
        "--strict".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(strict.stdout.contains("digest"), "{strict:?}");
}

#[test]
fn a_zip_file_is_tested_like_a_folder() {
    let copy = Copy::of(&fixture("two-channels-two-outputs"));
    let run = modelhub(["test-model".as_ref(), copy.zip().as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("onnx with tract: passed"), "{run:?}");
}

#[test]
fn an_altered_output_fails_and_is_located() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let path = copy.path().join("test_output.npy");
    let mut expected: ArrayD<f32> = read_npy(&path).unwrap();
    expected[[0, 0, 17, 5]] += 2.0;
    write_npy(&path, &expected).unwrap();
    let run = as_json(copy.path());
    assert_eq!(run.code, 1, "{run:?}");
    let report = run.json();
    assert_eq!(report["status"], "failed");
    let onnx = &report["weights"][0];
    assert_eq!(onnx["status"], "failed");
    assert_eq!(
        onnx["outputs"][0]["worst_index"],
        serde_json::json!([0, 0, 17, 5])
    );
    assert!(
        onnx["reason"]
            .as_str()
            .unwrap()
            .contains("1 of 49152 values differ, most at [0, 0, 17, 5]"),
        "{onnx}"
    );

    let human = modelhub(["test-model".as_ref(), copy.path().as_os_str()]);
    assert_eq!(human.code, 1);
    assert!(
        human
            .stdout
            .contains("output `probability`: 1 of 49152 values differ, most at [0, 0, 17, 5]"),
        "{human:?}"
    );
}

#[test]
fn files_of_formats_that_are_not_tested_are_never_opened() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    std::fs::remove_file(copy.path().join("weights.pt")).unwrap();
    copy.edit(
        "source: weights.pt",
        "source: https://example.org/gone/weights.pt",
    );
    let run = modelhub(["test-model".as_ref(), copy.path().as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn asking_for_a_format_that_cannot_be_run_is_an_error() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "  torchscript:",
        "  pytorch_state_dict:\n    architecture: torch.nn.Identity",
    );
    let run = modelhub([
        "test-model".as_ref(),
        "--output".as_ref(),
        "json".as_ref(),
        "--weights".as_ref(),
        "pytorch_state_dict".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(run.code, 3, "{run:?}");
    assert_eq!(run.json()["status"], "failed");
    assert_eq!(run.json()["weights"][0]["status"], "unsupported");
    assert!(run.stderr.contains("--allow-code"), "{run:?}");

    let model = fixture("blobs-unet2d");
    let absent = modelhub([
        "test-model".as_ref(),
        "--weights".as_ref(),
        "keras_hdf5".as_ref(),
        model.as_os_str(),
    ]);
    assert_eq!(absent.code, 2);
    assert!(
        absent
            .stderr
            .contains("the model has no keras_hdf5 weights; it has onnx, torchscript"),
        "{absent:?}"
    );

    let unknown = modelhub([
        "test-model".as_ref(),
        "--weights".as_ref(),
        "onxx".as_ref(),
        model.as_os_str(),
    ]);
    assert_eq!(unknown.code, 2);
    let backend = modelhub([
        "test-model".as_ref(),
        "--backend".as_ref(),
        "ort".as_ref(),
        model.as_os_str(),
    ]);
    assert_eq!(backend.code, 2);
    assert!(
        backend
            .stderr
            .contains("there is no backend `ort` in this build; it has tract"),
        "{backend:?}"
    );
}

#[test]
fn an_invalid_description_is_not_tested() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("name: probability", "name: image");
    let run = modelhub(["test-model".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("invalid_description", run.snapshot(copy.path()));
}

#[test]
fn errors_that_do_not_matter_for_running_are_listed_and_the_test_goes_on() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("license: MIT", "licence: MIT");
    copy.remove_lines("timestamp:");
    let run = modelhub(["test-model".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("errors_that_do_not_matter", run.snapshot(copy.path()));
    let strict = modelhub([
        "test-model".as_ref(),
        "--strict".as_ref(),
        copy.path().as_os_str(),
    ]);
    assert_eq!(strict.code, 1, "{strict:?}");
    assert!(strict.stderr.contains("error[unknown-field]"), "{strict:?}");
}

#[test]
fn weights_that_cannot_be_read_do_not_keep_the_others_from_running() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "weights:\n",
        "weights:\n  pytorch_state_dict:\n    source: [a, b]\n  pickle:\n    source: a.pkl\n",
    );
    let run = as_json(copy.path());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr.contains("weights.pytorch_state_dict.source"),
        "{run:?}"
    );
}

#[test]
fn a_misspelt_field_of_a_tensor_keeps_a_model_from_running() {
    for (right, wrong) in [("preprocessing:", "preprocesing:"), ("halo:", "hallo:")] {
        let copy = Copy::of(&fixture("blobs-unet2d"));
        copy.edit(right, wrong);
        let run = as_json(copy.path());
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stderr.contains("unknown-field"), "{run:?}");
    }
}

#[test]
fn unclear_axes_keep_a_model_from_running() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "axes: bcyx\n    data_type: float32\n    data_range: [0.0",
        "axes: bcy\n    data_type: float32\n    data_range: [0.0",
    );
    let run = as_json(copy.path());
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("axes-shape-mismatch"), "{run:?}");
}

#[test]
fn a_test_output_of_another_type_is_compared_before_the_cast_too() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    // Probabilities become 0 or 1 when they are cast; the test output still has them as float32.
    copy.edit(
        "data_type: float32\n    data_range: [0.0",
        "data_type: uint8\n    data_range: [0.0",
    );
    let run = as_json(copy.path());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["weights"][0]["outputs"][0]["dtype"], "float32");

    let path = copy.path().join("test_output.npy");
    let float: ArrayD<f32> = read_npy(&path).unwrap();
    write_npy(&path, &float.mapv(|value| value as u8)).unwrap();
    let run = as_json(copy.path());
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(run.json()["weights"][0]["outputs"][0]["dtype"], "uint8");
}

#[test]
fn the_report_for_people() {
    let copy = Copy::of(&fixture("two-channels-two-outputs"));
    let path = copy.path().join("test_boundary_half.npy");
    let expected: ArrayD<f32> = read_npy(&path).unwrap();
    write_npy(&path, &expected.mapv(|value| 1.0 - value)).unwrap();
    let run = modelhub(["test-model".as_ref(), copy.path().as_os_str()]);
    insta::assert_snapshot!("report", run.snapshot(copy.path()));
}
