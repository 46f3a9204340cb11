//! Why a model of TensorFlow.js could not be converted.

use crate::FilesError;

/// Why a model of TensorFlow.js could not be converted.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The files are something else.
    #[error(
        "not a TensorFlow.js model, but {found}: `model.json` and its weights are expected, in a folder or a zip archive"
    )]
    NotTfjs {
        /// What was found.
        found: String,
    },
    /// A file is missing, damaged or too large.
    #[error("TensorFlow.js model: {0}")]
    Files(#[from] FilesError),
    /// `model.json` or what it says about the weights is wrong.
    #[error("TensorFlow.js model: model.json: {message}")]
    Model {
        /// What was found and what was expected.
        message: String,
    },
    /// The graph of the model could not be converted.
    #[error("{0}")]
    Graph(#[from] crate::tensorflow::ConvertError),
    /// The layers of the model could not be converted.
    #[error("{0}")]
    Layers(#[from] crate::keras::ConvertError),
}
