//! Graphs of TensorFlow to ONNX: `SavedModel` bundles of TensorFlow 1 and 2, and frozen graphs.

mod arguments;
mod body;
mod bundle;
mod check;
mod constant;
mod context;
pub(crate) mod convert;
pub(crate) mod dtype;
mod error;
pub(crate) mod evaluate;
pub(crate) mod load;
mod operators;
pub(crate) mod ports;
pub(crate) mod proto;
mod table;
mod value;
mod variables;

pub use crate::operator_table::SupportedOperator;
pub use check::check_saved_model;
pub use convert::{GraphOptions, convert_saved_model};
pub use error::ConvertError;
pub use operators::supported_operators;
pub use ports::OutputSpec;
