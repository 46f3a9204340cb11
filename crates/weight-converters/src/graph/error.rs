//! What can be wrong with an operation in a graph.

/// Why a node cannot be added, or why a graph cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum GraphError {
    /// Shapes, types or parameters that do not fit the operator.
    #[error("{operator}: {problem}")]
    Invalid {
        /// the ONNX operator, or what was being built
        operator: String,
        /// what was found and what was expected
        problem: String,
    },
    /// A tensor whose number of elements is beyond what can be addressed, or beyond the limit for constants.
    #[error("{what} of shape {shape:?} has too many elements: at most {limit} are supported")]
    TooLarge {
        /// what is too large
        what: String,
        /// its shape
        shape: Vec<usize>,
        /// the largest number of elements
        limit: usize,
    },
    /// An ONNX file holds at most 2 GiB, the limit of protocol buffers.
    #[error(
        "the model has {bytes} bytes of weights: an ONNX file holds less than 2147483648 (2 GiB), the limit of its \
         format; run the original weights format with its own framework instead"
    )]
    ModelTooLarge {
        /// bytes that the file would have
        bytes: u64,
    },
}

impl GraphError {
    /// An operation that does not fit: `operator` names it, `problem` says what was found and what was expected.
    pub(crate) fn invalid(operator: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Invalid {
            operator: operator.into(),
            problem: problem.into(),
        }
    }
}
