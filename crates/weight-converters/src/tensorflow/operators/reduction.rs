//! Operators that take axes away, and what runs along one axis.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, LoweringError, Tensor};
use super::super::value::Value;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{Comparison, PadMode, Reduction, TensorRef};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("Mean", reduce, ""),
    row("Sum", reduce, ""),
    row("Max", reduce, ""),
    row("Min", reduce, ""),
    row("Prod", reduce, ""),
    row("EuclideanNorm", reduce, ""),
    row("All", all_or_any, ""),
    row("Any", all_or_any, ""),
    row("ArgMax", arg, ""),
    row("ArgMin", arg, ""),
    row("Cumsum", cumulative, ""),
    row("TopKV2", top, "the number is known while converting"),
];

fn axes(cx: &mut Context, args: &Arguments<'_>, rank: usize) -> Result<Vec<usize>, LoweringError> {
    let mut axes = Vec::new();
    for number in args.integers(cx, 1)? {
        let found = axis(number, rank)?;
        if axes.contains(&found) {
            return Err(wrong(format!("axis {number} is reduced twice")));
        }
        axes.push(found);
    }
    Ok(axes)
}

fn reduced(
    cx: &mut Context,
    args: &Arguments<'_>,
    x: &Tensor,
    reduction: Reduction,
) -> Result<Tensor, LoweringError> {
    let axes = axes(cx, args, x.rank())?;
    let stored_axes: Vec<usize> = axes.iter().map(|&axis| x.stored_axis(axis)).collect();
    let value = x.value();
    let result = if value.dtype.is_integer() && value.dtype.size() < 4 {
        let wide = cx.graph.cast(value, ScalarType::Int32)?;
        let result = cx.graph.reduce(reduction, &wide, &stored_axes, true)?;
        cx.graph.cast(&result, value.dtype)?
    } else {
        cx.graph.reduce(reduction, value, &stored_axes, true)?
    };
    let result = Tensor::stored(result, x.layout());
    if args.flag("keep_dims") || args.flag("keepdims") {
        return Ok(result);
    }
    let shape: Vec<usize> = x
        .shape()
        .into_iter()
        .enumerate()
        .filter(|(axis, _)| !axes.contains(axis))
        .map(|(_, length)| length)
        .collect();
    let plain = cx.plain(&result)?;
    Ok(Tensor::plain(cx.graph.reshape(&plain, &shape)?))
}

fn reduce(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let reduction = match args.operator() {
        "Mean" => Reduction::Mean,
        "Sum" => Reduction::Sum,
        "Max" => Reduction::Max,
        "Min" => Reduction::Min,
        "Prod" => Reduction::Prod,
        "EuclideanNorm" => Reduction::L2,
        other => return Err(wrong(format!("`{other}` is no reduction"))),
    };
    let x = args.tensor(0)?;
    Ok(vec![Value::Tensor(reduced(cx, args, &x, reduction)?)])
}

fn all_or_any(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let numbers = cx.graph.cast(x.value(), ScalarType::Int32)?;
    let numbers = Tensor::stored(numbers, x.layout());
    // how many hold, or do not hold
    let total = reduced(cx, args, &numbers, Reduction::Sum)?;
    let kept = args_count(&numbers, &total);
    let bound = if args.operator() == "All" { kept } else { 1.0 };
    let bound = cx.graph.scalar(ScalarType::Int32, bound);
    let result = cx
        .graph
        .compare(Comparison::GreaterOrEqual, total.value(), &bound)?;
    stored(result, total.layout())
}

/// How many elements were reduced to one.
fn args_count(from: &Tensor, to: &Tensor) -> f64 {
    let (from, to) = (from.value().count(), to.value().count());
    from.checked_div(to).unwrap_or(0) as f64
}

fn arg(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let number = args.integer(cx, 1)?;
    let axis = axis(number, x.rank())?;
    let dtype = args.dtype("output_type").unwrap_or(ScalarType::Int64);
    let operator = if args.operator() == "ArgMax" {
        "ArgMax"
    } else {
        "ArgMin"
    };
    let indices = cx
        .graph
        .arg_extreme(operator, x.value(), x.stored_axis(axis), true)?;
    let indices = cx.graph.cast(&indices, dtype)?;
    let kept = cx.plain(&Tensor::stored(indices, x.layout()))?;
    let mut shape = x.shape();
    shape.remove(axis);
    one(cx.graph.reshape(&kept, &shape)?)
}

fn cumulative(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.plain(cx, 0)?;
    let axis = axis(args.integer(cx, 1)?, x.rank())?;
    let backwards = args.flag("reverse");
    let turned = if backwards {
        super::rearrangement::reversed(cx, &x, axis)?
    } else {
        x
    };
    let turned = if args.flag("exclusive") {
        shifted(cx, &turned, axis)?
    } else {
        turned
    };
    let sums = cx.graph.cumulative_sum(&turned, axis)?;
    let result: TensorRef = if backwards {
        super::rearrangement::reversed(cx, &sums, axis)?
    } else {
        sums
    };
    one(result)
}

/// The elements one place further along an axis, with zero before them: their sums leave out the element itself.
fn shifted(cx: &mut Context, x: &TensorRef, axis: usize) -> Result<TensorRef, LoweringError> {
    let length = x.shape[axis];
    let mut pads = vec![(0, 0); x.rank()];
    pads[axis].0 = 1;
    let padded = cx.graph.pad(x, &pads, PadMode::Constant(0.0))?;
    Ok(cx.graph.narrow(&padded, axis, 0, length)?)
}

fn top(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.plain(cx, 0)?;
    let count = args.integer(cx, 1)?;
    let count = usize::try_from(count).map_err(|_| wrong(format!("{count} elements are wanted")))?;
    let last = x
        .rank()
        .checked_sub(1)
        .ok_or_else(|| wrong("a number has no axis"))?;
    let (values, indices) = cx.graph.top(&x, count, last, true)?;
    let dtype = args.dtype("index_type").unwrap_or(ScalarType::Int32);
    let indices = cx.graph.cast(&indices, dtype)?;
    Ok([values, indices]
        .into_iter()
        .map(|value| Value::Tensor(Tensor::plain(value)))
        .collect())
}
