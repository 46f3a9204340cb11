//! What operations need to know of a whole image, measured part by part.

use tensor_ops::{OpError, Scan, Statistics, Tensor};
use tiling::{Region, TileSource};

use super::blocks::Blocks;
use super::{TiledError, TiledProgress, TiledRun};
use crate::bind::tensors::BoundInput;

/// Measures an image that is read as often as it takes, and how often that was. Nothing is read if nothing is needed.
pub(super) fn measure_input<S: TileSource<Tile = Tensor>>(
    input: &BoundInput,
    source: &mut S,
    run: &mut TiledRun<'_>,
) -> Result<(Statistics, u32), TiledError> {
    let needs = input.chain().needs();
    if needs.is_empty() {
        return Ok((Statistics::default(), 0));
    }
    let failed = |error| statistics_error(&input.name, error);
    let mut scan = Scan::new(needs, source.shape()).map_err(failed)?;
    let mut pass = 0;
    let blocks = Blocks::new(source.shape(), source.chunk_shape());
    while scan.needs_another_pass() {
        pass += 1;
        for (done, region) in blocks.iter().enumerate() {
            let (tensor, total) = (input.name.clone(), blocks.len());
            run.report(TiledProgress::Statistics {
                tensor,
                pass,
                done,
                total,
            })?;
            let tile = source
                .read(&region)
                .map_err(|error| image_error(&input.name, error))?;
            scan.add(&input.raw(tile)?.view(), region.start())
                .map_err(failed)?;
        }
        scan.finish_pass().map_err(failed)?;
    }
    Ok((scan.finish().map_err(failed)?, pass))
}

/// The statistics for a part of the whole.
pub(super) fn of_part(
    tensor: &str,
    statistics: &Statistics,
    region: &Region,
) -> Result<Statistics, TiledError> {
    statistics
        .part(region.start(), region.shape())
        .map_err(|error| statistics_error(tensor, error))
}

pub(super) fn statistics_error(tensor: &str, source: OpError) -> TiledError {
    TiledError::Statistics {
        tensor: tensor.to_owned(),
        source,
    }
}

pub(super) fn image_error<E: std::error::Error + Send + Sync + 'static>(
    tensor: &str,
    error: E,
) -> TiledError {
    TiledError::Image {
        tensor: tensor.to_owned(),
        source: Box::new(error),
    }
}
