//! New tensors.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row("Fill", fill, "the shape is known while converting"),
    row("ZerosLike", like, ""),
    row("OnesLike", like, ""),
    row("Range", range, "bounds are known while converting"),
    row("LinSpace", lin_space, "bounds are known while converting"),
];

/// The most elements of a range.
const MAX_RANGE: f64 = 1e7;

fn fill(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let shape = args.lengths(cx, 0)?;
    let value = args.plain(cx, 1)?;
    if value.rank() != 0 {
        return Err(wrong(format!(
            "the value has shape {:?}, not one number",
            value.shape
        )));
    }
    one(cx.graph.expand(&value, &shape)?)
}

fn like(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let number = if args.operator() == "ZerosLike" { 0.0 } else { 1.0 };
    let result = cx.graph.filled(x.value(), &x.value().shape, number)?;
    stored(result, x.layout())
}

fn range(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let dtype = args.tensor(0)?.value().dtype;
    let (start, limit, step) = (args.number(cx, 0)?, args.number(cx, 1)?, args.number(cx, 2)?);
    let count = ((limit - start) / step).ceil().max(0.0);
    if count.is_nan() || count > MAX_RANGE {
        return Err(wrong(format!(
            "from {start} to {limit} in steps of {step} are more than {MAX_RANGE} elements"
        )));
    }
    let values: Vec<f64> = (0..count as u64)
        .map(|index| start + index as f64 * step)
        .collect();
    let data = TensorData::from_f64(dtype, &[values.len()], &values)?;
    one(cx.graph.computed(data))
}

fn lin_space(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let dtype = args.tensor(0)?.value().dtype;
    let (start, stop, count) = (args.number(cx, 0)?, args.number(cx, 1)?, args.number(cx, 2)?);
    if !(1.0..=MAX_RANGE).contains(&count) {
        return Err(wrong(format!("{count} elements are wanted")));
    }
    let step = if count > 1.0 {
        (stop - start) / (count - 1.0)
    } else {
        0.0
    };
    let values: Vec<f64> = (0..count as u64)
        .map(|index| start + index as f64 * step)
        .collect();
    let data = TensorData::from_f64(dtype, &[values.len()], &values)?;
    one(cx.graph.computed(data))
}
