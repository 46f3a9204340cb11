//! Weights formats to ONNX.

mod graph;
mod tensor;
#[cfg(feature = "torchscript")]
pub mod torchscript;

pub use tensor::ScalarType;
