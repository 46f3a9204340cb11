//! `modelhub build`

mod recipes;

use std::fs;
use std::path::PathBuf;

use rdf_spec::{InputShape, OutputShape, Package};
use serde_json::{Value, json};

use self::recipes::{build, built, recipe_of, recipe_of_folder, write};
use crate::harness::{fixture, modelhub};

/// The step of an input along y.
fn step(shape: &InputShape) -> Option<usize> {
    match shape {
        InputShape::Parametrized { step, .. } => step.iter().rev().nth(1).copied(),
        InputShape::Explicit(_) => None,
    }
}

/// The halo that a fixture needs, as its maker measured it with positive weights.
fn needed_halo(name: &str, output: &str) -> usize {
    let readme = fs::read_to_string(fixture(name).join("README.md")).unwrap();
    let start = format!("| `{output}` |");
    let row = readme.lines().find(|line| line.starts_with(&start)).unwrap();
    row.split('|').nth(4).unwrap().trim().parse().unwrap()
}

/// Builds a fixture anew and compares what was found with what its author stated.
fn reproduces(name: &str) {
    let (_folder, target, original) = built(name, |_| ());
    let package = Package::open(&target).unwrap();
    let (found, stated) = (package.model().unwrap(), original.model().unwrap());
    for (found, stated) in found.inputs.iter().zip(&stated.inputs) {
        assert_eq!(
            step(&found.shape),
            step(&stated.shape),
            "{name}: {:?}",
            found.shape
        );
        let smaller = found.shape.minimum().iter().zip(stated.shape.minimum());
        assert!(
            smaller.clone().all(|(found, stated)| found <= stated),
            "{name}: {:?}",
            found.shape
        );
    }
    for (found, stated) in found.outputs.iter().zip(&stated.outputs) {
        if let (
            OutputShape::Implicit { scale, offset, .. },
            OutputShape::Implicit {
                scale: scale0,
                offset: offset0,
                ..
            },
        ) = (&found.shape, &stated.shape)
        {
            assert_eq!((scale, offset), (scale0, offset0), "{name}");
        } else {
            // Where all inputs are of one size, so is the output.
            assert_eq!(name, "tiling-fixed-size");
            assert_eq!(found.shape, OutputShape::Explicit(vec![1, 1, 64, 64]));
        }
        let needed = needed_halo(name, stated.name.as_str());
        for (letter, halo) in stated.axes.iter().zip(&found.halo) {
            let expected = if "zyx".contains(letter.letter()) {
                needed
            } else {
                0
            };
            assert_eq!(*halo, expected, "{name}: {:?}", found.halo);
        }
    }
    for (found, stated) in found.test_outputs.iter().zip(&stated.test_outputs) {
        let (found, stated) = (found.relative_path().unwrap(), stated.relative_path().unwrap());
        let sizes = (
            package.files().size(found).unwrap(),
            original.files().size(stated).unwrap(),
        );
        assert_eq!(sizes.0, sizes.1, "{name}");
    }
}

#[test]
fn networks_with_a_stride_are_reproduced() {
    for name in [
        "tiling-unet-stride4",
        "tiling-dishonest-halo",
        "tiling-fixed-size",
        "tiling-valid-unet",
    ] {
        reproduces(name);
    }
}

/// Networks that others made: their halos are how far a pixel sees, whatever the phase of a tile; less may do.
#[test]
fn halos_of_reference_networks_make_tiles_equal_the_whole() {
    let Some(zoo) = std::env::var_os("MODELHUB_REFERENCE").map(|folder| PathBuf::from(folder).join("zoo"))
    else {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
        return;
    };
    let mut count = 0;
    for entry in fs::read_dir(zoo).unwrap() {
        let folder = entry.unwrap().path();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with("tile_") {
            continue;
        }
        count += 1;
        let truth: Value = serde_json::from_slice(&fs::read(folder.join("truth.json")).unwrap()).unwrap();
        let (fields, original) = recipe_of_folder(&folder);
        let place = tempfile::tempdir().unwrap();
        let target = place.path().join("built");
        let run = build(&write(place.path(), &fields), &target, &[]);
        assert_eq!(run.code, 0, "{name}: {run:?}");
        let package = Package::open(&target).unwrap();
        let model = package.model().unwrap();
        let outputs = model.outputs.iter().zip(&original.model().unwrap().outputs);
        for ((found, stated), truth) in outputs.zip(truth["outputs"].as_array().unwrap()) {
            let reach = truth["minimal_halo_output_px"].as_u64().unwrap();
            for (letter, &halo) in found.axes.iter().zip(&found.halo) {
                let most = if "zyx".contains(letter.letter()) { reach } else { 0 };
                // At most one step of the network less.
                assert!(
                    halo as u64 <= most && halo as u64 + 3 > most,
                    "{name}: {:?}",
                    found.halo
                );
            }
            let (
                OutputShape::Implicit { scale, offset, .. },
                OutputShape::Implicit {
                    scale: scale0,
                    offset: offset0,
                    ..
                },
            ) = (&found.shape, &stated.shape)
            else {
                panic!("{name}: {:?}", found.shape)
            };
            let space = found
                .axes
                .iter()
                .zip(scale.iter().zip(scale0))
                .zip(offset.iter().zip(offset0));
            for ((letter, scales), offsets) in
                space.filter(|((letter, ..), _)| "zyx".contains(letter.letter()))
            {
                assert_eq!((scales.0, offsets.0), (scales.1, offsets.1), "{name} {letter:?}");
            }
        }
        // Tiles of two thirds of the test image.
        let InputShape::Parametrized { min, step } = &model.inputs[0].shape else {
            panic!("{name}: {:?}", model.inputs[0].shape)
        };
        let image = original.model().unwrap().test_inputs[0]
            .relative_path()
            .unwrap()
            .to_owned();
        let image_data: ndarray::ArrayD<f32> = ndarray_npy::read_npy(folder.join(&image)).unwrap();
        let lengths = image_data.shape();
        let tiles: Vec<String> = (0..min.len())
            .filter(|&at| step[at] > 0)
            .map(|at| {
                let wanted = (lengths[at] * 2 / 3).max(min[at]);
                let letter = model.inputs[0].axes.iter().nth(at).unwrap().letter();
                format!("{letter}={}", min[at] + (wanted - min[at]) / step[at] * step[at])
            })
            .collect();
        let arguments = [
            "tiling-error",
            target.to_str().unwrap(),
            folder.join(&image).to_str().unwrap(),
            "--tile",
            &tiles.join(","),
        ]
        .map(str::to_owned);
        let run = modelhub(arguments);
        assert_eq!(run.code, 0, "{name}: {tiles:?} {run:?}");
    }
    assert!(count > 5, "{count}");
}

#[test]
fn outputs_of_other_sizes_are_reproduced() {
    for name in [
        "tiling-double-size",
        "tiling-half-size",
        "tiling-two-outputs",
        "tiling-volume",
    ] {
        reproduces(name);
    }
}

#[test]
fn several_inputs_outputs_and_weights_are_reproduced() {
    for name in ["two-channels-two-outputs", "blobs-unet2d"] {
        let (_folder, target, _) = built(name, |fields| {
            fields.insert("deepimagej".to_owned(), json!(true));
            // Searching takes its time with a network of this size; the others show that it works.
            let step = if name == "blobs-unet2d" { 8 } else { 4 };
            for input in fields["inputs"].as_array_mut().unwrap() {
                input["shape"] = json!({"min": [1, 1, 64, 64], "step": [0, 0, step, step]});
            }
            for output in fields["outputs"].as_array_mut().unwrap() {
                output["halo"] = json!([0, 0, 12, 12]);
            }
        });
        let package = Package::open(&target).unwrap();
        let model = package.model().unwrap();
        let weights: Vec<_> = model
            .weights
            .formats()
            .map(rdf_spec::WeightsFormat::name)
            .collect();
        assert_eq!(weights, ["onnx", "torchscript"]);
        assert!(model.config.contains_key("deepimagej"));
        assert_eq!(model.sample_inputs.len(), model.inputs.len());
        let tiff = package.files().read("sample_input_0.tif", 1 << 20).unwrap();
        assert!(tiff.starts_with(b"II*\0"));
        let readme = String::from_utf8(package.files().read("README.md", 1 << 20).unwrap()).unwrap();
        assert!(
            readme.contains("## Validation") && readme.contains(&model.name),
            "{readme}"
        );
    }
}

#[test]
fn a_package_is_built_twice_with_the_same_bytes() {
    let (folder, target, _) = built("tiling-fixed-size", |_| ());
    let first = fs::read(&target).unwrap();
    let recipe = folder.path().join("model.toml");
    let taken = build(&recipe, &target, &[]);
    assert_eq!(taken.code, 2, "{taken:?}");
    assert!(taken.stderr.contains("--force"), "{taken:?}");
    let again = build(&recipe, &target, &["--force"]);
    assert_eq!(again.code, 0, "{again:?}");
    assert!(fs::read(&target).unwrap() == first);
    let renamed = build(
        &recipe,
        &folder.path().join("folder"),
        &["--name", "Renamed model"],
    );
    assert_eq!(renamed.code, 0, "{renamed:?}");
    let package = Package::open(folder.path().join("folder")).unwrap();
    assert_eq!(package.model().unwrap().name, "Renamed model");
}

#[test]
fn problems_have_their_line_and_field() {
    let folder = tempfile::tempdir().unwrap();
    let test = fixture("tiling-fixed-size").join("test_image.npy");
    let weights = fixture("tiling-fixed-size").join("weights.onnx");
    let text = format!(
        r#"name = "Cells"
descripton = "Cells in images."
license = "MIT"
authors = [{{ name = "Jane Doe" }}]

[[inputs]]
name = "image"
axes = "bcyq"
tset = {test:?}

[[outputs]]
name = "probability"
axes = "bcyx"
[[outputs.postprocessing]]
name = "sigmod"

[weights.onnx]
source = {weights:?}

[weights.torchscript]
source = "nowhere.pt"
"#
    );
    let recipe = folder.path().join("model.toml");
    fs::write(&recipe, text).unwrap();
    let target = folder.path().join("out.zip");
    let run = build(&recipe, &target, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    for expected in [
        "model.toml:2:14: error: ",
        "field: descripton",
        "did you mean `description`?",
        "model.toml:8:8: error: ",
        "field: inputs[0].axes",
        "did you mean `test`?",
        "model.toml:15:8: error: ",
        "model.toml:21:10: error: ",
        "nowhere.pt",
    ] {
        assert!(run.stderr.contains(expected), "{expected}: {}", run.stderr);
    }
    assert!(!target.exists());
    fs::write(&recipe, "name = \"x\"\nlicense = MIT\n").unwrap();
    let run = build(&recipe, &target, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("model.toml:2:11: error: "), "{run:?}");
}

#[test]
fn weights_that_disagree_are_not_packaged() {
    let folder = tempfile::tempdir().unwrap();
    let (mut fields, _) = recipe_of("tiling-fixed-size");
    fields["outputs"][0]["test"] = json!(fixture("tiling-fixed-size").join("test_image.npy"));
    let recipe = write(folder.path(), &fields);
    let run = build(&recipe, &folder.path().join("out"), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("do not agree"), "{run:?}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left");
}

#[test]
fn a_recipe_to_begin_with() {
    let folder = tempfile::tempdir().unwrap();
    let recipe = folder.path().join("model.toml");
    let run = modelhub(["build", "--init", recipe.to_str().unwrap()]);
    assert_eq!(run.code, 0, "{run:?}");
    // The files that it names are not there; everything else is right.
    let run = build(&recipe, &folder.path().join("out.zip"), &[]);
    assert_eq!(run.code, 1, "{run:?}");
    let errors: Vec<&str> = run
        .stderr
        .lines()
        .filter(|line| line.contains("error: "))
        .collect();
    assert_eq!(errors.len(), 3, "{errors:?}");
    assert!(
        errors[0].contains("test_input.npy") && errors[1].contains("weights.onnx"),
        "{errors:?}"
    );
    let again = modelhub(["build", "--init", recipe.to_str().unwrap()]);
    assert_eq!(again.code, 2, "{again:?}");
}
