//! Order along an axis.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, axis, fresh, fresh_tuple, size, tensor};
use super::{Operator, row};
use crate::graph::TensorRef;
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::topk", topk, "always in order"),
    row("aten::sort", sort, "engines decide the order of equal elements"),
    row(
        "aten::argsort",
        argsort,
        "engines decide the order of equal elements",
    ),
    row("aten::median", median, "the lower one of two"),
    row("aten::kthvalue", kthvalue, ""),
];

/// The first elements in order, with indices.
fn top(
    cx: &mut Context,
    x: &TensorRef,
    count: usize,
    axis: usize,
    largest: bool,
) -> Lowered<(TensorRef, TensorRef)> {
    if x.rank() == 0 {
        let zero = cx.graph.scalar(ScalarType::Int64, 0.0);
        return Ok((x.clone(), zero));
    }
    Ok(cx.graph.top(x, count, axis, largest)?)
}

/// `topk(self, k, dim=-1, largest=True, sorted=True)`
fn topk(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let count = size(args.int(1, "k")?, "k")?;
    let axis = axis(args.int_or(2, "dim", -1)?, x.rank())?;
    let largest = args.bool_or(3, "largest", true)?;
    let (values, indices) = top(cx, &x, count, axis, largest)?;
    fresh_tuple([values, indices])
}

/// `sort(self, dim=-1, descending=False)`, `sort(self, *, stable, dim, descending)`
fn sorted(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int_or(1, "dim", -1)?, x.rank())?;
    let descending = args.bool_or(2, "descending", false)?;
    let count = x.shape.get(axis).copied().unwrap_or(1);
    top(cx, &x, count, axis, descending)
}

fn sort(cx: &mut Context, args: &Arguments) -> Lowered {
    let (values, indices) = sorted(cx, args)?;
    fresh_tuple([values, indices])
}

fn argsort(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(sorted(cx, args)?.1)
}

/// The `number`-th smallest element along an axis, with its index.
fn nth(
    cx: &mut Context,
    x: &TensorRef,
    number: usize,
    axis: usize,
    keep: bool,
) -> Lowered<(TensorRef, TensorRef)> {
    let (values, indices) = top(cx, x, number, axis, false)?;
    if x.rank() == 0 {
        return Ok((values, indices));
    }
    let last = number
        .checked_sub(1)
        .ok_or_else(|| LoweringError::new("the axis is empty"))?;
    if keep {
        return Ok((
            cx.graph.narrow(&values, axis, last, 1)?,
            cx.graph.narrow(&indices, axis, last, 1)?,
        ));
    }
    Ok((
        cx.graph.select(&values, axis, last)?,
        cx.graph.select(&indices, axis, last)?,
    ))
}

/// `median(self)`, `median(self, dim, keepdim)`
fn median(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    match args.optional_int(1, "dim")? {
        None => {
            let flat = cx.graph.reshape(&x, &[x.count()])?;
            fresh(nth(cx, &flat, x.count().div_ceil(2), 0, false)?.0)
        }
        Some(dim) => {
            let axis = axis(dim, x.rank())?;
            let count = x.shape.get(axis).copied().unwrap_or(1);
            let (values, indices) = nth(
                cx,
                &x,
                count.div_ceil(2),
                axis,
                args.bool_or(2, "keepdim", false)?,
            )?;
            fresh_tuple([values, indices])
        }
    }
}

/// `kthvalue(self, k, dim=-1, keepdim=False)`
fn kthvalue(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let number = size(args.int(1, "k")?, "k")?;
    let axis = axis(args.int_or(2, "dim", -1)?, x.rank())?;
    let (values, indices) = nth(cx, &x, number, axis, args.bool_or(3, "keepdim", false)?)?;
    fresh_tuple([values, indices])
}
