//! Why a run ended early.

use std::error::Error;
use std::fmt;

use thiserror::Error;

/// What was being done with a tile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Reading from the source of this index.
    Read {
        /// The index of the input.
        input: usize,
    },
    /// Running the computation.
    Compute,
    /// Writing to the sink of this index.
    Write {
        /// The index of the output.
        output: usize,
    },
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { input } => write!(f, "reading from source {input}"),
            Self::Compute => f.write_str("computing"),
            Self::Write { output } => write!(f, "writing to sink {output}"),
        }
    }
}

/// Why a run ended before all tiles were written.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// Another number of sources than the plan has images.
    #[error("{found} sources were given, the plan has {expected} images")]
    SourceCount {
        /// How many there are.
        found: usize,
        /// How many the plan has.
        expected: usize,
    },
    /// Nothing was given that computes tiles.
    #[error("no network was given to compute the tiles")]
    NoNetwork,
    /// Another number of sinks than the plan has outputs.
    #[error("{found} sinks were given, the plan has {expected} outputs")]
    SinkCount {
        /// How many there are.
        found: usize,
        /// How many the plan has.
        expected: usize,
    },
    /// A source has another shape than the image of the plan.
    #[error("source {input} has the shape {found:?}, the plan is for {expected:?}")]
    SourceShape {
        /// The index of the input.
        input: usize,
        /// The shape of the source.
        found: Vec<usize>,
        /// The shape of the plan.
        expected: Vec<usize>,
    },
    /// A sink has another shape than the output of the plan.
    #[error("sink {output} has the shape {found:?}, the plan delivers {expected:?}")]
    SinkShape {
        /// The index of the output.
        output: usize,
        /// The shape of the sink.
        found: Vec<usize>,
        /// The shape of the plan.
        expected: Vec<usize>,
    },
    /// Something failed at a tile.
    #[error("{stage} failed at tile {tile}")]
    Tile {
        /// The number of the tile.
        tile: usize,
        /// What was being done.
        stage: Stage,
        /// Why it failed.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The computation returned another number of results than the plan has outputs.
    #[error("the computation returned {found} results for tile {tile}, the plan has {expected} outputs")]
    OutputCount {
        /// The number of the tile.
        tile: usize,
        /// How many came.
        found: usize,
        /// How many the plan has.
        expected: usize,
    },
    /// The progress callback asked to stop. What was computed until then has been written.
    #[error("cancelled after {done} of {total} tiles")]
    Cancelled {
        /// How many tiles are written, including those that were before.
        done: usize,
        /// How many tiles the plan has.
        total: usize,
    },
}
