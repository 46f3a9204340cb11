//! The arguments of what takes the user's images: `predict` and `dataset-statistics`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{EXIT_CODES, EngineOptions, TileArguments};

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
