//! Running a plan: read, compute, write, for each tile.

mod arrays;
mod error;
mod options;
mod pipelined;
mod sequential;
mod side_by_side;

pub use arrays::on_arrays;
pub use error::{RunError, Stage};
pub use options::{Progress, RunOptions};

use std::error::Error;

use crate::{Tile, TilePlan, TileSink, TileSource};

/// What a computation may fail with.
type AnyError = Box<dyn Error + Send + Sync>;

impl TilePlan {
    /// The indices of the tiles that are still to be done.
    fn remaining<'a>(&self, options: &RunOptions<'a>) -> impl Iterator<Item = usize> + use<'a> {
        let finished = options.finished;
        (0..self.len()).filter(move |&index| !finished.is_some_and(|finished| finished(index)))
    }

    /// Whether sources and sinks are those that the plan was made for.
    fn check_ends<S: TileSource, K: TileSink>(&self, sources: &[S], sinks: &[K]) -> Result<(), RunError> {
        let (images, outputs) = (self.images(), self.output_shapes());
        if sources.len() != images.len() {
            return Err(RunError::SourceCount {
                found: sources.len(),
                expected: images.len(),
            });
        }
        if sinks.len() != outputs.len() {
            return Err(RunError::SinkCount {
                found: sinks.len(),
                expected: outputs.len(),
            });
        }
        for (input, (source, image)) in sources.iter().zip(images).enumerate() {
            if source.shape() != image {
                let (found, expected) = (source.shape().to_vec(), image.clone());
                return Err(RunError::SourceShape {
                    input,
                    found,
                    expected,
                });
            }
        }
        for (output, (sink, shape)) in sinks.iter().zip(outputs).enumerate() {
            if sink.shape() != shape {
                let (found, expected) = (sink.shape().to_vec(), shape.clone());
                return Err(RunError::SinkShape {
                    output,
                    found,
                    expected,
                });
            }
        }
        Ok(())
    }
}

/// Reads the parts of all inputs that a tile takes.
fn read<S: TileSource>(tile: &Tile, sources: &mut [S]) -> Result<Vec<S::Tile>, RunError> {
    let parts = tile.inputs.iter().zip(sources).enumerate();
    parts
        .map(|(input, (part, source))| {
            let failed = |error: S::Error| RunError::Tile {
                tile: tile.index,
                stage: Stage::Read { input },
                source: error.into(),
            };
            source.read(part.source()).map_err(failed)
        })
        .collect()
}

/// Computes a tile and counts what comes of it.
fn compute<T, U, E: Into<AnyError>>(
    tile: &Tile,
    parts: Vec<T>,
    network: &mut impl FnMut(&Tile, Vec<T>) -> Result<Vec<U>, E>,
) -> Result<Vec<U>, RunError> {
    let failed = |error: E| RunError::Tile {
        tile: tile.index,
        stage: Stage::Compute,
        source: error.into(),
    };
    let results = network(tile, parts).map_err(failed)?;
    if results.len() != tile.outputs.len() {
        return Err(RunError::OutputCount {
            tile: tile.index,
            found: results.len(),
            expected: tile.outputs.len(),
        });
    }
    Ok(results)
}

/// Writes what is kept of a tile.
fn write<K: TileSink>(tile: &Tile, results: &[K::Tile], sinks: &mut [K]) -> Result<(), RunError> {
    let failed = |output: usize, error: K::Error| RunError::Tile {
        tile: tile.index,
        stage: Stage::Write { output },
        source: error.into(),
    };
    for (output, ((part, result), sink)) in tile.outputs.iter().zip(results).zip(sinks.iter_mut()).enumerate()
    {
        if !part.region().is_empty() {
            sink.write(part.region(), result)
                .map_err(|error| failed(output, error))?;
        }
    }
    for (output, sink) in sinks.iter_mut().enumerate() {
        sink.tile_done(tile.index)
            .map_err(|error| failed(output, error))?;
    }
    Ok(())
}
