//! `TorchScript` archives to ONNX.

mod archive;
mod arguments;
mod context;
mod error;
mod operators;
mod parser;
mod pickle;
mod source;
mod value;
mod views;

pub use error::{ConvertError, UnsupportedOperator};
pub use source::Place;
