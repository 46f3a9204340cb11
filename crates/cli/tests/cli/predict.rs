//! `modelhub predict`

use std::path::Path;

use ndarray::{ArrayD, Axis};
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Copy, Run, fixture, modelhub};

fn predict(model: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["predict".to_owned(), model.display().to_string()];
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    modelhub(all)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

#[test]
fn npy_in_and_out_gives_the_test_output() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let output = folder.path().join("probability.npy");
    let run = predict(
        &model,
        &[
            "--input",
            &text(&model.join("test_input.npy")),
            "--output",
            &text(&output),
        ],
    );
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("axes bcyx inferred"), "{run:?}");
    let expected: ArrayD<f32> = read_npy(model.join("test_output.npy")).unwrap();
    let found: ArrayD<f32> = read_npy(&output).unwrap();
    assert_eq!(found.shape(), expected.shape());
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn a_png_becomes_a_tiff_and_a_png() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let image = text(&model.join("sample_input.png"));
    let tiff = folder.path().join("out.tif");
    let run = predict(&model, &["-i", &image, "-o", &text(&tiff)]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("axes yx of the file, uint8 [256, 192]; the model takes bcyx [1, 1, 256, 192]"),
        "{run:?}"
    );
    assert!(tiff.metadata().unwrap().len() > 256 * 192 * 4);

    let png = folder.path().join("out.png");
    let unscaled = predict(&model, &["-i", &image, "-o", &text(&png)]);
    assert_eq!(unscaled.code, 2, "{unscaled:?}");
    assert!(unscaled.stderr.contains("--png-scaling unit"), "{unscaled:?}");
    assert!(!png.exists(), "nothing is written");
    let scaled = predict(
        &model,
        &["-i", &image, "-o", &text(&png), "--png-scaling", "unit"],
    );
    assert_eq!(scaled.code, 0, "{scaled:?}");
    assert!(png.exists());
    let again = predict(
        &model,
        &["-i", &image, "-o", &text(&png), "--png-scaling", "unit"],
    );
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("exists: use --overwrite"), "{again:?}");
}

#[test]
fn two_inputs_and_two_outputs_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("two-channels-two-outputs");
    let output = folder.path().join("half.npy");
    let nuclei = format!("nuclei={}", text(&model.join("test_nuclei.npy")));
    let membrane = text(&model.join("test_membrane.npy"));
    let half = format!("boundary_half={}", text(&output));
    let run = predict(&model, &["-i", &nuclei, "-i", &membrane, "-o", &half]);
    assert_eq!(run.code, 0, "{run:?}");
    let expected: ArrayD<f32> = read_npy(model.join("test_boundary_half.npy")).unwrap();
    assert_eq!(read_npy::<_, ArrayD<f32>>(&output).unwrap(), expected);

    let missing = predict(&model, &["-i", &nuclei, "-o", &half, "--overwrite"]);
    assert_eq!(missing.code, 2);
    assert!(
        missing
            .stderr
            .contains("the input `membrane` has no image: add --input membrane=PATH"),
        "{missing:?}"
    );
}

#[test]
fn stated_axes_transpose_the_image() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let image: ArrayD<f32> = read_npy(model.join("test_input.npy")).unwrap();
    let transposed = image
        .index_axis(Axis(0), 0)
        .index_axis(Axis(0), 0)
        .reversed_axes()
        .as_standard_layout()
        .to_owned();
    let path = folder.path().join("xy.npy");
    write_npy(&path, &transposed).unwrap();
    let output = folder.path().join("out.npy");
    let run = predict(
        &model,
        &["-i", &text(&path), "-o", &text(&output), "--axes", "xy"],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let expected: ArrayD<f32> = read_npy(model.join("test_output.npy")).unwrap();
    let found: ArrayD<f32> = read_npy(&output).unwrap();
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn what_does_not_fit_is_an_error_that_shows_both() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let output = text(&folder.path().join("out.npy"));
    let image = |shape: &[usize]| {
        let path = folder.path().join("image.npy");
        write_npy(&path, &ArrayD::<f32>::zeros(shape)).unwrap();
        text(&path)
    };
    let odd = predict(&model, &["-i", &image(&[130, 128]), "-o", &output, "--no-tiling"]);
    assert_eq!(odd.code, 3, "{odd:?}");
    assert!(
        odd.stderr
            .contains("axis `y` has the size 130, possible are 128 + k * 16 (crop to 128 or pad to 144)"),
        "{odd:?}"
    );

    let stack = predict(
        &model,
        &["-i", &image(&[5, 128, 128]), "-o", &output, "--axes", "zyx"],
    );
    assert_eq!(stack.code, 2, "{stack:?}");
    assert!(
        stack.stderr.contains("bcyx")
            && stack.stderr.contains("zyx")
            && stack.stderr.contains("[5, 128, 128]"),
        "{stack:?}"
    );

    let channels = predict(&model, &["-i", &image(&[3, 128, 128]), "-o", &output]);
    assert_eq!(channels.code, 3, "{channels:?}");
    assert!(
        channels
            .stderr
            .contains("the image has the size 3 along `c`, the network takes 1; give the part"),
        "{channels:?}"
    );

    let format = predict(&model, &["-i", &image(&[128, 128]), "-o", "out.jpeg"]);
    assert_eq!(format.code, 2, "{format:?}");
    assert!(
        format.stderr.contains(".tif"),
        "the known extensions are named: {format:?}"
    );
}

#[test]
fn dataset_statistics_have_to_be_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("mode: per_sample", "mode: per_dataset");
    let image = text(&copy.path().join("test_input.npy"));
    let output = text(&folder.path().join("out.npy"));
    let run = predict(copy.path(), &["-i", &image, "-o", &output]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("--sample-as-dataset"), "{run:?}");
    let run = predict(copy.path(), &["-i", &image, "-o", &output, "--sample-as-dataset"]);
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn no_file_is_written_twice_or_over_an_input() {
    let model = fixture("two-channels-two-outputs");
    let copy = Copy::of(&model);
    let file = |name: &str| text(&copy.path().join(name));
    let inputs = [file("test_membrane.npy"), file("test_nuclei.npy")];
    let twice = [file("out.npy"), text(&copy.path().join(".").join("out.npy"))];
    let run = predict(
        &model,
        &[
            "-i", &inputs[0], "-i", &inputs[1], "-o", &twice[0], "-o", &twice[1],
        ],
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("is given for two outputs"), "{run:?}");

    let before = std::fs::read(&inputs[0]).unwrap();
    let over = text(&copy.path().join(".").join("test_membrane.npy"));
    let run = predict(
        &model,
        &["-i", &inputs[0], "-i", &inputs[1], "-o", &over, "--overwrite"],
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("is both input and output"), "{run:?}");
    assert_eq!(std::fs::read(&inputs[0]).unwrap(), before);
}

#[test]
fn a_mistyped_tensor_name_is_noticed() {
    let model = fixture("blobs-unet2d");
    let run = predict(&model, &["-i", "imgae=x.npy", "-o", "out.npy"]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("the model has no tensor `imgae` for --input, it has image"),
        "{run:?}"
    );
}

#[test]
fn values_that_would_wrap_around_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("two-channels-two-outputs");
    let membrane = folder.path().join("membrane.npy");
    write_npy(&membrane, &ArrayD::<i8>::from_elem(vec![1, 1, 100, 132], -1)).unwrap();
    let nuclei = text(&model.join("test_nuclei.npy"));
    let output = text(&folder.path().join("out.npy"));
    let run = predict(&model, &["-i", &text(&membrane), "-i", &nuclei, "-o", &output]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr
            .contains("the input `membrane` has int8 values that uint8 cannot hold"),
        "{run:?}"
    );
}
