//! Weights formats to ONNX.

mod conversion;
#[cfg(feature = "tensorflow")]
mod files;
// each format uses a part of it
#[cfg_attr(not(feature = "torchscript"), allow(dead_code))]
mod graph;
mod half;
mod onnx;
mod tensor;
#[cfg(feature = "tensorflow")]
pub mod tensorflow;
#[cfg(feature = "tfjs")]
pub mod tfjs;
#[cfg(feature = "torchscript")]
pub mod torchscript;

pub use conversion::{Converted, InputSpec, Options, Port};
#[cfg(feature = "tensorflow")]
pub use files::{FilesError, FilesErrorKind, ModelFiles};
pub use tensor::ScalarType;
