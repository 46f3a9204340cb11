//! Images tile by tile: from files to files.

mod earlier;
mod end;
mod job;
mod shown;

use std::path::Path;

use pipeline::image::{ImageFormat, ImageSource};
use pipeline::{Pipeline, TileOptions, TiledError};
use rdf_spec::Network;
use tiling::{ChunkLength, Padding, PlanError, TileSource};

use self::earlier::Fingerprint;
use self::job::Job;
use super::assignment::Assigned;
use super::inputs::Input;
use crate::args::{PaddingMode, PredictOptions, TileArguments};
use crate::exit::Failure;

/// The most memory for decoded parts of images, and what part of the given memory they may take.
const MOST_CACHE: u64 = 256 << 20;
const CACHE_PART: u64 = 8;
const MEBIBYTE: u64 = 1 << 20;
/// What a Zarr output keeps of chunks that were written in part.
const PARTIAL_CHUNKS: usize = 64 << 20;
/// How long chunks of a Zarr output are along `y` and `x` where the tiles decide: smaller ones make too many files, larger
/// ones too much that is read for a small part of an image.
const CHUNKS: ChunkLength = ChunkLength::Chosen {
    smallest: 64,
    largest: 1024,
};

/// Memory for decoded parts of images.
pub(super) fn cache_bytes(options: &PredictOptions) -> usize {
    let bytes = options
        .tiles
        .memory
        .map_or(MOST_CACHE, |memory| (memory / CACHE_PART).min(MOST_CACHE));
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// What is taken of it, and for chunks of results that were written in part.
pub(super) fn reserved_bytes(sources: &[Input], outputs: &[Assigned<'_>], options: &PredictOptions) -> u64 {
    let each = cache_bytes(options) / sources.len().max(1);
    let of_source = |source: &Input| {
        let elements = source
            .shape()
            .iter()
            .try_fold(1_usize, |all, &length| all.checked_mul(length));
        let bytes = elements.and_then(|elements| elements.checked_mul(source.data_type().item_size()));
        bytes.map_or(each, |bytes| bytes.min(each))
    };
    let kept = sources.iter().filter(|source| source.keeps_decoded_parts());
    let read: usize = kept.map(of_source).sum();
    let written = outputs.iter().filter(|output| is_zarr(output.value)).count() * PARTIAL_CHUNKS;
    read.saturating_add(written) as u64
}

/// The arguments in the words of the library.
pub(in crate::commands) fn tile_options(arguments: &TileArguments, reserved: u64) -> TileOptions {
    let mut options = TileOptions::default()
        .with_reserved(reserved)
        .with_padding(match arguments.padding {
            PaddingMode::Reflect => Padding::Reflect,
            PaddingMode::Symmetric => Padding::Symmetric,
            PaddingMode::Edge => Padding::Edge,
            PaddingMode::Zero => Padding::Constant(0.0),
        });
    options.tile.clone_from(&arguments.tile);
    options.stride.clone_from(&arguments.stride);
    options.halo.clone_from(&arguments.halo);
    options.any_size = arguments.any_size;
    options.memory = arguments.memory;
    options
}

/// A run in tiles for these images; nothing if one tile is the whole image as it is, of a size that the model describes.
pub(super) fn job<'a>(
    pipeline: &mut Pipeline,
    model: &'a Network,
    sources: &[Input],
    inputs: &[Assigned<'_>],
    outputs: &'a [Assigned<'a>],
    options: &'a PredictOptions,
) -> Result<Option<Job<'a>>, Failure> {
    let shapes: Vec<Vec<usize>> = sources.iter().map(|source| source.shape().to_vec()).collect();
    let mut tiles = tile_options(&options.tiles, reserved_bytes(sources, outputs, options));
    tiles.whole = options.no_tiling;
    let fingerprint = Fingerprint::new(model, pipeline, inputs, options, &tiles)?;
    if options.resume {
        let (choice, fingerprint) = fingerprint.plan_of_earlier_run(outputs)?;
        return Ok(Some(Job {
            model,
            choice,
            fingerprint,
            outputs,
            options,
        }));
    }
    for (number, output) in model.outputs.iter().enumerate() {
        let asked = outputs.iter().find(|asked| asked.name == output.name.as_str());
        if asked.is_some_and(|asked| is_zarr(asked.value)) {
            tiles = tiles
                .with_chunks(number, 'y', CHUNKS)
                .with_chunks(number, 'x', CHUNKS);
        }
    }
    let choice = pipeline
        .choose_tiles(&shapes, &tiles)
        .map_err(|error| of_tiles(&error))?;
    let as_it_is = choice.plan.len() == 1 && !choice.plan.is_padded() && tiles.any_size.is_none();
    if as_it_is && !options.dry_run {
        return Ok(None);
    }
    Ok(Some(Job {
        model,
        fingerprint: fingerprint.text(&choice),
        choice,
        outputs,
        options,
    }))
}

fn is_zarr(path: &str) -> bool {
    ImageFormat::from_path(Path::new(path)).is_ok_and(|format| format == ImageFormat::Zarr)
}

/// Wrong usage where something was asked for that is not possible, a failure otherwise.
pub(in crate::commands) fn of_tiles(error: &TiledError) -> Failure {
    match error {
        TiledError::UnknownAxis { .. } => Failure::usage(error.to_string()),
        // One size only, at least by the description.
        TiledError::Plan(
            PlanError::TileSize {
                smaller: None,
                larger: Some(_),
                ..
            }
            | PlanError::TileSize {
                smaller: Some(_),
                larger: None,
                ..
            },
        ) => Failure::usage(format!(
            "{error} by its description; if it takes others, say so with --any-size"
        )),
        TiledError::Plan(
            PlanError::TileSize { .. } | PlanError::TileTooSmall { .. } | PlanError::NotTileable { .. },
        ) => Failure::usage(error.to_string()),
        TiledError::Plan(PlanError::Memory { needed, limit, tile }) => Failure::usage(format!(
            "the smallest possible tiles, {tile:?}, need {} MiB of memory, {} are allowed; give more with --memory",
            needed.div_ceil(MEBIBYTE),
            limit / MEBIBYTE
        )),
        TiledError::Plan(PlanError::WholeSize { .. }) => Failure::failed(format!(
            "{error}; give the part of the image that the model is made for or, if axes were taken for others, --axes"
        )),
        _ => Failure::because(error),
    }
}
