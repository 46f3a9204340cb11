//! Downloading and using models.

use std::fs;

use crate::harness::{Copy, fixture, modelhub};
use crate::services::{call, world};

/// The zip file that other software installs, and the folder that a notebook is given.
#[test]
fn a_model_is_downloaded_as_a_zip_file_or_a_folder() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let zip = folder.path().join("model.zip");
    let unzipped = folder.path().join("model");
    for (source, target) in [("affable-shark", &zip), ("10.5281/zenodo.1", &unzipped)] {
        let run = call(&server, &cache, &["package", source, target.to_str().unwrap()]);
        assert_eq!(run.code, 0, "{run:?}");
        let run = call(
            &server,
            &cache,
            &["validate", target.to_str().unwrap(), "--offline"],
        );
        assert_eq!(run.code, 0, "{run:?}");
    }
    let from_zip = folder.path().join("unzipped");
    let run = modelhub(["package".as_ref(), zip.as_os_str(), from_zip.as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
    for name in [
        "rdf.yaml",
        "weights.onnx",
        "weights.pt",
        "test_input.npy",
        "test_output.npy",
        "cover.png",
    ] {
        assert!(from_zip.join(name).is_file(), "{name}");
        assert_eq!(
            fs::read(from_zip.join(name)).unwrap(),
            fs::read(unzipped.join(name)).unwrap()
        );
    }
}

/// The notes of the guide on what each software runs.
#[test]
fn which_software_runs_which_weights() {
    let tensorflow = |version: &str| {
        format!(
            "  tensorflow_saved_model_bundle:\n    source: weights.pt\n    tensorflow_version: {version}\n"
        )
    };
    let torchscript = "  torchscript:\n    source: weights.pt\n    pytorch_version: 1.13.0\n".to_owned();
    let keras = "  keras_hdf5:\n    source: weights.pt\n    tensorflow_version: 2.10.0\n".to_owned();
    for (weights, runs, not) in [
        // deepImageJ: PyTorch and TensorFlow 1; Fiji: TensorFlow 1 only.
        (
            torchscript,
            &["deepimagej", "ilastik"][..],
            &["fiji", "zero", "biapy"][..],
        ),
        (
            tensorflow("1.15.0"),
            &["deepimagej", "fiji"],
            &["ilastik", "zero"],
        ),
        (tensorflow("2.10.0"), &[], &["fiji", "ilastik"]),
        (keras, &["zero"], &["deepimagej", "fiji", "ilastik"]),
    ] {
        let copy = Copy::of(&fixture("blobs-unet2d"));
        let path = copy.path().join("rdf.yaml");
        let text = fs::read_to_string(&path).unwrap();
        let (head, _) = text.split_once("weights:\n").unwrap();
        fs::write(&path, format!("{head}weights:\n{weights}")).unwrap();
        let run = modelhub([
            "compatibility".as_ref(),
            "--output".as_ref(),
            "json".as_ref(),
            path.as_os_str(),
        ]);
        let value = run.json();
        let verdict = |id: &str| {
            let consumers = value["consumers"].as_array().unwrap();
            let consumer = consumers.iter().find(|consumer| consumer["id"] == id);
            consumer.unwrap()["verdict"].as_str().unwrap().to_owned()
        };
        for id in runs {
            assert_eq!(verdict(id), "runs", "{id}: {weights}");
        }
        for id in not {
            assert_eq!(verdict(id), "no", "{id}: {weights}");
        }
        for id in ["biapy", "deepimagej", "fiji", "ilastik", "imjoy", "zero"] {
            verdict(id);
        }
    }
}

/// Models for deepImageJ come with an image to try.
#[test]
fn a_package_for_deepimagej_has_an_example_image() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("tiling-half-size");
    let quoted = |name: &str| format!("'{}'", model.join(name).display());
    let recipe = super::put(
        folder.path(),
        "model.toml",
        &format!(
            "name = 'Half size network for tests'\ndescription = 'Halves an image.'\nlicense = 'MIT'\n\
             authors = [{{ name = 'Jane Doe' }}]\ncite = [{{ text = 'A paper', url = 'https://example.org' }}]\n\
             [[inputs]]\nname = 'image'\naxes = 'bcyx'\ntest = {}\n[[outputs]]\nname = 'half'\naxes = 'bcyx'\n\
             [weights.onnx]\nsource = {}\n",
            quoted("test_image.npy"),
            quoted("weights.onnx"),
        ),
    );
    let out = folder.path().join("built");
    let run = modelhub([
        "build".as_ref(),
        "--deepimagej".as_ref(),
        recipe.as_os_str(),
        out.as_os_str(),
    ]);
    assert_eq!(run.code, 0, "{run:?}");
    let text = fs::read_to_string(out.join("rdf.yaml")).unwrap();
    assert!(
        text.contains("deepimagej:") && text.contains("sample_inputs:"),
        "{text}"
    );
    let images = fs::read_dir(&out).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        name.ends_with(".tif")
    });
    assert!(images.count() >= 1);
}
