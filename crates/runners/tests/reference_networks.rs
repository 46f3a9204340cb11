//! Published and generated networks outside this repository, on the shapes that they declare: each backend runs them,
//! and all agree.

#![cfg(feature = "tract")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test has to say so")]

#[cfg(feature = "ort")]
#[path = "suite/library.rs"]
mod library;

use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, Backends, LoadOptions, Port, Signature, WeightsData, WeightsFormat};
use tensor_ops::{Tensor, Tolerance, compare};

/// The folder of reference data.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("MODELHUB_REFERENCE");
    if folder.is_none() {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
    }
    folder.map(PathBuf::from)
}

/// Values from 0 to 1 in the declared shapes; axes of any length get 64, or 16 where there are many.
fn inputs(signature: &Signature) -> Vec<Tensor> {
    let values = |port: &Port| {
        let declared = port.shape.as_deref().unwrap();
        let open = if declared.len() > 5 { 16 } else { 64 };
        let length =
            |(axis, length): (usize, &Option<usize>)| length.unwrap_or(if axis == 0 { 1 } else { open });
        let shape: Vec<usize> = declared.iter().enumerate().map(length).collect();
        let count = shape.iter().product::<usize>();
        let numbers = (0..count)
            .map(|index| (index * 7919 % 1009) as f32 / 1009.0)
            .collect();
        let array = ArrayD::from_shape_vec(IxDyn(&shape), numbers).unwrap();
        Tensor::Float32(array).cast(port.data_type.unwrap())
    };
    signature.inputs.iter().map(values).collect()
}

/// The backends of this build whose library is there, the one that is always there first.
fn backends() -> Backends {
    let backends = Backends::built_in();
    #[cfg(feature = "ort")]
    if let Some(ort) = library::backend() {
        return backends.with(ort);
    }
    backends
}

fn runs(weights: &Path) {
    let backends = backends();
    let mut results = backends
        .supporting(WeightsFormat::Onnx)
        .map(|backend| runs_with(backend, weights));
    let first = results.next().unwrap();
    for other in results {
        assert_eq!(first.len(), other.len());
        for (a, b) in first.iter().zip(&other) {
            let found = compare(a, b, &Tolerance::default()).unwrap();
            assert!(found.is_match(), "{}: {found:?}", weights.display());
        }
    }
}

fn runs_with(backend: &dyn Backend, weights: &Path) -> Vec<Tensor> {
    let data = WeightsData::File(weights);
    let mut runner = backend
        .load(WeightsFormat::Onnx, data, &LoadOptions::default())
        .unwrap_or_else(|error| panic!("{}: {error:?}", weights.display()));
    let inputs = inputs(runner.signature());
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    let outputs = runner
        .run(&views)
        .unwrap_or_else(|error| panic!("{}: {error:?}", weights.display()));
    assert_eq!(outputs.len(), runner.signature().outputs.len());
    for (output, port) in outputs.iter().zip(&runner.signature().outputs) {
        assert_eq!(Some(output.shape().len()), port.rank());
        let fits = |(length, declared): (&usize, &Option<usize>)| {
            declared.is_none_or(|declared| declared == *length)
        };
        assert!(
            output.shape().iter().zip(port.shape.iter().flatten()).all(fits),
            "{port}: {:?}",
            output.shape()
        );
    }
    outputs
}

#[test]
fn the_published_network_with_several_tensors_runs() {
    let Some(reference) = reference() else { return };
    runs(&reference.join("models/multi_tensor_0.4.0/weights.onnx"));
}

/// Runs the networks of the zoo whose name starts so, and counts them.
fn run_all(reference: &Path, prefix: &str) -> usize {
    let mut count = 0;
    for entry in std::fs::read_dir(reference.join("zoo")).unwrap() {
        let entry = entry.unwrap();
        let weights = entry.path().join("weights.onnx");
        if entry.file_name().to_string_lossy().starts_with(prefix) && weights.is_file() {
            runs(&weights);
            count += 1;
        }
    }
    count
}

#[test]
fn networks_of_known_geometry_run() {
    let Some(reference) = reference() else { return };
    assert!(run_all(&reference, "tile_") >= 5);
}

#[test]
fn networks_around_one_operation_run() {
    let Some(reference) = reference() else { return };
    assert!(run_all(&reference, "op_") >= 20);
}
