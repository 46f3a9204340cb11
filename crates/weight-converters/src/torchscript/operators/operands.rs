//! Reading arguments and writing results: what lowerings of all families share.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::{Tensor, Value};
use crate::graph::{TensorRef, broadcast_shapes, signed};
use crate::tensor::{ScalarType, TensorData};

/// What a lowering returns.
pub(super) type Lowered<T = Value> = Result<T, LoweringError>;

/// The present value of a tensor argument.
pub(super) fn tensor(cx: &mut Context, args: &Arguments, index: usize, name: &str) -> Lowered<TensorRef> {
    cx.read(args.tensor(index, name)?)
}

/// The present value of a tensor argument that may be left out.
pub(super) fn optional_tensor(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    name: &str,
) -> Lowered<Option<TensorRef>> {
    args.optional_tensor(index, name)?
        .map(|tensor| cx.read(tensor))
        .transpose()
}

/// The present values of a list of tensors.
pub(super) fn tensors(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    name: &str,
) -> Lowered<Vec<TensorRef>> {
    args.tensors(index, name)?
        .iter()
        .map(|tensor| cx.read(tensor))
        .collect()
}

/// A new tensor as a result.
pub(super) fn fresh(result: TensorRef) -> Lowered {
    Ok(Value::from(result))
}

/// Several new tensors as a tuple.
pub(super) fn fresh_tuple(results: impl IntoIterator<Item = TensorRef>) -> Lowered {
    Ok(Value::tuple(results.into_iter().map(Value::from).collect()))
}

/// The first argument itself, for operators that change nothing.
pub(super) fn unchanged(args: &Arguments) -> Lowered {
    Ok(Value::Tensor(args.tensor(0, "self")?.clone()))
}

/// An axis counted from either end. A tensor without axes has one of length 1 for this purpose, as in `PyTorch`.
pub(super) fn axis(number: i64, rank: usize) -> Lowered<usize> {
    let count = signed(rank.max(1));
    let index = if number < 0 {
        number.saturating_add(count)
    } else {
        number
    };
    if (0..count).contains(&index) {
        Ok(usize::try_from(index).unwrap_or(0))
    } else {
        Err(LoweringError::new(format!(
            "axis {number} does not exist: the tensor has {rank} axes"
        )))
    }
}

/// Axes counted from either end, each once.
pub(super) fn axes(numbers: &[i64], rank: usize) -> Lowered<Vec<usize>> {
    let mut found = Vec::with_capacity(numbers.len());
    for &number in numbers {
        let axis = axis(number, rank)?;
        if found.contains(&axis) {
            return Err(LoweringError::new(format!("axis {number} occurs twice")));
        }
        found.push(axis);
    }
    Ok(found)
}

/// A size or count, which is not negative.
pub(super) fn size(number: i64, name: &str) -> Lowered<usize> {
    usize::try_from(number)
        .map_err(|_| LoweringError::new(format!("`{name}` is {number}, which is negative")))
}

/// A list of sizes.
pub(super) fn sizes(args: &Arguments, index: usize, name: &str) -> Lowered<Vec<usize>> {
    args.ints(index, name)?
        .into_iter()
        .map(|number| size(number, name))
        .collect()
}

/// One number an axis: lists of one number count for all axes.
pub(super) fn per_axis<T: Copy>(list: &[T], count: usize, name: &str) -> Lowered<Vec<T>> {
    match list {
        [one] => Ok(vec![*one; count]),
        all if all.len() == count => Ok(all.to_vec()),
        all => Err(LoweringError::new(format!(
            "`{name}` has {} numbers for {count} axes",
            all.len()
        ))),
    }
}

/// The element type behind a `dtype` argument; `None` of the language or nothing is `None`.
pub(super) fn dtype(args: &Arguments, index: usize) -> Lowered<Option<ScalarType>> {
    args.optional_int(index, "dtype")?.map(dtype_of_code).transpose()
}

/// The element type of a code of `PyTorch`.
pub(super) fn dtype_of_code(code: i64) -> Lowered<ScalarType> {
    ScalarType::from_torch_code(code).ok_or_else(|| {
        LoweringError::new(format!(
            "element type {code} (complex, quantised or unknown) is not supported"
        ))
    })
}

/// A number of any kind: `int`, `float`, `bool`, or a tensor of one known element.
pub(super) fn number(cx: &mut Context, value: &Value) -> Lowered<Option<f64>> {
    Ok(match value {
        Value::Int(value) => Some(*value as f64),
        Value::Float(value) => Some(*value),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        Value::Tensor(tensor) => cx.read(tensor)?.constant.as_ref().and_then(TensorData::item_f64),
        _ => None,
    })
}

/// A number argument that has to be known while converting.
pub(super) fn known_number(cx: &mut Context, args: &Arguments, index: usize, name: &str) -> Lowered<f64> {
    let value = args.value(index, name)?.clone();
    number(cx, &value)?.ok_or_else(|| {
        LoweringError::new(format!(
            "argument {index} (`{name}`) has to be a number that is known before the network runs"
        ))
    })
}

/// A number argument that may be left out.
pub(super) fn optional_number(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    name: &str,
) -> Lowered<Option<f64>> {
    match args.get(index, name) {
        None | Some(Value::None) => Ok(None),
        Some(_) => known_number(cx, args, index, name).map(Some),
    }
}

/// Writes a result into the first argument: cast to its type, and repeated to its shape.
pub(super) fn write_back(cx: &mut Context, args: &Arguments, result: &Value) -> Lowered {
    let target = args.tensor(0, "self")?.clone();
    match result {
        Value::Tensor(result) if result.is(&target) => {}
        Value::Tensor(result) => {
            let value = cx.read(result)?;
            assign(cx, &target, &value)?;
        }
        other => {
            return Err(LoweringError::new(format!(
                "has no form that works in place: gives a {}",
                other.kind()
            )));
        }
    }
    Ok(Value::Tensor(target))
}

/// Writes a value into a tensor: cast to its type, and repeated to its shape.
pub(super) fn assign(cx: &mut Context, target: &Tensor, value: &TensorRef) -> Lowered<()> {
    let old = cx.read(target)?;
    if broadcast_shapes("in-place operation", &old.shape, &value.shape)? != old.shape {
        return Err(LoweringError::new(format!(
            "a result of shape {:?} does not fit {:?}",
            value.shape, old.shape
        )));
    }
    let value = cx.graph.cast(value, old.dtype)?;
    let value = cx.graph.expand(&value, &old.shape)?;
    cx.write(target, value)
}
