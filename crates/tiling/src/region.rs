//! Boxes of elements.

use std::fmt;
use std::ops::Range;

use thiserror::Error;

/// A box-shaped part of an array: where it starts and how large it is, by axis.
///
/// For every axis `start + shape` is a `usize`; the number of elements need not be.
///
/// ```
/// use tiling::Region;
///
/// let region = Region::new(vec![0, 16, 8], vec![1, 4, 4])?;
/// assert_eq!(region.end(1), 20);
/// assert!(region.is_within(&[1, 20, 12]));
/// assert_eq!(region.to_string(), "[0..1, 16..20, 8..12]");
/// # Ok::<(), tiling::RegionError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Region {
    start: Vec<usize>,
    shape: Vec<usize>,
}

/// Why a region is none, or does not fit an array.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RegionError {
    /// Start and shape have different numbers of axes.
    #[error("a region starts at {start:?} ({} axes) and has the shape {shape:?} ({} axes)", start.len(), shape.len())]
    RankMismatch {
        /// Where the region starts.
        start: Vec<usize>,
        /// Its size by axis.
        shape: Vec<usize>,
    },
    /// The end of an axis is too large for this platform.
    #[error("a region of {size} elements from {start} on axis {axis} ends beyond the largest index")]
    Overflow {
        /// The axis.
        axis: usize,
        /// Where the region starts on it.
        start: usize,
        /// How many elements it takes.
        size: usize,
    },
    /// The region is not inside the array.
    #[error("the region {region} is not within an array of shape {shape:?}")]
    OutOfBounds {
        /// The region.
        region: Region,
        /// The shape of the array.
        shape: Vec<usize>,
    },
    /// A tile has another shape than the region it is for.
    #[error("a tile of shape {found:?} was given for the region {region} of shape {:?}", region.shape())]
    TileShape {
        /// The shape of the tile.
        found: Vec<usize>,
        /// The region.
        region: Region,
    },
}

impl Region {
    /// The region that starts at `start` and has `shape[axis]` elements along each axis.
    ///
    /// # Errors
    ///
    /// [`RegionError::RankMismatch`] if both have different lengths, [`RegionError::Overflow`] if an end is no `usize`.
    pub fn new(start: impl Into<Vec<usize>>, shape: impl Into<Vec<usize>>) -> Result<Self, RegionError> {
        let (start, shape) = (start.into(), shape.into());
        if start.len() != shape.len() {
            return Err(RegionError::RankMismatch { start, shape });
        }
        for (axis, (&first, &size)) in start.iter().zip(&shape).enumerate() {
            if first.checked_add(size).is_none() {
                return Err(RegionError::Overflow {
                    axis,
                    start: first,
                    size,
                });
            }
        }
        Ok(Self { start, shape })
    }

    /// All of an array of this shape.
    #[must_use]
    pub fn whole(shape: &[usize]) -> Self {
        Self {
            start: vec![0; shape.len()],
            shape: shape.to_vec(),
        }
    }

    /// The region with these ranges along the axes. A range that ends before it starts is empty.
    #[must_use]
    pub fn from_ranges(ranges: &[Range<usize>]) -> Self {
        Self {
            start: ranges.iter().map(|range| range.start).collect(),
            shape: ranges
                .iter()
                .map(|range| range.end.saturating_sub(range.start))
                .collect(),
        }
    }

    /// The number of axes.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.start.len()
    }

    /// The first index of each axis.
    #[must_use]
    pub fn start(&self) -> &[usize] {
        &self.start
    }

    /// The number of elements along each axis.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The index after the last one of an axis.
    ///
    /// # Panics
    ///
    /// If the region has no such axis, as indexing does.
    #[must_use]
    pub fn end(&self, axis: usize) -> usize {
        // `new` made sure that this is no overflow.
        self.start[axis] + self.shape[axis]
    }

    /// The indices along an axis.
    ///
    /// # Panics
    ///
    /// If the region has no such axis, as indexing does.
    #[must_use]
    pub fn range(&self, axis: usize) -> Range<usize> {
        self.start[axis]..self.end(axis)
    }

    /// The number of elements, `usize::MAX` if there are more than that.
    #[must_use]
    pub fn len(&self) -> usize {
        if self.is_empty() {
            0
        } else {
            self.shape
                .iter()
                .fold(1, |product, &size| product.saturating_mul(size))
        }
    }

    /// Whether there is no element. A region without axes has one element.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// Whether the region lies in an array of this shape. Another number of axes does not.
    #[must_use]
    pub fn is_within(&self, shape: &[usize]) -> bool {
        self.rank() == shape.len() && (0..self.rank()).all(|axis| self.end(axis) <= shape[axis])
    }

    /// Nothing if the region lies in an array of this shape.
    ///
    /// # Errors
    ///
    /// [`RegionError::OutOfBounds`].
    pub fn check_within(&self, shape: &[usize]) -> Result<(), RegionError> {
        if self.is_within(shape) {
            return Ok(());
        }
        Err(RegionError::OutOfBounds {
            region: self.clone(),
            shape: shape.to_vec(),
        })
    }

    /// The elements of both regions; nothing if there is none, or if the numbers of axes differ.
    ///
    /// ```
    /// use tiling::Region;
    ///
    /// let left = Region::new([0, 0], [4, 4])?;
    /// let right = Region::new([2, 3], [4, 4])?;
    /// assert_eq!(left.intersection(&right), Some(Region::new([2, 3], [2, 1])?));
    /// # Ok::<(), tiling::RegionError>(())
    /// ```
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        if self.rank() != other.rank() {
            return None;
        }
        let ranges: Vec<Range<usize>> = (0..self.rank())
            .map(|axis| self.start[axis].max(other.start[axis])..self.end(axis).min(other.end(axis)))
            .collect();
        let common = Self::from_ranges(&ranges);
        if common.is_empty() { None } else { Some(common) }
    }

    /// The region with its start moved by `distance[axis]` towards higher indices.
    ///
    /// # Errors
    ///
    /// [`RegionError::RankMismatch`] or [`RegionError::Overflow`].
    pub fn translated(&self, distance: &[usize]) -> Result<Self, RegionError> {
        if distance.len() != self.rank() {
            return Err(RegionError::RankMismatch {
                start: distance.to_vec(),
                shape: self.shape.clone(),
            });
        }
        let mut start = Vec::with_capacity(self.rank());
        for (axis, (&first, &by)) in self.start.iter().zip(distance).enumerate() {
            let moved = first.checked_add(by).ok_or(RegionError::Overflow {
                axis,
                start: first,
                size: by,
            })?;
            start.push(moved);
        }
        Self::new(start, self.shape.clone())
    }

    /// The same elements counted from the start of `outer`; nothing if they are not all in it.
    ///
    /// ```
    /// use tiling::Region;
    ///
    /// let tile = Region::new([16], [32])?;
    /// assert_eq!(Region::new([20], [8])?.relative_to(&tile), Some(Region::new([4], [8])?));
    /// # Ok::<(), tiling::RegionError>(())
    /// ```
    #[must_use]
    pub fn relative_to(&self, outer: &Self) -> Option<Self> {
        let inside = self.rank() == outer.rank()
            && (0..self.rank())
                .all(|axis| self.start[axis] >= outer.start[axis] && self.end(axis) <= outer.end(axis));
        if !inside {
            return None;
        }
        let start = self
            .start
            .iter()
            .zip(&outer.start)
            .map(|(inner, first)| inner - first)
            .collect();
        Some(Self {
            start,
            shape: self.shape.clone(),
        })
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for axis in 0..self.rank() {
            let comma = if axis == 0 { "" } else { ", " };
            write!(f, "{comma}{}..{}", self.start[axis], self.end(axis))?;
        }
        f.write_str("]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_checked() {
        assert!(matches!(
            Region::new([0], [1, 2]),
            Err(RegionError::RankMismatch { .. })
        ));
        assert_eq!(
            Region::new([0, usize::MAX], [1, 1]),
            Err(RegionError::Overflow {
                axis: 1,
                start: usize::MAX,
                size: 1
            })
        );
        let region = Region::new([2, 3], [4, 5]).unwrap();
        assert!(region.is_within(&[6, 8]) && !region.is_within(&[6, 7]) && !region.is_within(&[6, 8, 1]));
        assert!(matches!(
            region.translated(&[usize::MAX, 0]),
            Err(RegionError::Overflow { axis: 0, .. })
        ));
        assert_eq!(region.translated(&[1, 0]).unwrap().to_string(), "[3..7, 3..8]");
    }

    #[test]
    fn elements_are_counted() {
        assert_eq!(Region::new([], []).unwrap().len(), 1);
        assert_eq!(Region::new([5, 0], [usize::MAX - 5, 0]).unwrap().len(), 0);
        assert_eq!(Region::new([0, 0], [usize::MAX, 2]).unwrap().len(), usize::MAX);
    }

    #[test]
    fn what_is_not_inside_has_no_place_in_it() {
        let outer = Region::new([4, 4], [4, 4]).unwrap();
        assert_eq!(Region::new([3, 4], [2, 2]).unwrap().relative_to(&outer), None);
        assert_eq!(Region::new([4, 7], [2, 2]).unwrap().relative_to(&outer), None);
        assert_eq!(Region::new([8, 4], [1, 1]).unwrap().intersection(&outer), None);
    }
}
