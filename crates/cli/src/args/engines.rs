//! What runs the network, for all verbs that run one; the arguments of `backends` and `test-model`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use pipeline::DescriptionDemand;
use runners::{Device, LoadOptions, WeightsFormat};

use super::{EXIT_CODES, Output};

/// Run the test inputs of a model and compare with its test outputs.
///
/// Every weights format that this build can run is tested; files of other formats are not opened. An element
/// mismatches where |actual - expected| > 0.001 + 0.001 * |expected|.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct TestModelOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    /// Run each format with every backend that runs it, not only with the preferred one
    #[arg(long, conflicts_with = "backend")]
    pub(crate) all_backends: bool,
    /// Write test summaries, as partners of the hub publish them, to this YAML file
    #[arg(long, value_name = "FILE")]
    pub(crate) summary: Option<PathBuf>,
    /// Write a compatibility report, as the collection of bioimage.io reads it, to this JSON file
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// human: a table; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    pub(crate) output: Output,
}

/// What runs the network.
#[derive(Clone, Debug, Args)]
pub(crate) struct EngineOptions {
    /// Weights format: onnx, torchscript, pytorch_state_dict, keras_hdf5, tensorflow_js or tensorflow_saved_model_bundle
    #[arg(long, alias = "weight-format", value_name = "FORMAT")]
    pub(crate) weights: Option<WeightsFormat>,
    /// Backend that runs the weights: ort, tch, tract or python; see `modelhub backends`
    #[arg(long, value_name = "NAME")]
    pub(crate) backend: Option<String>,
    /// Device that runs the network: cpu, cuda, cuda:N, coreml, directml, directml:N or mps
    #[arg(
        long,
        alias = "devices",
        default_value_t = Device::Cpu,
        value_name = "DEVICE",
        env = "MODELHUB_DEVICE",
        hide_env_values = true
    )]
    pub(crate) device: Device,
    /// Threads; as many as the machine offers unless given
    #[arg(long, value_name = "N", value_parser = threads, env = "MODELHUB_THREADS", hide_env_values = true)]
    pub(crate) threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pub(crate) native: NativeOptions,
    /// Let the backend python run in an environment with the dependencies of the model, which uv (for requirements of pip)
    /// or conda makes: once, it is kept in the folder for caches
    #[arg(long, requires = "allow_code")]
    pub(crate) python_environment: bool,
    /// Seconds after which the backend python is broken off, while it loads and for each run
    #[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) time_limit: u64,
    /// Refuse a model whose description `modelhub validate` finds invalid, also if it could be run
    #[arg(long)]
    pub(crate) strict: bool,
}

impl EngineOptions {
    /// How long loading and each run may take.
    pub(crate) fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit)
    }

    /// What the description has to be like.
    pub(crate) fn demand(&self) -> DescriptionDemand {
        if self.strict {
            DescriptionDemand::Valid
        } else {
            DescriptionDemand::Runnable
        }
    }
}

fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text
        .parse()
        .ok()
        .filter(|number: &NonZeroUsize| number.get() <= LoadOptions::MAX_THREADS);
    number.ok_or_else(|| format!("a number from 1 to {} is expected", LoadOptions::MAX_THREADS))
}

/// What is not part of the program.
#[derive(Clone, Debug, Args)]
pub(crate) struct NativeOptions {
    /// Shared library of onnxruntime for the backend ort; unless given, that of ORT_DYLIB_PATH, beside this program, or
    /// of the Python package onnxruntime
    #[arg(long, value_name = "FILE")]
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Python interpreter for the backend python, and whose packages are searched for onnxruntime
    #[arg(long, value_name = "FILE", env = "MODELHUB_PYTHON", hide_env_values = true)]
    pub(crate) python: Option<PathBuf>,
    /// Let the backend python run the source code of the model, which is somebody's program and may do what you may, and
    /// Keras files and graphs of TensorFlow, which may hold code
    #[arg(long)]
    pub(crate) allow_code: bool,
}

/// Show which backends run which weights formats here, and what is missing.
///
/// The environment variable MODELHUB_BACKENDS names those that may be used, separated by commas, the preferred one
/// first; unless set: ort,tch,tract,python.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct BackendsOptions {
    #[command(flatten)]
    pub(crate) native: NativeOptions,
    /// human: a table; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    pub(crate) output: Output,
}
