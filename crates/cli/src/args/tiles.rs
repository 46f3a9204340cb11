//! How images are cut into tiles; the arguments of `tiling-error`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{EXIT_CODES, EngineOptions, bytes};

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
