//! Operators that move elements.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, Layout, LoweringError};
use super::window::Image;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{TensorRef, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row("Transpose", transpose, "the order is known while converting"),
    row("ReverseV2", reverse, "axes are known while converting"),
    row("Roll", roll, "shifts are known while converting"),
    row("DepthToSpace", depth_to_space, ""),
    row("SpaceToDepth", space_to_depth, ""),
    row("Tile", tile, "numbers are known while converting"),
];

fn transpose(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let mut order = Vec::new();
    for number in args.integers(cx, 1)? {
        order.push(axis(number, x.rank())?);
    }
    if order.len() != x.rank() {
        return Err(wrong(format!(
            "the order {order:?} does not fit shape {:?}",
            x.shape()
        )));
    }
    // composed with how the tensor is stored
    let inner: Vec<usize> = order.iter().map(|&axis| x.stored_axis(axis)).collect();
    let identity = inner.iter().enumerate().all(|(index, &axis)| index == axis);
    if identity {
        return one(x.value().clone());
    }
    // a network that takes channels first inside: the result is stored as the operand is
    let mut last = inner.clone();
    if last.len() > 2 {
        last[1..].rotate_right(1);
        if last.iter().enumerate().all(|(index, &axis)| index == axis) {
            return stored(x.value().clone(), Layout::ChannelsFirst);
        }
    }
    one(cx.permute(x.value(), &inner)?)
}

/// An axis backwards.
pub(super) fn reversed(cx: &mut Context, x: &TensorRef, axis: usize) -> Result<TensorRef, LoweringError> {
    let indices: Vec<i64> = (0..x.shape[axis]).rev().map(signed).collect();
    let indices = cx.graph.integers(&indices);
    Ok(cx.graph.gather(x, &indices, axis)?)
}

fn reverse(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let mut result = x.value().clone();
    for number in args.integers(cx, 1)? {
        let axis = x.stored_axis(axis(number, x.rank())?);
        result = reversed(cx, &result, axis)?;
    }
    stored(result, x.layout())
}

fn roll(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let (shifts, numbers) = (args.integers(cx, 1)?, args.integers(cx, 2)?);
    if shifts.len() != numbers.len() {
        return Err(wrong(format!(
            "{} shifts for {} axes",
            shifts.len(),
            numbers.len()
        )));
    }
    let mut result = x.value().clone();
    for (shift, number) in shifts.into_iter().zip(numbers) {
        let axis = x.stored_axis(axis(number, x.rank())?);
        let length = signed(result.shape[axis]);
        if length == 0 {
            continue;
        }
        let indices: Vec<i64> = (0..length)
            .map(|index| index.wrapping_sub(shift).rem_euclid(length))
            .collect();
        let indices = cx.graph.integers(&indices);
        result = cx.graph.gather(&result, &indices, axis)?;
    }
    stored(result, x.layout())
}

/// An image, the edge of its blocks, and batch, channels, height and width.
fn blocks(cx: &mut Context, args: &Arguments<'_>) -> Result<(Image, usize, [usize; 4]), LoweringError> {
    let x = args.tensor(0)?;
    let image = Image::new(cx, &x, args.channels()?, Some(2))?;
    let size = args.int("block_size").and_then(|size| usize::try_from(size).ok());
    let size = size
        .filter(|&size| size > 0)
        .ok_or_else(|| wrong("has no block_size above zero"))?;
    let shape = image.value.shape[..]
        .try_into()
        .map_err(|_| wrong("an image has four axes"))?;
    Ok((image, size, shape))
}

fn depth_to_space(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, [batch, channels, height, width]) = blocks(cx, args)?;
    let square = size
        .checked_mul(size)
        .filter(|&square| channels.is_multiple_of(square));
    let square =
        square.ok_or_else(|| wrong(format!("{channels} channels are no blocks of {size} x {size}")))?;
    let left = channels / square;
    let split = cx
        .graph
        .reshape(&image.value, &[batch, size, size, left, height, width])?;
    let turned = cx.graph.transpose(&split, &[0, 3, 4, 1, 5, 2])?;
    let result = cx.graph.reshape(
        &turned,
        &[
            batch,
            left,
            height.saturating_mul(size),
            width.saturating_mul(size),
        ],
    )?;
    image.with(result)
}

fn space_to_depth(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, [batch, channels, height, width]) = blocks(cx, args)?;
    if !height.is_multiple_of(size) || !width.is_multiple_of(size) {
        return Err(wrong(format!(
            "{height} x {width} pixels are no blocks of {size} x {size}"
        )));
    }
    let (rows, columns) = (height / size, width / size);
    let split = cx
        .graph
        .reshape(&image.value, &[batch, channels, rows, size, columns, size])?;
    let turned = cx.graph.transpose(&split, &[0, 3, 5, 1, 2, 4])?;
    let result = cx
        .graph
        .reshape(&turned, &[batch, size * size * channels, rows, columns])?;
    image.with(result)
}

fn tile(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let repeats = args.lengths(cx, 1)?;
    if repeats.len() != x.rank() {
        return Err(wrong(format!(
            "{} numbers of repetitions for shape {:?}",
            repeats.len(),
            x.shape()
        )));
    }
    let inner = x.stored_order(&repeats);
    stored(cx.graph.tile(x.value(), &inner)?, x.layout())
}
