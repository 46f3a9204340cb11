//! Networks in a Python interpreter.

mod exchange;
mod protocol;
mod runner;
#[cfg(test)]
mod tests;
mod trouble;
mod worker;

use std::io;
use std::path::{Path, PathBuf};

use crate::{
    Advice, Backend, Device, LoadError, LoadErrorKind, LoadOptions, Runner, WeightsData, WeightsFormat,
};

use worker::Worker;

/// The name of the backend in errors and lists.
const NAME: &str = "python";

/// What the interpreter runs; docs/python-worker.md documents the messages.
const PROGRAM: &str = concat!(
    include_str!("python/worker/pipe.py"),
    include_str!("python/worker/state_dict.py"),
    include_str!("python/worker/tensorflow.py"),
    include_str!("python/worker/main.py"),
);

/// The backend for weights that libraries of Python run: `pytorch_state_dict` by PyTorch, whose network is Python source,
/// `keras_hdf5` by Keras and `tensorflow_saved_model_bundle` by TensorFlow.
///
/// **It runs somebody's program**: the source that a package names, with all that the user may do. Making a value of
/// this type says that this is wanted. A state dictionary by itself is only read (`torch.load` with `weights_only=True`);
/// Keras files may hold code, too (`Lambda` layers), and graphs of TensorFlow may read and write files.
///
/// - Each runner has a process of its own, started by [`load`](Backend::load) and ended with the runner. Messages go
///   through its standard input and output; what the source prints goes to its standard error, of which the end is
///   kept for messages of errors. Tensors go through a file in memory (`/dev/shm`) or the folder for temporary files. It
///   has no name any more when the network is loaded, so nothing is left behind when either side is killed (but on
///   Windows, where names of open files stay).
/// - An exception in Python is an error with the traceback. A process that crashes, is killed, or takes longer than
///   [`LoadOptions::time_limit`] is an error too, and the next call starts another one.
/// - [`LoadOptions::described`] has to name the inputs and outputs; outputs are not compared with the described element
///   types. For state dictionaries, [`LoadOptions::architecture`] has to name the source.
/// - Files of Keras 2 are run by `tf_keras` where it is installed, all others by `keras`. Of a bundle, the signature
///   `serving_default` is run. Several inputs or outputs go by the names of the description where the network has the same
///   names, else by position; those of a bundle have no position, so there the names have to agree, or to end in numbers.
/// - NaN and infinity are carried through.
/// - [`Device`]: `cpu`, `cuda` and `mps`, as PyTorch has them; `cpu` and `cuda` with TensorFlow.
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

    fn start(&self) -> io::Result<Worker> {
        Worker::start(&self.interpreter, PROGRAM, &self.variables)
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
                    detail: "libraries of Python have the devices cpu, cuda and mps".to_owned(),
                }
                .into());
            }
        };
        let missing = |what| LoadErrorKind::Missing { format, what };
        if format == WeightsFormat::PytorchStateDict && options.architecture.is_none() {
            return Err(missing("the source of its network (`architecture`)").into());
        }
        let signature = options
            .described
            .clone()
            .ok_or_else(|| missing("a description of its inputs and outputs"))?;
        runner::PythonRunner::new(runner::Recipe {
            python: self.clone(),
            format,
            device,
            signature,
            weights: runner::WeightsFile::new(format, data)?,
            options: options.clone(),
        })
    }
}

impl Backend for Python {
    fn name(&self) -> &'static str {
        NAME
    }

    fn supports(&self, format: WeightsFormat) -> bool {
        matches!(
            format,
            WeightsFormat::PytorchStateDict
                | WeightsFormat::KerasHdf5
                | WeightsFormat::TensorflowSavedModelBundle
        )
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
