//! Norms of vectors and matrices.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, fresh, tensor};
use super::promotion::floating;
use super::reduction::over;
use super::{Operator, row};
use crate::graph::{Binary, Comparison, Reduction, TensorRef, Unary};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::norm",
        norm_operator,
        "orders 0, 1, 2, infinity, and other numbers",
    ),
    row("aten::frobenius_norm", frobenius, ""),
    row(
        "aten::linalg_vector_norm",
        vector_norm,
        "orders 0, 1, 2, infinity, and other numbers",
    ),
    row("aten::linalg_norm", linalg_norm, "of vectors, or without order"),
];

/// The norm of an order along axes.
pub(super) fn norm(
    cx: &mut Context,
    x: &TensorRef,
    order: f64,
    axes: &[usize],
    keep: bool,
) -> Lowered<TensorRef> {
    if order == 2.0 {
        return Ok(cx.graph.reduce(Reduction::L2, x, axes, keep)?);
    }
    if order == 1.0 {
        return Ok(cx.graph.reduce(Reduction::L1, x, axes, keep)?);
    }
    let magnitude = cx.graph.unary(Unary::Abs, x)?;
    if order.is_infinite() {
        let reduction = if order > 0.0 {
            Reduction::Max
        } else {
            Reduction::Min
        };
        return Ok(cx.graph.reduce(reduction, &magnitude, axes, keep)?);
    }
    if order == 0.0 {
        let zero = cx.graph.scalar(x.dtype, 0.0);
        let is_zero = cx.graph.compare(Comparison::Equal, x, &zero)?;
        let counts = cx.graph.not(&is_zero)?;
        let counts = cx.graph.cast(&counts, x.dtype)?;
        return Ok(cx.graph.reduce(Reduction::Sum, &counts, axes, keep)?);
    }
    let powers = cx.graph.binary_number(Binary::Pow, &magnitude, order)?;
    let sum = cx.graph.reduce(Reduction::Sum, &powers, axes, keep)?;
    Ok(cx.graph.binary_number(Binary::Pow, &sum, 1.0 / order)?)
}

/// `norm(self, p=2)`, `norm(self, p, dim, keepdim, dtype)`
fn norm_operator(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let order = operands::optional_number(cx, args, 1, "p")?.unwrap_or(2.0);
    let axes = over(args.optional_ints(2, "dim")?, x.rank())?;
    let x = match operands::dtype(args, 4)? {
        Some(dtype) => cx.graph.cast(&x, dtype)?,
        None => floating(cx, &x)?,
    };
    let keep = args.bool_or(3, "keepdim", false)?;
    fresh(norm(cx, &x, order, &axes, keep)?)
}

fn frobenius(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    let keep = args.bool_or(2, "keepdim", false)?;
    fresh(norm(cx, &x, 2.0, &axes, keep)?)
}

/// `linalg_vector_norm(self, ord=2, dim=None, keepdim=False, dtype=None)`
fn vector_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let order = operands::optional_number(cx, args, 1, "ord")?.unwrap_or(2.0);
    let axes = over(args.optional_ints(2, "dim")?, x.rank())?;
    let keep = args.bool_or(3, "keepdim", false)?;
    let x = match operands::dtype(args, 4)? {
        Some(dtype) => cx.graph.cast(&x, dtype)?,
        None => floating(cx, &x)?,
    };
    fresh(norm(cx, &x, order, &axes, keep)?)
}

/// `linalg_norm(self, ord=None, dim=None, keepdim=False)`; orders of matrices are other norms
fn linalg_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let list = args.optional_ints(2, "dim")?;
    let has_order = !matches!(args.get(1, "ord"), None | Some(Value::None));
    let matrix = list.as_ref().map_or(x.rank() == 2, |list| list.len() == 2);
    if has_order && (matrix || matches!(args.get(1, "ord"), Some(Value::Str(_)))) {
        return Err(LoweringError::new(
            "an order of a matrix norm is not supported: only norms of vectors are",
        ));
    }
    let order = operands::optional_number(cx, args, 1, "ord")?.unwrap_or(2.0);
    let axes = over(list, x.rank())?;
    let keep = args.bool_or(3, "keepdim", false)?;
    fresh(norm(cx, &x, order, &axes, keep)?)
}
