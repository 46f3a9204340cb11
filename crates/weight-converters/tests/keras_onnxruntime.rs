//! Converted models of Keras in `onnx.checker` and onnxruntime, where there is a Python that has them: `MODELHUB_PYTHON` is
//! its path.
#![cfg(feature = "keras")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod keras_files;

use std::fs;
use std::path::Path;
use std::process::Command;

use keras_files::{MODELS, convert, folder, model};

#[test]
fn onnxruntime_computes_what_keras_computed() {
    let Some(python) = std::env::var_os("MODELHUB_PYTHON") else {
        println!("skipped: MODELHUB_PYTHON names no Python that has numpy, onnx and onnxruntime");
        return;
    };
    let target = tempfile::tempdir().unwrap();
    for (name, shapes) in MODELS {
        let onnx = convert(&model(name), shapes).unwrap().model;
        fs::write(target.path().join(format!("{name}.onnx")), onnx).unwrap();
    }
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "npy") {
            fs::copy(&path, target.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_models.py");
    let output = Command::new(python)
        .arg(script)
        .arg(target.path())
        .output()
        .unwrap();
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}{errors}");
    assert!(
        text.contains(&format!("{} models are right", MODELS.len())),
        "{text}{errors}"
    );
}
