//! Picking and writing elements by index.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, LoweringError};
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{Comparison, Reduction, TensorRef, check_size, signed};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row("Gather", gather, ""),
    row("GatherV2", gather_v2, "no batch_dims"),
    row("GatherNd", gather_nd, ""),
    row("ScatterNd", scatter, ""),
    row("TensorScatterUpdate", update, ""),
    row("TensorScatterAdd", update, ""),
    row("OneHot", one_hot, ""),
];

fn gather(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    picked(cx, args, 0)
}

fn gather_v2(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    if args.int("batch_dims").unwrap_or(0) != 0 {
        return Err(wrong("batch_dims is not supported"));
    }
    let axis = args.integer(cx, 2)?;
    picked(cx, args, axis)
}

fn picked(cx: &mut Context, args: &Arguments<'_>, number: i64) -> Lowered {
    let x = args.tensor(0)?;
    let indices = args.plain(cx, 1)?;
    let axis = axis(number, x.rank())?;
    if indices.rank() == 1 {
        let result = cx.graph.gather(x.value(), &indices, x.stored_axis(axis))?;
        return stored(result, x.layout());
    }
    let plain = cx.plain(&x)?;
    one(cx.graph.gather(&plain, &indices, axis)?)
}

fn gather_nd(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (x, indices) = (args.plain(cx, 0)?, args.plain(cx, 1)?);
    if args.int("batch_dims").unwrap_or(0) != 0 {
        return Err(wrong("batch_dims is not supported"));
    }
    let (&depth, front) = indices
        .shape
        .split_last()
        .filter(|(depth, _)| **depth <= x.rank())
        .ok_or_else(|| {
            wrong(format!(
                "indices of shape {:?} do not address shape {:?}",
                indices.shape, x.shape
            ))
        })?;
    // one number instead of a tuple, so that the rows of a matrix are picked
    let rows: usize = x.shape[..depth].iter().product();
    let mut flat = vec![rows];
    flat.extend(&x.shape[depth..]);
    let table = cx.graph.reshape(&x, &flat)?;
    let strides: Vec<i64> = (0..depth)
        .map(|axis| signed(x.shape[axis + 1..depth].iter().product()))
        .collect();
    let strides = cx
        .graph
        .computed(TensorData::from_i64(ScalarType::Int64, &[depth], &strides)?);
    let wide = cx.graph.cast(&indices, ScalarType::Int64)?;
    let products = cx.graph.mul(&wide, &strides)?;
    let last = indices.rank() - 1;
    let numbers = cx.graph.reduce(Reduction::Sum, &products, &[last], false)?;
    let result = cx.graph.gather(&table, &numbers, 0)?;
    let mut shape = front.to_vec();
    shape.extend(&x.shape[depth..]);
    one(cx.graph.reshape(&result, &shape)?)
}

fn wide(cx: &mut Context, indices: &TensorRef) -> Result<TensorRef, LoweringError> {
    Ok(cx.graph.cast(indices, ScalarType::Int64)?)
}

/// Zeros with updates added at index tuples.
fn scatter(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (indices, updates) = (args.plain(cx, 0)?, args.plain(cx, 1)?);
    let shape = args.lengths(cx, 2)?;
    let indices = wide(cx, &indices)?;
    let zeros = cx.graph.filled(&updates, &shape, 0.0)?;
    one(cx.graph.scatter_tuples(&zeros, &indices, &updates, true)?)
}

fn update(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (x, indices, updates) = (args.plain(cx, 0)?, args.plain(cx, 1)?, args.plain(cx, 2)?);
    let indices = wide(cx, &indices)?;
    let adds = args.operator() == "TensorScatterAdd";
    one(cx.graph.scatter_tuples(&x, &indices, &updates, adds)?)
}

/// Inputs: indices, depth, value where the index is, value elsewhere.
fn one_hot(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let indices = args.plain(cx, 0)?;
    let depth = args.integer(cx, 1)?;
    let (on, off) = (args.plain(cx, 2)?, args.plain(cx, 3)?);
    let axis = match args.int("axis").unwrap_or(-1) {
        -1 => indices.rank(),
        number => axis(number, indices.rank() + 1)?,
    };
    let depth = usize::try_from(depth).map_err(|_| wrong("the depth is below zero"))?;
    check_size("OneHot", &[depth], 1 << 24)?;
    let steps: Vec<i64> = (0..signed(depth)).collect();
    let mut shape = vec![1; indices.rank() + 1];
    shape[axis] = depth;
    let steps = cx
        .graph
        .computed(TensorData::from_i64(indices.dtype, &shape, &steps)?);
    let wide = cx.graph.unsqueeze(&indices, axis)?;
    let equal = cx.graph.compare(Comparison::Equal, &wide, &steps)?;
    one(cx.graph.choose(&equal, &on, &off)?)
}
