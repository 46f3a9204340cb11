//! Weights formats to ONNX.

mod graph;
mod half;
mod onnx;
mod tensor;
#[cfg(feature = "torchscript")]
pub mod torchscript;

pub use tensor::ScalarType;
