//! Run the weights formats of bioimage.io models: prepare once, run many, one trait for every engine.
//!
//! A [`Backend`] turns weights of one or more [`WeightsFormat`]s into a [`Runner`]; a runner takes tensors and gives
//! tensors, both by position. [`Backends`] is the list of the backends that a program wants to use: it is a value,
//! not a global, and [`Backends::built_in`] holds those that this build was compiled with.
//!
//! | feature | backend | weights formats |
//! |---|---|---|
//! | `tract` (default) | `Tract`: pure Rust, in the program | `onnx` |
//! | `ort` | `Ort`: the shared library of onnxruntime, which has to be installed; faster, and with graphics cards | `onnx` |
//! | `torchscript` (default) | converts for `Tract` and `Ort`, once for each shape of the inputs | `torchscript` |
//! | `tensorflow` (default) | likewise | `tensorflow_saved_model_bundle` |
//! | `keras` (default) | likewise | `keras_hdf5` |
//! | `tfjs` (default) | likewise | `tensorflow_js` |
//! | `tch` | `Tch`: libtorch, linked when the program is built | `torchscript` |
//! | `python` | `Python`: a Python interpreter that has PyTorch or TensorFlow, in a process of its own | `pytorch_state_dict`, `keras_hdf5`, `tensorflow_saved_model_bundle` |
//!
//! Runners do not pre- or postprocess, do not reorder axes and do not convert element types: a network that was
//! exported for `float32` gets `float32`, or refuses.
//!
//! # Example
//!
//! ```
//! use ndarray::arr1;
//! use runners::{Backends, LoadOptions, WeightsData, WeightsFormat};
//! use tensor_ops::Tensor;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # #[cfg(feature = "tract")] {
//! // identity.onnx passes a one-dimensional float32 tensor of any length through
//! let weights = include_bytes!("../tests/networks/identity.onnx");
//! let backends = Backends::built_in();
//! let mut runner =
//!     backends.load(WeightsFormat::Onnx, WeightsData::Bytes(weights), &LoadOptions::default())?;
//! assert_eq!(runner.signature().inputs[0].name, "x");
//!
//! let input = Tensor::Float32(arr1(&[1.0, 2.0, 3.0]).into_dyn());
//! let outputs = runner.run(&[input.view()])?;
//! assert_eq!(outputs, [input]);
//! # }
//! # Ok(())
//! # }
//! ```

mod advice;
mod architecture;
mod backend;
mod backends;
mod caught_panics;
#[cfg(any(feature = "ort", feature = "tract"))]
mod converted;
mod device;
mod load_error;
#[cfg(any(feature = "tract", feature = "ort"))]
mod onnx;
mod options;
#[cfg(feature = "ort")]
mod ort;
#[cfg(any(
    feature = "tract",
    all(
        feature = "ort",
        any(
            feature = "keras",
            feature = "tensorflow",
            feature = "tfjs",
            feature = "torchscript"
        )
    )
))]
mod plan_cache;
#[cfg(feature = "python")]
mod python;
mod run_error;
mod runner;
mod signature;
#[cfg(feature = "tch")]
mod tch;
#[cfg(feature = "tract")]
mod tract;
mod weights;

pub use advice::Advice;
pub use architecture::{Architecture, ArchitectureSource, PythonValue};
pub use backend::Backend;
pub use backends::Backends;
pub use caught_panics::is_catching_panics;
pub use device::{Device, UnknownDevice};
pub use load_error::{LoadError, LoadErrorKind};
pub use options::{LoadOptions, SavedModelChoice};
#[cfg(feature = "ort")]
pub use ort::{Ort, OrtLibrary, OrtLibraryError, OrtLibraryOrigin, OrtLibrarySearch};
#[cfg(feature = "python")]
pub use python::Python;
pub use run_error::{RunError, RunErrorKind};
pub use runner::Runner;
pub use signature::{Port, Signature};
#[cfg(feature = "tch")]
pub use tch::Tch;
#[cfg(feature = "tract")]
pub use tract::Tract;
pub use weights::{UnknownWeightsFormat, WeightsData, WeightsFormat};
