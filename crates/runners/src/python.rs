//! Networks that are Python source, in a Python interpreter.

mod protocol;
mod runner;
#[cfg(test)]
mod tests;
mod worker;

use std::io;
use std::path::{Path, PathBuf};

use crate::{
    Advice, Backend, Device, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat,
};

use worker::Worker;

/// The name of the backend in errors and lists.
const NAME: &str = "python";

/// What the interpreter runs; its head documents the messages.
const PROGRAM: &str = include_str!("python/worker.py");

/// The backend for weights whose network is Python source: `pytorch_state_dict`, in a Python interpreter that has
/// PyTorch.
///
/// **It runs somebody's program**: the source that a package names, with all that the user may do. Making a value of
/// this type says that this is wanted. The weights themselves are only read (`torch.load` with `weights_only=True`).
///
/// - Each runner has a process of its own, started by [`load`](Backend::load) and ended with the runner. Messages go
///   through its standard input and output; what the source prints goes to its standard error, of which the end is
///   kept for messages of errors.
/// - An exception in Python is an error with the traceback. A process that crashes, is killed, or takes longer than
///   [`LoadOptions::time_limit`] is an error too, and the next call starts another one.
/// - [`LoadOptions::architecture`] has to name the source, and [`LoadOptions::described`] the inputs and outputs, which
///   a state dictionary does not tell; outputs are not compared with the described element types.
/// - NaN and infinity are carried through.
/// - [`Device`]: `cpu`, `cuda` and `mps`, as PyTorch has them.
#[derive(Debug, Clone)]
pub struct Python {
    interpreter: PathBuf,
    variables: Vec<(String, String)>,
}

impl Python {
    /// Runs the Python source of packages with `interpreter`, a path or a name that the system finds. Nothing is
    /// started before weights are loaded.
    ///
    /// ```
    /// use runners::{Backends, Python, WeightsFormat};
    /// let backends = Backends::built_in().with(Python::running_source_code("python3"));
    /// assert_eq!(backends.supporting(WeightsFormat::PytorchStateDict).count(), 1);
    /// ```
    #[must_use]
    pub fn running_source_code(interpreter: impl Into<PathBuf>) -> Self {
        Python {
            interpreter: interpreter.into(),
            variables: Vec::new(),
        }
    }

    /// Sets an environment variable of the interpreter, like `PYTHONPATH` or `CUDA_VISIBLE_DEVICES`, beside those that
    /// it has from this process.
    #[must_use]
    pub fn with_variable(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.variables.push((name.into(), value.into()));
        self
    }

    /// The interpreter.
    #[must_use]
    pub fn interpreter(&self) -> &Path {
        &self.interpreter
    }

    fn start(&self, max_tensor_bytes: u64) -> io::Result<Worker> {
        Worker::start(&self.interpreter, PROGRAM, &self.variables, max_tensor_bytes)
    }

    fn prepare(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<runner::PythonRunner, LoadError> {
        if !self.supports(format) {
            let advice = Advice::without_backend(format);
            return Err(LoadErrorKind::UnsupportedFormat { format, advice }.into());
        }
        options.check_threads()?;
        let device = match options.device {
            Device::Cpu | Device::Cuda { .. } | Device::Mps => options.device.to_string(),
            device => {
                return Err(LoadErrorKind::UnsupportedDevice {
                    backend: NAME,
                    device,
                    detail: "PyTorch has the devices cpu, cuda and mps".to_owned(),
                }
                .into());
            }
        };
        let missing = |what| LoadErrorKind::Missing { format, what };
        let architecture = options
            .architecture
            .as_ref()
            .ok_or_else(|| missing("the source of its network (`architecture`)"))?;
        let signature = options
            .described
            .clone()
            .ok_or_else(|| missing("a description of its inputs and outputs"))?;
        let path;
        let weights = match data {
            WeightsData::Bytes(bytes) => protocol::Weights::Bytes(bytes),
            WeightsData::File(file) => {
                path = std::path::absolute(file)
                    .and_then(|path| match path.metadata()?.is_file() {
                        true => Ok(path),
                        false => Err(io::Error::other("it is not a regular file")),
                    })
                    .map_err(|error| {
                        let path = file.to_owned();
                        LoadError::with_source(LoadErrorKind::Io { path }, error)
                    })?;
                let text = path.to_str().ok_or_else(|| {
                    let error = io::Error::other("its path is no Unicode, which the interpreter needs");
                    let path = file.to_owned();
                    LoadError::with_source(LoadErrorKind::Io { path }, error)
                })?;
                protocol::Weights::Path(text)
            }
        };
        let request = protocol::load_request(format, architecture, &weights, &device, options);
        runner::PythonRunner::new(
            self.clone(),
            signature,
            request,
            options.time_limit,
            options.max_tensor_bytes,
        )
    }
}

impl Backend for Python {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, format: WeightsFormat) -> bool {
        format == WeightsFormat::PytorchStateDict
    }

    fn load(
        &self,
        format: WeightsFormat,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, LoadError> {
        Ok(Box::new(self.prepare(format, data, options)?))
    }
}
