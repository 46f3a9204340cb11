//! A network that a worker runs.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempPath;
use tensor_ops::{Tensor, TensorView};

use super::exchange::{Exchange, Medium, is_full};
use super::protocol::{self, Answer, Network, Place};
use super::trouble::{self, NoSpace};
use super::worker::Worker;
use super::{NAME, Python};
use crate::{
    LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature, WeightsData,
    WeightsFormat,
};

/// What a worker is made from, as often as one is needed.
#[derive(Debug)]
pub(super) struct Recipe {
    pub(super) python: Python,
    pub(super) format: WeightsFormat,
    pub(super) device: String,
    pub(super) signature: Signature,
    pub(super) weights: WeightsFile,
    pub(super) options: LoadOptions,
}

/// The file of the weights, which a worker opens by its name.
#[derive(Debug)]
pub(super) enum WeightsFile {
    Given(PathBuf),
    /// Written for the runner, and removed with it.
    Written(TempPath),
}

/// A network in Python, and the worker that has it; a worker that was lost is replaced by the next call.
pub(super) struct PythonRunner {
    recipe: Recipe,
    medium: Medium,
    loaded: Option<Loaded>,
}

/// A worker that has loaded the network. It is ended before its file goes.
#[derive(Debug)]
struct Loaded {
    worker: Worker,
    exchange: Exchange,
}

impl WeightsFile {
    pub(super) fn new(format: WeightsFormat, data: WeightsData<'_>) -> Result<Self, LoadError> {
        match data {
            WeightsData::File(path) => std::path::absolute(path)
                .and_then(|path| match path.metadata()?.is_file() {
                    true => Ok(WeightsFile::Given(path)),
                    false => Err(io::Error::other("it is not a regular file")),
                })
                .map_err(|error| {
                    let path = path.to_owned();
                    LoadError::with_source(LoadErrorKind::Io { path }, error)
                }),
            WeightsData::Bytes(bytes) => {
                let suffix = match format {
                    WeightsFormat::KerasHdf5 => ".h5",
                    WeightsFormat::TensorflowSavedModelBundle => ".zip",
                    _ => ".pt",
                };
                let written = tempfile::Builder::new()
                    .prefix("modelhub-weights-")
                    .suffix(suffix)
                    .tempfile()
                    .and_then(|mut file| file.write_all(bytes).map(|()| file.into_temp_path()));
                let step = "write the weights to a file";
                written.map(WeightsFile::Written).map_err(|error| {
                    LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error)
                })
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        match self {
            WeightsFile::Given(path) => path,
            WeightsFile::Written(path) => path,
        }
    }
}

impl Recipe {
    /// A new worker that has loaded the network.
    fn make(&self, medium: Medium) -> Result<Loaded, LoadError> {
        let failed =
            |step| move |error| LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error);
        let limit = self.options.time_limit;
        let path = self.weights.path();
        let weights = path.to_str().ok_or_else(|| {
            let error = io::Error::other("its path is no Unicode, which the interpreter needs");
            let path = path.to_owned();
            LoadError::with_source(LoadErrorKind::Io { path }, error)
        })?;
        let mut exchange = Exchange::new(medium).map_err(failed("make a file for tensors"))?;
        // Gone when the network is loaded, after the worker if that fails. PyTorch needs none.
        let scratch = match self.format {
            WeightsFormat::PytorchStateDict => None,
            _ => Some(
                tempfile::Builder::new()
                    .prefix("modelhub-")
                    .tempdir()
                    .map_err(failed("make a folder for temporary files"))?,
            ),
        };
        let folder = match &scratch {
            None => "",
            Some(scratch) => scratch.path().to_str().ok_or_else(|| {
                let error = io::Error::other("its name is no Unicode, which the interpreter needs");
                failed("make a folder for temporary files")(error)
            })?,
        };
        let mut worker = self.python.start().map_err(|error| {
            let kind = LoadErrorKind::Interpreter {
                path: self.python.interpreter().to_owned(),
            };
            LoadError::with_source(kind, error)
        })?;
        let file = protocol::file_request(exchange.name().map_err(failed("make a file for tensors"))?);
        match worker.ask(file, limit) {
            Ok(Answer::Opened) => exchange.forget_name(),
            other => return Err(trouble::while_loading(other)),
        }
        let network = Network {
            format: self.format,
            device: &self.device,
            signature: &self.signature,
            architecture: self.options.architecture.as_ref(),
        };
        let request = protocol::load_request(&network, &self.options, weights, folder);
        match worker.ask(request, limit) {
            Ok(Answer::Loaded) => Ok(Loaded { worker, exchange }),
            other => Err(trouble::while_loading(other)),
        }
    }
}

/// How a run went.
enum Outcome {
    Results(Vec<Result<Tensor, String>>),
    /// There was no space for that many bytes.
    Full(u64),
}

impl Loaded {
    /// Runs the network once. After an error of `Err` the worker is of no use any more.
    fn run(
        &mut self,
        inputs: &[TensorView<'_>],
        options: &LoadOptions,
    ) -> Result<Result<Outcome, RunError>, RunError> {
        let step = "pass tensors to its process";
        let failed = |error| RunError::with_source(RunErrorKind::Backend { backend: NAME, step }, error);
        let places = match self.exchange.write(inputs) {
            Ok(Some(places)) => places,
            Ok(None) => return Ok(Err(RunErrorKind::Backend { backend: NAME, step }.into())),
            Err(error) if is_full(&error) => {
                let sizes = inputs
                    .iter()
                    .map(|input| input.len() * input.data_type().item_size());
                return Ok(Ok(Outcome::Full(sizes.sum::<usize>() as u64)));
            }
            Err(error) => return Ok(Err(failed(error))),
        };
        match self
            .worker
            .ask(protocol::run_request(&places), options.time_limit)
        {
            Ok(Answer::Results(places)) => {
                let results = self.results(places, options.max_tensor_bytes);
                let results = results.map_err(|error| trouble::of_results(&error))?;
                self.exchange.shrink().map_err(failed)?;
                Ok(Ok(Outcome::Results(results)))
            }
            Ok(Answer::Full { bytes }) => Ok(Ok(Outcome::Full(bytes))),
            Ok(Answer::Failed { exception, traceback }) => Ok(Err(trouble::exception(exception, traceback))),
            other => Err(trouble::while_running(other)),
        }
    }

    fn results(&self, places: Vec<Place>, max_tensor_bytes: u64) -> io::Result<Vec<Result<Tensor, String>>> {
        places
            .into_iter()
            .map(|place| self.exchange.read(place, max_tensor_bytes))
            .collect()
    }

    /// Goes on with another file for tensors.
    fn exchange_by(&mut self, medium: Medium, options: &LoadOptions) -> Result<(), RunError> {
        let step = "make a file for tensors";
        let failed = |error| RunError::with_source(RunErrorKind::Backend { backend: NAME, step }, error);
        let mut exchange = Exchange::new(medium).map_err(failed)?;
        let request = protocol::file_request(exchange.name().map_err(failed)?);
        match self.worker.ask(request, options.time_limit) {
            Ok(Answer::Opened) => exchange.forget_name(),
            other => return Err(trouble::while_running(other)),
        }
        self.exchange = exchange;
        Ok(())
    }
}

impl PythonRunner {
    pub(super) fn new(recipe: Recipe) -> Result<Self, LoadError> {
        Self::with_medium(recipe, Medium::Fast)
    }

    fn with_medium(recipe: Recipe, medium: Medium) -> Result<Self, LoadError> {
        let loaded = Some(recipe.make(medium)?);
        Ok(PythonRunner {
            recipe,
            medium,
            loaded,
        })
    }

    fn check_sizes(&self, inputs: &[TensorView<'_>]) -> Result<(), RunError> {
        let limit = self.recipe.options.max_tensor_bytes;
        for (port, input) in self.recipe.signature.inputs.iter().zip(inputs) {
            let bytes = (input.len() as u64).checked_mul(input.data_type().item_size() as u64);
            if bytes.is_none_or(|bytes| bytes > limit) {
                let node = port.name.clone();
                return Err(RunErrorKind::TooLarge { node, limit }.into());
            }
        }
        Ok(())
    }

    fn checked(&self, results: Vec<Result<Tensor, String>>) -> Result<Vec<Tensor>, RunError> {
        let outputs = &self.recipe.signature.outputs;
        if results.len() != outputs.len() {
            return Err(RunErrorKind::OutputCount {
                expected: outputs.clone(),
                found: results.len(),
            }
            .into());
        }
        let named = outputs.iter().zip(results).map(|(port, result)| {
            result.map_err(|found| {
                let port = port.clone();
                RunErrorKind::OutputType { port, found }.into()
            })
        });
        named.collect()
    }

    #[cfg(test)]
    pub(super) fn worker(&self) -> Option<&Worker> {
        self.loaded.as_ref().map(|loaded| &loaded.worker)
    }

    #[cfg(test)]
    pub(super) fn exchange(&self) -> Option<&Exchange> {
        self.loaded.as_ref().map(|loaded| &loaded.exchange)
    }
}

impl Runner for PythonRunner {
    fn signature(&self) -> &Signature {
        &self.recipe.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.recipe.signature.check(inputs)?;
        self.check_sizes(inputs)?;
        let options = &self.recipe.options;
        // While a worker is out of its place it cannot be used again, whatever happens.
        let mut loaded = match self.loaded.take() {
            Some(loaded) => loaded,
            None => self
                .recipe
                .make(self.medium)
                .map_err(|error| RunError::with_source(RunErrorKind::Restart { backend: NAME }, error))?,
        };
        let mut outcome = loaded.run(inputs, options)?;
        // Folders in memory may be small: then once more, with a file on a disk.
        if matches!(outcome, Ok(Outcome::Full(_))) && self.medium == Medium::Fast {
            loaded.exchange_by(Medium::Large, options)?;
            self.medium = Medium::Large;
            outcome = loaded.run(inputs, options)?;
        }
        self.loaded = Some(loaded);
        match outcome? {
            Outcome::Results(results) => self.checked(results),
            Outcome::Full(bytes) => {
                let step = "pass tensors to its process";
                let kind = RunErrorKind::Backend { backend: NAME, step };
                Err(RunError::with_source(kind, NoSpace { bytes }))
            }
        }
    }
}

impl fmt::Debug for PythonRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PythonRunner")
            .field("signature", &self.recipe.signature)
            .field("python", &self.recipe.python)
            .finish_non_exhaustive()
    }
}
