//! Weights formats to ONNX.

mod conversion;
mod graph;
mod half;
mod onnx;
mod tensor;
#[cfg(feature = "torchscript")]
pub mod torchscript;

pub use conversion::{Converted, InputSpec, Options, Port};
pub use tensor::ScalarType;
