//! `TorchScript` archives to ONNX.

mod archive;
mod arguments;
mod check;
mod context;
mod convert;
mod error;
mod evaluate;
mod load;
mod operators;
mod parser;
mod pickle;
mod program;
mod source;
mod value;
mod views;

pub use crate::operator_table::SupportedOperator;
pub use check::check_torchscript;
pub use convert::convert_torchscript;
pub use error::ConvertError;
pub use operators::supported_operators;
pub use source::Place;
