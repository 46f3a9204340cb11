//! What operands have to have in common.

use super::{GraphError, TensorRef};
use crate::tensor::ScalarType;

/// The shape to which two shapes broadcast: aligned at the last axis, a length of 1 stretches.
///
/// # Errors
/// When two lengths differ and neither is 1.
pub(crate) fn broadcast_shapes(operator: &str, a: &[usize], b: &[usize]) -> Result<Vec<usize>, GraphError> {
    let rank = a.len().max(b.len());
    let length = |shape: &[usize], axis: usize| {
        (axis + shape.len())
            .checked_sub(rank)
            .and_then(|index| shape.get(index))
            .copied()
            .unwrap_or(1)
    };
    (0..rank)
        .map(|axis| match (length(a, axis), length(b, axis)) {
            (x, y) if x == y => Ok(x),
            (1, y) => Ok(y),
            (x, 1) => Ok(x),
            _ => Err(GraphError::invalid(
                operator,
                format!("shapes {a:?} and {b:?} do not broadcast"),
            )),
        })
        .collect()
}

/// The type in which engines compute with small integers: ONNX allows all types, engines have kernels for some.
pub(super) fn widened(dtype: ScalarType) -> Option<ScalarType> {
    matches!(dtype, ScalarType::UInt8 | ScalarType::Int8 | ScalarType::Int16).then_some(ScalarType::Int32)
}

pub(super) fn same_type(operator: &str, a: &TensorRef, b: &TensorRef) -> Result<(), GraphError> {
    if a.dtype == b.dtype {
        Ok(())
    } else {
        Err(GraphError::invalid(
            operator,
            format!("operands of one type expected, found {} and {}", a.dtype, b.dtype),
        ))
    }
}
