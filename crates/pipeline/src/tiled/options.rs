//! What is asked of tiles and of a run.

use std::fmt;
use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;

use tiling::{ChunkLength, Padding, TilePlan};

/// How an image is cut. Letters are those of the model's axes, numbers count elements of the inputs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct TileOptions {
    /// Sizes of tiles; along other axes they are chosen by `memory`, and one item of a batch is run at a time.
    pub tile: Vec<(char, usize)>,
    /// What tiles start at multiples of, for networks whose total stride the description does not show.
    pub stride: Vec<(char, usize)>,
    /// Halos instead of those of the description, in elements of the outputs.
    pub halo: Vec<(char, usize)>,
    /// The network takes every multiple of this number along axes that can be cut, whatever sizes the description states:
    /// for networks without a fixed size whose description names one.
    pub any_size: Option<usize>,
    /// How many bytes the process may take; half of what is free unless given.
    pub memory: Option<u64>,
    /// What of `memory` is for others: caches of sources and sinks.
    pub reserved: u64,
    /// One tile as large as the image, as far as the model takes it, whatever memory that needs.
    pub whole: bool,
    /// What stands beyond the end of an image without a legal size. A constant is one of the preprocessed image.
    pub padding: Padding,
    /// Outputs, by number, that are stored in chunks along an axis: tiles end where chunks end, where that is possible
    /// with hardly more of them.
    pub chunks: Vec<(usize, char, ChunkLength)>,
}

impl TileOptions {
    /// No tiles: the whole image, padded if it has to be. Models of one size are tiled all the same.
    #[must_use]
    pub fn whole() -> Self {
        Self {
            whole: true,
            ..Self::default()
        }
    }

    /// The size of tiles along an axis.
    #[must_use]
    pub fn with_tile(mut self, axis: char, size: usize) -> Self {
        self.tile.push((axis, size));
        self
    }

    /// What tiles start at multiples of along an axis.
    #[must_use]
    pub fn with_stride(mut self, axis: char, stride: usize) -> Self {
        self.stride.push((axis, stride));
        self
    }

    /// The halo of all outputs along an axis.
    #[must_use]
    pub fn with_halo(mut self, axis: char, halo: usize) -> Self {
        self.halo.push((axis, halo));
        self
    }

    /// The network takes every multiple of `step`, whatever the description states.
    #[must_use]
    pub fn with_any_size(mut self, step: usize) -> Self {
        self.any_size = Some(step);
        self
    }

    /// How many bytes the process may take.
    #[must_use]
    pub fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// What of the memory is for caches of sources and sinks.
    #[must_use]
    pub fn with_reserved(mut self, bytes: u64) -> Self {
        self.reserved = bytes;
        self
    }

    /// An output is stored in chunks along an axis: see [`TileRequest::with_chunks`](tiling::TileRequest::with_chunks).
    #[must_use]
    pub fn with_chunks(mut self, output: usize, axis: char, length: ChunkLength) -> Self {
        self.chunks.push((output, axis, length));
        self
    }

    /// What stands beyond the end of an image.
    #[must_use]
    pub fn with_padding(mut self, padding: Padding) -> Self {
        self.padding = padding;
        self
    }
}

/// Tiles, and how many of them are run at the same time.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct TileChoice {
    /// The tiles.
    pub plan: TilePlan,
    /// How many of them fit into the memory at the same time, and are done soonest that way.
    pub at_once: NonZeroUsize,
}

impl TileChoice {
    /// A choice that was made before, such as that of an earlier run.
    #[must_use]
    pub fn new(plan: TilePlan, at_once: NonZeroUsize) -> Self {
        Self { plan, at_once }
    }
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum TiledProgress {
    /// The statistics of a tensor are being measured.
    Statistics {
        /// The name of the tensor.
        tensor: String,
        /// Which pass over it, from 1.
        pass: u32,
        /// Parts of the pass that are done.
        done: usize,
        /// Parts of the pass.
        total: usize,
    },
    /// Tiles that earlier runs have done are left out.
    Resumed {
        /// How many these are.
        done: usize,
        /// Tiles of the plan.
        total: usize,
    },
    /// A tile was written.
    Tile {
        /// Tiles that are done, those of an earlier run included.
        done: usize,
        /// Tiles of the plan.
        total: usize,
    },
    /// A result is postprocessed with the statistics of the whole.
    Postprocessing {
        /// The name of the output.
        tensor: String,
        /// Parts that are done.
        done: usize,
        /// All parts.
        total: usize,
    },
}

/// Choices for a run.
#[derive(Default)]
pub struct TiledRun<'a> {
    pub(super) finished: Option<&'a (dyn Fn(usize) -> bool + Sync)>,
    pub(super) progress: Option<&'a mut dyn FnMut(TiledProgress) -> ControlFlow<()>>,
    pub(super) scratch: Option<PathBuf>,
    pub(super) at_once: Option<NonZeroUsize>,
    #[cfg(feature = "zarr")]
    pub(super) resumption: Option<super::Resumption>,
}

impl<'a> TiledRun<'a> {
    /// Runs so many tiles at the same time, each on its part of the threads, where the backend can do that; one after the
    /// other unless given. [`Pipeline::choose_tiles`](crate::Pipeline::choose_tiles) says what fits into memory. The result
    /// is the same.
    #[must_use]
    pub fn with_tiles_at_once(mut self, count: NonZeroUsize) -> Self {
        self.at_once = Some(count);
        self
    }

    /// Leaves out tiles that an earlier run has written. Where a result is postprocessed by statistics of the whole, this is an
    /// error: such a run needs a [`Resumption`](super::Resumption).
    #[must_use]
    pub fn with_finished(mut self, finished: &'a (dyn Fn(usize) -> bool + Sync)) -> Self {
        self.finished = Some(finished);
        self
    }

    /// Calls this now and then; if it breaks, the run ends with an error for which
    /// [`TiledError::is_cancelled`](super::TiledError::is_cancelled) holds.
    #[must_use]
    pub fn with_progress(mut self, progress: &'a mut dyn FnMut(TiledProgress) -> ControlFlow<()>) -> Self {
        self.progress = Some(progress);
        self
    }

    /// The folder for temporary files, which are as large as the results that need them; the system's unless given.
    #[must_use]
    pub fn with_scratch(mut self, folder: impl Into<PathBuf>) -> Self {
        self.scratch = Some(folder.into());
        self
    }

    /// Makes the run one that can be gone on with at any time, or goes on with one that was made so.
    #[cfg(feature = "zarr")]
    #[must_use]
    pub fn with_resumption(mut self, resumption: super::Resumption) -> Self {
        self.resumption = Some(resumption);
        self
    }

    /// Reports, and says whether to go on.
    pub(super) fn report(&mut self, progress: TiledProgress) -> Result<(), super::TiledError> {
        match self.progress.as_mut().map(|callback| callback(progress)) {
            Some(ControlFlow::Break(())) => Err(super::TiledError::Cancelled),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for TiledRun<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("TiledRun");
        #[cfg(feature = "zarr")]
        shown.field("resumption", &self.resumption);
        shown
            .field("finished", &self.finished.is_some())
            .field("progress", &self.progress.is_some())
            .field("scratch", &self.scratch)
            .field("at_once", &self.at_once)
            .finish()
    }
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TiledReport {
    /// How many tiles the network was run on.
    pub tiles: usize,
    /// How often the images were read for statistics, all inputs together.
    pub input_passes: u32,
    /// How often temporary results were read, all outputs together: for statistics, and for postprocessing.
    pub output_passes: u32,
}
