//! Weights formats to ONNX.

mod conversion;
#[cfg(feature = "tensorflow")]
mod files;
#[cfg_attr(
    not(all(feature = "torchscript", feature = "tfjs")),
    allow(dead_code, reason = "each format needs a part of it")
)]
mod graph;
mod half;
#[cfg(feature = "keras")]
pub mod keras;
mod onnx;
#[cfg(any(feature = "torchscript", feature = "tensorflow"))]
mod operator_table;
#[cfg_attr(
    not(all(feature = "torchscript", feature = "tfjs")),
    allow(dead_code, reason = "each format needs a part of it")
)]
mod tensor;
#[cfg(feature = "tensorflow")]
pub mod tensorflow;
#[cfg(feature = "tfjs")]
pub mod tfjs;
#[cfg(feature = "torchscript")]
pub mod torchscript;
#[cfg_attr(
    not(any(feature = "torchscript", feature = "tensorflow", feature = "keras")),
    allow(dead_code, reason = "formats make use of it")
)]
mod unsupported;

pub use conversion::{Converted, InputSpec, Options, Port};
#[cfg(feature = "tensorflow")]
pub use files::{FilesError, FilesErrorKind, ModelFiles};
pub use tensor::ScalarType;
pub use unsupported::Unsupported;
