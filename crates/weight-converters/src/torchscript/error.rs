//! Why an archive could not be converted.

use super::source::Place;
use crate::unsupported::{Unsupported, listing};

/// Why an archive could not be converted. Nothing is approximated: what the network would compute differently is an
/// error.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The file is something else: a state dict, a pickle, or no archive at all.
    #[error("not a TorchScript archive, but {found}: {help}")]
    NotTorchScript {
        /// What the file is.
        found: String,
        /// What to do.
        help: String,
    },
    /// The archive is damaged, or larger than what is read.
    #[error("TorchScript archive: {entry}: {message}")]
    Archive {
        /// The file in the archive.
        entry: String,
        /// What was found and what was expected.
        message: String,
    },
    /// A pickle of the archive is damaged, or names something that is not data.
    #[error("TorchScript archive: {entry}, byte {offset}: {message}")]
    Pickle {
        /// The file in the archive.
        entry: String,
        /// The byte where the trouble is.
        offset: usize,
        /// What was found and what was expected.
        message: String,
    },
    /// A source file of the archive is not in the language.
    #[error("{place}: {message}")]
    Syntax {
        /// Where in the source.
        place: Place,
        /// What was found and what was expected.
        message: String,
    },
    /// The network uses operators that have no lowering to ONNX. All of them are listed.
    #[error("{}", listing("operator", "operators", .operators))]
    UnsupportedOperators {
        /// The operators, in the order of their first use.
        operators: Vec<Unsupported<Place>>,
    },
    /// The network does something that cannot be converted, or that is wrong for these inputs.
    #[error("{place}: {message}")]
    Evaluation {
        /// Where in the source.
        place: Place,
        /// What was found and what was expected.
        message: String,
    },
    /// The network itself refuses these inputs.
    #[error("{place}: the network raises an error for these inputs: {message}")]
    Raised {
        /// Where in the source.
        place: Place,
        /// The text of the network's author.
        message: String,
    },
    /// The given inputs do not fit the network.
    #[error("inputs of the network: {message}")]
    Inputs {
        /// What was found and what was expected.
        message: String,
    },
    /// The results of the network are not tensors, or their names do not fit.
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
