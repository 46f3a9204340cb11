//! A network that a worker runs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tensor_ops::{Tensor, TensorView};

use super::protocol::{self, Answer};
use super::worker::{Lost, Worker};
use super::{NAME, Python};
use crate::{LoadError, LoadErrorKind, RunError, RunErrorKind, Runner, Signature};

/// A network in Python, and the worker that has it; a worker that was lost is replaced by the next call.
pub(super) struct PythonRunner {
    python: Python,
    signature: Signature,
    /// What makes a worker load the network.
    load: Arc<Vec<u8>>,
    worker: Option<Worker>,
    limit: Option<Duration>,
    max_tensor_bytes: u64,
}

/// An exception in Python, with its traceback.
#[derive(Debug, thiserror::Error)]
#[error("{}", traceback.trim_end())]
pub(super) struct PythonException {
    traceback: String,
}

/// What a worker wrote before it ended.
#[derive(Debug, thiserror::Error)]
#[error("the last it wrote was\n{output}")]
pub(super) struct LastOutput {
    output: String,
}

impl PythonRunner {
    pub(super) fn new(
        python: Python,
        signature: Signature,
        load: Vec<u8>,
        limit: Option<Duration>,
        max_tensor_bytes: u64,
    ) -> Result<Self, LoadError> {
        let mut runner = PythonRunner {
            python,
            signature,
            load: Arc::new(load),
            worker: None,
            limit,
            max_tensor_bytes,
        };
        runner.worker = Some(runner.loaded_worker()?);
        Ok(runner)
    }

    /// A new worker that has loaded the network.
    fn loaded_worker(&self) -> Result<Worker, LoadError> {
        let step = "load the network";
        let mut worker = self.python.start(self.max_tensor_bytes).map_err(|error| {
            let kind = LoadErrorKind::Interpreter {
                path: self.python.interpreter().to_owned(),
            };
            LoadError::with_source(kind, error)
        })?;
        match worker.ask(Arc::clone(&self.load), self.limit) {
            Ok(Answer::Loaded) => Ok(worker),
            Ok(Answer::Failed { exception, traceback }) => Err(LoadError::with_source(
                LoadErrorKind::Exception {
                    backend: NAME,
                    step,
                    exception,
                },
                PythonException { traceback },
            )),
            Ok(Answer::Results(_)) => Err(LoadErrorKind::Crashed {
                backend: NAME,
                step,
                how: "it answered something else".to_owned(),
            }
            .into()),
            Err(Lost::TimeLimit(limit)) => Err(LoadErrorKind::TimeLimit {
                backend: NAME,
                step,
                limit,
            }
            .into()),
            Err(Lost::Ended { how, output }) => {
                let kind = LoadErrorKind::Crashed {
                    backend: NAME,
                    step,
                    how,
                };
                Err(if output.is_empty() {
                    kind.into()
                } else {
                    LoadError::with_source(kind, LastOutput { output })
                })
            }
        }
    }

    #[cfg(test)]
    pub(super) fn worker(&self) -> Option<&Worker> {
        self.worker.as_ref()
    }
}

impl Runner for PythonRunner {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.signature.check(inputs)?;
        let step = "run the network";
        let limit = self.max_tensor_bytes;
        for (port, input) in self.signature.inputs.iter().zip(inputs) {
            let bytes = (input.len() as u64).checked_mul(input.data_type().item_size() as u64);
            if bytes.is_none_or(|bytes| bytes > limit) {
                let node = port.name.clone();
                return Err(RunErrorKind::TooLarge { node, limit }.into());
            }
        }
        let Some(request) = protocol::run_request(inputs) else {
            return Err(RunErrorKind::Backend { backend: NAME, step }.into());
        };
        // While a worker is out of its place it cannot be used again, whatever happens.
        let mut worker = match self.worker.take() {
            Some(worker) => worker,
            None => self
                .loaded_worker()
                .map_err(|error| RunError::with_source(RunErrorKind::Restart { backend: NAME }, error))?,
        };
        match worker.ask(Arc::new(request), self.limit) {
            Ok(Answer::Results(results)) => {
                self.worker = Some(worker);
                self.checked(results)
            }
            Ok(Answer::Failed { exception, traceback }) => {
                self.worker = Some(worker);
                Err(RunError::with_source(
                    RunErrorKind::Exception {
                        backend: NAME,
                        exception,
                    },
                    PythonException { traceback },
                ))
            }
            Ok(Answer::Loaded) => Err(RunErrorKind::Crashed {
                backend: NAME,
                how: "it answered something else".to_owned(),
            }
            .into()),
            Err(Lost::TimeLimit(limit)) => Err(RunErrorKind::TimeLimit { backend: NAME, limit }.into()),
            Err(Lost::Ended { how, output }) => {
                let kind = RunErrorKind::Crashed { backend: NAME, how };
                Err(if output.is_empty() {
                    kind.into()
                } else {
                    RunError::with_source(kind, LastOutput { output })
                })
            }
        }
    }
}

impl PythonRunner {
    fn checked(&self, results: Vec<Result<Tensor, String>>) -> Result<Vec<Tensor>, RunError> {
        if results.len() != self.signature.outputs.len() {
            return Err(RunErrorKind::OutputCount {
                expected: self.signature.outputs.clone(),
                found: results.len(),
            }
            .into());
        }
        let ports = self.signature.outputs.iter();
        ports
            .zip(results)
            .map(|(port, result)| {
                result.map_err(|found| {
                    RunErrorKind::OutputType {
                        port: port.clone(),
                        found,
                    }
                    .into()
                })
            })
            .collect()
    }
}

impl fmt::Debug for PythonRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PythonRunner")
            .field("signature", &self.signature)
            .field("python", &self.python)
            .finish_non_exhaustive()
    }
}
