//! Operators that rearrange elements into a copy: repetitions, flips and shifts.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, axes, axis, fresh, per_axis, size, sizes, tensor};
use super::{Operator, row};
use crate::graph::{SliceRange, TensorRef, signed};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::repeat", repeat, ""),
    row("aten::tile", tile, ""),
    row(
        "aten::repeat_interleave",
        repeat_interleave,
        "a number of repetitions, or known ones",
    ),
    row("aten::flip", flip, ""),
    row("aten::fliplr", fliplr, ""),
    row("aten::flipud", flipud, ""),
    row("aten::rot90", rot90, ""),
    row("aten::roll", roll, ""),
    row("aten::meshgrid", meshgrid, ""),
];

/// `repeat(self, repeats)`; more numbers than axes add axes in front
fn repeat(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let repeats = sizes(args, 1, "repeats")?;
    if repeats.len() < x.rank() {
        return Err(LoweringError::new(format!(
            "{} numbers for shape {:?}",
            repeats.len(),
            x.shape
        )));
    }
    fresh(repeated(cx, &x, &repeats)?)
}

fn tile(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let mut repeats = sizes(args, 1, "dims")?;
    while repeats.len() < x.rank() {
        repeats.insert(0, 1);
    }
    fresh(repeated(cx, &x, &repeats)?)
}

fn repeated(cx: &mut Context, x: &TensorRef, repeats: &[usize]) -> Lowered<TensorRef> {
    let mut shape = vec![1; repeats.len() - x.rank()];
    shape.extend(&x.shape);
    let x = cx.graph.reshape(x, &shape)?;
    Ok(cx.graph.tile(&x, repeats)?)
}

/// `repeat_interleave(self, repeats, dim=None)`
fn repeat_interleave(cx: &mut Context, args: &Arguments) -> Lowered {
    let mut x = tensor(cx, args, 0, "self")?;
    let Some(repeats) = args.get(1, "repeats").cloned() else {
        return Err(LoweringError::new(
            "the form of one argument gives a size that depends on contents",
        ));
    };
    let axis = match args.optional_int(2, "dim")? {
        Some(dim) => axis(dim, x.rank())?,
        None => {
            x = cx.graph.reshape(&x, &[x.count()])?;
            0
        }
    };
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("needs an axis"))?;
    let counts: Vec<i64> = match &repeats {
        Value::Int(count) => vec![*count],
        Value::Tensor(counts) => {
            let counts = cx.read(counts)?;
            let known = counts.constant.as_ref().and_then(TensorData::to_i64);
            known.ok_or_else(|| {
                LoweringError::new("numbers of repetitions that are computed by the network")
            })?
        }
        other => return Err(LoweringError::new(format!("`repeats` is a {}", other.kind()))),
    };
    let counts = per_axis(&counts, length, "repeats")?;
    let mut indices = Vec::new();
    for (index, &count) in counts.iter().enumerate() {
        let count = size(count, "repeats")?;
        if indices.len().saturating_add(count) > 1 << 24 {
            return Err(LoweringError::new("more than 16777216 elements along an axis"));
        }
        indices.extend(std::iter::repeat_n(signed(index), count));
    }
    let indices = cx.graph.integers(&indices);
    fresh(cx.graph.gather(&x, &indices, axis)?)
}

fn flipped(cx: &mut Context, x: &TensorRef, axes: &[usize]) -> Lowered<TensorRef> {
    let ranges: Vec<SliceRange> = axes
        .iter()
        .filter(|&&axis| x.shape.get(axis).is_some_and(|&length| length > 1))
        .map(|&axis| SliceRange {
            axis,
            start: x.shape[axis] - 1,
            length: x.shape[axis],
            step: -1,
        })
        .collect();
    Ok(cx.graph.slice(x, &ranges)?)
}

fn flip(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = axes(&args.ints(1, "dims")?, x.rank())?;
    fresh(flipped(cx, &x, &axes)?)
}

fn fliplr(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(flipped(cx, &x, &[1])?)
}

fn flipud(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(flipped(cx, &x, &[0])?)
}

/// `rot90(self, k=1, dims=[0, 1])`: from the first towards the second axis
fn rot90(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let turns = args.int_or(1, "k", 1)?.rem_euclid(4);
    let plane = axes(
        &args.optional_ints(2, "dims")?.unwrap_or_else(|| vec![0, 1]),
        x.rank(),
    )?;
    let &[a, b] = &plane[..] else {
        return Err(LoweringError::new("`dims` holds two axes"));
    };
    let result = match turns {
        0 => x,
        1 => {
            let flipped = flipped(cx, &x, &[b])?;
            cx.graph.swap_axes(&flipped, a, b)?
        }
        2 => flipped(cx, &x, &[a, b])?,
        _ => {
            let flipped = flipped(cx, &x, &[a])?;
            cx.graph.swap_axes(&flipped, a, b)?
        }
    };
    fresh(result)
}

/// `roll(self, shifts, dims=[])`; without axes the flattened tensor is rolled
fn roll(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shifts = args.ints(1, "shifts")?;
    let list = args.optional_ints(2, "dims")?.unwrap_or_default();
    if list.is_empty() {
        let flat = cx.graph.reshape(&x, &[x.count()])?;
        let &[shift] = &shifts[..] else {
            return Err(LoweringError::new(
                "one shift is expected where no axes are given",
            ));
        };
        let rolled = rolled(cx, &flat, 0, shift)?;
        return fresh(cx.graph.reshape(&rolled, &x.shape)?);
    }
    if list.len() != shifts.len() {
        return Err(LoweringError::new(format!(
            "{} shifts for {} axes",
            shifts.len(),
            list.len()
        )));
    }
    let mut x = x;
    for (&dim, &shift) in list.iter().zip(&shifts) {
        let axis = axis(dim, x.rank())?;
        x = rolled(cx, &x, axis, shift)?;
    }
    fresh(x)
}

fn rolled(cx: &mut Context, x: &TensorRef, axis: usize, shift: i64) -> Lowered<TensorRef> {
    let length = x.shape.get(axis).copied().unwrap_or(0);
    if length == 0 {
        return Ok(x.clone());
    }
    let shift = usize::try_from(shift.rem_euclid(signed(length))).unwrap_or(0);
    if shift == 0 {
        return Ok(x.clone());
    }
    let end = cx.graph.narrow(x, axis, length - shift, shift)?;
    let start = cx.graph.narrow(x, axis, 0, length - shift)?;
    Ok(cx.graph.concat(&[end, start], axis)?)
}

/// `meshgrid(tensors, indexing="ij")`
fn meshgrid(cx: &mut Context, args: &Arguments) -> Lowered {
    let lines = super::operands::tensors(cx, args, 0, "tensors")?;
    let indexing = match args.get(1, "indexing") {
        None | Some(Value::None) => "ij",
        Some(_) => args.str(1, "indexing")?,
    };
    let lengths: Vec<usize> = lines.iter().map(|line| line.count()).collect();
    let mut grids = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let mut shape = vec![1; lines.len()];
        shape[index] = line.count();
        let line = cx.graph.reshape(line, &shape)?;
        let mut grid = cx.graph.expand(&line, &lengths)?;
        if indexing == "xy" && lines.len() >= 2 {
            grid = cx.graph.swap_axes(&grid, 0, 1)?;
        }
        grids.push(Value::from(grid));
    }
    Ok(Value::list(grids))
}
