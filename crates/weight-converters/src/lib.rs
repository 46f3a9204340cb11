//! Weights formats to ONNX.

mod conversion;
#[cfg(feature = "tensorflow")]
mod files;
#[cfg_attr(
    not(feature = "torchscript"),
    allow(dead_code, reason = "TorchScript needs all of it, the other formats some")
)]
mod graph;
mod half;
#[cfg(feature = "keras")]
pub mod keras;
mod onnx;
#[cfg_attr(
    not(feature = "torchscript"),
    allow(dead_code, reason = "TorchScript needs all of it, the other formats some")
)]
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
