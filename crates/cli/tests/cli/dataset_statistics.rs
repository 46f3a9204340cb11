//! `modelhub dataset-statistics`, and what `modelhub predict` does with its result.

use std::fs;
use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Copy, Run, fixture, modelhub};

/// The fixture model, normalising with statistics of a dataset.
fn model() -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit("mode: per_sample", "mode: per_dataset");
    copy
}

fn run(arguments: &[&str], paths: &[(&str, &Path)]) -> Run {
    let mut all: Vec<String> = arguments.iter().map(|&text| text.to_owned()).collect();
    for (option, path) in paths {
        if !option.is_empty() {
            all.push((*option).to_owned());
        }
        all.push(path.display().to_string());
    }
    modelhub(all)
}

/// The test image, and a brighter one of another size.
fn images(folder: &Path, model: &Path) -> [ArrayD<f32>; 2] {
    let first: ArrayD<f32> = read_npy(model.join("test_input.npy")).unwrap();
    let height = first.shape()[2] + 16;
    let second = ArrayD::from_shape_fn(vec![1, 1, height, 128], |at| {
        1000.0 + ((at[2] * 7 + at[3]) % 50) as f32
    });
    fs::create_dir(folder.join("images")).unwrap();
    write_npy(folder.join("images/a.npy"), &first).unwrap();
    write_npy(folder.join("images/b.npy"), &second).unwrap();
    fs::write(folder.join("images/notes.txt"), "not an image").unwrap();
    [first, second]
}

#[test]
fn a_dataset_is_pooled_and_its_statistics_are_used() {
    let model = model();
    let images = images(model.path(), model.path());
    let stats = model.path().join("stats.json");
    let measured = run(
        &["dataset-statistics"],
        &[
            ("", model.path()),
            ("--input", &model.path().join("images")),
            ("--output", &stats),
        ],
    );
    assert_eq!((measured.code, measured.stdout.as_str()), (0, ""), "{measured:?}");
    assert!(measured.stderr.contains("image of 2 samples -> "), "{measured:?}");

    let saved: serde_json::Value = serde_json::from_str(&fs::read_to_string(&stats).unwrap()).unwrap();
    assert_eq!(saved["samples"], 2);
    let all: Vec<f64> = images
        .iter()
        .flat_map(|image| image.iter().map(|&value| f64::from(value)))
        .collect();
    let mean = all.iter().sum::<f64>() / all.len() as f64;
    let found = saved["tensors"]["image"]["moments"][0]["mean"][0]
        .as_f64()
        .unwrap();
    assert!((found / mean - 1.0).abs() < 1e-12, "{found} instead of {mean}");

    // With those statistics the result for one image is not the one of the image alone.
    let predict = |name: &str, option: &[&str]| -> ArrayD<f32> {
        let output = model.path().join(name);
        let mut arguments = vec!["predict"];
        arguments.extend(option);
        let input = model.path().join("test_input.npy");
        let run = run(&arguments, &[("", model.path()), ("-i", &input), ("-o", &output)]);
        assert_eq!(run.code, 0, "{run:?}");
        read_npy(output).unwrap()
    };
    let stats_text = stats.display().to_string();
    let pooled = predict("pooled.npy", &["--dataset-statistics", &stats_text]);
    let alone = predict("alone.npy", &["--sample-as-dataset"]);
    assert_ne!(pooled, alone);

    let one = model.path().join("one.json");
    let input = model.path().join("test_input.npy");
    let measured = run(
        &["dataset-statistics"],
        &[("", model.path()), ("-i", &input), ("-o", &one)],
    );
    assert_eq!(measured.code, 0, "{measured:?}");
    let one_text = one.display().to_string();
    assert_eq!(predict("same.npy", &["--dataset-statistics", &one_text]), alone);
}

#[test]
fn what_is_missing_is_said() {
    let model = model();
    let (input, output) = (model.path().join("test_input.npy"), model.path().join("out.npy"));
    let refused = run(
        &["predict"],
        &[("", model.path()), ("-i", &input), ("-o", &output)],
    );
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("modelhub dataset-statistics"),
        "{refused:?}"
    );

    let stats = model.path().join("stats.json");
    fs::write(
        &stats,
        r#"{"format": "tensor-ops statistics", "version": 1, "tensors": {"raw": {}}}"#,
    )
    .unwrap();
    let stats_text = stats.display().to_string();
    let arguments = ["predict", "--dataset-statistics", &stats_text];
    let other = run(&arguments, &[("", model.path()), ("-i", &input), ("-o", &output)]);
    assert_eq!(other.code, 3, "{other:?}");
    assert!(
        other
            .stderr
            .contains("lack what the operations need of `image`; they have raw"),
        "{other:?}"
    );
    fs::write(&stats, "{").unwrap();
    let broken = run(&arguments, &[("", model.path()), ("-i", &input), ("-o", &output)]);
    assert_eq!(broken.code, 3, "{broken:?}");
    assert!(broken.stderr.contains("stats.json"), "{broken:?}");
    assert!(!output.exists());

    let exists = run(
        &["dataset-statistics"],
        &[("", model.path()), ("-i", &input), ("-o", &stats)],
    );
    assert_eq!(exists.code, 2, "{exists:?}");
    assert!(exists.stderr.contains("--overwrite"), "{exists:?}");

    let plain = fixture("blobs-unet2d");
    let new = model.path().join("new.json");
    let needless = run(
        &["dataset-statistics"],
        &[("", &plain), ("-i", &input), ("-o", &new)],
    );
    assert_eq!(needless.code, 2, "{needless:?}");
    assert!(needless.stderr.contains("nothing to measure"), "{needless:?}");
    assert!(!new.exists());
}

#[test]
fn every_sample_needs_all_inputs() {
    let model = Copy::of(&fixture("two-channels-two-outputs"));
    let output = model.path().join("stats.json");
    let image = model.path().join("rdf.yaml");
    let unnamed = run(
        &["dataset-statistics"],
        &[("", model.path()), ("-i", &image), ("-o", &output)],
    );
    assert_eq!(unnamed.code, 2, "{unnamed:?}");
    assert!(unnamed.stderr.contains("write --input NAME="), "{unnamed:?}");
    let image = format!("membrane={}", image.display());
    let uneven = run(
        &["dataset-statistics"],
        &[("", model.path()), ("-i", image.as_ref()), ("-o", &output)],
    );
    assert_eq!(uneven.code, 2, "{uneven:?}");
    assert!(
        uneven
            .stderr
            .contains("there are 0 for `nuclei` and 1 for `membrane`"),
        "{uneven:?}"
    );
    let empty = model.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let none = run(
        &["dataset-statistics"],
        &[("", &fixture("blobs-unet2d")), ("-i", &empty), ("-o", &output)],
    );
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("there are no images"), "{none:?}");
}
