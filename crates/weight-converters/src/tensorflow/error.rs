//! Why a graph could not be converted.

use crate::FilesError;
use crate::unsupported::{Unsupported, listing};

/// Why a graph could not be converted. Nothing is approximated: what the network would compute differently is an error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The files are something else.
    #[error("not a SavedModel bundle, but {found}: {help}")]
    NotSavedModel {
        /// What was found.
        found: String,
        /// What to do.
        help: String,
    },
    /// A file is missing, damaged or too large.
    #[error("SavedModel: {0}")]
    Files(#[from] FilesError),
    /// The content of a file is damaged.
    #[error("SavedModel: {entry}: {message}")]
    Malformed {
        /// The file.
        entry: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The bundle has not the graph or the signature that was asked for.
    #[error("SavedModel: {message}")]
    Signature {
        /// What was found and what was expected.
        message: String,
    },
    /// A variable of the network has no value.
    #[error("variable `{variable}`: {message}")]
    Variable {
        /// The node that holds the variable.
        variable: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The network uses operators that have no lowering to ONNX. All of them are listed.
    #[error("{}", listing("operator", "operators", .operators))]
    UnsupportedOperators {
        /// The operators, in the order of their first use; places are names of nodes.
        operators: Vec<Unsupported<String>>,
    },
    /// A node does something that cannot be converted, or that is wrong for these inputs.
    #[error("node `{node}` ({operator}): {message}")]
    Node {
        /// The name of the node.
        node: String,
        /// Its operator.
        operator: String,
        /// What was found and what was expected.
        message: String,
    },
    /// The given inputs do not fit the network.
    #[error("inputs of the network: {message}")]
    Inputs {
        /// What was found and what was expected.
        message: String,
    },
    /// The outputs of the network are not those that were asked for.
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
