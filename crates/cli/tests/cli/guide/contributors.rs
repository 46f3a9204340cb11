//! Making, checking and uploading a model.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{Copy, fixture, modelhub, modelhub_with};

/// The items that every package has, made by the successor of the function that the guide names.
#[test]
fn a_built_model_has_the_items_of_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("tiling-half-size");
    let recipe = super::put(
        folder.path(),
        "model.toml",
        &format!(
            "name = 'Half size network for tests'\ndescription = 'Halves an image.'\nlicense = 'MIT'\n\
             authors = [{{ name = 'Jane Doe' }}]\ncite = [{{ text = 'A paper', url = 'https://example.org' }}]\n\
             [[inputs]]\nname = 'image'\naxes = 'bcyx'\ntest = '{}'\n[[outputs]]\nname = 'half'\naxes = 'bcyx'\n\
             [weights.onnx]\nsource = '{}'\n",
            model.join("test_image.npy").display(),
            model.join("weights.onnx").display(),
        ),
    );
    let out = folder.path().join("model.zip");
    let run = modelhub(["build".as_ref(), recipe.as_os_str(), out.as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
    let package = rdf_spec::Package::open(&out).unwrap();
    let described = package.model().unwrap();
    assert!(described.format_version.to_string().starts_with("0.4."));
    assert_eq!(package.files().description_name(), "rdf.yaml");
    assert_eq!(
        (described.test_inputs.len(), described.test_outputs.len()),
        (1, 1)
    );
    assert!(described.test_inputs[0].as_str().ends_with(".npy"));
    assert_eq!(described.covers.len(), 1, "a cover is made");
    assert!(package.check_files().iter().all(|found| !found.is_error()));
    let readme = package.files().read("README.md", 1 << 20).unwrap();
    assert!(String::from_utf8(readme).unwrap().contains("# Validation"));
}

/// Static and dynamic validation, with the verbs and options of the guide.
#[test]
fn the_checks_of_a_model() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let rdf = copy.path().join("rdf.yaml");
    let rdf = rdf.to_str().unwrap();
    let run = modelhub(["validate", rdf]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = modelhub(["test-model", "--weights", "onnx", "--device", "cpu", rdf]);
    assert_eq!(run.code, 0, "{run:?}");
    // The older spelling of the same.
    let run = modelhub(["test-model", "--weight-format", "onnx", "--devices", "cpu", rdf]);
    assert_eq!(run.code, 0, "{run:?}");
    // The weights of the guide's example: those that the model does not have are named.
    let example = [
        "test-model",
        "--weights",
        "tensorflow_saved_model_bundle",
        "--device",
        "cpu",
    ];
    let run = modelhub(example.into_iter().chain([rdf]));
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("tensorflow_saved_model_bundle"), "{run:?}");
    match std::env::var_os("MODELHUB_REFERENCE").map(PathBuf::from) {
        Some(reference) => {
            let model = reference.join("zoo/tf_unet2d_keras2");
            let run = modelhub(example.into_iter().chain([model.to_str().unwrap()]));
            assert_eq!(run.code, 0, "{run:?}");
        }
        None => eprintln!("MODELHUB_REFERENCE is not set: skipped"),
    }
}

/// A model that keeps all that the guide asks of a contribution, and each rule broken.
#[test]
fn the_requirements_for_contributions() {
    let ready = || {
        let copy = Copy::of(&fixture("blobs-unet2d"));
        copy.edit(
            "name: Blobs U-Net 2D",
            "name: Nuclei segmentation - Widefield microscopy - 2D UNet",
        );
        copy.edit(
            "covers: [cover.png]",
            "covers: [cover.png]\nlinks: [imjoy/BioImageIO-Packager, ilastik/ilastik, deepimagej/deepimagej, zero/dataset_fnet_3d_zerocostdl4mic]\n\
             maintainers: [{github_user: janedoe}]\ngit_repo: https://github.com/example/blobs",
        );
        copy
    };
    let findings = |copy: &Copy| -> (i32, Vec<String>) {
        let path = copy.path().to_str().unwrap();
        let run = modelhub(["check-contribution", "--output", "json", path]);
        let value = run.json();
        let found = value["findings"].as_array().unwrap().iter();
        let codes = found.map(|found| found["code"].as_str().unwrap().to_owned());
        (run.code, codes.collect())
    };
    let (code, found) = findings(&ready());
    assert_eq!(code, 0, "{found:?}");
    let settled = found;
    for (from, to, rule, is_required) in [
        (
            "format_version: 0.4.9",
            "format_version: 0.4.4",
            "format-version",
            true,
        ),
        ("license: MIT", "license: mine", "licence", true),
        (
            "name: Nuclei segmentation - Widefield microscopy - 2D UNet",
            "name: UNet",
            "naming",
            false,
        ),
        (
            "tags: [unet2d, 2d, nuclei, semantic-segmentation, fluorescence-light-microscopy, synthetic-data]",
            "tags: []",
            "tags",
            false,
        ),
        (
            "links: [imjoy/BioImageIO-Packager, ilastik/ilastik, deepimagej/deepimagej, zero/dataset_fnet_3d_zerocostdl4mic]",
            "links: []",
            "links",
            false,
        ),
        ("covers: [cover.png]", "covers: []", "cover", false),
        (
            "documentation: README.md",
            "documentation: rdf.yaml",
            "readme",
            true,
        ),
        (
            "maintainers: [{github_user: janedoe}]",
            "maintainers: []",
            "maintainers",
            false,
        ),
        (
            "test_outputs: [test_output.npy]",
            "test_outputs: []",
            "test-tensors",
            true,
        ),
    ] {
        let copy = ready();
        copy.edit(from, to);
        let (code, found) = findings(&copy);
        let new: Vec<&String> = found.iter().filter(|code| !settled.contains(code)).collect();
        assert!(new.iter().any(|code| code.contains(rule)), "{rule}: {new:?}");
        assert_eq!(code == 1, is_required, "{rule}: {new:?}");
    }
    // The names that the guide gives as examples are good ones.
    for name in [
        "Neuron Segmentation in EM (Membrane Prediction)",
        "B. Sutilist bacteria segmentation - Widefield microscopy - 2D UNet",
    ] {
        let copy = ready();
        copy.edit(
            "name: Nuclei segmentation - Widefield microscopy - 2D UNet",
            &format!("name: '{name}'"),
        );
        let (code, found) = findings(&copy);
        assert_eq!(code, 0, "{name}: {found:?}");
    }
    // And so are its tags.
    let copy = ready();
    copy.edit(
        "tags: [unet2d, 2d, nuclei, semantic-segmentation, fluorescence-light-microscopy, synthetic-data]",
        "tags: [denoising, PSSR, microtubules, encoder-decoder, deblurring, fluorescence, 2D, HeLa cells, deepimagej, ilastik, image restoration, trained-model]",
    );
    let run = modelhub(["validate".as_ref(), copy.path().as_os_str()]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(findings(&copy).0, 0);
}

fn dry_run(arguments: &[&str]) -> Value {
    let run = modelhub_with(&[], arguments);
    assert_eq!(run.code, 0, "{run:?}");
    run.json()
}

/// The upload through the website of Zenodo, as requests: public, one file after the other, with the keyword, submitted.
#[test]
fn an_upload_through_zenodo() {
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let plan = dry_run(&[
        "publish",
        "zenodo",
        "--production",
        "--submit",
        "--dry-run",
        model,
    ]);
    assert_eq!(plan["service"], "https://zenodo.org/");
    let requests = plan["requests"].as_array().unwrap();
    let metadata = &requests[0]["body"]["json"]["metadata"];
    assert_eq!(metadata["keywords"][0], "modelhub.riscale.eu");
    assert_eq!(metadata["access_right"], "open");
    assert!(
        metadata["keywords"]
            .as_array()
            .unwrap()
            .contains(&"semantic-segmentation".into())
    );
    let uploads: Vec<&str> = requests
        .iter()
        .filter(|request| request["method"] == "PUT")
        .map(|request| request["url"].as_str().unwrap())
        .collect();
    let files = fs::read_dir(model).unwrap().count();
    assert_eq!(uploads.len(), files, "each file by itself: {uploads:?}");
    assert!(uploads.contains(&"{bucket}/rdf.yaml"));
    let last = requests.last().unwrap();
    assert!(
        last["url"].as_str().unwrap().ends_with("/actions/publish"),
        "{last}"
    );
}

/// The button for uploads on the website of the hub.
#[test]
fn an_upload_to_the_hub() {
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let plan = dry_run(&[
        "publish",
        "hub",
        "--to",
        "ri-scale",
        "--submit",
        "--dry-run",
        model,
    ]);
    assert_eq!(
        plan["page"],
        "https://modelhub.riscale.eu/#/artifacts/blobs-u-net-2d"
    );
    // At bioimage.io a reviewer looks at it first.
    let plan = dry_run(&[
        "publish",
        "hub",
        "--to",
        "bioimage.io",
        "--submit",
        "--dry-run",
        model,
    ]);
    assert!(plan["requests"].to_string().contains("request-review"));
}
