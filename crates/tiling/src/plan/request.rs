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
