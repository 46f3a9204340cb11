//! Parts of a tensor.

use super::{Graph, GraphError, TensorRef, check_axis, fold, signed};

/// A range of an axis.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SliceRange {
    /// which axis
    pub(crate) axis: usize,
    /// first index
    pub(crate) start: usize,
    /// number of elements that are taken
    pub(crate) length: usize,
    /// distance of the elements; below zero to run backwards
    pub(crate) step: isize,
}

impl Graph {
    /// Ranges of some axes; the others stay whole.
    ///
    /// # Errors
    /// When an axis does not exist, or a range leaves it.
    pub(crate) fn slice(&mut self, x: &TensorRef, ranges: &[SliceRange]) -> Result<TensorRef, GraphError> {
        let mut shape = x.shape.clone();
        let own = fold::strides(&x.shape);
        let mut steps: Vec<isize> = own
            .iter()
            .map(|&step| isize::try_from(step).unwrap_or(isize::MAX))
            .collect();
        let mut first = 0;
        let mut kept = Vec::new();
        for range in ranges {
            check_axis("Slice", range.axis, x.rank())?;
            let available = x.shape[range.axis];
            let reach = range
                .length
                .saturating_sub(1)
                .saturating_mul(range.step.unsigned_abs());
            let inside = range.step != 0
                && (range.length == 0
                    || if range.step > 0 {
                        range.start.saturating_add(reach) < available
                    } else {
                        range.start < available && reach <= range.start
                    });
            if !inside {
                return Err(GraphError::invalid(
                    "Slice",
                    format!(
                        "{} elements from {} in steps of {} leave axis {} of shape {:?}",
                        range.length, range.start, range.step, range.axis, x.shape
                    ),
                ));
            }
            if range.start == 0 && range.length == available && range.step == 1 {
                continue;
            }
            shape[range.axis] = range.length;
            first += range.start * own[range.axis];
            steps[range.axis] = steps[range.axis].saturating_mul(range.step);
            kept.push(*range);
        }
        if kept.is_empty() {
            return Ok(x.clone());
        }
        if let Some(data) = &x.constant {
            let data = fold::rearrange(data, first, &shape, &steps)?;
            return Ok(self.computed(data));
        }
        if let Some(index) = kept.iter().position(|range| range.step < 0) {
            // backwards by index: engines disagree on slices with negative steps
            let range = kept.remove(index);
            let x = self.slice(x, &kept)?;
            let indices: Vec<i64> = (0..range.length)
                .map(|index| signed(range.start) - signed(index.saturating_mul(range.step.unsigned_abs())))
                .collect();
            let indices = self.integers(&indices);
            return self.gather(&x, &indices, range.axis);
        }
        let starts: Vec<i64> = kept.iter().map(|range| signed(range.start)).collect();
        let ends: Vec<i64> = kept.iter().map(slice_end).collect();
        let axes: Vec<i64> = kept.iter().map(|range| signed(range.axis)).collect();
        let distances: Vec<i64> = kept.iter().map(|range| range.step as i64).collect();
        let (starts, ends, axes) = (self.integers(&starts), self.integers(&ends), self.integers(&axes));
        let mut inputs = vec![x, &starts, &ends, &axes];
        let distances = if distances.iter().all(|&step| step == 1) {
            None
        } else {
            Some(self.integers(&distances))
        };
        inputs.extend(distances.as_ref());
        self.add_one("Slice", &inputs, Vec::new(), x.dtype, shape)
    }

    /// A range of one axis.
    ///
    /// # Errors
    /// Those of [`Graph::slice`].
    pub(crate) fn narrow(
        &mut self,
        x: &TensorRef,
        axis: usize,
        start: usize,
        length: usize,
    ) -> Result<TensorRef, GraphError> {
        self.slice(
            x,
            &[SliceRange {
                axis,
                start,
                length,
                step: 1,
            }],
        )
    }

    /// One index of an axis, which vanishes.
    ///
    /// # Errors
    /// Those of [`Graph::slice`].
    pub(crate) fn select(
        &mut self,
        x: &TensorRef,
        axis: usize,
        index: usize,
    ) -> Result<TensorRef, GraphError> {
        let one = self.narrow(x, axis, index, 1)?;
        let mut shape = x.shape.clone();
        shape.remove(axis);
        self.reshape(&one, &shape)
    }
}

/// The end of a range that runs forwards, behind its last element.
fn slice_end(range: &SliceRange) -> i64 {
    match range.length.checked_sub(1) {
        Some(steps) => signed(range.start) + signed(steps) * range.step as i64 + 1,
        None => signed(range.start),
    }
}
