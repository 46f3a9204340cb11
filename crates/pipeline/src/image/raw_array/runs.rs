//! Which bytes of a file are a part of an array.

use std::ops::Range;

use tiling::Region;

use crate::image::ImageErrorKind;

/// Elements that are not wanted are read with the others up to this size: a second call costs more.
const CHEAP_BYTES: u64 = 16 << 10;
/// Up to this size if at least half of the elements are wanted.
const DENSE_BYTES: u64 = 1 << 20;

/// The bytes of a part as pieces of equal size, in their order in the file.
pub(super) struct Runs {
    /// Where the first piece starts.
    first: u64,
    /// For the axes that lead from piece to piece: how many steps, and how many bytes each.
    outer: Vec<(usize, u64)>,
    /// For the axes within a piece of which not everything is wanted, the same.
    inner: Vec<(usize, u64)>,
    /// How many bytes of a piece are wanted without a gap.
    run_bytes: u64,
    /// From the first to the last byte of a piece.
    span_bytes: u64,
}

impl Runs {
    /// Pieces that may have gaps.
    pub(super) fn find(
        shape: &[usize],
        region: &Region,
        item_bytes: usize,
        start: u64,
    ) -> Result<Self, ImageErrorKind> {
        let mut runs = Self::find_whole(shape, region, item_bytes, start)?;
        let mut wanted = runs.run_bytes;
        while let Some(&(count, stride)) = runs.outer.last() {
            let Some(steps) = (count as u64).checked_sub(1) else {
                break;
            };
            let span = runs.span_bytes.saturating_add(steps.saturating_mul(stride));
            wanted = wanted.saturating_mul(count as u64);
            if span > CHEAP_BYTES && (span > DENSE_BYTES || span / 2 > wanted) {
                break;
            }
            runs.outer.pop();
            runs.inner.insert(0, (count, stride));
            runs.span_bytes = span;
        }
        Ok(runs)
    }

    /// Pieces without gaps. The region must be within the shape.
    pub(super) fn find_whole(
        shape: &[usize],
        region: &Region,
        item_bytes: usize,
        start: u64,
    ) -> Result<Self, ImageErrorKind> {
        let too_large = || ImageErrorKind::TooLarge {
            shape: shape.to_vec(),
        };
        let mut first = start;
        let mut stride = item_bytes as u64;
        let mut run_bytes = item_bytes as u64;
        let mut outer = Vec::new();
        let mut is_whole = true;
        let axes = shape.iter().zip(region.start()).zip(region.shape());
        for ((&length, &from), &count) in axes.rev() {
            first = (from as u64)
                .checked_mul(stride)
                .and_then(|offset| first.checked_add(offset))
                .ok_or_else(too_large)?;
            if is_whole {
                run_bytes = run_bytes.checked_mul(count as u64).ok_or_else(too_large)?;
                is_whole = count == length;
            } else {
                outer.insert(0, (count, stride));
            }
            stride = stride.checked_mul(length as u64).ok_or_else(too_large)?;
        }
        // What is at the very end must be a place in a file, too.
        start.checked_add(stride).ok_or_else(too_large)?;
        if region.is_empty() {
            outer = vec![(0, 0)];
            run_bytes = 0;
        }
        Ok(Self {
            first,
            outer,
            inner: Vec::new(),
            run_bytes,
            span_bytes: run_bytes,
        })
    }

    /// From the first to the last byte of each piece.
    pub(super) fn span_bytes(&self) -> usize {
        // A piece is in memory, or bounded by `DENSE_BYTES`.
        usize::try_from(self.span_bytes).unwrap_or(usize::MAX)
    }

    /// Where the pieces start.
    pub(super) fn places(&self) -> impl Iterator<Item = u64> + '_ {
        walk(&self.outer).map(|offset| self.first + offset)
    }

    /// Which bytes of a piece are wanted.
    pub(super) fn gathered(&self) -> Vec<Range<usize>> {
        walk(&self.inner)
            .map(|offset| {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                start..start.saturating_add(usize::try_from(self.run_bytes).unwrap_or(usize::MAX))
            })
            .collect()
    }
}

/// The sums of all combinations of steps, the last axis fastest. That they are no overflow was checked.
fn walk(axes: &[(usize, u64)]) -> impl Iterator<Item = u64> + '_ {
    let mut next = if axes.iter().any(|&(count, _)| count == 0) {
        None
    } else {
        Some(vec![0_usize; axes.len()])
    };
    std::iter::from_fn(move || {
        let index = next.as_mut()?;
        let offset = index
            .iter()
            .zip(axes)
            .map(|(&step, &(_, stride))| step as u64 * stride)
            .sum();
        let moved = index.iter_mut().zip(axes).rev().find_map(|(step, &(count, _))| {
            *step += 1;
            if *step == count {
                *step = 0;
                None
            } else {
                Some(())
            }
        });
        if moved.is_none() {
            next = None;
        }
        Some(offset)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_rows_are_one_run() {
        let region = Region::new([1, 0, 0], [2, 4, 5]).unwrap();
        let runs = Runs::find(&[3, 4, 5], &region, 2, 100).unwrap();
        assert_eq!(runs.places().collect::<Vec<_>>(), [140]);
        assert_eq!(runs.gathered(), vec![0_usize..80]);
    }

    #[test]
    fn small_gaps_are_read_over() {
        let region = Region::new([0, 1], [2, 2]).unwrap();
        let runs = Runs::find(&[3, 4], &region, 1, 0).unwrap();
        assert_eq!(runs.places().collect::<Vec<_>>(), [1]);
        assert_eq!((runs.span_bytes(), runs.gathered()), (6, vec![0..2, 4..6]));
        let far = Runs::find(&[3, 400_000], &region, 1, 0).unwrap();
        assert_eq!(far.places().collect::<Vec<_>>(), [1, 400_001]);
    }

    #[test]
    fn nothing_is_wanted_of_an_empty_region() {
        let region = Region::new([0, 1], [0, 2]).unwrap();
        assert_eq!(Runs::find(&[3, 4], &region, 1, 0).unwrap().places().count(), 0);
        let scalar = Region::new([], []).unwrap();
        let runs = Runs::find(&[], &scalar, 4, 7).unwrap();
        assert_eq!(runs.places().collect::<Vec<_>>(), [7]);
    }
}
