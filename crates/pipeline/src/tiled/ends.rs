//! What stands between files and the network: preprocessing while tiles are read, postprocessing while they are written.

use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Scan, Statistics, Tensor};
use tiling::{Region, TileSink, TileSource};

use super::TiledError;
use super::statistics::{image_error, of_part, statistics_error};
use crate::bind::tensors::{BoundInput, BoundOutput};
use crate::image::{ImageError, ScratchArray};

/// A source of preprocessed tiles.
pub(super) struct Prepared<'a, S> {
    pub(super) source: &'a mut S,
    pub(super) input: &'a BoundInput,
    pub(super) statistics: &'a Statistics,
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
        let name = &self.input.name;
        let tile = self
            .source
            .read(region)
            .map_err(|error| image_error(name, error))?;
        let statistics = of_part(name, self.statistics, region)?;
        Ok(self
            .input
            .preprocess_part(self.input.raw(tile)?, &statistics, self.network)?)
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
    },
    /// Measured and kept in a temporary file until the whole is known.
    Kept(Box<Kept<'a, K>>),
}

pub(super) struct Kept<'a, K> {
    pub(super) sink: &'a mut K,
    pub(super) output: &'a BoundOutput,
    pub(super) scan: Scan,
    /// There from the first tile on, which says of which type the elements are.
    pub(super) scratch: Option<ScratchArray>,
    pub(super) folder: PathBuf,
}

impl<'a, K: TileSink<Tile = Tensor>> Delivered<'a, K> {
    pub(super) fn new(sink: &'a mut K, output: &'a BoundOutput, folder: &Path) -> Result<Self, TiledError> {
        let needs = output.chain().needs();
        if needs.is_empty() {
            return Ok(Self::Direct { sink, output });
        }
        let scan = Scan::new(needs, sink.shape()).map_err(|error| statistics_error(&output.name, error))?;
        let folder = folder.to_owned();
        Ok(Self::Kept(Box::new(Kept {
            sink,
            output,
            scan,
            scratch: None,
            folder,
        })))
    }
}

impl<K: TileSink<Tile = Tensor>> Kept<'_, K> {
    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), TiledError> {
        let name = &self.output.name;
        let scratch = match &mut self.scratch {
            Some(scratch) => scratch,
            None => {
                let created = ScratchArray::create_in(&self.folder, self.sink.shape(), tile.data_type());
                self.scratch
                    .insert(created.map_err(|error| scratch_error(name, error))?)
            }
        };
        scratch
            .write(region, tile)
            .map_err(|error| scratch_error(name, error))?;
        // The regions of all tiles are a partition, so that this is the first pass.
        self.scan
            .add(&tile.view(), region.start())
            .map_err(|error| statistics_error(name, error))
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
            Self::Direct { sink, output } => {
                write_result(*sink, output, &Statistics::default(), region, tile.clone())
            }
            Self::Kept(kept) => kept.write(region, tile),
        }
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), TiledError> {
        match self {
            Self::Direct { sink, output } => sink
                .tile_done(tile)
                .map_err(|error| image_error(&output.name, error)),
            Self::Kept(_) => Ok(()),
        }
    }
}

/// Postprocesses a part of an output with the statistics of the whole, and writes it.
pub(super) fn write_result<K: TileSink<Tile = Tensor>>(
    sink: &mut K,
    output: &BoundOutput,
    statistics: &Statistics,
    region: &Region,
    part: Tensor,
) -> Result<(), TiledError> {
    let statistics = of_part(&output.name, statistics, region)?;
    let processed = output.chain().apply_with(part, &statistics)?;
    let result = processed.into_cast(output.data_type);
    sink.write(region, &result)
        .map_err(|error| image_error(&output.name, error))
}

pub(super) fn scratch_error(tensor: &str, source: ImageError) -> TiledError {
    TiledError::Scratch {
        tensor: tensor.to_owned(),
        source,
    }
}
