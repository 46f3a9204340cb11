//! Views: results of operators that share the storage of their operand.

use super::context::LoweringError;
use crate::graph::{Graph, TensorRef};

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
    Slice { axis: usize, start: usize, end: usize, step: usize },
    /// Broadcast to a shape; cannot be written.
    Expand(Vec<usize>),
}

impl ViewStep {
    /// The nodes that compute the view from its base.
    pub(crate) fn read(&self, _graph: &mut Graph, _base: &TensorRef) -> Result<TensorRef, LoweringError> {
        Err(LoweringError::new("views are not read yet"))
    }

    /// The nodes that compute the base after `value` (same shape and dtype as the view) was written to the view.
    pub(crate) fn write(
        &self,
        _graph: &mut Graph,
        _base: &TensorRef,
        _value: &TensorRef,
    ) -> Result<TensorRef, LoweringError> {
        Err(LoweringError::new("views are not written yet"))
    }
}
