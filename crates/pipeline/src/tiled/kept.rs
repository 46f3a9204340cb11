//! Results that are kept as the network delivers them, until statistics of the whole are known.

#[cfg(feature = "zarr")]
use std::collections::BTreeSet;
use std::path::PathBuf;

use tensor_ops::Tensor;
use tiling::{Region, TileSink, TileSource};

use super::blocks::Blocks;
use super::ends::write_result;
#[cfg(feature = "zarr")]
use super::resumption::RawStore;
use super::statistics::{Scans, image_error};
use super::{TiledError, TiledProgress, TiledRun};
use crate::bind::statistics::RawStatistics;
use crate::bind::tensors::BoundOutput;
use crate::image::{ImageError, ScratchArray};

/// The most elements of a part that is in the journal of a run that can be gone on with.
#[cfg(feature = "zarr")]
const RESUMABLE_ELEMENTS: usize = 1 << 20;

/// Where such a result is.
pub(super) enum Store {
    /// In a temporary file in this folder. It is there from the first tile on, which says of which type the elements are.
    Scratch(PathBuf, Option<ScratchArray>),
    /// In a folder that another run can go on with.
    #[cfg(feature = "zarr")]
    Resumable(Box<RawStore>),
}

impl Store {
    fn write(&mut self, shape: &[usize], region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        match self {
            Self::Scratch(_, Some(scratch)) => scratch.write(region, tile),
            Self::Scratch(folder, array) => {
                let created = ScratchArray::create_in(folder, shape, tile.data_type())?;
                array.insert(created).write(region, tile)
            }
            #[cfg(feature = "zarr")]
            Self::Resumable(raw) => raw.write(region, tile),
        }
    }

    /// A part; nothing if no tile was written.
    fn read(&mut self, region: &Region) -> Result<Option<Tensor>, ImageError> {
        match self {
            Self::Scratch(_, array) => array.as_mut().map(|array| array.read(region)).transpose(),
            #[cfg(feature = "zarr")]
            Self::Resumable(raw) => raw.read(region),
        }
    }

    fn tile_done(&mut self, tile: usize) -> Result<(), ImageError> {
        let _ = tile;
        match self {
            Self::Scratch(..) => Ok(()),
            #[cfg(feature = "zarr")]
            Self::Resumable(raw) => raw.tile_done(tile),
        }
    }

    /// The tiles that earlier runs have put there.
    #[cfg(feature = "zarr")]
    pub(super) fn tiles(&self) -> Option<BTreeSet<usize>> {
        match self {
            Self::Scratch(..) => None,
            Self::Resumable(raw) => Some(raw.tiles()),
        }
    }

    /// Whether tiles are measured as they come. Those of an earlier run do not come, and sums in another order differ in the
    /// last digits: what can be gone on with is measured when all of it is there.
    fn is_measured_with_tiles(&self) -> bool {
        matches!(self, Self::Scratch(..))
    }
}

/// A result that waits for statistics.
pub(super) struct Kept<'a, K> {
    pub(super) sink: &'a mut K,
    pub(super) output: &'a BoundOutput,
    pub(super) scans: Scans,
    pub(super) store: Store,
}

impl<K: TileSink<Tile = Tensor>> Kept<'_, K> {
    pub(super) fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), TiledError> {
        let written = self.store.write(self.sink.shape(), region, tile);
        written.map_err(|error| scratch_error(&self.output.name, error))?;
        if self.store.is_measured_with_tiles() {
            // The regions of all tiles are a partition, so that this is the first pass.
            self.scans.add(&tile.view(), region.start())?;
        }
        Ok(())
    }

    pub(super) fn tile_done(&mut self, tile: usize) -> Result<(), TiledError> {
        let noted = self.store.tile_done(tile);
        noted.map_err(|error| scratch_error(&self.output.name, error))
    }

    /// The parts in which the result is read again.
    pub(super) fn blocks(&self) -> Blocks {
        let (shape, chunk) = (self.sink.shape(), self.sink.chunk_shape());
        match &self.store {
            Store::Scratch(..) => Blocks::new(shape, chunk),
            #[cfg(feature = "zarr")]
            Store::Resumable(_) => Blocks::of_at_most(RESUMABLE_ELEMENTS, shape, chunk),
        }
    }

    fn read(&mut self, region: &Region) -> Result<Option<Tensor>, TiledError> {
        let read = self.store.read(region);
        read.map_err(|error| scratch_error(&self.output.name, error))
    }

    /// Measures what is still to be measured; returns how often the result was read.
    pub(super) fn measure(
        &mut self,
        statistics: &mut RawStatistics,
        run: &mut TiledRun<'_>,
    ) -> Result<u32, TiledError> {
        let blocks = self.blocks();
        let mut passes = 0;
        let mut pass = 0;
        if self.store.is_measured_with_tiles() {
            self.scans.finish_pass()?;
            pass = 1;
        }
        while self.scans.needs_another_pass() {
            passes += 1;
            pass += 1;
            for (done, region) in blocks.iter().enumerate() {
                let (tensor, total) = (self.output.name.clone(), blocks.len());
                run.report(TiledProgress::Statistics {
                    tensor,
                    pass,
                    done,
                    total,
                })?;
                if let Some(part) = self.read(&region)? {
                    self.scans.add(&part.view(), region.start())?;
                }
            }
            self.scans.finish_pass()?;
        }
        std::mem::take(&mut self.scans).finish(statistics)?;
        Ok(passes)
    }

    /// Postprocesses and writes the result but for the parts that are done; returns how often it was read.
    pub(super) fn finish(
        &mut self,
        statistics: &RawStatistics,
        is_done: &dyn Fn(usize) -> bool,
        run: &mut TiledRun<'_>,
    ) -> Result<u32, TiledError> {
        let blocks = self.blocks();
        let mut passes = 0;
        for (done, region) in blocks.iter().enumerate() {
            run.report(TiledProgress::Postprocessing {
                tensor: self.output.name.clone(),
                done,
                total: blocks.len(),
            })?;
            if is_done(done) {
                continue;
            }
            let Some(part) = self.read(&region)? else { continue };
            passes = 1;
            write_result(self.sink, self.output, statistics, &region, part)?;
            if !self.store.is_measured_with_tiles() {
                let noted = self.sink.tile_done(done);
                noted.map_err(|error| image_error(&self.output.name, error))?;
            }
        }
        Ok(passes)
    }

    /// What was kept is not needed any more.
    pub(super) fn remove(self) -> Result<(), TiledError> {
        match self.store {
            Store::Scratch(..) => Ok(()),
            #[cfg(feature = "zarr")]
            Store::Resumable(raw) => raw
                .remove()
                .map_err(|error| scratch_error(&self.output.name, error)),
        }
    }
}

fn scratch_error(tensor: &str, source: ImageError) -> TiledError {
    TiledError::Scratch {
        tensor: tensor.to_owned(),
        source,
    }
}
