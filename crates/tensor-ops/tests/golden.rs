//! Every golden case of a single operation of format 0.4 that this crate implements.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::{ReadableElement, read_npy};
use serde_json::Value;
use tensor_ops::{
    Binarize, Clip, Coefficients, DataType, Element, Need, Operation, Percentile, ReferenceAxes, ScaleLinear,
    ScaleMeanVariance, ScaleRange, Scan, Sigmoid, Statistics, Tensor, Tolerance, ZeroMeanUnitVariance,
    compare,
};

const OURS: [&str; 7] = [
    "binarize",
    "clip",
    "scale_linear",
    "scale_mean_variance",
    "scale_range",
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
    /// The formula with the percentiles of all samples sorted together, evaluated here in `f64`.
    PooledPercentiles,
}

/// The cases of grade "quirk", each with what is matched and why.
const QUIRKS: [(&str, Truth, &str); 6] = [
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
    (
        "v4_scale_range_eps_0.001",
        Truth::Specification,
        "the reference ignores `eps`",
    ),
    (
        "v4_scale_range_nan",
        Truth::Reference,
        "NaN is skipped by percentiles and stays NaN",
    ),
];

/// The cases in which percentiles of a data set are wanted: the reference takes the mean of those of the samples.
const POOLED: &str = "v4_scale_range_per_dataset_";

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
            "strict" if id.starts_with(POOLED) => Truth::PooledPercentiles,
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
    assert!(cases >= 47, "only {cases} cases found");
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
    let files = |key: &str, single: &str| -> Vec<Tensor> {
        match (case.get(key).and_then(Value::as_array), case.get(single)) {
            (Some(files), _) => files
                .iter()
                .map(|file| read_any(&dir.join(file.as_str().unwrap())))
                .collect(),
            (None, Some(file)) => vec![read_any(&dir.join(file.as_str().unwrap()))],
            (None, None) => Vec::new(),
        }
    };
    let input = read_input(text(case, "input"));
    let operation = operation(case);

    let samples = files("dataset", "input");
    let references = files("reference_dataset", "reference");
    let statistics = measure(operation.needs(), &samples);
    let reference = measure(operation.reference_needs(), &references);
    let mut result = input.to_f32();
    operation
        .apply_with_reference(result.view_mut(), &statistics, &reference)
        .unwrap();
    // the same on the way from the type of the input
    let mut converted = ArrayD::zeros(input.shape());
    let map = operation.bind(input.shape(), &statistics, &reference).unwrap();
    map.apply_to(&input.view(), converted.view_mut()).unwrap();
    let is_exact = Tensor::from(input.to_f32()).cast(DataType::Float64) == input.cast(DataType::Float64);
    let same = result
        .iter()
        .zip(&converted)
        .all(|(a, b)| a.to_bits() == b.to_bits() || !is_exact);
    assert!(same, "{id}: converting differs from casting first");

    let expected = match truth {
        Truth::Reference => read(&dir.join(text(case, "output")), text(case, "output_dtype")),
        Truth::Specification => read_any_float(&dir.join(text(case, "output_spec"))),
        Truth::Formula(formula) => Tensor::from(input.to_f32().mapv(|x| formula(f64::from(x)))),
        Truth::PooledPercentiles => {
            let kwargs = &case["procs"][0]["kwargs"];
            assert_eq!(kwargs["axes"], "cyx", "{id}: one group");
            let percentile =
                |values: &[f64], key: &str| naive_percentile(values, kwargs[key].as_f64().unwrap());
            let of =
                |tensor: &Tensor| -> Vec<f64> { tensor.to_f32().iter().map(|&x| f64::from(x)).collect() };
            let scaled = |low: f64, high: f64| {
                Tensor::from(
                    input
                        .to_f32()
                        .mapv(|x| (f64::from(x) - low) / (high - low + 1e-6)),
                )
            };
            // What explains the output of the reference: the mean of the percentiles of the samples.
            let mean = |key: &str| {
                samples
                    .iter()
                    .map(|sample| percentile(&of(sample), key))
                    .sum::<f64>()
                    / samples.len() as f64
            };
            let theirs = read(&dir.join(text(case, "output")), text(case, "output_dtype"));
            let explained = scaled(mean("min_percentile"), mean("max_percentile"));
            assert!(
                compare(&explained, &theirs, &tolerance(case)).unwrap().is_match(),
                "{id}"
            );
            let pooled: Vec<f64> = samples.iter().flat_map(of).collect();
            scaled(
                percentile(&pooled, "min_percentile"),
                percentile(&pooled, "max_percentile"),
            )
        }
    };
    let comparison = compare(&Tensor::from(result), &expected, &tolerance(case)).unwrap();
    assert!(
        comparison.is_match(),
        "{id} ({}): {comparison:?}",
        operation.name()
    );
}

fn tolerance(case: &Value) -> Tolerance {
    Tolerance {
        absolute: case["atol"].as_f64().unwrap(),
        relative: 1e-5,
    }
}

/// The statistics of all samples together; of a single one also those that are measured in memory.
fn measure(needs: &[Need], samples: &[Tensor]) -> Statistics {
    let Some(first) = samples.first() else {
        assert!(needs.is_empty());
        return Statistics::default();
    };
    let scan = Scan::new(needs, first.shape()).unwrap();
    let scanned = scan
        .run(|scan| {
            let start = vec![0; first.shape().len()];
            samples
                .iter()
                .try_for_each(|sample| scan.add(&sample.view(), &start))
        })
        .unwrap();
    if samples.len() == 1 {
        assert_eq!(scanned.missing(needs), None);
        return Statistics::measure(needs, &first.view()).unwrap();
    }
    scanned
}

/// By sorting.
fn naive_percentile(values: &[f64], percentile: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let position = (sorted.len() - 1) as f64 * percentile / 100.0;
    let below = position.floor();
    let upper = sorted[(below as usize + 1).min(sorted.len() - 1)];
    sorted[below as usize] + (position - below) * (upper - sorted[below as usize])
}

/// The operation that a case describes for a tensor with these axes.
fn operation(case: &Value) -> Box<dyn Operation> {
    let (described, axes) = (&case["procs"][0], text(case, "axes"));
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
        ("scale_range", _) => {
            let percentile = |key: &str, default: Percentile| match kwargs[key].as_f64() {
                Some(value) => Percentile::new(value).unwrap(),
                None => default,
            };
            let (min, max) = (
                percentile("min_percentile", Percentile::MIN),
                percentile("max_percentile", Percentile::MAX),
            );
            let reduced = indices(&|letter| together.is_none_or(|axes| axes.contains(letter)));
            match case.get("reference_axes") {
                Some(_) => Box::new(ScaleRange::by_reference(
                    &reduced,
                    reference_axes(case, &reduced),
                    min,
                    max,
                    eps,
                )),
                None => Box::new(ScaleRange::measured(&reduced, min, max, eps)),
            }
        }
        ("scale_mean_variance", _) => {
            let reduced = indices(&|letter| together.is_none_or(|axes| axes.contains(letter)));
            Box::new(ScaleMeanVariance::new(
                &reduced,
                reference_axes(case, &reduced),
                eps,
            ))
        }
        other => panic!("no such operation: {other:?}"),
    }
}

/// The reference tensors of all cases have the axes of the tensor.
fn reference_axes(case: &Value, reduced: &[usize]) -> ReferenceAxes {
    assert_eq!(text(case, "reference_axes"), text(case, "axes"));
    ReferenceAxes::same(reduced, text(case, "axes").len())
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

/// Reads a tensor of whichever type it has.
fn read_any(path: &Path) -> Tensor {
    if let Ok(array) = read_npy::<_, ArrayD<u8>>(path) {
        return Tensor::from(array);
    }
    match read_npy::<_, ArrayD<u16>>(path) {
        Ok(array) => Tensor::from(array),
        Err(_) => read_any_float(path),
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
