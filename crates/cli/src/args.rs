//! The arguments of the command.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use pipeline::DescriptionDemand;
use rdf_spec::FormatVersion;
use runners::{Device, LoadOptions, WeightsFormat};

use crate::commands::cache::CacheOptions;
use crate::commands::publish::PublishOptions;
use crate::commands::report_download::ReportDownloadOptions;
use crate::commands::statistics::StatisticsOptions;
use crate::source::SourceOptions;

/// Validate, inspect, test and run bioimage.io models without Python.
///
/// A model is a folder, a zip file, the description (rdf.yaml) itself, or - for one of the last two on standard input; on
/// the web the address of a description or zip file, a DOI of Zenodo (10.5281/zenodo.N), or an id or nickname of the
/// collection (affable-shark). What is fetched stays in a cache: see `modelhub cache`. Results go to standard output,
/// everything else to standard error. Colours and progress are shown on terminals only; NO_COLOR switches colours off.
#[derive(Debug, Parser)]
#[command(name = "modelhub", version, max_term_width = 110, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) sources: SourceOptions,
}

pub(crate) const EXIT_CODES: &str =
    "Exit codes: 0 fine, 1 findings or mismatch, 2 wrong usage, 3 the operation failed";

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Validate(ValidateOptions),
    Explain(ExplainOptions),
    TestModel(TestModelOptions),
    Predict(PredictOptions),
    DatasetStatistics(DatasetStatisticsOptions),
    TilingError(TilingErrorOptions),
    #[cfg(any(
        feature = "keras",
        feature = "tensorflow",
        feature = "tfjs",
        feature = "torchscript"
    ))]
    Convert(ConvertOptions),
    Inspect(InspectOptions),
    Migrate(MigrateOptions),
    Package(crate::commands::package::PackageOptions),
    Build(crate::commands::build::BuildOptions),
    AddWeights(crate::commands::add_weights::AddWeightsOptions),
    UpdateHashes(crate::commands::update_hashes::UpdateHashesOptions),
    Schema(SchemaOptions),
    Backends(BackendsOptions),
    Cache(CacheOptions),
    Publish(PublishOptions),
    ReportDownload(ReportDownloadOptions),
    Statistics(StatisticsOptions),
    Compatibility(crate::commands::compatibility::CompatibilityOptions),
    CheckContribution(crate::commands::check_contribution::CheckContributionOptions),
    Collection(crate::commands::collection::CollectionOptions),
    TestCollection(crate::commands::test_collection::TestCollectionOptions),
    Summaries(crate::commands::summaries::SummariesOptions),
}

/// Check descriptions: every problem with its place and what to do.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ValidateOptions {
    /// Descriptions, folders or zip files
    #[arg(value_name = "SOURCE", required = true)]
    pub(crate) sources: Vec<PathBuf>,
    /// Look at the description only, at no other file of the package
    #[arg(long)]
    pub(crate) format_only: bool,
    /// Judge by the letter of the format's text (0.4.9): what departs from it is an error, even if programs take it
    #[arg(long)]
    pub(crate) strict: bool,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = ValidateOutput::Human, value_name = "FORM")]
    pub(crate) output: ValidateOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ValidateOutput {
    /// With the lines of the description that they speak of
    Human,
    /// One JSON object for each source, on a line of its own
    Jsonl,
    /// Annotations of the changed files in a GitHub workflow
    Github,
    /// SARIF 2.1.0: one log for all sources, for code scanning and editors
    Sarif,
}

/// Explain a code that `validate` printed: what it means, what to write instead, and why.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ExplainOptions {
    /// The code, for example missing-field; without it all codes are listed
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Output {
    Human,
    Json,
}

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

/// Run a model on images.
///
/// Reads and writes .npy, PNG, TIFF and OME-Zarr. Give one --input and one --output for each tensor of the model, in
/// the order of the description or with the tensor's name. Images that do not fit into memory are run tile by tile, with
/// the result of the whole image.
#[derive(Clone, Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct PredictOptions {
    /// Folder, zip file or description of the model
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Image for an input of the model, or a folder of images: each of them is run
    #[arg(long, short, required = true, value_name = "[NAME=]PATH")]
    pub(crate) input: Vec<String>,
    /// File for an output of the model; a folder where the input is one
    #[arg(long, short, required_unless_present = "dry_run", value_name = "[NAME=]PATH")]
    pub(crate) output: Vec<String>,
    /// Axis order of an input image, for example yx, cyx or yxc; inferred and printed unless given
    #[arg(long, value_name = "[NAME=]AXES")]
    pub(crate) axes: Vec<String>,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    #[command(flatten)]
    pub(crate) tiles: TileArguments,
    /// Run the image in one piece, whatever memory that takes
    #[arg(long, conflicts_with_all = ["tile", "memory", "dry_run", "resume"])]
    pub(crate) no_tiling: bool,
    /// Print the plan of tiles, and run nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Go on with OME-Zarr outputs that an earlier run has not finished, in a folder with all images that lack a result
    #[arg(long)]
    pub(crate) resume: bool,
    /// How values become the 8 bits of a PNG output; uint8 and uint16 need no scaling
    #[arg(long, value_enum, default_value_t = Scaling::None, value_name = "HOW")]
    pub(crate) png_scaling: Scaling,
    /// Statistics of a dataset, as `modelhub dataset-statistics` writes them, for a model that normalises with them
    #[arg(long, value_name = "FILE", conflicts_with = "sample_as_dataset")]
    pub(crate) dataset_statistics: Option<PathBuf>,
    /// Let the image itself stand for the dataset where the model normalises with statistics of a dataset
    #[arg(long)]
    pub(crate) sample_as_dataset: bool,
    /// Replace output files that exist
    #[arg(long)]
    pub(crate) overwrite: bool,
    /// Format of the results where the input is a folder
    #[arg(long, value_enum, default_value_t = ImageKind::Tif, value_name = "FORMAT")]
    pub(crate) output_format: ImageKind,
    /// Leave out images of a folder whose results exist
    #[arg(long, conflicts_with = "overwrite")]
    pub(crate) skip_existing: bool,
}

/// A format of images in files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImageKind {
    Npy,
    Png,
    Tif,
    Zarr,
}

impl ImageKind {
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Png => "png",
            Self::Tif => "tif",
            Self::Zarr => "zarr",
        }
    }
}

/// How images are cut into tiles.
#[derive(Clone, Debug, Args)]
pub(crate) struct TileArguments {
    /// Sizes of tiles by axis letter, in elements of the inputs, for example y=512,x=512
    #[arg(long, value_name = "AXIS=SIZE,...", value_delimiter = ',', value_parser = axis_number)]
    pub(crate) tile: Vec<(char, usize)>,
    /// Memory that the process may take, for example 2GiB; half of what is free unless given
    #[arg(long, value_name = "SIZE", value_parser = bytes)]
    pub(crate) memory: Option<u64>,
    /// Halo by axis letter, in elements of the outputs, instead of that of the description
    #[arg(long, value_name = "AXIS=SIZE,...", value_delimiter = ',', value_parser = axis_number)]
    pub(crate) halo: Vec<(char, usize)>,
    /// Start tiles at multiples of this by axis letter: the total stride of a network whose description has one size only
    #[arg(long, value_name = "AXIS=SIZE,...", value_delimiter = ',', value_parser = axis_number)]
    pub(crate) stride: Vec<(char, usize)>,
    /// The network takes all multiples of this number, whatever sizes its description states
    #[arg(long, value_name = "STEP")]
    pub(crate) any_size: Option<usize>,
    /// What stands beyond the end of an image that has no size which the model takes
    #[arg(long, value_enum, default_value_t = PaddingMode::Reflect, value_name = "MODE")]
    pub(crate) padding: PaddingMode,
}

/// What stands beyond the end of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum PaddingMode {
    /// The image mirrored at its last element
    Reflect,
    /// The image mirrored at its border
    Symmetric,
    /// The last element
    Edge,
    /// 0 in the preprocessed image
    Zero,
}

fn axis_number(text: &str) -> Result<(char, usize), String> {
    let expected = || "an axis letter and a number are expected, for example y=512".to_owned();
    let (letter, number) = text.split_once('=').ok_or_else(expected)?;
    let mut letters = letter.trim().chars();
    match (letters.next(), letters.next(), number.trim().parse()) {
        (Some(letter), None, Ok(number)) => Ok((letter, number)),
        _ => Err(expected()),
    }
}

/// A number of bytes with a unit: B, kB, MB, GB, TB, KiB, MiB, GiB or TiB.
pub(crate) fn bytes(text: &str) -> Result<u64, String> {
    let expected = || "a number of bytes is expected, for example 2GiB, 512MiB or 1.5GB".to_owned();
    let digits = text
        .trim()
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.trim().len());
    let (number, unit) = text.trim().split_at(digits);
    let number: f64 = number.parse().map_err(|_| expected())?;
    let (base, power) = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => (1.0, 0),
        "k" | "kb" => (1e3, 1),
        "m" | "mb" => (1e3, 2),
        "g" | "gb" => (1e3, 3),
        "t" | "tb" => (1e3, 4),
        "kib" => (1024.0, 1),
        "mib" => (1024.0, 2),
        "gib" => (1024.0, 3),
        "tib" => (1024.0, 4),
        _ => return Err(expected()),
    };
    let bytes = number * f64::powi(base, power);
    if !(1.0..1e18).contains(&bytes) {
        return Err(expected());
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "checked above"
    )]
    Ok(bytes as u64)
}

/// Measure what tiles change: run an image in one piece and tile by tile, and compare.
///
/// Both runs are made in memory, so the image has to be small enough for that. The largest difference of each output and
/// where it is are printed; a difference above 0.00001 of the largest value is a finding (exit code 1): the halo of the
/// description is too small for the network, or the network has no halo.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct TilingErrorOptions {
    /// Folder, zip file or description of the model
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Image for each input of the model
    #[arg(required = true, value_name = "[NAME=]IMAGE")]
    pub(crate) input: Vec<String>,
    /// Axis order of an input image, for example yx, cyx or yxc; inferred and printed unless given
    #[arg(long, value_name = "[NAME=]AXES")]
    pub(crate) axes: Vec<String>,
    /// PNG file for the map of differences of the first output: black is none, white the largest, on a logarithmic scale
    #[arg(long, short, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    #[command(flatten)]
    pub(crate) tiles: TileArguments,
    /// Let the image itself stand for the dataset where the model normalises with statistics of a dataset
    #[arg(long)]
    pub(crate) sample_as_dataset: bool,
    /// Replace the output file if it exists
    #[arg(long)]
    pub(crate) overwrite: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scaling {
    /// As they are
    None,
    /// 0 becomes 0, 1 becomes 255
    Unit,
    /// The smallest value becomes 0, the largest 255
    MinMax,
}

/// Measure the images of a dataset, for a model that normalises with statistics of a dataset (mode per_dataset).
///
/// All images are pooled, as if they were one: the percentiles are exact. The result is a JSON file for
/// `modelhub predict --dataset-statistics`, so that the result for one image does not depend on the others of the day.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct DatasetStatisticsOptions {
    /// Folder, zip file or description of the model
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Image of the dataset, or a folder of images (.npy, .png, .tif, .tiff); as often as there are. With the name of the
    /// input where the model has several: the first image of each input is the first sample, and so on
    #[arg(long, short, required = true, num_args = 1.., value_name = "[NAME=]PATH")]
    pub(crate) input: Vec<String>,
    /// File for the statistics
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
    /// Axis order of the images of an input, for example yx, cyx or yxc; inferred and printed unless given
    #[arg(long, value_name = "[NAME=]AXES")]
    pub(crate) axes: Vec<String>,
    #[command(flatten)]
    pub(crate) engine: EngineOptions,
    /// Replace the output file if it exists
    #[arg(long)]
    pub(crate) overwrite: bool,
}

/// Convert the weights of a model to another format, and test the result with the model's own test tensors.
///
/// TorchScript, SavedModel bundles of TensorFlow, Keras models in HDF5 and models of TensorFlow.js become ONNX without PyTorch or TensorFlow. The ONNX model is for one size of the inputs: that of the test inputs, or that
/// of --shape.
#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct ConvertOptions {
    /// Folder, zip file or description of the model
    #[arg(value_name = "MODEL")]
    pub(crate) model: PathBuf,
    /// Format of the result
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(crate) to: ConvertTarget,
    /// Format of the weights to convert; the first one that the model has of torchscript, tensorflow_saved_model_bundle,
    /// keras_hdf5 and tensorflow_js unless given
    #[arg(long, value_name = "FORMAT")]
    pub(crate) from: Option<WeightsFormat>,
    /// Shape of an input, for example 1x1x512x512; that of the test input unless given
    #[arg(long, value_name = "[NAME=]SHAPE")]
    pub(crate) shape: Vec<String>,
    /// File for the result
    #[arg(long, short, value_name = "FILE", required_unless_present = "add_to_package")]
    pub(crate) output: Option<PathBuf>,
    /// Put the result into the package, which must be a folder, and describe it in its rdf.yaml
    #[arg(long, conflicts_with = "output")]
    pub(crate) add_to_package: bool,
    /// Replace the output file if it exists
    #[arg(long)]
    pub(crate) overwrite: bool,
    #[command(flatten)]
    pub(crate) native: NativeOptions,
}

#[cfg(any(
    feature = "keras",
    feature = "tensorflow",
    feature = "tfjs",
    feature = "torchscript"
))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConvertTarget {
    Onnx,
}

/// Show what a model takes, gives and can be run with.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct InspectOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    #[command(flatten)]
    pub(crate) native: NativeOptions,
    /// human: a table; json: one JSON object
    #[arg(long, value_enum, default_value_t = Output::Human, value_name = "FORM")]
    pub(crate) output: Output,
}

/// Bring a model description of format 0.3 or 0.4 into a newer version of the format.
///
/// The result goes to standard output. Comments, the order of keys and everything that does not change stay as they
/// are in YAML. What has no place in the newer version is named on standard error, and left out.
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct MigrateOptions {
    /// Folder, zip file or description
    #[arg(value_name = "SOURCE")]
    pub(crate) source: PathBuf,
    /// Version to migrate to; the newest unless given
    #[arg(long, value_name = "VERSION")]
    pub(crate) to: Option<FormatVersion>,
    /// yaml: the description with its comments; json: its values
    #[arg(long, value_enum, default_value_t = MigrateOutput::Yaml, value_name = "FORM")]
    pub(crate) output: MigrateOutput,
    /// Say on standard error what every step changes, and why
    #[arg(long)]
    pub(crate) explain: bool,
    /// Replace the description by the result instead of printing it
    #[arg(long, conflicts_with = "output")]
    pub(crate) in_place: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum MigrateOutput {
    Yaml,
    Json,
}

/// Print a JSON Schema, with which editors complete and check descriptions while they are written.
///
/// Save it beside the description and put this line at the top of rdf.yaml:
/// # yaml-language-server: $schema=model.schema.json
#[derive(Debug, Args)]
#[command(after_help = EXIT_CODES)]
pub(crate) struct SchemaOptions {
    /// The kind of description
    #[arg(value_enum, value_name = "TYPE")]
    pub(crate) resource_type: SchemaType,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SchemaType {
    /// Model descriptions, format 0.4
    Model,
    /// Dataset descriptions, format 0.2
    Dataset,
    /// Application descriptions, format 0.2
    Application,
    /// Notebook descriptions, format 0.2
    Notebook,
    /// Collections, format 0.2
    Collection,
    /// Descriptions of any other type, format 0.2
    Generic,
}
