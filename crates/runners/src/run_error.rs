//! Why a network could not be run.

use std::error::Error;
use std::fmt::{self, Write as _};
use std::time::Duration;

use tensor_ops::DataType;

use crate::{Port, WeightsFormat};

/// Why a network could not be run: [`kind`](RunError::kind) tells programs, `Display` and the chain of
/// [`source`](Error::source)s tell people.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct RunError {
    kind: Box<RunErrorKind>,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl RunError {
    /// An error of that kind that was caused by `source`.
    pub fn with_source(kind: RunErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        RunError {
            kind: Box::new(kind),
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &RunErrorKind {
        &self.kind
    }
}

impl From<RunErrorKind> for RunError {
    fn from(kind: RunErrorKind) -> Self {
        RunError {
            kind: Box::new(kind),
            source: None,
        }
    }
}

/// What went wrong while running a network.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RunErrorKind {
    /// Another number of inputs than the network has.
    #[error("the network takes {} inputs ({}), but {found} were given", expected.len(), Listed(expected))]
    InputCount {
        /// The inputs of the network.
        expected: Vec<Port>,
        /// How many were given.
        found: usize,
    },
    /// An input of another element type than the network was made for.
    #[error("an input of type {found} was given for `{port}`: convert it first, nothing is cast here")]
    InputType {
        /// The input of the network.
        port: Port,
        /// The element type that was given.
        found: DataType,
    },
    /// An input with another number of axes.
    #[error("an input of shape {found:?} was given for `{port}`: the number of axes must be the same")]
    InputRank {
        /// The input of the network.
        port: Port,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// An input without elements.
    #[error("an input of shape {found:?} was given for `{port}`: it has no elements")]
    EmptyInput {
        /// The input of the network.
        port: Port,
        /// The shape that was given.
        found: Vec<usize>,
    },
    /// An input with NaN among its elements, for a backend whose operators lose it: the outputs would look as if there
    /// was none.
    #[error(
        "the input `{port}` holds NaN, which {backend} does not carry through a network: replace it before running, \
         for example by 0"
    )]
    NotANumber {
        /// The backend.
        backend: &'static str,
        /// The input of the network.
        port: Port,
    },
    /// The network cannot be computed for inputs of these shapes; the source tells where it does not fit.
    #[error(
        "the network cannot be computed for inputs of shape {found:?}: it declares ({})",
        Listed(declared)
    )]
    InputShapes {
        /// The inputs of the network.
        declared: Vec<Port>,
        /// The shapes that were given.
        found: Vec<Vec<usize>>,
    },
    /// An output whose elements are not of the declared type, or of a type that tensors cannot hold.
    #[error("the network computed elements of type {found} for its output `{port}`")]
    OutputType {
        /// The output of the network.
        port: Port,
        /// The element type as the backend calls it.
        found: String,
    },
    /// Another number of outputs than the network was described with.
    #[error("the network gives {found} outputs where {} are described ({})", expected.len(), Listed(expected))]
    OutputCount {
        /// The outputs that were expected.
        expected: Vec<Port>,
        /// How many there are.
        found: usize,
    },
    /// Weights that are converted to ONNX for each shape could not be converted, or not be loaded afterwards; the
    /// source tells why.
    #[error("the {format} weights cannot be converted to ONNX for inputs of shape {shapes:?}")]
    Conversion {
        /// The format of the weights.
        format: WeightsFormat,
        /// The shapes that were given.
        shapes: Vec<Vec<usize>>,
    },
    /// A tensor inside the network would be larger than
    /// [`LoadOptions::max_tensor_bytes`](crate::LoadOptions::max_tensor_bytes).
    #[error(
        "the network needs a tensor of more than {limit} bytes at its node `{node}`: give it smaller inputs"
    )]
    TooLarge {
        /// The node that makes the tensor.
        node: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// Python source raised an exception; the source is its traceback.
    #[error("{backend} failed to run the network: {exception}")]
    Exception {
        /// The backend.
        backend: &'static str,
        /// The exception and its message.
        exception: String,
    },
    /// The process that runs the network ended, or its messages made no sense; the source is what it wrote last.
    #[error("{backend} failed to run the network: {how}")]
    Crashed {
        /// The backend.
        backend: &'static str,
        /// How it ended.
        how: String,
    },
    /// It took longer than [`LoadOptions::time_limit`](crate::LoadOptions::time_limit).
    #[error("{backend} took longer than {} s to run the network and was ended", limit.as_secs_f64())]
    TimeLimit {
        /// The backend.
        backend: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The process that runs the network had ended and cannot be started anew; the source tells why.
    #[error("{backend} failed to start its process anew")]
    Restart {
        /// The backend.
        backend: &'static str,
    },
    /// The backend failed; the source is its own error.
    #[error("{backend} failed to {step}")]
    Backend {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
    },
    /// The backend panicked, which was caught: a defect of the backend that these weights or inputs trigger.
    #[error("{backend} panicked while it tried to {step}: {message}")]
    Panicked {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
        /// The message of the panic.
        message: String,
    },
}

/// Ports, separated by semicolons.
struct Listed<'a>(&'a [Port]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, port) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_char(';')?;
                f.write_char(' ')?;
            }
            write!(f, "{port}")?;
        }
        Ok(())
    }
}
