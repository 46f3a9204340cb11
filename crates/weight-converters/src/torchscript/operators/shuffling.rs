//! Pixels to channels and back, and channels among each other.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, fresh, size, tensor};
use super::{Operator, row};
use crate::graph::TensorRef;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::pixel_shuffle", pixel_shuffle, ""),
    row("aten::pixel_unshuffle", pixel_unshuffle, ""),
    row("aten::channel_shuffle", channel_shuffle, ""),
    row("aten::native_channel_shuffle", channel_shuffle, ""),
];

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
