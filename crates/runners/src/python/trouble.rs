//! What a worker says or does instead of what was asked, as errors.

use std::io;

use super::NAME;
use super::protocol::Answer;
use super::worker::Lost;
use crate::{LoadError, LoadErrorKind, RunError, RunErrorKind};

/// An exception in Python, with its traceback.
#[derive(Debug, thiserror::Error)]
#[error("{}", traceback.trim_end())]
struct PythonException {
    traceback: String,
}

/// What a worker wrote before it ended.
#[derive(Debug, thiserror::Error)]
#[error("the last it wrote was\n{output}")]
struct LastOutput {
    output: String,
}

/// Tensors do not fit.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no space for {bytes} bytes in the folder for temporary files, {}: another one can be named by {}",
    std::env::temp_dir().display(),
    if cfg!(windows) { "TEMP" } else { "TMPDIR" }
)]
pub(super) struct NoSpace {
    pub(super) bytes: u64,
}

/// The error for anything but the answer that was expected while the network is loaded.
pub(super) fn while_loading(answer: Result<Answer, Lost>) -> LoadError {
    let (backend, step) = (NAME, "load the network");
    match answer {
        Ok(Answer::Failed { exception, traceback }) => LoadError::with_source(
            LoadErrorKind::Exception {
                backend,
                step,
                exception,
            },
            PythonException { traceback },
        ),
        Ok(_) => LoadErrorKind::Crashed {
            backend,
            step,
            how: "it answered something else".to_owned(),
        }
        .into(),
        Err(Lost::TimeLimit(limit)) => LoadErrorKind::TimeLimit { backend, step, limit }.into(),
        Err(Lost::Ended { how, output }) => {
            let kind = LoadErrorKind::Crashed { backend, step, how };
            if output.is_empty() {
                kind.into()
            } else {
                LoadError::with_source(kind, LastOutput { output })
            }
        }
    }
}

/// The error for anything but the answer that was expected later.
pub(super) fn while_running(answer: Result<Answer, Lost>) -> RunError {
    let backend = NAME;
    match answer {
        Ok(Answer::Failed { exception, traceback }) => self::exception(exception, traceback),
        Ok(_) => {
            let how = "it answered something else".to_owned();
            RunErrorKind::Crashed { backend, how }.into()
        }
        Err(Lost::TimeLimit(limit)) => RunErrorKind::TimeLimit { backend, limit }.into(),
        Err(Lost::Ended { how, output }) => {
            let kind = RunErrorKind::Crashed { backend, how };
            if output.is_empty() {
                kind.into()
            } else {
                RunError::with_source(kind, LastOutput { output })
            }
        }
    }
}

/// The error for an exception in the network.
pub(super) fn exception(exception: String, traceback: String) -> RunError {
    let kind = RunErrorKind::Exception {
        backend: NAME,
        exception,
    };
    RunError::with_source(kind, PythonException { traceback })
}

/// The error for results that are not where the worker said.
pub(super) fn of_results(error: &io::Error) -> RunError {
    let how = match error.kind() {
        io::ErrorKind::UnexpectedEof => "its results are not where it said".to_owned(),
        _ => error.to_string(),
    };
    RunErrorKind::Crashed { backend: NAME, how }.into()
}
