//! `modelhub convert`

use std::fs;
use std::path::Path;

use crate::harness::{Copy, Run, fixture, modelhub};

fn convert(model: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["convert".to_owned(), model.display().to_string()];
    all.extend(
        ["--to", "onnx"]
            .iter()
            .chain(arguments)
            .map(|&argument| argument.to_owned()),
    );
    modelhub(all)
}

/// The fixture model with TorchScript weights only.
fn model() -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let text = fs::read_to_string(copy.path().join("rdf.yaml")).unwrap();
    let (start, end) = (
        text.find("  onnx:").unwrap(),
        text.find("  torchscript:").unwrap(),
    );
    copy.edit(&text[start..end], "");
    copy
}

#[test]
fn torchscript_becomes_onnx_weights_of_the_package() {
    let model = model();
    let exists = convert(model.path(), &["--add-to-package"]);
    assert_eq!(exists.code, 2, "{exists:?}");
    assert!(
        exists.stderr.contains("weights.onnx` exists: use --overwrite"),
        "{exists:?}"
    );

    fs::remove_file(model.path().join("weights.onnx")).unwrap();
    let run = convert(model.path(), &["--add-to-package"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(
        run.stderr.contains("largest difference from the test output"),
        "{run:?}"
    );
    assert!(run.stderr.contains("the converted weights do not"), "{run:?}");
    let text = fs::read_to_string(model.path().join("rdf.yaml")).unwrap();
    assert!(
        text.contains("    parent: torchscript\n") && text.contains("# three poolings need"),
        "{text}"
    );

    let valid = modelhub(["validate".as_ref(), model.path().as_os_str()]);
    assert_eq!(valid.code, 0, "{valid:?}");
    let tested = modelhub(
        ["test-model", "--weights", "onnx"]
            .map(AsRef::as_ref)
            .into_iter()
            .chain([model.path().as_os_str()]),
    );
    assert_eq!(tested.code, 0, "{tested:?}");

    let again = convert(model.path(), &["--add-to-package"]);
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.stderr.contains("has onnx weights already"), "{again:?}");
}

#[test]
fn other_shapes_are_converted_without_a_test() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("small.onnx").display().to_string();
    let model = fixture("blobs-unet2d");
    let run = convert(&model, &["--shape", "1x1x128x144", "--output", &output]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stderr.contains("not tested"), "{run:?}");
    assert!(
        run.stderr.contains("for inputs of shape [[1, 1, 128, 144]]"),
        "{run:?}"
    );
    assert!(fs::metadata(&output).unwrap().len() > 10_000);

    let wrong = convert(
        &model,
        &["--shape", "128x144", "--output", &output, "--overwrite"],
    );
    assert_eq!(wrong.code, 2, "{wrong:?}");
    assert!(
        wrong.stderr.contains("each of the axes bcyx of `image`"),
        "{wrong:?}"
    );
    // Three poolings: the network joins tensors of different size.
    let unfit = convert(
        &model,
        &["--shape", "1x1x128x145", "--output", &output, "--overwrite"],
    );
    assert_eq!(unfit.code, 3, "{unfit:?}");
    assert!(
        unfit.stderr.contains("cannot convert the torchscript weights"),
        "{unfit:?}"
    );
}

#[test]
fn what_does_not_pass_the_test_is_not_written() {
    let model = model();
    fs::copy(
        model.path().join("test_input.npy"),
        model.path().join("test_output.npy"),
    )
    .unwrap();
    let output = model.path().join("converted.onnx").display().to_string();
    let run = convert(model.path(), &["--output", &output]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("nothing is written"), "{run:?}");
    assert!(!Path::new(&output).exists());
}
