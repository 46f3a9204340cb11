//! Every golden case of a single operation of format 0.4 that this crate implements.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::{ReadableElement, read_npy};
use serde_json::Value;
use tensor_ops::{
    Binarize, Clip, Coefficients, Element, Operation, ScaleLinear, Sigmoid, Statistics, Tensor, Tolerance,
    ZeroMeanUnitVariance, compare,
};

const OURS: [&str; 5] = [
    "binarize",
    "clip",
    "scale_linear",
    "sigmoid",
    "zero_mean_unit_variance",
];

/// What a result is compared with where the reference implementation departs from the specification.
#[derive(Debug, Clone, Copy)]
enum Truth {
    /// The output of the reference.
    Reference,
    /// The specified result that comes with the case.
    Specification,
    /// The formula of the specification, evaluated here in `f64`.
    Formula(fn(f64) -> f64),
}

/// The cases of grade "quirk", each with what is matched and why.
const QUIRKS: [(&str, Truth, &str); 4] = [
    (
        "v4_sigmoid_uint8",
        Truth::Formula(|x| 1.0 / (1.0 + (-x).exp())),
        "the reference negates unsigned integers, which wrap around, and computes in half precision",
    ),
    (
        "v4_zmuv_eps_0.1",
        Truth::Specification,
        "the reference ignores `eps`",
    ),
    (
        "v4_zmuv_nan",
        Truth::Reference,
        "one NaN makes the whole group NaN",
    ),
    (
        "v4_binarize_nan",
        Truth::Reference,
        "NaN is not larger than any threshold",
    ),
];

#[test]
fn single_operations_match_the_reference() {
    let Some(dir) = std::env::var_os("MODELHUB_REFERENCE") else {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
        return;
    };
    let dir = Path::new(&dir).join("golden");
    let index = std::fs::read_to_string(dir.join("index.json")).unwrap();
    let index: Vec<Value> = serde_json::from_str(&index).unwrap();
    let mut quirks: BTreeMap<_, _> = QUIRKS
        .iter()
        .map(|&(id, truth, why)| (id, (truth, why)))
        .collect();
    let mut cases = 0;
    for case in index.iter().filter(|case| is_ours(case)) {
        let id = text(case, "id");
        let truth = match text(case, "grade") {
            "strict" => Truth::Reference,
            _ => {
                quirks
                    .remove(id)
                    .unwrap_or_else(|| panic!("{id}: not in the table of quirks"))
                    .0
            }
        };
        check(case, truth, &dir);
        cases += 1;
    }
    assert!(cases >= 25, "only {cases} cases found");
    assert!(quirks.is_empty(), "not in the index: {quirks:?}");
}

fn is_ours(case: &Value) -> bool {
    let [operation] = case["procs"].as_array().unwrap().as_slice() else {
        return false;
    };
    text(case, "spec") == "0.4" && text(case, "kind") == "op" && OURS.contains(&text(operation, "name"))
}

fn check(case: &Value, truth: Truth, dir: &Path) {
    let id = text(case, "id");
    let read_input = |name: &str| read(&dir.join(name), text(case, "dtype"));
    let input = read_input(text(case, "input"));
    let operation = operation(&case["procs"][0], text(case, "axes"));

    let mut statistics = Statistics::measure(operation.needs(), &input.view()).unwrap();
    if let Some(files) = case.get("dataset").and_then(Value::as_array) {
        let samples: Vec<_> = files
            .iter()
            .map(|file| read_input(file.as_str().unwrap()))
            .collect();
        statistics = Statistics::measure(operation.needs(), &samples[0].view()).unwrap();
        for sample in &samples[1..] {
            statistics
                .merge(&Statistics::measure(operation.needs(), &sample.view()).unwrap())
                .unwrap();
        }
    }
    let mut result = input.to_f32();
    operation.apply(result.view_mut(), &statistics).unwrap();

    let expected = match truth {
        Truth::Reference => read(&dir.join(text(case, "output")), text(case, "output_dtype")),
        Truth::Specification => read_any_float(&dir.join(text(case, "output_spec"))),
        Truth::Formula(formula) => Tensor::from(input.to_f32().mapv(|x| formula(f64::from(x)))),
    };
    let tolerance = Tolerance {
        absolute: case["atol"].as_f64().unwrap(),
        relative: case["rtol"].as_f64().unwrap(),
    };
    let comparison = compare(&Tensor::from(result), &expected, &tolerance).unwrap();
    assert!(
        comparison.is_match(),
        "{id} ({}): {comparison:?}",
        operation.name()
    );
}

/// The operation that a case describes for a tensor with these axes.
fn operation(described: &Value, axes: &str) -> Box<dyn Operation> {
    let kwargs = &described["kwargs"];
    let number = |key: &str| kwargs[key].as_f64().unwrap();
    let eps = kwargs["eps"].as_f64().unwrap_or(1e-6);
    let indices = |wanted: &dyn Fn(char) -> bool| -> Vec<usize> {
        axes.char_indices()
            .filter(|&(_, letter)| wanted(letter))
            .map(|(index, _)| index)
            .collect()
    };
    let together = kwargs["axes"].as_str();
    // Lists run along the axes that are neither scaled together nor the batch axis.
    let along = indices(&|letter| letter != 'b' && !together.is_some_and(|axes| axes.contains(letter)));
    let coefficients = |key: &str| match &kwargs[key] {
        Value::Array(values) => Coefficients::along(
            &along,
            values.iter().map(|value| value.as_f64().unwrap()).collect(),
        ),
        value => Coefficients::scalar(value.as_f64().unwrap()),
    };
    match (text(described, "name"), kwargs["mode"].as_str()) {
        ("binarize", _) => Box::new(Binarize {
            threshold: number("threshold"),
        }),
        ("clip", _) => Box::new(Clip {
            min: number("min"),
            max: number("max"),
        }),
        ("scale_linear", _) => Box::new(ScaleLinear {
            gain: coefficients("gain"),
            offset: coefficients("offset"),
        }),
        ("sigmoid", _) => Box::new(Sigmoid),
        ("zero_mean_unit_variance", Some("fixed")) => Box::new(ZeroMeanUnitVariance::fixed(
            coefficients("mean"),
            coefficients("std"),
            eps,
        )),
        ("zero_mean_unit_variance", Some("per_sample" | "per_dataset")) => {
            let together = together.unwrap();
            Box::new(ZeroMeanUnitVariance::measured(
                &indices(&|letter| together.contains(letter)),
                eps,
            ))
        }
        other => panic!("no such operation: {other:?}"),
    }
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("no text `{key}` in {value}"))
}

fn read(path: &Path, data_type: &str) -> Tensor {
    match data_type {
        "bool" => read_as::<bool>(path),
        "uint8" => read_as::<u8>(path),
        "uint16" => read_as::<u16>(path),
        "float32" => read_as::<f32>(path),
        "float64" => read_as::<f64>(path),
        other => panic!("{}: unexpected type {other}", path.display()),
    }
}

/// Reads `float32` or, failing that, `float64`.
fn read_any_float(path: &Path) -> Tensor {
    match read_npy::<_, ArrayD<f32>>(path) {
        Ok(array) => Tensor::from(array),
        Err(_) => read_as::<f64>(path),
    }
}

fn read_as<T>(path: &Path) -> Tensor
where
    T: Element + ReadableElement,
    Tensor: From<ArrayD<T>>,
{
    let array: ArrayD<T> = read_npy(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Tensor::from(array)
}
