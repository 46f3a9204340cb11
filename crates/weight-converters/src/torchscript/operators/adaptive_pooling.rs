//! Pooling to a given size: element `i` of `n` covers the input from `floor(i L / n)` to `ceil((i + 1) L / n)`.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, fresh, per_axis, size};
use super::pooling::{batched, unbatched};
use super::{Operator, row};
use crate::graph::{Reduction, TensorRef, Window};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::adaptive_avg_pool1d",
        average1d,
        "any size: mean, average pooling, or a product with constant weights",
    ),
    row("aten::adaptive_avg_pool2d", average2d, "any size"),
    row("aten::adaptive_avg_pool3d", average3d, "any size"),
    row("aten::_adaptive_avg_pool2d", average2d, "any size"),
    row("aten::_adaptive_avg_pool3d", average3d, "any size"),
    row(
        "aten::adaptive_max_pool1d",
        maximum1d,
        "any size; indices are not supported",
    ),
    row(
        "aten::adaptive_max_pool2d",
        maximum2d,
        "any size; indices are not supported",
    ),
    row(
        "aten::adaptive_max_pool3d",
        maximum3d,
        "any size; indices are not supported",
    ),
];

fn average1d(cx: &mut Context, args: &Arguments) -> Lowered {
    average(cx, args, 1)
}

fn average2d(cx: &mut Context, args: &Arguments) -> Lowered {
    average(cx, args, 2)
}

fn average3d(cx: &mut Context, args: &Arguments) -> Lowered {
    average(cx, args, 3)
}

fn maximum1d(cx: &mut Context, args: &Arguments) -> Lowered {
    maximum(cx, args, 1)
}

fn maximum2d(cx: &mut Context, args: &Arguments) -> Lowered {
    maximum(cx, args, 2)
}

fn maximum3d(cx: &mut Context, args: &Arguments) -> Lowered {
    maximum(cx, args, 3)
}

/// The wanted lengths; `None` in the list keeps the length of the input.
fn lengths(args: &Arguments, x: &TensorRef, spatial: usize) -> Lowered<Vec<usize>> {
    let list: Vec<Value> = match args.value(1, "output_size")? {
        Value::List(list) => list.borrow().clone(),
        Value::Tuple(tuple) => tuple.values().to_vec(),
        single => vec![single.clone()],
    };
    let list: Vec<Option<i64>> = list
        .iter()
        .map(|value| match value {
            Value::Int(length) => Ok(Some(*length)),
            Value::None => Ok(None),
            other => Err(LoweringError::new(format!(
                "`output_size` holds a {}",
                other.kind()
            ))),
        })
        .collect::<Lowered<_>>()?;
    let lengths: Vec<usize> = per_axis(&list, spatial, "output_size")?
        .into_iter()
        .zip(&x.shape[2..])
        .map(|(length, &own)| length.map_or(Ok(own), |length| size(length, "output_size")))
        .collect::<Lowered<_>>()?;
    if lengths.contains(&0) || x.shape[2..].contains(&0) {
        return Err(LoweringError::new(format!(
            "input {:?} and sizes {lengths:?} have to be positive",
            x.shape
        )));
    }
    Ok(lengths)
}

/// Whether windows of equal size without overlap give the result.
fn equal_windows(x: &TensorRef, lengths: &[usize]) -> Option<Window> {
    let spatial = lengths.len();
    let divides = x.shape[2..]
        .iter()
        .zip(lengths)
        .all(|(&from, &to)| from % to == 0);
    let kernel: Vec<usize> = x.shape[2..]
        .iter()
        .zip(lengths)
        .map(|(&from, &to)| from / to)
        .collect();
    divides.then(|| Window {
        strides: kernel.clone(),
        kernel,
        before: vec![0; spatial],
        after: vec![0; spatial],
        dilations: vec![1; spatial],
    })
}

fn average(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let (x, without_batch) = batched(cx, args, spatial)?;
    let lengths = lengths(args, &x, spatial)?;
    let result = adaptive_average(cx, &x, &lengths)?;
    fresh(unbatched(cx, result, without_batch)?)
}

fn adaptive_average(cx: &mut Context, x: &TensorRef, lengths: &[usize]) -> Lowered<TensorRef> {
    if x.shape[2..] == *lengths {
        return Ok(x.clone());
    }
    if lengths.iter().all(|&length| length == 1) {
        let axes: Vec<usize> = (2..x.rank()).collect();
        return Ok(cx.graph.reduce(Reduction::Mean, x, &axes, true)?);
    }
    if let Some(window) = equal_windows(x, lengths) {
        return Ok(cx.graph.average_pool(x, &window, false)?);
    }
    // the mean of a box is the mean over one axis of the means over the others
    let mut x = x.clone();
    for (index, &length) in lengths.iter().enumerate() {
        let axis = index + 2;
        let own = x.shape[axis];
        if own == length {
            continue;
        }
        let mut matrix = vec![0.0; own * length];
        for (position, (start, end)) in regions(own, length).enumerate() {
            for weight in &mut matrix[position * own + start..position * own + end] {
                *weight = 1.0 / (end - start) as f64;
            }
        }
        let matrix = cx
            .graph
            .computed(TensorData::from_f64(x.dtype, &[length, own], &matrix)?);
        x = cx.graph.multiply_axis(&x, axis, &matrix)?;
    }
    Ok(x)
}

fn maximum(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let (x, without_batch) = batched(cx, args, spatial)?;
    let lengths = lengths(args, &x, spatial)?;
    let result = if x.shape[2..] == lengths[..] {
        x
    } else if lengths.iter().all(|&length| length == 1) {
        let axes: Vec<usize> = (2..x.rank()).collect();
        cx.graph.reduce(Reduction::Max, &x, &axes, true)?
    } else if let Some(window) = equal_windows(&x, &lengths) {
        cx.graph.max_pool(&x, &window)?
    } else {
        let mut x = x;
        for (index, &length) in lengths.iter().enumerate() {
            let axis = index + 2;
            let mut parts = Vec::with_capacity(length);
            for (start, end) in regions(x.shape[axis], length) {
                let part = cx.graph.narrow(&x, axis, start, end - start)?;
                parts.push(cx.graph.reduce(Reduction::Max, &part, &[axis], true)?);
            }
            x = cx.graph.concat(&parts, axis)?;
        }
        x
    };
    let result = unbatched(cx, result, without_batch)?;
    // the second result, the indices, is refused only where it is used
    Ok(Value::tuple(vec![Value::from(result), Value::None]))
}

fn regions(own: usize, length: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..length).map(move |index| (index * own / length, ((index + 1) * own).div_ceil(length)))
}
