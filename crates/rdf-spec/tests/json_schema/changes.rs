//! Single changes of the smallest description: the schema judges them as the reader does.

use rdf_spec::ModelRdf;
use serde_json::{Value, json};

use super::{MINIMAL, Schema, value};

/// The smallest description with one value changed, given by its JSON pointer.
fn with(pointer: &str, other: Value) -> Value {
    let mut document = value(MINIMAL).unwrap();
    *document
        .pointer_mut(pointer)
        .unwrap_or_else(|| panic!("{pointer}")) = other;
    document
}

#[test]
fn single_changes_are_judged_as_the_reader_judges_them() {
    let schema = Schema::of_models();
    let cases = [
        ("/authors", json!("Jane Doe")),
        ("/authors", json!(["Jane Doe"])),
        ("/authors", json!([])),
        ("/authors/0", json!({"name": "Jane Doe", "orcid": null})),
        (
            "/authors/0",
            json!({"name": "Jane Doe", "orcid": "0000-0002-1825-009x"}),
        ),
        ("/authors/0", json!({"name": "Jane Doe", "affilliation": "x"})),
        ("/name", json!("")),
        ("/name", json!(3)),
        ("/license", json!("anything")),
        ("/timestamp", json!("yesterday")),
        ("/documentation", json!("/etc/passwd")),
        ("/documentation", json!("C:\\folder\\README.md")),
        ("/test_inputs/0", json!("C:\\folder\\a.npy")),
        ("/test_inputs/0", json!("/folder/a.npy")),
        ("/documentation", json!("https://example.org/README.md")),
        ("/format_version", json!("0.4")),
        ("/format_version", json!("0.4.12")),
        ("/format_version", json!("0.5.0")),
        ("/cite/0", json!({"text": "x"})),
        ("/cite/0", json!({"text": "x", "doi": null, "url": "u"})),
        ("/cite/0", json!({"text": "x", "doi": null})),
        ("/test_inputs/0", json!("a.npz")),
        (
            "/test_inputs/0",
            json!("https://zenodo.org/api/records/1/files/a.npy/content"),
        ),
        ("/test_inputs/0", json!("https://example.org/a?b=c.npy")),
        ("/inputs/0/axes", json!("bcyq")),
        ("/inputs/0/axes", json!(["b", "c", "y", "x"])),
        ("/inputs/0/data_type", json!("float64")),
        ("/outputs/0/name", json!("gr\u{f6}\u{df}e")),
        ("/inputs/0/name", json!("class")),
        ("/inputs/0/name", json!("0raw")),
        ("/inputs/0/shape", json!(["1", 1, 64.0, 64])),
        ("/inputs/0/shape", json!([1, 1, 64.5, 64])),
        (
            "/inputs/0/shape",
            json!({"min": [1, 1, 64, 64], "step": [0, 0, 8, 8]}),
        ),
        ("/inputs/0/shape", json!({"min": [1, 1, 64, 64]})),
        ("/inputs/0/preprocessing/0/name", json!("scale_mean_variance")),
        ("/inputs/0/preprocessing/0/kwargs", json!({"axes": "yx"})),
        (
            "/inputs/0/preprocessing/0/kwargs",
            json!({"axes": "yx", "mean": 1, "std": "0.5"}),
        ),
        (
            "/inputs/0/preprocessing/0/kwargs",
            json!({"mode": "per_sample", "axes": "yx", "mean": 1}),
        ),
        (
            "/inputs/0/preprocessing/0/kwargs",
            json!({"mode": "per_sample", "axes": "byx"}),
        ),
        (
            "/inputs/0/preprocessing/0/kwargs",
            json!({"mode": "per_sample", "axes": "yx", "eps": 0}),
        ),
        (
            "/inputs/0/preprocessing",
            json!([{"name": "clip", "kwargs": {"min": 0, "max": "inf"}}]),
        ),
        (
            "/inputs/0/preprocessing",
            json!([{"name": "scale_linear", "kwargs": {"gain": [2, "3"]}}]),
        ),
        (
            "/inputs/0/preprocessing",
            json!([{"name": "scale_linear", "kwargs": {"gain": []}}]),
        ),
        (
            "/inputs/0/preprocessing",
            json!([{"name": "sigmoid", "kwargs": {"x": 1}}]),
        ),
        (
            "/inputs/0/preprocessing",
            json!([{"name": "scale_range", "kwargs": {"mode": "per_sample", "axes": "yx", "max_percentile": 0.998}}]),
        ),
        (
            "/outputs/0/postprocessing",
            json!([{"name": "scale_mean_variance", "kwargs": {"mode": "per_sample", "reference_tensor": "raw"}}]),
        ),
        ("/outputs/0/shape/offset", json!([0, 0, 0.25, 0])),
        ("/outputs/0/shape/scale", json!([1, 1, -1, 1])),
        ("/outputs/0/halo", json!(null)),
        ("/weights", json!({})),
        ("/weights", json!({"onnx": null})),
        ("/weights/onnx/source", json!("")),
        ("/weights/onnx", json!({"source": "a", "opset_version": 6})),
        (
            "/weights/onnx",
            json!({"source": "a", "opset_version": "15", "parent": "torchscript"}),
        ),
        ("/weights/onnx", json!({"source": "a", "parent": "onnx"})),
        ("/weights/onnx", json!({"source": "a", "pytorch_version": 1.1})),
        (
            "/weights",
            json!({"torchscript": {"source": "a", "pytorch_version": 1.1}}),
        ),
        (
            "/weights",
            json!({"pytorch_state_dict": {"source": "a", "architecture": "a.b.C"}}),
        ),
        (
            "/weights",
            json!({"pytorch_state_dict": {"source": "a", "architecture": "C"}}),
        ),
        (
            "/weights",
            json!({"pytorch_state_dict": {"source": "a", "architecture": "f.py:C"}}),
        ),
        (
            "/weights",
            json!({"pytorch_state_dict": {
                "source": "a", "architecture": "f.py:C", "architecture_sha256": "0f".repeat(32)
            }}),
        ),
    ];
    let mut wrong = Vec::new();
    for (pointer, other) in cases {
        let document = with(pointer, other.clone());
        let parsed = ModelRdf::from_yaml(&document.to_string());
        let judged = schema.check(&document);
        if judged.is_ok() != parsed.is_valid() {
            wrong.push(format!(
                "{pointer} {other}: {judged:?} {:?}",
                parsed.diagnostics()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
