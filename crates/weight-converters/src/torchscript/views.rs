//! Views: results of operators that share the storage of their operand.

use super::context::LoweringError;
use crate::graph::{Graph, SliceRange, TensorRef, signed};

/// How a view was derived from its base. All numbers are normalised: axes and indices count from the start, slices are
/// clamped to the axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ViewStep {
    /// All elements in the same order under another shape (`view`, `reshape`, `flatten`, `squeeze`, `unsqueeze`,
    /// `detach`).
    Reshape(Vec<usize>),
    /// Axis `i` of the view is axis `permutation[i]` of the base.
    Permute(Vec<usize>),
    /// One index of an axis, which vanishes.
    Select { axis: usize, index: usize },
    /// A range of an axis, with a step of at least one.
    Slice {
        axis: usize,
        start: usize,
        end: usize,
        step: usize,
    },
    /// Broadcast to a shape; cannot be written.
    Expand(Vec<usize>),
}

impl ViewStep {
    /// The nodes that compute the view from its base.
    pub(crate) fn read(&self, graph: &mut Graph, base: &TensorRef) -> Result<TensorRef, LoweringError> {
        Ok(match self {
            Self::Reshape(shape) => graph.reshape(base, shape)?,
            Self::Permute(permutation) => graph.transpose(base, permutation)?,
            Self::Select { axis, index } => graph.select(base, *axis, *index)?,
            Self::Slice {
                axis,
                start,
                end,
                step,
            } => {
                let length = slice_length(*start, *end, *step)?;
                let step = isize::try_from(*step)
                    .map_err(|_| LoweringError::new("the step of a slice is too large"))?;
                graph.slice(
                    base,
                    &[SliceRange {
                        axis: *axis,
                        start: *start,
                        length,
                        step,
                    }],
                )?
            }
            Self::Expand(shape) => graph.expand(base, shape)?,
        })
    }

    /// The nodes that compute the base after `value` (same shape and dtype as the view) was written to the view.
    pub(crate) fn write(
        &self,
        graph: &mut Graph,
        base: &TensorRef,
        value: &TensorRef,
    ) -> Result<TensorRef, LoweringError> {
        Ok(match self {
            Self::Reshape(_) => graph.reshape(value, &base.shape)?,
            Self::Permute(permutation) => {
                let mut inverse = vec![0; permutation.len()];
                for (index, &axis) in permutation.iter().enumerate() {
                    inverse[axis] = index;
                }
                graph.transpose(value, &inverse)?
            }
            Self::Select { axis, index } => {
                let value = graph.unsqueeze(value, *axis)?;
                replace(graph, base, &value, *axis, *index, 1)?
            }
            Self::Slice {
                axis, start, step, ..
            } => replace(graph, base, value, *axis, *start, *step)?,
            Self::Expand(_) => {
                return Err(LoweringError::new(
                    "writes into an expanded tensor, whose elements share memory: `PyTorch` refuses that too",
                ));
            }
        })
    }
}

/// Number of elements of a slice.
pub(crate) fn slice_length(start: usize, end: usize, step: usize) -> Result<usize, LoweringError> {
    if step == 0 {
        return Err(LoweringError::new("the step of a slice is zero"));
    }
    Ok(end.saturating_sub(start).div_ceil(step))
}

/// `base` with every `step`-th element of an axis from `start` on taken from `value`.
fn replace(
    graph: &mut Graph,
    base: &TensorRef,
    value: &TensorRef,
    axis: usize,
    start: usize,
    step: usize,
) -> Result<TensorRef, LoweringError> {
    let (available, count) = (base.shape[axis], value.shape[axis]);
    if count == 0 {
        return Ok(base.clone());
    }
    if step == 1 {
        let behind = start + count;
        let parts = [
            graph.narrow(base, axis, 0, start)?,
            value.clone(),
            graph.narrow(base, axis, behind, available.saturating_sub(behind))?,
        ];
        return Ok(graph.concat(&parts, axis)?);
    }
    // both one after the other, and of those the wanted ones
    let both = graph.concat(&[base.clone(), value.clone()], axis)?;
    let indices: Vec<i64> = (0..available)
        .map(|index| match index.checked_sub(start) {
            Some(offset) if offset % step == 0 && offset / step < count => signed(available + offset / step),
            _ => signed(index),
        })
        .collect();
    let indices = graph.integers(&indices);
    Ok(graph.gather(&both, &indices, axis)?)
}
