//! Why weights could not be loaded.

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use crate::{Advice, Device, WeightsFormat};

/// Why weights could not be loaded: [`kind`](LoadError::kind) tells programs, `Display` and the chain of
/// [`source`](Error::source)s tell people.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct LoadError {
    kind: Box<LoadErrorKind>,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl LoadError {
    /// An error of that kind that was caused by `source`.
    pub fn with_source(kind: LoadErrorKind, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        LoadError {
            kind: Box::new(kind),
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &LoadErrorKind {
        &self.kind
    }
}

impl From<LoadErrorKind> for LoadError {
    fn from(kind: LoadErrorKind) -> Self {
        LoadError {
            kind: Box::new(kind),
            source: None,
        }
    }
}

/// What went wrong while loading weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoadErrorKind {
    /// The backend, or none of the backends, runs this weights format.
    #[error("cannot run {format} weights: {advice}")]
    UnsupportedFormat {
        /// The format that was asked for.
        format: WeightsFormat,
        /// What would run it.
        advice: Advice,
    },
    /// The file could not be read; the source is the `std::io::Error`.
    #[error("cannot read the weights file {}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
    },
    /// The weights are larger than their format allows, or describe too much.
    #[error("the {format} weights have {found} {unit}, more than the {limit} that are allowed")]
    TooLarge {
        /// The format of the weights.
        format: WeightsFormat,
        /// How many there are.
        found: u64,
        /// How many are allowed.
        limit: u64,
        /// What is counted, like `bytes`.
        unit: &'static str,
    },
    /// More threads were asked for than [`LoadOptions::MAX_THREADS`](crate::LoadOptions::MAX_THREADS).
    #[error(
        "{found} threads were asked for, more than the {limit} that are allowed: ask for fewer, or for no number"
    )]
    TooManyThreads {
        /// How many were asked for.
        found: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// The backend does not compute on the device that was asked for, or not on this machine.
    #[error("{backend} does not compute on the device {device}: {detail}")]
    UnsupportedDevice {
        /// The backend.
        backend: &'static str,
        /// The device.
        device: Device,
        /// Why not, and what would.
        detail: String,
    },
    /// The weights are no valid file of their format.
    #[error("the weights are no valid {format} file: {detail}")]
    Malformed {
        /// The format that was expected.
        format: WeightsFormat,
        /// What was found and expected.
        detail: String,
    },
    /// A tensor of the weights is kept in another file.
    #[error(
        "the tensor `{tensor}` is stored outside the weights, in `{location}`: a model is loaded from one file only, \
         so save it with all tensors inside"
    )]
    ExternalData {
        /// The tensor.
        tensor: String,
        /// Where its data is said to be.
        location: String,
    },
    /// The network uses operators that the backend does not have.
    #[error("{backend} does not run these operators of the network: {}", operators.join(", "))]
    UnsupportedOperators {
        /// The backend.
        backend: &'static str,
        /// The operators, each once, sorted; with their domain where it is not the standard one.
        operators: Vec<String>,
    },
    /// The network uses something else that the backend cannot run.
    #[error("{backend} does not run {feature}")]
    UnsupportedFeature {
        /// The backend.
        backend: &'static str,
        /// What was found.
        feature: String,
    },
    /// The backend refused the weights; the source is its own error.
    #[error("{backend} failed to {step}")]
    Backend {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
    },
    /// The backend panicked, which was caught: a defect of the backend that these weights trigger.
    #[error("{backend} panicked while it tried to {step}: {message}")]
    Panicked {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
        /// The message of the panic.
        message: String,
    },
    /// Python source raised an exception; the source is its traceback.
    #[error("{backend} failed to {step}: {exception}")]
    Exception {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
        /// The exception and its message.
        exception: String,
    },
    /// The process that runs the network ended, or its messages made no sense; the source is what it wrote last.
    #[error("{backend} failed to {step}: {how}")]
    Crashed {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
        /// How it ended.
        how: String,
    },
    /// It took longer than [`LoadOptions::time_limit`](crate::LoadOptions::time_limit).
    #[error("{backend} took longer than {} s to {step} and was ended", limit.as_secs_f64())]
    TimeLimit {
        /// The backend.
        backend: &'static str,
        /// What it was about to do.
        step: &'static str,
        /// The limit.
        limit: Duration,
    },
    /// The interpreter cannot be started; the source is the `std::io::Error`.
    #[error("cannot start the interpreter {}: name the file of a Python 3", path.display())]
    Interpreter {
        /// The interpreter.
        path: PathBuf,
    },
    /// The format needs something beside the weights that was not given.
    #[error("{format} weights need {what}, which was not given")]
    Missing {
        /// The format of the weights.
        format: WeightsFormat,
        /// What is needed.
        what: &'static str,
    },
}
