//! What every backend that runs ONNX does with a file before its engine sees it: read it within bounds, refuse what is
//! damaged or reaches for other files, and tell its inputs and outputs.
//!
//! None of it needs an engine: the messages of `onnx.proto` are declared here as far as they are looked at.

#[cfg(feature = "ort")]
mod fields;
mod graph_check;
mod ports;
mod proto;
mod read;
#[cfg(feature = "ort")]
mod relax;
mod tensor_check;
mod wire;

pub(crate) use read::{Network, read};
#[cfg(feature = "ort")]
pub(crate) use relax::{without_lengths, without_lengths_and_weights};

use crate::{LoadError, LoadErrorKind, WeightsFormat};

/// What an engine runs.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Its name in errors.
    pub(crate) name: &'static str,
    /// Whether functions that a file defines are handed to it.
    pub(crate) has_functions: bool,
    /// Whether constants may have this element type.
    pub(crate) has_constants_of: fn(proto::ElementType) -> bool,
    /// Whether it has the operator of that domain and name.
    pub(crate) has_operator: fn(&str, &str) -> bool,
    /// How many nodes it can prepare in reasonable time, those of nested graphs and constants included.
    pub(crate) max_nodes: u64,
}

pub(crate) use proto::ElementType;

/// The error for weights that are no valid ONNX.
fn malformed(detail: String) -> LoadError {
    LoadErrorKind::Malformed {
        format: WeightsFormat::Onnx,
        detail,
    }
    .into()
}

fn unsupported(engine: &Engine, feature: String) -> LoadError {
    LoadErrorKind::UnsupportedFeature {
        backend: engine.name,
        feature,
    }
    .into()
}
