//! Why an image is not predicted tile by tile.

use std::error::Error;

use tensor_ops::OpError;
use thiserror::Error;
use tiling::{PlanError, RunError};

use crate::bind::geometry::GeometryProblem;
use crate::error::PipelineError;
use crate::image::ImageError;

/// Why there is no plan of tiles, or why a run of one ended.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum TiledError {
    /// The description does not say how sizes belong together.
    #[error("the description does not say how to tile the model")]
    Geometry(#[source] GeometryProblem),
    /// A choice for an axis that no input has, or that is not cut.
    #[error("`{letter}` is no axis that can be tiled; the model has {}", available.iter().collect::<String>())]
    UnknownAxis {
        /// The letter.
        letter: char,
        /// The letters of the axes that can be cut.
        available: Vec<char>,
    },
    /// The image cannot be covered.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// A tile failed, or the run was cancelled.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Preprocessing, the network or postprocessing failed outside a tile.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// Statistics of a tensor cannot be measured.
    #[error("the statistics of `{tensor}` cannot be measured")]
    Statistics {
        /// The name of the tensor.
        tensor: String,
        /// Why.
        source: OpError,
    },
    /// An image could not be read for its statistics, or a result not written after them.
    #[error("`{tensor}` cannot be read or written")]
    Image {
        /// The name of the tensor.
        tensor: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The temporary file for a result whose postprocessing needs statistics.
    #[error("the temporary file for `{tensor}` cannot be used")]
    Scratch {
        /// The name of the output.
        tensor: String,
        /// Why.
        source: ImageError,
    },
    /// A run with results that are not in the sinks yet cannot be taken up again.
    #[error(
        "`{output}` is postprocessed by statistics of the whole result, which is not known before all tiles are done: such a run cannot be taken up again"
    )]
    NotResumable {
        /// The output.
        output: String,
    },
    /// The progress callback asked to stop outside the tiles.
    #[error("cancelled")]
    Cancelled,
}

impl TiledError {
    /// Whether the progress callback asked for it.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled | Self::Run(RunError::Cancelled { .. }))
    }
}

/// A network that does not do what its description says.
#[derive(Debug, Error)]
#[error(
    "`{output}` has the shape {found:?} for a tile, by the description it has {expected:?}; run the model without tiles"
)]
pub(super) struct UndescribedShape {
    pub(super) output: String,
    pub(super) found: Vec<usize>,
    pub(super) expected: Vec<usize>,
}
