//! How the command ends.

use std::fmt;
use std::process::ExitCode;

use pipeline::{PipelineError, PipelineErrorKind};
use runners::WeightsFormat;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// 0: everything is fine.
    Fine,
    /// 1: there are findings, or a test failed.
    Findings,
    /// 2: the arguments do not fit each other or the model.
    Usage,
    /// 3: the operation failed.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Fine => 0,
            Exit::Findings => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
        })
    }
}

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    /// The arguments do not fit each other or the model.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Usage,
            message: message.into(),
        }
    }

    /// There are findings that keep the command from doing its work.
    pub(crate) fn findings(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Findings,
            message: message.into(),
        }
    }

    /// Something failed.
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self {
            exit: Exit::Failed,
            message: message.into(),
        }
    }

    /// Something failed; the message has the error and all its sources.
    pub(crate) fn because(error: &dyn std::error::Error) -> Self {
        Self {
            exit: Exit::Failed,
            message: chain(error),
        }
    }

    /// A pipeline that cannot be built or run: asking for what is not there is wrong usage, all else a failure.
    pub(crate) fn of_pipeline(error: &PipelineError) -> Self {
        match error.kind() {
            PipelineErrorKind::UnsupportedWeights {
                format: WeightsFormat::PytorchStateDict,
                ..
            } => Self::failed(format!("{error}: use --allow-code")),
            PipelineErrorKind::NotAModel { .. }
            | PipelineErrorKind::UnknownBackend { .. }
            | PipelineErrorKind::NoSuchWeights { .. }
            | PipelineErrorKind::BackendDoesNotRun { .. } => Self::usage(error.to_string()),
            _ => Self::because(error),
        }
    }

    pub(crate) fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<PipelineError> for Failure {
    fn from(error: PipelineError) -> Self {
        Self::of_pipeline(&error)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// An error with its sources, each on a line of its own.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    joined(error, "\n  because: ")
}

/// An error with its sources in one line, for programs.
pub(crate) fn chain_in_one_line(error: &dyn std::error::Error) -> String {
    joined(error, ": ")
}

fn joined(error: &dyn std::error::Error, separator: &str) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(separator);
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
