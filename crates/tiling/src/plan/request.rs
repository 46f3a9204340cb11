//! What is asked of a plan.

use crate::Padding;
use crate::plan::error::PlanError;

/// What a [`TilePlan`](crate::TilePlan) should be like. Dimensions are those of the geometry, by index.
#[derive(Debug, Clone, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct TileRequest {
    pub(crate) tiles: Vec<Option<usize>>,
    pub(crate) strides: Vec<Option<usize>>,
    pub(crate) padding: Padding,
    #[cfg_attr(feature = "serde", serde(default))]
    pub(crate) chunks: Vec<(usize, usize, ChunkLength)>,
}

/// How long the chunks of a stored output are along an axis, in elements of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum ChunkLength {
    /// They have this length, which nothing can be done about.
    Given(usize),
    /// The plan chooses a length between these two. Of several outputs that are cut along one dimension, the bounds are
    /// those of the one with the largest scale; the others have chunks for the same part of the image.
    Chosen {
        /// The smallest length.
        smallest: usize,
        /// The largest length.
        largest: usize,
    },
}

impl TileRequest {
    /// Tiles have this size along a dimension, or that of the image if it is smaller. It has to be a size that the
    /// network takes.
    #[must_use]
    pub fn with_tile(mut self, dimension: usize, size: usize) -> Self {
        set(&mut self.tiles, dimension, size);
        self
    }

    /// Tiles start at multiples of this number along a dimension, besides those that the geometry asks for. For networks
    /// whose total stride the geometry does not show: those of fixed size, and those that take every size.
    #[must_use]
    pub fn with_stride(mut self, dimension: usize, stride: usize) -> Self {
        set(&mut self.strides, dimension, stride);
        self
    }

    /// What stands outside the image where the network takes no image of its size.
    #[must_use]
    pub fn with_padding(mut self, padding: Padding) -> Self {
        self.padding = padding;
        self
    }

    /// An output is stored in chunks along one of its axes: tiles are laid so that each ends where a chunk ends, if that takes
    /// at most an eighth more of them, and each chunk is written by one tile. [`TilePlan::chunk_lengths`] says what was
    /// chosen.
    ///
    /// [`TilePlan::chunk_lengths`]: crate::TilePlan::chunk_lengths
    #[must_use]
    pub fn with_chunks(mut self, output: usize, axis: usize, length: ChunkLength) -> Self {
        self.chunks
            .retain(|&(other, at, _)| (other, at) != (output, axis));
        self.chunks.push((output, axis, length));
        self
    }

    pub(crate) fn chunk_length(&self, output: usize, axis: usize) -> Option<ChunkLength> {
        self.chunks
            .iter()
            .find(|&&(other, at, _)| (other, at) == (output, axis))
            .map(|&(_, _, length)| length)
    }

    /// The same with an entry for every dimension.
    pub(crate) fn complete(&self, dimensions: usize) -> Result<Self, PlanError> {
        let mut complete = self.clone();
        for list in [&mut complete.tiles, &mut complete.strides] {
            if list.len() > dimensions {
                return Err(PlanError::RequestLength {
                    found: list.len(),
                    expected: dimensions,
                });
            }
            list.resize(dimensions, None);
        }
        Ok(complete)
    }
}

fn set(list: &mut Vec<Option<usize>>, dimension: usize, value: usize) {
    if list.len() <= dimension {
        list.resize(dimension + 1, None);
    }
    list[dimension] = Some(value);
}
