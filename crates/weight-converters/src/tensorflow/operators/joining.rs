//! Several tensors as one.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, LoweringError, Tensor};
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::TensorRef;

pub(super) const OPERATORS: &[Operator] = &[
    row("ConcatV2", concat_v2, ""),
    row("Concat", concat, ""),
    row("Pack", pack, ""),
];

fn concat_v2(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let last = args.len().checked_sub(1).ok_or_else(|| wrong("has no inputs"))?;
    let axis = args.integer(cx, last)?;
    joined(cx, &args.tensors(0, last)?, axis)
}

fn concat(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let axis = args.integer(cx, 0)?;
    joined(cx, &args.tensors(1, args.len())?, axis)
}

fn joined(cx: &mut Context, parts: &[Tensor], number: i64) -> Lowered {
    let first = parts.first().ok_or_else(|| wrong("has no inputs"))?;
    let axis = axis(number, first.rank())?;
    if parts.iter().any(|part| part.rank() != first.rank()) {
        return Err(wrong("the tensors have different numbers of axes"));
    }
    let (values, layout) = cx.aligned(parts)?;
    let like = Tensor::stored(values[0].clone(), layout);
    stored(cx.graph.concat(&values, like.stored_axis(axis))?, layout)
}

fn pack(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let parts = args.tensors(0, args.len())?;
    let rank = parts.first().ok_or_else(|| wrong("has no inputs"))?.rank();
    let axis = axis(args.int("axis").unwrap_or(0), rank + 1)?;
    one(stacked(cx, &parts, axis)?)
}

/// Tensors of one shape side by side along a new axis.
pub(super) fn stacked(cx: &mut Context, parts: &[Tensor], axis: usize) -> Result<TensorRef, LoweringError> {
    let mut wide = Vec::with_capacity(parts.len());
    for part in parts {
        let part = cx.plain(part)?;
        wide.push(cx.graph.unsqueeze(&part, axis)?);
    }
    Ok(cx.graph.concat(&wide, axis)?)
}
