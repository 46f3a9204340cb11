//! Joining tensors, and splitting them into views.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::{Tensor, Value};
use super::super::views::ViewStep;
use super::operands::{Lowered, axis, fresh, size, sizes, tensors};
use super::promotion::{Operand, common_type};
use super::ranges::range_view;
use super::{Operator, row};
use crate::graph::{TensorRef, signed};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::cat", cat, ""),
    row("aten::concat", cat, ""),
    row("aten::concatenate", cat, ""),
    row("aten::stack", stack, ""),
    row("aten::hstack", hstack, ""),
    row("aten::vstack", vstack, ""),
    row("aten::dstack", dstack, ""),
    row("aten::chunk", chunk, ""),
    row("aten::unsafe_chunk", chunk, ""),
    row("aten::split", split, "a size, or sizes"),
    row("aten::unsafe_split", split, ""),
    row("aten::split_with_sizes", split_with_sizes, ""),
    row("aten::unsafe_split_with_sizes", split_with_sizes, ""),
    row(
        "aten::tensor_split",
        tensor_split,
        "a number of parts, or indices",
    ),
    row("aten::unbind", unbind, ""),
    row("aten::broadcast_tensors", broadcast_tensors, ""),
];

/// Tensors in their common type.
fn alike(cx: &mut Context, parts: &[TensorRef]) -> Lowered<Vec<TensorRef>> {
    let operands: Vec<Operand> = parts.iter().cloned().map(Operand::Tensor).collect();
    let dtype = common_type(&operands);
    parts.iter().map(|part| Ok(cx.graph.cast(part, dtype)?)).collect()
}

fn joined(cx: &mut Context, parts: &[TensorRef], dim: i64) -> Lowered {
    // empty vectors are skipped, whatever the rank of the others
    let is_skipped = |part: &TensorRef| part.shape == [0];
    let rank = parts
        .iter()
        .find(|part| !is_skipped(part))
        .map_or(1, |part| part.rank());
    let parts = alike(cx, parts)?;
    let kept: Vec<TensorRef> = parts
        .iter()
        .filter(|part| !(is_skipped(part) && rank != 1))
        .cloned()
        .collect();
    if kept.iter().any(|part| part.rank() == 0) {
        return Err(LoweringError::new("tensors without axes cannot be joined"));
    }
    let axis = axis(dim, rank)?;
    fresh(cx.graph.concat(&kept, axis)?)
}

/// `cat(tensors, dim=0)`
fn cat(cx: &mut Context, args: &Arguments) -> Lowered {
    let parts = tensors(cx, args, 0, "tensors")?;
    joined(cx, &parts, args.int_or(1, "dim", 0)?)
}

/// `stack(tensors, dim=0)`
fn stack(cx: &mut Context, args: &Arguments) -> Lowered {
    let parts = tensors(cx, args, 0, "tensors")?;
    let parts = alike(cx, &parts)?;
    let rank = parts.first().map_or(0, |part| part.rank());
    let axis = axis(args.int_or(1, "dim", 0)?, rank + 1)?;
    let mut wide = Vec::with_capacity(parts.len());
    for part in &parts {
        wide.push(cx.graph.unsqueeze(part, axis)?);
    }
    fresh(cx.graph.concat(&wide, axis)?)
}

/// Tensors with at least so many axes, as `at_least` says for each number of axes that is too small.
fn widened(
    cx: &mut Context,
    args: &Arguments,
    at_least: fn(&[usize]) -> Vec<usize>,
) -> Lowered<Vec<TensorRef>> {
    let parts = tensors(cx, args, 0, "tensors")?;
    parts
        .iter()
        .map(|part| Ok(cx.graph.reshape(part, &at_least(&part.shape))?))
        .collect()
}

fn hstack(cx: &mut Context, args: &Arguments) -> Lowered {
    let parts = widened(
        cx,
        args,
        |shape| if shape.is_empty() { vec![1] } else { shape.to_vec() },
    )?;
    let dim = i64::from(parts.first().is_some_and(|part| part.rank() > 1));
    joined(cx, &parts, dim)
}

fn vstack(cx: &mut Context, args: &Arguments) -> Lowered {
    let parts = widened(cx, args, |shape| match shape {
        [] => vec![1, 1],
        [length] => vec![1, *length],
        more => more.to_vec(),
    })?;
    joined(cx, &parts, 0)
}

fn dstack(cx: &mut Context, args: &Arguments) -> Lowered {
    let parts = widened(cx, args, |shape| match shape {
        [] => vec![1, 1, 1],
        [length] => vec![1, *length, 1],
        [rows, columns] => vec![*rows, *columns, 1],
        more => more.to_vec(),
    })?;
    joined(cx, &parts, 2)
}

/// The tensor at place 0, an axis, and its length.
fn splittable(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    default: i64,
) -> Lowered<(Tensor, usize, usize)> {
    let base = args.tensor(0, "self")?.clone();
    let x = cx.read(&base)?;
    let axis = axis(args.int_or(index, "dim", default)?, x.rank())?;
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("a tensor without axes cannot be split"))?;
    Ok((base, axis, length))
}

/// Views one after the other along an axis.
fn parts(cx: &mut Context, base: &Tensor, axis: usize, lengths: &[usize]) -> Lowered {
    let mut start = 0;
    let mut views = Vec::with_capacity(lengths.len());
    for &length in lengths {
        views.push(Value::Tensor(range_view(cx, base, axis, start, length)?));
        start += length;
    }
    Ok(Value::list(views))
}

/// Lengths of parts of one size, of which the last may be shorter.
fn even(length: usize, part: usize) -> Vec<usize> {
    if length == 0 || part == 0 {
        return vec![length];
    }
    (0..length.div_ceil(part))
        .map(|index| part.min(length - index * part))
        .collect()
}

/// `chunk(self, chunks, dim=0)`: parts of equal size, rounded up
fn chunk(cx: &mut Context, args: &Arguments) -> Lowered {
    let (base, axis, length) = splittable(cx, args, 2, 0)?;
    let count = size(args.int(1, "chunks")?, "chunks")?;
    if count == 0 {
        return Err(LoweringError::new("`chunks` is zero"));
    }
    parts(cx, &base, axis, &even(length, length.div_ceil(count)))
}

/// `split(self, split_size, dim=0)`; a list of sizes is the other form
fn split(cx: &mut Context, args: &Arguments) -> Lowered {
    if let Some(Value::List(_) | Value::Tuple(_)) = args.get(1, "split_size") {
        return split_with_sizes(cx, args);
    }
    let (base, axis, length) = splittable(cx, args, 2, 0)?;
    let part = size(args.int(1, "split_size")?, "split_size")?;
    if part == 0 && length > 0 {
        return Err(LoweringError::new("`split_size` is zero"));
    }
    parts(cx, &base, axis, &even(length, part))
}

/// `split_with_sizes(self, split_sizes, dim=0)`
fn split_with_sizes(cx: &mut Context, args: &Arguments) -> Lowered {
    let (base, axis, length) = splittable(cx, args, 2, 0)?;
    let lengths = sizes(args, 1, "split_sizes")?;
    let total = lengths
        .iter()
        .try_fold(0_usize, |sum, &part| sum.checked_add(part));
    if total != Some(length) {
        return Err(LoweringError::new(format!(
            "sizes {lengths:?} do not add up to {length}"
        )));
    }
    parts(cx, &base, axis, &lengths)
}

/// `tensor_split(self, sections or indices, dim=0)`: the first parts are one longer where the length does not divide
fn tensor_split(cx: &mut Context, args: &Arguments) -> Lowered {
    let (base, axis, length) = splittable(cx, args, 2, 0)?;
    let indices = match args.value(1, "indices_or_sections")?.clone() {
        Value::Int(count) => {
            let count = size(count, "sections")?;
            if count == 0 || count > 1 << 20 {
                return Err(LoweringError::new(format!("{count} sections are not possible")));
            }
            let (part, longer) = (length / count, length % count);
            let lengths: Vec<usize> = (0..count)
                .map(|index| part + usize::from(index < longer))
                .collect();
            return parts(cx, &base, axis, &lengths);
        }
        Value::Tensor(indices) => {
            let indices = cx.read(&indices)?;
            let known = indices.constant.as_ref().and_then(TensorData::to_i64);
            known.ok_or_else(|| {
                LoweringError::new("indices that are computed by the network are not supported")
            })?
        }
        _ => args.ints(1, "indices")?,
    };
    let mut views = Vec::new();
    let mut start = 0;
    let places = indices.iter().map(|&index| {
        let index = if index < 0 {
            index.saturating_add(signed(length))
        } else {
            index
        };
        usize::try_from(index.max(0)).unwrap_or(length).min(length)
    });
    for end in places.chain([length]) {
        views.push(Value::Tensor(range_view(
            cx,
            &base,
            axis,
            start,
            end.saturating_sub(start),
        )?));
        start = end;
    }
    Ok(Value::list(views))
}

/// `unbind(self, dim=0)`
fn unbind(cx: &mut Context, args: &Arguments) -> Lowered {
    let (base, axis, length) = splittable(cx, args, 1, 0)?;
    let mut views = Vec::with_capacity(length);
    for index in 0..length {
        views.push(Value::Tensor(cx.view(&base, ViewStep::Select { axis, index })?));
    }
    Ok(Value::list(views))
}

fn broadcast_tensors(cx: &mut Context, args: &Arguments) -> Lowered {
    let tensors = args.tensors(0, "tensors")?;
    let mut shape = Vec::new();
    for tensor in &tensors {
        let value = cx.read(tensor)?;
        shape = crate::graph::broadcast_shapes("broadcast_tensors", &shape, &value.shape)?;
    }
    let mut views = Vec::with_capacity(tensors.len());
    for tensor in &tensors {
        views.push(Value::Tensor(cx.view(tensor, ViewStep::Expand(shape.clone()))?));
    }
    Ok(Value::list(views))
}
