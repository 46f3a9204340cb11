//! Reductions over some or all axes.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, axes, axis, fresh, fresh_tuple, tensor};
use super::promotion::floating;
use super::{Operator, arithmetic, row};
use crate::graph::{Binary, Comparison, Reduction, TensorRef, Unary};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::sum", sum, ""),
    row("aten::mean", mean, ""),
    row("aten::prod", prod, ""),
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
    row("aten::any", any, ""),
    row("aten::all", all, ""),
    row("aten::var", var, "`unbiased` or `correction`"),
    row("aten::std", std, "`unbiased` or `correction`"),
    row("aten::var_mean", var_mean, "`unbiased` or `correction`"),
    row("aten::std_mean", std_mean, "`unbiased` or `correction`"),
    row("aten::logsumexp", logsumexp, ""),
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

/// Extremes of truth values are those of 0 and 1.
fn reduce_extreme(
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
        Some(Value::Tensor(_)) if reduction == Reduction::Max => arithmetic::maximum(cx, args),
        Some(Value::Tensor(_)) => arithmetic::minimum(cx, args),
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
