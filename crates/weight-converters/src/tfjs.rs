//! Models of TensorFlow.js to ONNX.

mod convert;
mod error;
mod graph;
mod layers;
mod manifest;

pub use convert::{check_tfjs, convert_tfjs};
pub use error::ConvertError;
