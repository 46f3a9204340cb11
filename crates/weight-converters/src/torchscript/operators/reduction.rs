//! Reductions over some or all axes.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::super::value::Value;
use super::extremes::reduce_extreme;
use super::operands::{self, Lowered, axes, axis, fresh, fresh_tuple, tensor};
use super::promotion::floating;
use super::{Operator, row};
use crate::graph::{Binary, Reduction, TensorRef, Unary};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::sum", sum, ""),
    row("aten::mean", mean, ""),
    row("aten::prod", prod, ""),
    row("aten::any", any, ""),
    row("aten::all", all, ""),
    row("aten::var", var, "`unbiased` or `correction`"),
    row("aten::std", std, "`unbiased` or `correction`"),
    row("aten::var_mean", var_mean, "`unbiased` or `correction`"),
    row("aten::std_mean", std_mean, "`unbiased` or `correction`"),
    row("aten::logsumexp", logsumexp, ""),
    row("aten::cumsum", cumsum, ""),
    row("aten::count_nonzero", count_nonzero, ""),
    row("aten::nansum", nansum, ""),
];

/// The axes that are meant: all for none or an empty list.
pub(super) fn over(list: Option<Vec<i64>>, rank: usize) -> Lowered<Vec<usize>> {
    match list {
        Some(list) if !list.is_empty() => {
            let found = axes(&list, rank)?;
            Ok(if rank == 0 { Vec::new() } else { found })
        }
        _ => Ok((0..rank).collect()),
    }
}

/// `(self, dim, keepdim, dtype)`: axes, whether they stay, and the type.
fn arguments(args: &Arguments, x: &TensorRef) -> Lowered<(Vec<usize>, bool, Option<ScalarType>)> {
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    Ok((
        axes,
        args.bool_or(2, "keepdim", false)?,
        operands::dtype(args, 3)?,
    ))
}

fn sum(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axes, keep, dtype) = arguments(args, &x)?;
    let x = counted(cx, &x, dtype)?;
    fresh(cx.graph.reduce(Reduction::Sum, &x, &axes, keep)?)
}

/// Sums and products of integers and truth values are `int64`.
fn counted(cx: &mut Context, x: &TensorRef, dtype: Option<ScalarType>) -> Lowered<TensorRef> {
    let dtype = dtype.unwrap_or(if x.dtype.is_floating_point() {
        x.dtype
    } else {
        ScalarType::Int64
    });
    Ok(cx.graph.cast(x, dtype)?)
}

fn mean(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axes, keep, dtype) = arguments(args, &x)?;
    let x = dtype.map_or_else(|| Ok(x.clone()), |dtype| cx.graph.cast(&x, dtype))?;
    fresh(cx.graph.reduce(Reduction::Mean, &x, &axes, keep)?)
}

/// `prod(self, dim, keepdim, dtype)`, with one axis or none
fn prod(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axes, keep, dtype) = arguments(args, &x)?;
    let x = counted(cx, &x, dtype)?;
    fresh(cx.graph.reduce(Reduction::Prod, &x, &axes, keep)?)
}

fn any(cx: &mut Context, args: &Arguments) -> Lowered {
    truth(cx, args, Reduction::Max)
}

fn all(cx: &mut Context, args: &Arguments) -> Lowered {
    truth(cx, args, Reduction::Min)
}

fn truth(cx: &mut Context, args: &Arguments, reduction: Reduction) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    let keep = args.bool_or(2, "keepdim", false)?;
    let x = cx.graph.cast(&x, ScalarType::Bool)?;
    fresh(reduce_extreme(cx, reduction, &x, &axes, keep)?)
}

/// Variance and mean of the axes, which stay.
fn variance(
    cx: &mut Context,
    x: &TensorRef,
    axes: &[usize],
    correction: f64,
) -> Lowered<(TensorRef, TensorRef)> {
    let mean = cx.graph.reduce(Reduction::Mean, x, axes, true)?;
    let centred = cx.graph.sub(x, &mean)?;
    let squares = cx.graph.mul(&centred, &centred)?;
    let mean_square = cx.graph.reduce(Reduction::Mean, &squares, axes, true)?;
    let count: usize = axes.iter().map(|&axis| x.shape[axis]).product();
    // a divisor of zero or below gives NaN or infinity, as in PyTorch
    let factor = count as f64 / (count as f64 - correction).max(0.0);
    Ok((cx.graph.binary_number(Binary::Mul, &mean_square, factor)?, mean))
}

/// The forms `(self, unbiased)`, `(self, dim, unbiased, keepdim)` and `(self, dim, *, correction, keepdim)`.
fn moments(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
    let x = tensor(cx, args, 0, "self")?;
    let (list, unbiased) = match args.get(1, "dim") {
        Some(Value::Bool(unbiased)) => (None, Some(*unbiased)),
        _ => {
            let unbiased = match args.get(2, "unbiased") {
                Some(Value::Bool(unbiased)) => Some(*unbiased),
                _ => {
                    args.keyword.iter().find(|(name, _)| name == "unbiased").and_then(
                        |(_, value)| match value {
                            Value::Bool(unbiased) => Some(*unbiased),
                            _ => None,
                        },
                    )
                }
            };
            (args.optional_ints(1, "dim")?, unbiased)
        }
    };
    let correction = match unbiased {
        Some(unbiased) => f64::from(u8::from(unbiased)),
        None => operands::optional_number(cx, args, usize::MAX, "correction")?.unwrap_or(1.0),
    };
    let keep = args.bool_or(3, "keepdim", false)?;
    let axes = over(list, x.rank())?;
    let (variance, mean) = variance(cx, &x, &axes, correction)?;
    if keep {
        return Ok((variance, mean));
    }
    let shape: Vec<usize> = x
        .shape
        .iter()
        .enumerate()
        .filter(|(axis, _)| !axes.contains(axis))
        .map(|(_, &length)| length)
        .collect();
    Ok((
        cx.graph.reshape(&variance, &shape)?,
        cx.graph.reshape(&mean, &shape)?,
    ))
}

fn var(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(moments(cx, args)?.0)
}

fn std(cx: &mut Context, args: &Arguments) -> Lowered {
    let (variance, _) = moments(cx, args)?;
    fresh(cx.graph.unary(Unary::Sqrt, &variance)?)
}

fn var_mean(cx: &mut Context, args: &Arguments) -> Lowered {
    let (variance, mean) = moments(cx, args)?;
    fresh_tuple([variance, mean])
}

fn std_mean(cx: &mut Context, args: &Arguments) -> Lowered {
    let (variance, mean) = moments(cx, args)?;
    let deviation = cx.graph.unary(Unary::Sqrt, &variance)?;
    fresh_tuple([deviation, mean])
}

/// `logsumexp(self, dim, keepdim=False)`, shifted by the largest element against overflow
fn logsumexp(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let x = floating(cx, &x)?;
    let axes = over(Some(args.ints(1, "dim")?), x.rank())?;
    let keep = args.bool_or(2, "keepdim", false)?;
    let largest = cx.graph.reduce(Reduction::Max, &x, &axes, true)?;
    let shifted = cx.graph.sub(&x, &largest)?;
    let exponential = cx.graph.unary(Unary::Exp, &shifted)?;
    let sum = cx.graph.reduce(Reduction::Sum, &exponential, &axes, true)?;
    let logarithm = cx.graph.unary(Unary::Log, &sum)?;
    let result = cx.graph.add(&logarithm, &largest)?;
    fresh(without_axes(cx, &result, &axes, keep)?)
}

fn without_axes(cx: &mut Context, x: &TensorRef, axes: &[usize], keep: bool) -> Lowered<TensorRef> {
    if keep {
        return Ok(x.clone());
    }
    let shape: Vec<usize> = x
        .shape
        .iter()
        .enumerate()
        .filter(|(axis, _)| !axes.contains(axis))
        .map(|(_, &length)| length)
        .collect();
    Ok(cx.graph.reshape(x, &shape)?)
}

/// `cumsum(self, dim, dtype=None)`
fn cumsum(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let x = counted(cx, &x, operands::dtype(args, 2)?)?;
    if x.rank() == 0 {
        return fresh(x);
    }
    fresh(cx.graph.cumulative_sum(&x, axis)?)
}

fn count_nonzero(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = over(args.optional_ints(1, "dim")?, x.rank())?;
    let truth = cx.graph.cast(&x, ScalarType::Bool)?;
    let ones = cx.graph.cast(&truth, ScalarType::Int64)?;
    fresh(cx.graph.reduce(Reduction::Sum, &ones, &axes, false)?)
}

/// The sum without what is not a number.
fn nansum(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axes, keep, dtype) = arguments(args, &x)?;
    let mut x = counted(cx, &x, dtype)?;
    if x.dtype.is_floating_point() {
        let is_nan = cx.graph.is_special("IsNaN", &x)?;
        let zero = cx.graph.scalar(x.dtype, 0.0);
        x = cx.graph.choose(&is_nan, &zero, &x)?;
    }
    fresh(cx.graph.reduce(Reduction::Sum, &x, &axes, keep)?)
}
