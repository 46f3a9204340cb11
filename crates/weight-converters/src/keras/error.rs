//! Why a model could not be converted.

use std::fmt;

use crate::graph::GraphError;

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
    #[error("{}", list_layers(.layers))]
    UnsupportedLayers {
        /// The classes, in the order of their first use.
        layers: Vec<UnsupportedLayer>,
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

/// A class of layers that has no lowering, and where it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnsupportedLayer {
    /// The class, and the function for layers that call one: `Lambda`, `TFOpLambda(math.cumsum)`.
    pub class: String,
    /// The first few layers of the class, behind the models that they are in.
    pub names: Vec<String>,
    /// The number of all uses.
    pub uses: usize,
    /// Why it cannot be converted, where it is known that it cannot.
    pub reason: Option<&'static str>,
}

impl fmt::Display for UnsupportedLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` in ", self.class)?;
        for (index, name) in self.names.iter().enumerate() {
            write!(f, "{}`{name}`", if index == 0 { "" } else { ", " })?;
        }
        if self.uses > self.names.len() {
            write!(f, " and {} more", self.uses - self.names.len())?;
        }
        self.reason.map_or(Ok(()), |reason| write!(f, ": {reason}"))
    }
}

fn list_layers(layers: &[UnsupportedLayer]) -> String {
    let list: Vec<_> = layers.iter().map(|layer| format!("\n  {layer}")).collect();
    let (count, plural) = (layers.len(), if layers.len() == 1 { "" } else { "es" });
    format!(
        "{count} class{plural} of layers of the network cannot be converted to ONNX:{}",
        list.concat()
    )
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
