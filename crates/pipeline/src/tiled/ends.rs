//! What stands between files and the network: preprocessing while tiles are read, postprocessing while they are written.

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink, TileSource};

use super::TiledError;
use super::kept::{Kept, Store};
use super::statistics::{Scans, image_error, read};
use crate::bind::statistics::{RawStatistics, Scope, TensorNeeds};
use crate::bind::tensors::{BoundInput, BoundOutput};

/// A source of preprocessed tiles.
pub(super) struct Prepared<'a, S> {
    pub(super) source: &'a mut S,
    pub(super) input: &'a BoundInput,
    pub(super) statistics: &'a RawStatistics,
    /// The type that the network wants.
    pub(super) network: Option<DataType>,
}

impl<S: TileSource<Tile = Tensor>> TileSource for Prepared<'_, S> {
    type Tile = Tensor;
    type Error = TiledError;

    fn shape(&self) -> &[usize] {
        self.source.shape()
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, TiledError> {
        let tile = read(self.source, &self.input.name, region)?;
        let raw = self.input.raw_part(&tile)?.into_owned();
        let prepared = self
            .input
            .preprocess_part(raw, region.start(), self.statistics, self.network)?;
        Ok(prepared)
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        self.source.chunk_shape()
    }
}

/// A sink for what the network delivers.
pub(super) enum Delivered<'a, K> {
    /// Postprocessed and written: nothing has to be known of the whole.
    Direct {
        sink: &'a mut K,
        output: &'a BoundOutput,
        statistics: &'a RawStatistics,
    },
    /// Kept until the whole is known and measured.
    Kept(Box<Kept<'a, K>>),
}

impl<'a, K: TileSink<Tile = Tensor>> Delivered<'a, K> {
    /// `known` are the statistics of the inputs; `store` makes the place for a result of this shape that has to be kept.
    pub(super) fn new(
        sink: &'a mut K,
        output: &'a BoundOutput,
        needs: &TensorNeeds,
        known: &'a RawStatistics,
        store: impl FnOnce(&'a BoundOutput, &[usize]) -> Result<Store, TiledError>,
    ) -> Result<Self, TiledError> {
        let scans = Scans::new(needs, known, &output.name, sink.shape())?;
        // It may also wait for the statistics of another output.
        let is_known = |(tensor, scope): (&str, Scope)| {
            let needed = needs.of(tensor, scope);
            known.of(tensor, scope).missing(&needed).is_none()
        };
        if scans.is_empty() && output.chain().requires().all(is_known) {
            return Ok(Self::Direct {
                sink,
                output,
                statistics: known,
            });
        }
        let store = store(output, sink.shape())?;
        Ok(Self::Kept(Box::new(Kept {
            sink,
            output,
            scans,
            store,
        })))
    }
}

impl<K: TileSink<Tile = Tensor>> TileSink for Delivered<'_, K> {
    type Tile = Tensor;
    type Error = TiledError;

    fn shape(&self) -> &[usize] {
        match self {
            Self::Direct { sink, .. } => sink.shape(),
            Self::Kept(kept) => kept.sink.shape(),
        }
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), TiledError> {
        match self {
            Self::Direct {
                sink,
                output,
                statistics,
            } => write_result(*sink, output, statistics, region, tile.clone()),
            Self::Kept(kept) => kept.write(region, tile),
        }
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), TiledError> {
        match self {
            Self::Direct { sink, output, .. } => sink
                .tile_done(tile)
                .map_err(|error| image_error(&output.name, error)),
            Self::Kept(kept) => kept.tile_done(tile),
        }
    }
}

/// Postprocesses a part of an output with the statistics of the whole, and writes it.
pub(super) fn write_result<K: TileSink<Tile = Tensor>>(
    sink: &mut K,
    output: &BoundOutput,
    statistics: &RawStatistics,
    region: &Region,
    part: Tensor,
) -> Result<(), TiledError> {
    let processed = output.chain().apply_part(part, region.start(), statistics)?;
    let result = processed.into_cast(output.data_type);
    sink.write(region, &result)
        .map_err(|error| image_error(&output.name, error))
}
