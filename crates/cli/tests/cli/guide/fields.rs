//! The fields of a model description that the guide lists, with the examples that it gives.

use std::path::Path;

use crate::harness::modelhub;

/// Every field of the list, those of lists and choices included.
const EVERYTHING: &str = "\
format_version: 0.4.9
type: model
name: Neuron Segmentation in EM
description: What it does.
timestamp: 2023-03-01T12:00:00Z
license: BSD-2-Clause
documentation: README.md
version: 0.1.0
authors:
  - name: Jane Doe
    affiliation: A lab
    email: jane@example.org
    github_user: janedoe
    orcid: 0000-0001-2345-6789
maintainers:
  - github_user: janedoe
    affiliation: A lab
    email: jane@example.org
    name: Jane Doe
    orcid: 0000-0001-2345-6789
packaged_by:
  - name: Jane Doe
    affiliation: A lab
    email: jane@example.org
    github_user: janedoe
    orcid: 0000-0001-2345-6789
attachments:
  files: [notes.txt]
  something: else
cite:
  - {text: A paper, doi: 10.1234/abc}
  - {text: Another, url: 'https://example.org/paper'}
config:
  bioimage_io:
    my_custom_key: 3837283
    another_key:
      nested: value
  imagej:
    macro_dir: /path/to/macro/file
  deepimagej:
    model_keys:
      model_tag: tf.saved_model.tag_constants.SERVING
      signature_definition: tf.saved_model.signature_constants.DEFAULT_SERVING_SIGNATURE_DEF_KEY
    test_information:
      input_size: [2048x2048]
      output_size: [1264x1264 ]
      device: cpu
      memory_peak: 257.7 Mb
      runtime: 78.8s
      pixel_size: [9.658E-4µmx9.658E-4µm]
covers: [cover.png]
download_url: https://example.org/model.zip
git_repo: https://github.com/example/model
icon: 🦒
id: partner/model
links: [ilastik/ilastik]
parent: {id: 10.5281/zenodo.5764892, sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa}
rdf_source: https://example.org/rdf.yaml
sample_inputs: [sample.tif]
sample_outputs: [sample.png]
tags: [denoising]
training_data: {id: partner/data}
test_inputs: [in.npy]
test_outputs: [out.npy]
inputs:
  - name: raw
    axes: bcyx
    data_type: float32
    data_range: [0, 255]
    shape: {min: [1, 1, 64, 64], step: [0, 0, 16, 16]}
    preprocessing:
      - {name: binarize, kwargs: {threshold: 0.5}}
      - {name: clip, kwargs: {min: 0, max: 1}}
      - {name: scale_linear, kwargs: {gain: 2, offset: 1, axes: yx}}
      - {name: sigmoid}
      - {name: zero_mean_unit_variance, kwargs: {mode: per_sample, axes: yx}}
      - {name: scale_range, kwargs: {mode: per_sample, axes: yx, min_percentile: 1, max_percentile: 99}}
outputs:
  - name: probability
    axes: bcyx
    data_type: float32
    data_range: [0, 1]
    halo: [0, 0, 8, 8]
    shape: {reference_tensor: raw, scale: [1, 1, 1, 1], offset: [0, 0, 0, 0]}
    postprocessing:
      - {name: binarize, kwargs: {threshold: 0.5}}
      - {name: clip, kwargs: {min: 0, max: 1}}
      - {name: scale_linear, kwargs: {gain: 2, offset: 1, axes: yx}}
      - {name: sigmoid}
      - {name: zero_mean_unit_variance, kwargs: {mode: per_sample, axes: yx}}
      - {name: scale_range, kwargs: {mode: per_sample, axes: yx}}
      - {name: scale_mean_variance, kwargs: {mode: per_sample, axes: yx, reference_tensor: raw}}
weights:
  keras_hdf5: {source: weights.h5, tensorflow_version: 2.10.0}
  onnx: {source: weights.onnx, opset_version: 15}
  pytorch_state_dict: {source: weights.pt, architecture: 'net.py:Net', architecture_sha256: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb, pytorch_version: 1.13.0}
  tensorflow_js: {source: weights.json, tensorflow_version: 2.10.0}
  tensorflow_saved_model_bundle: {source: weights.zip, tensorflow_version: 2.10.0}
  torchscript: {source: weights-torchscript.pt, pytorch_version: 1.13.0}
";

const BADGES: &str = "\
badges:
  - label: Open in Colab
    icon: https://colab.research.google.com/assets/colab-badge.svg
    url: https://colab.research.google.com/github/HenriquesLab/ZeroCostDL4Mic/blob/master/Colab_notebooks/U-net_2D_ZeroCostDL4Mic.ipynb
";

fn errors(folder: &Path, text: &str) -> Vec<String> {
    let path = super::put(folder, "rdf.yaml", text);
    let run = modelhub([
        "validate".as_ref(),
        "--format-only".as_ref(),
        "--output".as_ref(),
        "jsonl".as_ref(),
        path.as_os_str(),
    ]);
    let value = run.json();
    let found = value["diagnostics"].as_array().unwrap().iter();
    let errors = found.filter(|found| found["severity"] == "error");
    errors
        .map(|found| format!("{}: {}", found["path"], found["message"]))
        .collect()
}

#[test]
fn a_description_with_every_field_is_valid() {
    let folder = tempfile::tempdir().unwrap();
    let found = errors(folder.path(), EVERYTHING);
    assert!(found.is_empty(), "{found:#?}");
    // Other forms of the same fields.
    for (from, to) in [
        (
            "shape: {min: [1, 1, 64, 64], step: [0, 0, 16, 16]}",
            "shape: [1, 1, 512, 512]",
        ),
        (
            "documentation: README.md",
            "documentation: https://example.org/README.md",
        ),
        (
            "covers: [cover.png]",
            "covers: [a.jpg, b.gif, 'https://example.org/cover.png']",
        ),
        (
            "test_inputs: [in.npy]",
            "test_inputs: ['https://example.org/in.npy']",
        ),
        (
            "parent: {id: 10.5281/zenodo.5764892,",
            "parent: {uri: 'https://example.org/rdf.yaml',",
        ),
        (
            "rdf_source: https://example.org/rdf.yaml",
            "rdf_source: 10.5281/zenodo.5764892",
        ),
    ] {
        assert!(EVERYTHING.contains(from), "{from}");
        let found = errors(folder.path(), &EVERYTHING.replace(from, to));
        assert!(found.is_empty(), "{to}: {found:#?}");
    }
}

/// The list has badges for models, and readers in use refuse models with them: that is said.
#[test]
fn badges_are_for_other_resources() {
    let folder = tempfile::tempdir().unwrap();
    let found = errors(folder.path(), &format!("{EVERYTHING}{BADGES}"));
    assert!(found.len() == 1 && found[0].contains("badges"), "{found:#?}");
    let dataset = "type: dataset\nformat_version: 0.2.4\nname: Cells\ndescription: Images of cells.\n";
    let found = errors(folder.path(), &format!("{dataset}{BADGES}"));
    assert!(found.is_empty(), "{found:#?}");
}

/// What the list calls required is missed, and so is what does not have the form that it states.
#[test]
fn required_fields_and_wrong_forms_are_found() {
    let folder = tempfile::tempdir().unwrap();
    for field in [
        "format_version",
        "authors",
        "description",
        "documentation",
        "inputs",
        "license",
        "name",
        "test_inputs",
        "test_outputs",
        "timestamp",
        "weights",
    ] {
        let text: String = without(EVERYTHING, field);
        let found = errors(folder.path(), &text);
        assert!(
            found.iter().any(|found| found.contains(field)),
            "{field}: {found:#?}"
        );
    }
    for (from, to) in [
        ("orcid: 0000-0001-2345-6789", "orcid: 0000-0001-2345-6780"),
        (
            "axes: bcyx\n    data_type: float32\n    data_range: [0, 255]",
            "axes: bcyq\n    data_type: float32",
        ),
        ("email: jane@example.org", "email: jane"),
        ("halo: [0, 0, 8, 8]", "halo: [0, 8]"),
        ("timestamp: 2023-03-01T12:00:00Z", "timestamp: yesterday"),
        ("- {name: sigmoid}", "- {name: sigmoidal}"),
    ] {
        assert!(EVERYTHING.contains(from), "{from}");
        let found = errors(folder.path(), &EVERYTHING.replacen(from, to, 1));
        assert!(!found.is_empty(), "{to}");
    }
}

/// Completion in editors knows the fields.
#[test]
fn the_schema_has_every_field() {
    let run = modelhub(["schema", "model"]);
    let properties = run.json()["properties"].clone();
    for line in EVERYTHING
        .lines()
        .filter(|line| line.starts_with(|c: char| c.is_ascii_lowercase()))
    {
        let (field, _) = line.split_once(':').unwrap();
        assert!(!properties[field].is_null(), "{field}");
    }
    assert!(!properties["run_mode"].is_null());
}

/// The text without a field at its top.
fn without(text: &str, field: &str) -> String {
    let mut is_in = false;
    let mut kept = String::new();
    for line in text.lines() {
        if !line.starts_with([' ', '-']) {
            is_in = line.starts_with(&format!("{field}:"));
        }
        if !is_in {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    assert!(kept.len() < text.len(), "{field}");
    kept
}
