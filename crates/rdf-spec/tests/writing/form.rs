//! What descriptions look like when they are written.

use rdf_spec::{
    Coefficients, DataRange, FormatVersion, ModelRdf, ProcessingStep, StatisticsMode, check_model,
};

use super::MINIMAL;

fn minimal() -> ModelRdf {
    let mut model = ModelRdf::from_yaml(MINIMAL).into_result().unwrap();
    model.format_version = FormatVersion::newest();
    model
}

#[test]
fn the_smallest_description() {
    let expected = "\
format_version: \"0.4.10\"
type: model
name: Smallest model
description: Everything that a description must have, and a citation.
authors:
- name: Jane Doe
documentation: README.md
inputs:
- name: raw
  axes: bcyx
  data_type: float32
  shape: [1, 1, 64, 64]
  preprocessing:
  - name: zero_mean_unit_variance
    kwargs:
      mode: per_sample
      axes: yx
outputs:
- name: probability
  axes: bcyx
  data_type: float32
  shape:
    reference_tensor: raw
    scale: [1, 1, 1, 1]
    offset: [0, 0, 0, 0]
  halo: [0, 0, 8, 8]
  postprocessing:
  - name: sigmoid
license: MIT
test_inputs:
- test_input.npy
test_outputs:
- test_output.npy
timestamp: \"2024-01-31T12:00:00Z\"
weights:
  onnx:
    source: weights.onnx
    opset_version: 17
cite:
- text: Ronneberger et al. 2015
  doi: 10.1007/978-3-319-24574-4_28
";
    assert_eq!(minimal().to_yaml().unwrap(), expected);
}

/// The JSON form of one step.
fn json(step: &ProcessingStep) -> String {
    serde_json::to_string(step).unwrap()
}

#[test]
fn operations_leave_out_what_readers_assume() {
    let axes = || Some("yx".parse().unwrap());
    for (step, expected) in [
        (ProcessingStep::Sigmoid, r#"{"name":"sigmoid"}"#),
        (
            ProcessingStep::Binarize { threshold: 0.5 },
            r#"{"name":"binarize","kwargs":{"threshold":0.5}}"#,
        ),
        (
            ProcessingStep::ScaleLinear {
                axes: axes(),
                gain: Coefficients::List(vec![0.5, 2.0]),
                offset: Coefficients::Scalar(0.0),
            },
            r#"{"name":"scale_linear","kwargs":{"axes":"yx","gain":[0.5,2]}}"#,
        ),
        (
            ProcessingStep::ScaleRange {
                mode: StatisticsMode::PerSample,
                axes: axes(),
                min_percentile: 0.0,
                max_percentile: 99.8,
                eps: 1e-6,
                reference_tensor: None,
            },
            r#"{"name":"scale_range","kwargs":{"mode":"per_sample","axes":"yx","max_percentile":99.8}}"#,
        ),
        (
            ProcessingStep::ScaleMeanVariance {
                mode: StatisticsMode::PerDataset,
                axes: None,
                eps: 1e-3,
                reference_tensor: "raw".parse().unwrap(),
            },
            r#"{"name":"scale_mean_variance","kwargs":{"mode":"per_dataset","reference_tensor":"raw","eps":0.001}}"#,
        ),
    ] {
        assert_eq!(json(&step), expected);
    }
}

#[test]
fn infinities_are_numbers_in_yaml_and_text_in_json() {
    let mut model = minimal();
    model.inputs[0].data_range = Some(DataRange {
        min: f64::NEG_INFINITY,
        max: f64::INFINITY,
    });
    let yaml = model.to_yaml().unwrap();
    assert!(yaml.contains("  data_range: [-.inf, .inf]\n"), "{yaml}");
    let json = model.to_json().unwrap();
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        value["inputs"][0]["data_range"],
        serde_json::json!(["-inf", "inf"])
    );
    assert_eq!(ModelRdf::from_yaml(&json).into_result().unwrap(), model);
}

#[test]
fn a_date_without_time_is_written_such_that_it_stays_text() {
    let mut model = minimal();
    model.timestamp = "2024-01-31".parse().unwrap();
    assert!(check_model(&model).is_empty());
    let yaml = model.to_yaml().unwrap();
    assert!(yaml.contains("\ntimestamp: \"2024-01-31\"\n"), "{yaml}");
    assert_eq!(ModelRdf::from_yaml(&yaml).into_result().unwrap(), model);
}

#[test]
fn a_quoted_merge_key_is_a_key() {
    let text = MINIMAL.to_owned() + "config:\n  \"<<\": 3\n";
    let mut model = ModelRdf::from_yaml(&text).into_result().unwrap();
    model.format_version = FormatVersion::newest();
    assert_eq!(model.config.len(), 1);
    assert_eq!(
        ModelRdf::from_yaml(&model.to_yaml().unwrap())
            .into_result()
            .unwrap(),
        model
    );
}
