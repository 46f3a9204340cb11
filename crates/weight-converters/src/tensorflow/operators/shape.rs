//! Shapes, and the same elements under another shape.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, Layout, LoweringError, Tensor};
use super::super::value::Value;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{TensorRef, signed};
use crate::tensor::{ScalarType, TensorData, element_count};

pub(super) const OPERATORS: &[Operator] = &[
    row("Shape", shape_of, "known while converting"),
    row("ShapeN", shapes, "known while converting"),
    row("Size", size, "known while converting"),
    row("Rank", rank, "known while converting"),
    row("Reshape", reshape, "the shape is known while converting"),
    row("Squeeze", squeeze, ""),
    row("ExpandDims", expand_dims, ""),
    row("BroadcastTo", broadcast_to, "the shape is known while converting"),
    row(
        "BroadcastArgs",
        broadcast_args,
        "shapes are known while converting",
    ),
    row("InvertPermutation", invert, "known while converting"),
    row("EnsureShape", ensure, "dropped"),
];

/// Whole numbers as a constant vector.
pub(super) fn vector(
    cx: &mut Context,
    dtype: ScalarType,
    values: &[i64],
) -> Result<TensorRef, LoweringError> {
    let data = TensorData::from_i64(dtype, &[values.len()], values)?;
    Ok(cx.graph.computed(data))
}

fn lengths(cx: &mut Context, tensor: &Tensor, dtype: ScalarType) -> Result<Value, LoweringError> {
    let lengths: Vec<i64> = tensor.shape().into_iter().map(signed).collect();
    Ok(Value::Tensor(Tensor::plain(vector(cx, dtype, &lengths)?)))
}

fn shape_of(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let dtype = args.dtype("out_type").unwrap_or(ScalarType::Int32);
    Ok(vec![lengths(cx, &args.tensor(0)?, dtype)?])
}

fn shapes(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let dtype = args.dtype("out_type").unwrap_or(ScalarType::Int32);
    let tensors = args.tensors(0, args.len())?;
    tensors.iter().map(|tensor| lengths(cx, tensor, dtype)).collect()
}

fn size(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let dtype = args.dtype("out_type").unwrap_or(ScalarType::Int32);
    let count = signed(args.tensor(0)?.value().count());
    let data = TensorData::from_i64(dtype, &[], &[count])?;
    one(cx.graph.computed(data))
}

fn rank(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let rank = args.tensor(0)?.rank();
    one(cx.graph.scalar(ScalarType::Int32, rank as f64))
}

fn reshape(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let wanted = args.integers(cx, 1)?;
    let count = x.value().count();
    let known = wanted
        .iter()
        .filter(|&&length| length != -1)
        .map(|&length| usize::try_from(length).ok())
        .collect::<Option<Vec<usize>>>()
        .and_then(|known| element_count(&known));
    let open = wanted.iter().filter(|&&length| length == -1).count();
    let misfit = || wrong(format!("shape {:?} cannot become {wanted:?}", x.shape()));
    let known = known.filter(|_| open <= 1).ok_or_else(misfit)?;
    let rest = if open == 1 {
        if known == 0 || !count.is_multiple_of(known) {
            return Err(misfit());
        }
        count / known
    } else {
        0
    };
    let shape: Vec<usize> = wanted
        .iter()
        .map(|&length| usize::try_from(length).unwrap_or(rest))
        .collect();
    if element_count(&shape) != Some(count) {
        return Err(misfit());
    }
    reshaped(cx, &x, &shape)
}

/// The same elements under another shape. Where batch and channels keep their lengths, channels stay where they are.
fn reshaped(cx: &mut Context, x: &Tensor, shape: &[usize]) -> Lowered {
    let own = x.shape();
    if x.layout() == Layout::ChannelsFirst
        && shape.len() > 2
        && shape.first() == own.first()
        && shape.last() == own.last()
    {
        let mut inner = shape.to_vec();
        inner[1..].rotate_right(1);
        return stored(cx.graph.reshape(x.value(), &inner)?, Layout::ChannelsFirst);
    }
    let plain = cx.plain(x)?;
    one(cx.graph.reshape(&plain, shape)?)
}

fn squeeze(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let own = x.shape();
    let mut numbers = args.ints("squeeze_dims");
    numbers.extend(args.ints("axis"));
    let mut axes = Vec::new();
    for number in numbers {
        let axis = axis(number, own.len())?;
        if own[axis] != 1 {
            return Err(wrong(format!(
                "axis {axis} of shape {own:?} has more than one element"
            )));
        }
        axes.push(axis);
    }
    if axes.is_empty() {
        axes = (0..own.len()).filter(|&axis| own[axis] == 1).collect();
    }
    let shape: Vec<usize> = own
        .iter()
        .enumerate()
        .filter(|(axis, _)| !axes.contains(axis))
        .map(|(_, &length)| length)
        .collect();
    // channels stay where they are if they, the batch and some other axis stay
    if !axes.contains(&0) && !axes.contains(&own.len().saturating_sub(1)) {
        return reshaped(cx, &x, &shape);
    }
    let plain = cx.plain(&x)?;
    one(cx.graph.reshape(&plain, &shape)?)
}

fn expand_dims(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let axis = axis(args.integer(cx, 1)?, x.rank() + 1)?;
    let mut shape = x.shape();
    shape.insert(axis, 1);
    if axis > 0 && axis < x.rank() {
        return reshaped(cx, &x, &shape);
    }
    let plain = cx.plain(&x)?;
    one(cx.graph.reshape(&plain, &shape)?)
}

fn broadcast_to(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let shape = args.lengths(cx, 1)?;
    if shape.len() == x.rank() {
        let inner = x.stored_order(&shape);
        return stored(cx.graph.expand(x.value(), &inner)?, x.layout());
    }
    let plain = cx.plain(&x)?;
    one(cx.graph.expand(&plain, &shape)?)
}

fn broadcast_args(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (a, b) = (args.lengths(cx, 0)?, args.lengths(cx, 1)?);
    let dtype = args.tensor(0)?.value().dtype;
    let shape: Vec<i64> = crate::graph::broadcast_shapes("BroadcastArgs", &a, &b)?
        .into_iter()
        .map(signed)
        .collect();
    one(vector(cx, dtype, &shape)?)
}

fn invert(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let order = args.lengths(cx, 0)?;
    let dtype = args.tensor(0)?.value().dtype;
    let mut inverse = vec![None; order.len()];
    for (index, &axis) in order.iter().enumerate() {
        let place = inverse
            .get_mut(axis)
            .filter(|place| place.is_none())
            .ok_or_else(|| wrong(format!("{order:?} is no permutation")))?;
        *place = Some(signed(index));
    }
    let inverse: Vec<i64> = inverse.into_iter().flatten().collect();
    one(vector(cx, dtype, &inverse)?)
}

fn ensure(_: &mut Context, args: &Arguments<'_>) -> Lowered {
    Ok(vec![Value::Tensor(args.tensor(0)?)])
}
