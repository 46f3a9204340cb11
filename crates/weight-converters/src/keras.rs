//! Whole models of Keras to ONNX.

mod archive;
mod check;
mod config;
mod context;
mod convert;
mod error;
mod feature;
mod hdf5;
mod layers;
mod model;
mod model_file;
mod network;
mod nodes;
mod weights;

pub use check::check_keras;
#[cfg(feature = "tfjs")]
pub(crate) use context::Dialect;
pub use convert::convert_keras;
#[cfg(feature = "tfjs")]
pub(crate) use convert::convert_model;
pub use error::ConvertError;
pub use layers::{SupportedLayer, supported_layers};
#[cfg(feature = "tfjs")]
pub(crate) use weights::{WeightRequest, WeightSource};
