//! Models of TensorFlow.js to ONNX.

mod error;
mod layers;
mod manifest;

pub use error::ConvertError;
