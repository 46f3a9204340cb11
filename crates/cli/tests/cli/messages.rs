//! What is said to somebody who asks for something that cannot be.

use std::fs;
use std::path::Path;

use crate::harness::{Copy, Run, fixture, modelhub};

/// Calls the program on the fixture of a network with onnx weights only.
fn with_model(verb: &str, more: &[&str]) -> Run {
    let model = fixture("tiling-unet-stride4");
    modelhub(
        [verb, model.to_str().unwrap()]
            .into_iter()
            .chain(more.iter().copied()),
    )
}

fn is_wrong_usage(run: &Run, message: &str) {
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.stderr.trim_end(), format!("error: {message}"), "{run:?}");
}

#[test]
fn weights_that_need_no_conversion() {
    is_wrong_usage(
        &with_model("convert", &["--to", "onnx", "--output", "nowhere.onnx"]),
        "there is nothing to convert: the model has onnx, and onnx is made of torchscript, \
         tensorflow_saved_model_bundle, keras_hdf5 and tensorflow_js",
    );
}

#[test]
fn a_device_that_nothing_computes_on() {
    for verb in ["test-model", "tiling-error"] {
        let image = fixture("tiling-unet-stride4").join("test_image.npy");
        let mut more = vec!["--device", "cuda"];
        if verb == "tiling-error" {
            more.push(image.to_str().unwrap());
        }
        is_wrong_usage(
            &with_model(verb, &more),
            "nothing here computes on the device cuda:0: use --device cpu, or see what `modelhub backends` says",
        );
    }
}

#[test]
fn packages_are_zip_files_or_folders() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("model.tar");
    let expected = format!(
        "`{}`: a package is written as a zip file (a name that ends in .zip) or a folder",
        target.display()
    );
    is_wrong_usage(&with_model("package", &[target.to_str().unwrap()]), &expected);
    is_wrong_usage(
        &modelhub(["build", "model.toml", target.to_str().unwrap()]),
        &expected,
    );
    assert!(!target.exists());
}

#[test]
fn missing_files_and_versions_come_with_a_remedy() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    fs::remove_file(copy.path().join("cover.png")).unwrap();
    let text = fs::read_to_string(copy.path().join("rdf.yaml")).unwrap();
    let lines = text.lines().filter(|line| !line.contains("pytorch_version"));
    fs::write(copy.path().join("rdf.yaml"), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let run = modelhub([Path::new("validate"), copy.path()]);
    assert_eq!(run.code, 1, "{run:?}");
    for help in [
        "help: put the file into the package, or correct what refers to it",
        "help: state the version that wrote the file, for example `pytorch_version: 2.4.0`",
    ] {
        assert!(run.stdout.contains(help), "{help}: {run:?}");
    }
    let target = copy.path().join("again.zip");
    let run = modelhub([Path::new("package"), copy.path(), &target]);
    assert_eq!(run.code, 1, "{run:?}");
    let advice = "put them into the package, or take what refers to them out of the description";
    assert!(run.stderr.contains(advice), "{run:?}");
    assert!(!target.exists());
}
