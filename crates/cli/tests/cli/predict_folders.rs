//! `modelhub predict` on folders of images.

use std::fs;
use std::path::Path;

use ndarray::{ArrayD, Axis};
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Run, fixture, modelhub};

fn predict(model: &Path, arguments: &[&str]) -> Run {
    let mut all = vec!["predict".to_owned(), model.display().to_string()];
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    modelhub(all)
}

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Two images that the model takes, one that it does not, and what is no image.
fn images(folder: &Path) -> ArrayD<f32> {
    let image: ArrayD<f32> = read_npy(fixture("blobs-unet2d").join("test_input.npy")).unwrap();
    let plane = image.index_axis(Axis(0), 0).index_axis(Axis(0), 0).to_owned();
    write_npy(folder.join("a.npy"), &plane).unwrap();
    write_npy(folder.join("b.npy"), &(&plane * 2.0)).unwrap();
    fs::write(folder.join("notes.txt"), "nothing").unwrap();
    fs::write(folder.join(".hidden.npy"), "nothing").unwrap();
    plane
}

#[test]
fn each_image_gets_a_result_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (source, results) = (
        folder.path().join("images"),
        folder.path().join("new").join("results"),
    );
    fs::create_dir(&source).unwrap();
    images(&source);
    let model = fixture("blobs-unet2d");
    let arguments = [
        "-i",
        &text(&source),
        "-o",
        &text(&results),
        "--output-format",
        "npy",
    ];
    let run = predict(&model, &arguments);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
    assert!(run.stderr.contains("note: 2 of 2 images done"), "{run:?}");
    let mut names: Vec<_> = fs::read_dir(&results)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["a.npy", "b.npy"]);
    let expected: ArrayD<f32> = read_npy(model.join("test_output.npy")).unwrap();
    let found: ArrayD<f32> = read_npy(results.join("a.npy")).unwrap();
    assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-5));
    // The model normalises: twice the intensity is the same image.
    let twice: ArrayD<f32> = read_npy(results.join("b.npy")).unwrap();
    assert!(found.iter().zip(&twice).all(|(a, b)| (a - b).abs() < 1e-4));

    // A second run keeps what is there, or says that it is in the way.
    let again = predict(&model, &arguments);
    assert_eq!(again.code, 3, "{again:?}");
    assert!(again.stderr.contains("2 of 2 images failed: a, b"), "{again:?}");
    fs::remove_file(results.join("b.npy")).unwrap();
    let mut skipping = arguments.to_vec();
    skipping.push("--skip-existing");
    let rest = predict(&model, &skipping);
    assert_eq!(rest.code, 0, "{rest:?}");
    assert!(
        rest.stderr
            .contains("1 of 2 images done, 1 left out since their results exist"),
        "{rest:?}"
    );
    assert!(results.join("b.npy").exists());
}

#[test]
fn an_image_that_fails_does_not_stop_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let (source, results) = (folder.path().join("images"), folder.path().join("results"));
    fs::create_dir(&source).unwrap();
    images(&source);
    fs::write(source.join("aa.tif"), "no image").unwrap();
    let run = predict(
        &fixture("blobs-unet2d"),
        &["-i", &text(&source), "-o", &text(&results)],
    );
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("error: aa: "), "{run:?}");
    assert!(run.stderr.contains("1 of 3 images failed: aa"), "{run:?}");
    assert!(results.join("a.tif").exists() && results.join("b.tif").exists());
    assert!(!results.join("aa.tif").exists());
}

#[test]
fn several_inputs_are_paired_by_name_and_several_outputs_share_a_folder() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("tiling-two-outputs");
    let source = folder.path().join("images");
    fs::create_dir(&source).unwrap();
    let image: ArrayD<f32> = read_npy(model.join("test_image.npy")).unwrap();
    write_npy(source.join("cell.npy"), &image).unwrap();
    let results = text(&folder.path().join("results"));
    let description = fs::read_to_string(model.join("rdf.yaml")).unwrap();
    let outputs = description.split("outputs:").nth(1).unwrap();
    let names: Vec<&str> = outputs
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- name: "))
        .take(2)
        .collect();
    let given: Vec<String> = names.iter().map(|name| format!("{name}={results}")).collect();
    let run = predict(
        &model,
        &[
            "-i",
            &text(&source),
            "-o",
            &given[0],
            "-o",
            &given[1],
            "--output-format",
            "npy",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    for name in names {
        assert!(
            Path::new(&results).join(format!("cell_{name}.npy")).exists(),
            "{name}"
        );
    }
}

#[test]
fn what_cannot_be_meant_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let source = folder.path().join("images");
    fs::create_dir(&source).unwrap();
    let usage = |arguments: &[&str], expected: &str| {
        let run = predict(&model, arguments);
        assert_eq!(run.code, 2, "{run:?}");
        assert!(run.stderr.contains(expected), "{run:?}");
    };
    let (images_at, elsewhere) = (text(&source), text(&folder.path().join("results")));
    usage(
        &["-i", &images_at, "-o", &elsewhere],
        "there is no image in the folder",
    );
    images(&source);
    usage(
        &["-i", &images_at, "-o", &format!("{elsewhere}.tif")],
        "the input is a folder, so the output",
    );
    usage(
        &["-i", &images_at, "-o", &images_at],
        "is the folder of the images",
    );
    usage(
        &["-i", &images_at, "-o", &elsewhere, "--resume"],
        "add --output-format zarr",
    );
    fs::copy(source.join("a.npy"), source.join("a.png")).unwrap();
    usage(
        &["-i", &images_at, "-o", &elsewhere],
        "the same name but for the extension",
    );
    assert!(!Path::new(&elsewhere).exists());
}
