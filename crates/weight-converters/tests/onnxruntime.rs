//! Converted fixtures in `onnx.checker` and onnxruntime, where there is a Python that has them: `MODELHUB_PYTHON` is its path.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{FIXTURES, convert, fixture, folder};

#[test]
fn onnxruntime_computes_what_pytorch_computed() {
    let Some(python) = std::env::var_os("MODELHUB_PYTHON") else {
        println!("skipped: MODELHUB_PYTHON names no Python that has numpy, onnx and onnxruntime");
        return;
    };
    let target = tempfile::tempdir().unwrap();
    for (name, shapes) in FIXTURES {
        fs::write(
            target.path().join(format!("{name}.onnx")),
            convert(&fixture(name), shapes).unwrap().model,
        )
        .unwrap();
        let arrays = if name == "big_endian" { "data_types" } else { name };
        for entry in fs::read_dir(folder()).unwrap() {
            let path = entry.unwrap().path();
            let file = path.file_name().unwrap().to_string_lossy().into_owned();
            if let Some(rest) = file.strip_prefix(arrays).filter(|rest| rest.ends_with(".npy")) {
                fs::copy(&path, target.path().join(format!("{name}{rest}"))).unwrap();
            }
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
        text.contains(&format!("{} models are right", FIXTURES.len())),
        "{text}{errors}"
    );
}
