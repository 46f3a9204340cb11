//! Operators that rearrange elements into a copy: repetitions, flips and shifts, diagonals, pixel shuffling.

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
    row("aten::diagonal", diagonal, "not written in place"),
    row("aten::diag", diag, ""),
    row("aten::diag_embed", diag_embed, "offset 0, last two axes"),
    row("aten::tril", tril, ""),
    row("aten::triu", triu, ""),
    row("aten::pixel_shuffle", pixel_shuffle, ""),
    row("aten::pixel_unshuffle", pixel_unshuffle, ""),
    row("aten::channel_shuffle", channel_shuffle, ""),
    row("aten::native_channel_shuffle", channel_shuffle, ""),
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

/// `diagonal(self, offset=0, dim1=0, dim2=1)`: the axes vanish, and one along the diagonal is added at the end
fn diagonal(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "offset", 0)?;
    let a = axis(args.int_or(2, "dim1", 0)?, x.rank())?;
    let b = axis(args.int_or(3, "dim2", 1)?, x.rank())?;
    fresh(diagonal_of(cx, &x, offset, a, b)?)
}

fn diagonal_of(cx: &mut Context, x: &TensorRef, offset: i64, a: usize, b: usize) -> Lowered<TensorRef> {
    if a == b || x.rank() < 2 {
        return Err(LoweringError::new("a diagonal lies between two axes"));
    }
    let down = usize::try_from(offset.saturating_neg()).unwrap_or(0);
    let right = usize::try_from(offset).unwrap_or(0);
    let length = x.shape[a]
        .saturating_sub(down)
        .min(x.shape[b].saturating_sub(right));
    let mut permutation: Vec<usize> = (0..x.rank()).filter(|&axis| axis != a && axis != b).collect();
    let mut shape: Vec<usize> = permutation.iter().map(|&axis| x.shape[axis]).collect();
    permutation.extend([a, b]);
    let moved = cx.graph.transpose(x, &permutation)?;
    shape.push(x.shape[a] * x.shape[b]);
    let flat = cx.graph.reshape(&moved, &shape)?;
    let indices: Vec<i64> = (0..length)
        .map(|index| signed((index + down) * x.shape[b] + index + right))
        .collect();
    let indices = cx.graph.integers(&indices);
    Ok(cx.graph.gather(&flat, &indices, shape.len() - 1)?)
}

/// Of a matrix the diagonal, of a vector the matrix with it.
fn diag(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "diagonal", 0)?;
    match x.rank() {
        2 => fresh(diagonal_of(cx, &x, offset, 0, 1)?),
        1 if offset == 0 => fresh(embedded(cx, &x)?),
        _ => Err(LoweringError::new(format!(
            "offset {offset} of shape {:?} is not supported",
            x.shape
        ))),
    }
}

fn diag_embed(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = (
        args.int_or(1, "offset", 0)?,
        args.int_or(2, "dim1", -2)?,
        args.int_or(3, "dim2", -1)?,
    );
    if axes != (0, -2, -1) {
        return Err(LoweringError::new(
            "is supported with offset 0 and the last two axes",
        ));
    }
    fresh(embedded(cx, &x)?)
}

/// Matrices with the last axis as their diagonal.
fn embedded(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let length = *x
        .shape
        .last()
        .ok_or_else(|| LoweringError::new("needs an axis"))?;
    let eye: Vec<i64> = (0..length * length)
        .map(|index| i64::from(index / length == index % length))
        .collect();
    let eye = cx
        .graph
        .computed(TensorData::from_i64(x.dtype, &[length, length], &eye)?);
    let rows = cx.graph.unsqueeze(x, x.rank())?;
    Ok(cx.graph.mul(&rows, &eye)?)
}

fn tril(cx: &mut Context, args: &Arguments) -> Lowered {
    triangle(cx, args, |row, column, offset| column <= row + offset)
}

fn triu(cx: &mut Context, args: &Arguments) -> Lowered {
    triangle(cx, args, |row, column, offset| column >= row + offset)
}

/// Zeros outside a triangle of the last two axes.
fn triangle(cx: &mut Context, args: &Arguments, inside: fn(i64, i64, i64) -> bool) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "diagonal", 0)?.clamp(-(1 << 40), 1 << 40);
    let &[.., rows, columns] = &x.shape[..] else {
        return Err(LoweringError::new(format!(
            "takes two axes or more, found shape {:?}",
            x.shape
        )));
    };
    if rows.saturating_mul(columns) > 1 << 26 {
        return Err(LoweringError::new(format!(
            "a triangle of {rows} x {columns} elements is too large"
        )));
    }
    let mask: Vec<i64> = (0..rows * columns)
        .map(|index| i64::from(inside(signed(index / columns), signed(index % columns), offset)))
        .collect();
    let mask = cx.graph.computed(TensorData::from_i64(
        crate::tensor::ScalarType::Bool,
        &[rows, columns],
        &mask,
    )?);
    let zero = cx.graph.scalar(x.dtype, 0.0);
    fresh(cx.graph.choose(&mask, &x, &zero)?)
}

/// The axes in front, and channels, rows and columns of a picture.
fn picture(x: &TensorRef) -> Lowered<(Vec<usize>, usize, usize, usize)> {
    match &x.shape[..] {
        [front @ .., channels, rows, columns] => Ok((front.to_vec(), *channels, *rows, *columns)),
        _ => Err(LoweringError::new(format!(
            "channel, row and column axes are expected, found {:?}",
            x.shape
        ))),
    }
}

/// The three steps of moving blocks: split axes, permute those behind the front, join.
fn rearranged(
    cx: &mut Context,
    x: &TensorRef,
    front: &[usize],
    split: &[usize],
    order: &[usize],
    joined: &[usize],
) -> Lowered {
    let with_front = |behind: &[usize]| front.iter().chain(behind).copied().collect::<Vec<usize>>();
    let split = cx.graph.reshape(x, &with_front(split))?;
    let mut permutation: Vec<usize> = (0..front.len()).collect();
    permutation.extend(order.iter().map(|&axis| axis + front.len()));
    let turned = cx.graph.transpose(&split, &permutation)?;
    fresh(cx.graph.reshape(&turned, &with_front(joined))?)
}

/// `pixel_shuffle(self, upscale_factor)`: (C r², H, W) to (C, H r, W r)
fn pixel_shuffle(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let r = size(args.int(1, "upscale_factor")?, "upscale_factor")?;
    let (front, channels, rows, columns) = picture(&x)?;
    if r == 0 || channels % r.saturating_mul(r) != 0 {
        return Err(LoweringError::new(format!(
            "factor {r} does not fit shape {:?}",
            x.shape
        )));
    }
    let c = channels / (r * r);
    rearranged(
        cx,
        &x,
        &front,
        &[c, r, r, rows, columns],
        &[0, 3, 1, 4, 2],
        &[c, rows * r, columns * r],
    )
}

/// `pixel_unshuffle(self, downscale_factor)`: (C, H r, W r) to (C r², H, W)
fn pixel_unshuffle(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let r = size(args.int(1, "downscale_factor")?, "downscale_factor")?;
    let (front, c, rows, columns) = picture(&x)?;
    if r == 0 || rows % r != 0 || columns % r != 0 {
        return Err(LoweringError::new(format!(
            "factor {r} does not fit shape {:?}",
            x.shape
        )));
    }
    let split = [c, rows / r, r, columns / r, r];
    rearranged(
        cx,
        &x,
        &front,
        &split,
        &[0, 2, 4, 1, 3],
        &[c * r * r, rows / r, columns / r],
    )
}

/// `channel_shuffle(self, groups)`
fn channel_shuffle(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let groups = size(args.int(1, "groups")?, "groups")?;
    let &[batch, channels, ref space @ ..] = &x.shape[..] else {
        return Err(LoweringError::new(format!(
            "batch and channel axes are expected, found {:?}",
            x.shape
        )));
    };
    if groups == 0 || channels % groups != 0 {
        return Err(LoweringError::new(format!(
            "{groups} groups do not divide {channels} channels"
        )));
    }
    let together: usize = space.iter().product();
    let split = [groups, channels / groups, together];
    let shuffled = rearranged(cx, &x, &[batch], &split, &[1, 0, 2], &[channels, together])?;
    let Value::Tensor(shuffled) = shuffled else {
        return Ok(shuffled);
    };
    let shuffled = cx.read(&shuffled)?;
    fresh(cx.graph.reshape(&shuffled, &x.shape)?)
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
