//! The largest and the smallest elements, and where they are.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::super::value::Value;
use super::operands::{Lowered, axis, fresh, fresh_tuple, tensor};
use super::reduction::over;
use super::{Operator, limits, row};
use crate::graph::{Reduction, TensorRef};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::max",
        max,
        "of all elements, along an axis with indices, or of two tensors",
    ),
    row(
        "aten::min",
        min,
        "of all elements, along an axis with indices, or of two tensors",
    ),
    row("aten::amax", amax, ""),
    row("aten::amin", amin, ""),
    row("aten::aminmax", aminmax, ""),
    row("aten::argmax", argmax, "of equal elements the first"),
    row("aten::argmin", argmin, "of equal elements the first"),
];

/// Extremes of truth values are those of 0 and 1.
pub(super) fn reduce_extreme(
    cx: &mut Context,
    reduction: Reduction,
    x: &TensorRef,
    axes: &[usize],
    keep: bool,
) -> Lowered<TensorRef> {
    if matches!(x.dtype, ScalarType::Bool | ScalarType::Int16) {
        let numbers = cx.graph.cast(x, ScalarType::Int32)?;
        let result = cx.graph.reduce(reduction, &numbers, axes, keep)?;
        return Ok(cx.graph.cast(&result, x.dtype)?);
    }
    Ok(cx.graph.reduce(reduction, x, axes, keep)?)
}

fn max(cx: &mut Context, args: &Arguments) -> Lowered {
    extreme(cx, args, Reduction::Max, "ArgMax")
}

fn min(cx: &mut Context, args: &Arguments) -> Lowered {
    extreme(cx, args, Reduction::Min, "ArgMin")
}

/// `max(self)`, `max(self, other)`, and `max(self, dim, keepdim)` with values and indices
fn extreme(cx: &mut Context, args: &Arguments, reduction: Reduction, position: &'static str) -> Lowered {
    match args.get(1, "dim").or_else(|| args.get(1, "other")) {
        None => {
            let x = tensor(cx, args, 0, "self")?;
            let axes: Vec<usize> = (0..x.rank()).collect();
            fresh(reduce_extreme(cx, reduction, &x, &axes, false)?)
        }
        Some(Value::Tensor(_)) if reduction == Reduction::Max => limits::maximum(cx, args),
        Some(Value::Tensor(_)) => limits::minimum(cx, args),
        Some(_) => {
            let x = tensor(cx, args, 0, "self")?;
            let axis = axis(args.int(1, "dim")?, x.rank())?;
            let keep = args.bool_or(2, "keepdim", false)?;
            if x.rank() == 0 {
                let first = cx.graph.scalar(ScalarType::Int64, 0.0);
                return fresh_tuple([x, first]);
            }
            let values = reduce_extreme(cx, reduction, &x, &[axis], keep)?;
            let indices = position_of(cx, position, &x, axis, keep)?;
            fresh_tuple([values, indices])
        }
    }
}

fn position_of(
    cx: &mut Context,
    position: &'static str,
    x: &TensorRef,
    axis: usize,
    keep: bool,
) -> Lowered<TensorRef> {
    let narrow = matches!(x.dtype, ScalarType::Bool | ScalarType::Int16 | ScalarType::Int64);
    let x = if narrow {
        cx.graph.cast(x, ScalarType::Int32)?
    } else {
        x.clone()
    };
    Ok(cx.graph.arg_extreme(position, &x, axis, keep)?)
}

fn amax(cx: &mut Context, args: &Arguments) -> Lowered {
    axes_extreme(cx, args, Reduction::Max)
}

fn amin(cx: &mut Context, args: &Arguments) -> Lowered {
    axes_extreme(cx, args, Reduction::Min)
}

fn axes_extreme(cx: &mut Context, args: &Arguments, reduction: Reduction) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    let keep = args.bool_or(2, "keepdim", false)?;
    fresh(reduce_extreme(cx, reduction, &x, &axes, keep)?)
}

/// `aminmax(self, *, dim=None, keepdim=False)`
fn aminmax(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    let keep = args.bool_or(2, "keepdim", false)?;
    let smallest = reduce_extreme(cx, Reduction::Min, &x, &axes, keep)?;
    let largest = reduce_extreme(cx, Reduction::Max, &x, &axes, keep)?;
    fresh_tuple([smallest, largest])
}

fn argmax(cx: &mut Context, args: &Arguments) -> Lowered {
    arg_extreme(cx, args, "ArgMax")
}

fn argmin(cx: &mut Context, args: &Arguments) -> Lowered {
    arg_extreme(cx, args, "ArgMin")
}

/// `argmax(self, dim=None, keepdim=False)`; without an axis the index in the flattened tensor
fn arg_extreme(cx: &mut Context, args: &Arguments, operator: &'static str) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let keep = args.bool_or(2, "keepdim", false)?;
    match args.optional_int(1, "dim")? {
        Some(dim) if x.rank() > 0 => {
            let axis = axis(dim, x.rank())?;
            fresh(position_of(cx, operator, &x, axis, keep)?)
        }
        _ => {
            let flat = cx.graph.reshape(&x, &[x.count()])?;
            let index = position_of(cx, operator, &flat, 0, false)?;
            let shape = if keep { vec![1; x.rank()] } else { Vec::new() };
            fresh(cx.graph.reshape(&index, &shape)?)
        }
    }
}
