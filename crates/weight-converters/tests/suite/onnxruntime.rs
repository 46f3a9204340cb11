//! Converted fixtures in `onnx.checker` and onnxruntime, where there is a Python that has them: `MODELHUB_PYTHON` is its path.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::archives;
#[cfg(feature = "keras")]
use crate::keras_files;

/// The Python that checks.
fn python() -> Option<OsString> {
    let python = std::env::var_os("MODELHUB_PYTHON");
    if python.is_none() {
        println!("skipped: MODELHUB_PYTHON names no Python that has numpy, onnx and onnxruntime");
    }
    python
}

/// Copies the arrays `ARRAYS.input_0.npy`, `ARRAYS.output_0.npy`, ... of a fixture to stand beside `NAME.onnx`.
fn copy_arrays(source: &Path, target: &Path, arrays: &str, name: &str) {
    for entry in fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(rest) = file.strip_prefix(arrays)
            && rest.starts_with('.')
            && rest.ends_with(".npy")
        {
            fs::copy(&path, target.join(format!("{name}{rest}"))).unwrap();
        }
    }
}

/// Lets the script check all models of a folder, of which there are so many.
fn check(python: &OsString, folder: &Path, count: usize) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/check_models.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    let (text, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{text}{errors}");
    assert!(
        text.contains(&format!("{count} models are right")),
        "{text}{errors}"
    );
}

#[test]
fn onnxruntime_computes_what_pytorch_computed() {
    let Some(python) = python() else { return };
    let target = tempfile::tempdir().unwrap();
    for (name, shapes) in archives::FIXTURES {
        let onnx = archives::convert(&archives::fixture(name), shapes).unwrap().model;
        fs::write(target.path().join(format!("{name}.onnx")), onnx).unwrap();
        let arrays = if name == "big_endian" { "data_types" } else { name };
        copy_arrays(&archives::folder(), target.path(), arrays, name);
    }
    check(&python, target.path(), archives::FIXTURES.len());
}

#[cfg(feature = "keras")]
#[test]
fn onnxruntime_computes_what_keras_computed() {
    let Some(python) = python() else { return };
    let target = tempfile::tempdir().unwrap();
    for (name, shapes) in keras_files::MODELS {
        let onnx = keras_files::convert(&keras_files::model(name), shapes)
            .unwrap()
            .model;
        fs::write(target.path().join(format!("{name}.onnx")), onnx).unwrap();
        copy_arrays(&keras_files::folder(), target.path(), name, name);
    }
    check(&python, target.path(), keras_files::MODELS.len());
}
