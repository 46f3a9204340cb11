//! Published and generated networks outside this repository, on the shapes that they declare.

#![cfg(feature = "tract")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test has to say so")]

use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use runners::{Backends, LoadOptions, Port, Signature, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

/// The folder of reference data.
fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("MODELHUB_REFERENCE");
    if folder.is_none() {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
    }
    folder.map(PathBuf::from)
}

/// Zeros of the declared shapes; axes of any length get 64, or 16 where there are many.
fn inputs(signature: &Signature) -> Vec<Tensor> {
    let zeros = |port: &Port| {
        let declared = port.shape.as_deref().unwrap();
        let open = if declared.len() > 5 { 16 } else { 64 };
        let length =
            |(axis, length): (usize, &Option<usize>)| length.unwrap_or(if axis == 0 { 1 } else { open });
        let shape: Vec<usize> = declared.iter().enumerate().map(length).collect();
        Tensor::Float32(ArrayD::zeros(IxDyn(&shape))).cast(port.data_type.unwrap())
    };
    signature.inputs.iter().map(zeros).collect()
}

fn runs(weights: &Path) {
    let backends = Backends::built_in();
    let data = WeightsData::File(weights);
    let mut runner = backends
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
