//! What every backend that runs ONNX has to do. A backend joins with one line:
//!
//! ```ignore
//! onnx_suite!(tract, Some(Tract));
//! ```
//!
//! A backend whose library is not there is `None` and its tests pass without a look; whether that is allowed, the
//! expression has to decide.

use std::path::{Path, PathBuf};

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, LoadError, LoadOptions, Runner, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

mod hostile;
#[cfg(all(feature = "keras", feature = "tfjs"))]
mod keras;
mod refusals;
mod results;
mod shapes;
#[cfg(all(feature = "tensorflow", feature = "tfjs"))]
mod tensorflow;

pub(crate) use hostile::*;
#[cfg(all(feature = "keras", feature = "tfjs"))]
pub(crate) use keras::*;
pub(crate) use refusals::*;
pub(crate) use results::*;
pub(crate) use shapes::*;
#[cfg(all(feature = "tensorflow", feature = "tfjs"))]
pub(crate) use tensorflow::*;

macro_rules! onnx_suite {
    ($name:ident, $backend:expr) => {
        mod $name {
            $crate::suite::onnx_suite!(@cases $backend;
                element_types_are_kept
                inputs_and_outputs_go_by_position
                a_graph_may_pass_its_input_through
                integers_go_in_and_out
                the_unet_gives_the_expected_classes
                batch_height_and_width_may_vary
                lengths_in_the_file_are_hints
                repeated_runs_agree
                threads_do_not_change_the_result
                side_by_side_gives_the_same
                a_strided_view_is_read_by_its_axes
                clashing_symbols_are_ignored
                a_shape_that_cannot_work_is_an_error_and_the_runner_stays_usable
                inputs_that_do_not_fit_are_told_with_what_was_expected
                what_tensors_cannot_hold_is_refused
                files_and_bytes_load_alike
                a_missing_file_is_named
                no_other_format_is_taken
                broken_weights_are_malformed
                external_data_is_refused
                unsupported_operators_are_listed
                a_huge_tensor_is_an_error
                larger_inputs_than_allowed_are_refused
                nothing_is_read_from_functions_in_other_files
                truncated_files_are_errors
                damaged_files_are_errors_or_run
            );
            #[cfg(all(feature = "keras", feature = "tfjs"))]
            $crate::suite::onnx_suite!(@cases $backend;
                archives_of_keras_give_what_keras_gave
                keras_models_give_what_keras_gave
                converted_networks_run_side_by_side
                what_is_no_keras_model_is_refused
            );
            #[cfg(all(feature = "tensorflow", feature = "tfjs"))]
            $crate::suite::onnx_suite!(@cases $backend;
                every_form_of_tensorflow_gives_the_same
                outputs_of_tensorflow_are_told_apart
                what_is_no_network_of_tensorflow_is_refused
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
pub(crate) use onnx_suite;

/// A file next to the script that makes it.
pub(crate) fn network(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/networks")
        .join(name)
}

fn try_load(backend: &dyn Backend, name: &str) -> Result<Box<dyn Runner>, LoadError> {
    backend.load(
        WeightsFormat::Onnx,
        WeightsData::File(&network(name)),
        &LoadOptions::default(),
    )
}

fn load(backend: &dyn Backend, name: &str) -> Box<dyn Runner> {
    try_load(backend, name).unwrap_or_else(|error| panic!("{name}: {error}: {:?}", chain(&error)))
}

fn chain(error: &dyn std::error::Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| error.source())
        .map(ToString::to_string)
        .collect()
}

/// Values between 0 and 1, the same that the script computes the expected output with.
fn image(shape: &[usize]) -> Tensor {
    let count = shape.iter().product::<usize>();
    let values = (0..count)
        .map(|index| (index * 37 % 101) as f32 / 101.0)
        .collect();
    Tensor::Float32(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap())
}

fn floats(tensor: &Tensor) -> &ArrayD<f32> {
    match tensor {
        Tensor::Float32(array) => array,
        other => panic!("{other:?}"),
    }
}

fn largest_difference(a: &Tensor, b: &Tensor) -> f32 {
    assert_eq!(a.shape(), b.shape());
    floats(a)
        .iter()
        .zip(floats(b))
        .map(|(a, b)| (a - b).abs())
        .fold(0.0, f32::max)
}

fn run_one(runner: &mut dyn Runner, input: &Tensor) -> Tensor {
    let mut outputs = runner
        .run(&[input.view()])
        .unwrap_or_else(|error| panic!("{:?}", chain(&error)));
    assert_eq!(outputs.len(), 1);
    outputs.remove(0)
}
