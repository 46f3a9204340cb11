//! Against real published models and generated packages, where the conformance data are at hand.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Copy, Run, modelhub};

/// The folder of the conformance data; the tests say so where it is not set.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("MODELHUB_REFERENCE").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
    }
    folder
}

fn test_onnx(path: &Path) -> Run {
    test_weights(path, "onnx")
}

fn test_weights(path: &Path, format: &str) -> Run {
    let arguments = ["test-model", "--weights", format, "--output", "json"];
    modelhub(arguments.iter().map(AsRef::as_ref).chain([path.as_os_str()]))
}

#[test]
fn published_models_pass_and_notice_a_change() {
    let Some(reference) = reference() else { return };
    for name in ["nuclei_broad_0.3.6", "nuclei_broad_0.4.0", "multi_tensor_0.4.0"] {
        let run = test_onnx(&reference.join("models").join(name));
        assert_eq!(run.code, 0, "{run:?}");
        for output in run.json()["weights"][0]["outputs"].as_array().unwrap() {
            assert!(
                output["max_abs_diff"].as_f64().unwrap() < 1e-5,
                "{name}: {output}"
            );
        }
    }
    let copy = Copy::of(&reference.join("models/nuclei_broad_0.4.0"));
    let path = copy.path().join("test_output.npy");
    let mut expected: ArrayD<f32> = read_npy(&path).unwrap();
    expected[[0, 0, 300, 7]] -= 0.5;
    write_npy(&path, &expected).unwrap();
    let run = test_onnx(copy.path());
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("most at [0, 0, 300, 7]"), "{run:?}");
}

#[test]
fn duplicate_names_are_found_at_both_places() {
    let Some(reference) = reference() else { return };
    let model = reference.join("models/invalid_duplicate_tensor_names");
    let run = modelhub([
        "validate",
        "--format-only",
        "--output",
        "jsonl",
        &model.display().to_string(),
    ]);
    assert_eq!(run.code, 1);
    let report = run.json();
    let places: Vec<(&str, i64)> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|found| found["code"] == "duplicate-tensor-name")
        .map(|found| {
            (
                found["pointer"].as_str().unwrap(),
                found["line"].as_i64().unwrap(),
            )
        })
        .collect();
    assert_eq!(places, [("/inputs/0/name", 31), ("/outputs/0/name", 44)]);
}

/// Where the reference departs from the specification; the packages hold the specified result beside the one of
/// the reference, and this is the one that we give. See `docs/differences-from-python.md`.
const DEPARTURES: [(&str, &str); 2] = [
    ("op_zmuv_sample_eps_0p1", "the reference ignores `eps`"),
    (
        "op_out_bool_binarize",
        "the reference casts outputs before postprocessing",
    ),
];

#[test]
fn operation_packages_pass() {
    let Some(reference) = reference() else { return };
    let mut passed = 0;
    let mut outcomes = BTreeMap::new();
    for entry in fs::read_dir(reference.join("zoo")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if !name.starts_with("op_") {
            continue;
        }
        let run = test_onnx(&entry.path());
        if run.code == 0 {
            passed += 1;
        } else {
            outcomes.insert(name, (entry.path(), run));
        }
    }
    assert!(passed >= 40, "only {passed} packages passed");
    for (name, (path, run)) in outcomes {
        let known = DEPARTURES.iter().any(|(departure, _)| *departure == name);
        assert!(known, "{name}: {run:?}");
        let copy = Copy::of(&path);
        fs::copy(path.join("spec_output.npy"), copy.path().join("test_output.npy")).unwrap();
        let specified = test_onnx(copy.path());
        assert_eq!(
            specified.code, 0,
            "{name} against the specified result: {specified:?}"
        );
    }
}

#[test]
fn networks_of_every_stride_run() {
    let Some(reference) = reference() else { return };
    let mut tested = 0;
    for entry in fs::read_dir(reference.join("zoo")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("tile_") {
            let run = test_onnx(&entry.path());
            assert_eq!(run.code, 0, "{name}: {run:?}");
            tested += 1;
        }
    }
    assert!(tested > 3);
}

/// The largest difference that the outputs of a package have from its test outputs.
fn largest_difference(run: &Run) -> f64 {
    let report = run.json();
    let outputs = report["weights"][0]["outputs"].as_array().unwrap();
    let differences = outputs
        .iter()
        .map(|output| output["max_abs_diff"].as_f64().unwrap());
    differences.fold(0.0, f64::max)
}

#[test]
fn torchscript_runs_without_pytorch() {
    let Some(reference) = reference() else { return };
    for name in [
        "nuclei_broad_torchscript_0.3.0", // its digest was never brought up to date
        "nuclei_broad_0.3.6",
        "nuclei_broad_0.4.0",
        "multi_tensor_0.4.0",
    ] {
        let run = test_weights(&reference.join("models").join(name), "torchscript");
        assert_eq!(run.code, 0, "{name}: {run:?}");
        assert!(largest_difference(&run) < 1e-4, "{name}: {run:?}");
    }
    let mut passed = 0;
    for entry in fs::read_dir(reference.join("zoo")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("ts_") {
            let run = test_weights(&entry.path(), "torchscript");
            assert_eq!(run.code, 0, "{name}: {run:?}");
            passed += 1;
        }
    }
    assert!(passed >= 74, "only {passed} packages");
}
