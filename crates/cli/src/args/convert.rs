//! The arguments of `convert`, in builds that can convert something.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use runners::WeightsFormat;

use super::{EXIT_CODES, NativeOptions};

/// Convert the weights of a model to another format, and test the result with the model's own test tensors.
///
/// TorchScript, SavedModel bundles of TensorFlow, Keras models in HDF5 and models of TensorFlow.js become ONNX without PyTorch or TensorFlow. The ONNX model is for one size of the inputs: that of the test inputs, or that
/// of --shape.
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ConvertTarget {
    Onnx,
}
