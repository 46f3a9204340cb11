//! What every backend that runs TorchScript has to do. A backend joins with one line, as in `suite/onnx.rs`.

use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, LoadError, LoadOptions, Port, Runner, Signature, WeightsData, WeightsFormat};
use tensor_ops::{Tensor, Tolerance, compare};

#[path = "torchscript/refusals.rs"]
mod refusals;
#[path = "torchscript/results.rs"]
mod results;

pub(crate) use refusals::*;
pub(crate) use results::*;

macro_rules! torchscript_suite {
    ($name:ident, $backend:expr) => {
        mod $name {
            $crate::suite::torchscript_suite!(@cases $backend;
                every_archive_gives_the_outputs_of_pytorch
                shapes_may_vary_from_call_to_call
                repeated_runs_agree
                threads_do_not_change_the_result
                a_strided_view_is_read_by_its_axes
                nan_is_not_lost_silently
                files_and_bytes_load_alike
                a_shape_that_cannot_work_is_an_error_and_the_runner_stays_usable
                inputs_that_do_not_fit_are_told_with_what_was_expected
                another_number_of_outputs_than_described_is_told
                a_description_is_needed
                what_is_no_archive_is_malformed
                a_missing_file_is_named
                no_other_format_is_taken
                larger_inputs_than_allowed_are_refused
                too_many_threads_are_refused
            );
        }
    };
    (@cases $backend:expr; $($case:ident)*) => {
        $(#[test] fn $case() {
            if let Some(backend) = $backend {
                $crate::suite::$case(&backend);
            }
        })*
    };
}
pub(crate) use torchscript_suite;

/// A file of the archives that PyTorch wrote.
pub(crate) fn archive(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../weight-converters/tests/fixtures/torchscript")
        .join(name)
}

/// A description with these numbers of inputs and outputs, of any type and shape.
pub(crate) fn described(inputs: usize, outputs: usize) -> LoadOptions {
    let ports = |count: usize, prefix: &str| {
        (0..count)
            .map(|index| Port::new(format!("{prefix}{index}"), None, None))
            .collect()
    };
    LoadOptions::default().with_described(Signature {
        inputs: ports(inputs, "x"),
        outputs: ports(outputs, "y"),
    })
}

pub(crate) fn try_load(
    backend: &dyn Backend,
    name: &str,
    options: &LoadOptions,
) -> Result<Box<dyn Runner>, LoadError> {
    let path = archive(name);
    backend.load(WeightsFormat::Torchscript, WeightsData::File(&path), options)
}

pub(crate) fn load(backend: &dyn Backend, name: &str, options: &LoadOptions) -> Box<dyn Runner> {
    try_load(backend, name, options).unwrap_or_else(|error| panic!("{name}: {:?}", chain(&error)))
}

pub(crate) fn chain(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// Values between -1 and 1.
pub(crate) fn image(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values = (0..count)
        .map(|index| (index * 37 % 101) as f32 / 50.5 - 1.0)
        .collect();
    Tensor::Float32(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap())
}

pub(crate) fn run(runner: &mut dyn Runner, inputs: &[Tensor]) -> Vec<Tensor> {
    let views: Vec<_> = inputs.iter().map(Tensor::view).collect();
    runner
        .run(&views)
        .unwrap_or_else(|error| panic!("{:?}", chain(&error)))
}

pub(crate) fn assert_close(found: &Tensor, expected: &Tensor, what: &str) {
    let compared = compare(found, expected, &Tolerance::default()).unwrap();
    assert!(compared.is_match(), "{what}: {compared:?}");
}
