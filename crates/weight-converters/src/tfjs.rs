//! Models of TensorFlow.js to ONNX.

mod error;
mod manifest;

pub use error::ConvertError;
