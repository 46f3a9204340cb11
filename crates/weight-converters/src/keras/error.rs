//! Why a model could not be converted.

use crate::graph::GraphError;
use crate::unsupported::{Unsupported, listing};

/// Why a model could not be converted. Nothing is approximated: what the network would compute differently is an error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The file is something else: weights without a model, a SavedModel, or no HDF5 at all.
    #[error("not a Keras model, but {found}: {help}")]
    NotKeras {
        /// What the file is.
        found: String,
        /// What to do.
        help: String,
    },
    /// The file is damaged, or larger than what is read.
    #[error("Keras file: {place}: {message}")]
    File {
        /// The object in the file.
        place: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The configuration of the model is not one that Keras writes.
    #[error("configuration of the Keras model: {message}")]
    Topology {
        /// What was found and what was expected.
        message: String,
    },
    /// The model has layers that cannot be converted. All of them are listed.
    #[error("{}", listing("class of layers", "classes of layers", .layers))]
    UnsupportedLayers {
        /// The classes, in the order of their first use; places are names of layers, behind the models that they are in.
        layers: Vec<Unsupported<String>>,
    },
    /// A layer is used in a form that cannot be converted, or that is wrong for these inputs.
    #[error("layer `{layer}` ({class}): {message}")]
    Layer {
        /// The layer, behind the models that it is in: `encoder/conv2d_1`.
        layer: String,
        /// Its class.
        class: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The weights of a layer are missing, or are not those of its class.
    #[error("weights of layer `{layer}` ({class}): {message}")]
    Weights {
        /// The layer, behind the models that it is in.
        layer: String,
        /// Its class.
        class: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The given inputs do not fit the network.
    #[error("inputs of the network: {message}")]
    Inputs {
        /// What was found and what was expected.
        message: String,
    },
    /// The names of the outputs do not fit.
    #[error("outputs of the network: {message}")]
    Outputs {
        /// What was found and what was expected.
        message: String,
    },
    /// The ONNX model could not be written.
    #[error("writing ONNX: {message}")]
    Onnx {
        /// What was found and what was expected.
        message: String,
    },
    /// The conversion could not be carried out on this machine, or hit an error of this program.
    #[error("conversion: {message}")]
    Internal {
        /// What happened.
        message: String,
    },
}

impl ConvertError {
    /// An error in the configuration of the model.
    pub(crate) fn topology(message: impl Into<String>) -> Self {
        Self::Topology {
            message: message.into(),
        }
    }
}

/// What is wrong with one layer; the walk over the network adds its name and class.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(crate) struct LayerError {
    /// What was found and what was expected.
    pub(crate) message: String,
}

impl LayerError {
    /// An error with this text.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl From<GraphError> for LayerError {
    fn from(error: GraphError) -> Self {
        Self::new(error.to_string())
    }
}
