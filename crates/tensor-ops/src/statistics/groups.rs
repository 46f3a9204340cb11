//! The groups of a tensor: the index combinations of the axes that are not reduced.

use ndarray::{ArrayD, ArrayViewD, Axis, Slice};

use crate::error::OpError;

/// `shape` with 1 for the reduced axes.
pub(crate) fn kept_shape(shape: &[usize], reduced_axes: &[usize]) -> Vec<usize> {
    let lengths = shape.iter().enumerate();
    lengths
        .map(|(axis, &length)| if reduced_axes.contains(&axis) { 1 } else { length })
        .collect()
}

/// An error unless a tensor of `shape` has the groups of statistics with this `kept` shape.
pub(crate) fn check_fit(kept: &[usize], reduced_axes: &[usize], shape: &[usize]) -> Result<(), OpError> {
    let fits = kept.len() == shape.len()
        && kept
            .iter()
            .zip(shape)
            .enumerate()
            .all(|(axis, (kept, length))| kept == length || reduced_axes.contains(&axis));
    if fits {
        Ok(())
    } else {
        Err(OpError::ShapeMismatch {
            expected: kept.to_vec(),
            found: shape.to_vec(),
        })
    }
}

/// A choice or another order of groups.
pub(crate) trait Regroup {
    /// The chosen entries of an array with one entry for each group, of length 1 in the reduced axes.
    fn regroup<T: Clone>(&self, groups: &ArrayViewD<'_, T>) -> Result<ArrayD<T>, OpError>;
}

/// The groups of a part of a tensor.
pub(crate) struct Part<'a> {
    pub(crate) reduced_axes: &'a [usize],
    pub(crate) start: &'a [usize],
    pub(crate) shape: &'a [usize],
}

impl Regroup for Part<'_> {
    fn regroup<T: Clone>(&self, groups: &ArrayViewD<'_, T>) -> Result<ArrayD<T>, OpError> {
        let outside = || OpError::PartOutside {
            start: self.start.to_vec(),
            part: self.shape.to_vec(),
            whole: groups.shape().to_vec(),
        };
        if self.start.len() != groups.ndim() || self.shape.len() != groups.ndim() {
            return Err(outside());
        }
        let mut part = groups.view();
        for (axis, (&start, &length)) in self.start.iter().zip(self.shape).enumerate() {
            if self.reduced_axes.contains(&axis) {
                continue;
            }
            let end = start
                .checked_add(length)
                .filter(|&end| end <= groups.shape()[axis]);
            let end = end.ok_or_else(outside)?;
            part.slice_axis_inplace(Axis(axis), Slice::from(start..end));
        }
        Ok(part.as_standard_layout().into_owned())
    }
}
