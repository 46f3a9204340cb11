//! Parts of an image side by side in the batch axis: TensorFlow's way to have dilated convolutions.
//!
//! `SpaceToBatchND`, a convolution and `BatchToSpaceND` together are one dilated convolution. What the first two give is
//! remembered, and where the third one fits, that convolution is written; nothing then needs the others, so they vanish.

use super::super::arguments::{Arguments, Channels};
use super::super::context::{Context, LoweringError, Tensor};
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{PadMode, SliceRange, TensorRef, Window};
use crate::tensor::element_count;

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "SpaceToBatchND",
        space_to_batch,
        "with a convolution and `BatchToSpaceND` a dilated convolution",
    ),
    row("BatchToSpaceND", batch_to_space, ""),
];

/// A convolution as ONNX has it.
#[derive(Debug, Clone)]
pub(crate) struct Convolution {
    pub(super) weight: TensorRef,
    pub(super) groups: usize,
    pub(super) window: Window,
}

/// How parts of an image came about.
#[derive(Debug, Clone)]
pub(crate) struct Batched {
    image: Tensor,
    block: Vec<usize>,
    pads: Vec<(usize, usize)>,
    convolution: Option<Convolution>,
}

/// Remembers that a tensor is a convolution of parts.
pub(super) fn remember_convolution(
    cx: &mut Context,
    input: &Tensor,
    result: &TensorRef,
    channels: Channels,
    convolution: Convolution,
) {
    let window = &convolution.window;
    let is_plain = channels == Channels::Last
        && [&window.strides, &window.dilations]
            .iter()
            .all(|list| list.iter().all(|&number| number == 1))
        && window.before.iter().chain(&window.after).all(|&pad| pad == 0);
    if !is_plain {
        return;
    }
    if let Some(parts) = cx.batched.get(&input.value().name)
        && parts.convolution.is_none()
    {
        let parts = Batched {
            convolution: Some(convolution),
            ..parts.clone()
        };
        cx.batched.insert(result.name.clone(), parts);
    }
}

/// Lengths of blocks, and numbers for both ends of the same axes.
type Block = (Vec<usize>, Vec<(usize, usize)>);

/// Block lengths, and what is added to or taken from both ends of the same axes.
fn block(cx: &mut Context, args: &Arguments<'_>) -> Result<Block, LoweringError> {
    let block = args.lengths(cx, 1)?;
    let ends = args.lengths(cx, 2)?;
    if ends.len() != 2 * block.len() || block.contains(&0) {
        return Err(wrong(format!(
            "a block of {block:?} and ends {ends:?} do not fit"
        )));
    }
    let ends = ends.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
    Ok((block, ends))
}

fn space_to_batch(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let image = args.tensor(0)?;
    let (block, pads) = block(cx, args)?;
    let axes = block.len();
    if axes == 0 || image.rank() <= axes {
        return Err(wrong(format!(
            "a block of {block:?} does not fit an image of shape {:?}",
            image.shape()
        )));
    }
    let x = cx.plain(&image)?;
    let mut all = vec![(0, 0); x.rank()];
    for (axis, &(before, after)) in pads.iter().enumerate() {
        all[axis + 1] = (crate::graph::signed(before), crate::graph::signed(after));
    }
    let padded = cx.graph.pad(&x, &all, PadMode::Constant(0.0))?;
    let mut split = vec![padded.shape[0]];
    for (&length, &edge) in padded.shape[1..].iter().zip(&block) {
        if !length.is_multiple_of(edge) {
            return Err(wrong(format!("a length of {length} is not a multiple of {edge}")));
        }
        split.extend([length / edge, edge]);
    }
    split.extend(&padded.shape[axes + 1..]);
    // (block..., batch, parts..., rest)
    let mut order: Vec<usize> = (0..axes).map(|axis| 2 * axis + 2).collect();
    order.push(0);
    order.extend((0..axes).map(|axis| 2 * axis + 1));
    order.extend(2 * axes + 1..split.len());
    let parts = cx.graph.reshape(&padded, &split)?;
    let turned = cx.graph.transpose(&parts, &order)?;
    let mut shape = vec![turned.shape[..=axes].iter().product()];
    shape.extend(&turned.shape[axes + 1..]);
    let result = cx.graph.reshape(&turned, &shape)?;
    cx.batched.insert(
        result.name.clone(),
        Batched {
            image,
            block,
            pads,
            convolution: None,
        },
    );
    one(result)
}

fn batch_to_space(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let parts = args.tensor(0)?;
    let (block, crops) = block(cx, args)?;
    if let Some(known) = cx.batched.get(&parts.value().name).cloned()
        && known.block == block
        && let Some(result) = dilated(cx, &known, &crops)?
    {
        return Ok(result);
    }
    let axes = block.len();
    let x = cx.plain(&parts)?;
    let size = element_count(&block).unwrap_or(0);
    if axes == 0 || size == 0 || x.rank() <= axes || !x.shape[0].is_multiple_of(size) {
        return Err(wrong(format!(
            "a block of {block:?} does not fit parts of shape {:?}",
            x.shape
        )));
    }
    let mut split = block.clone();
    split.push(x.shape[0] / size);
    split.extend(&x.shape[1..]);
    // (batch, (part, block)..., rest)
    let mut order = vec![axes];
    for axis in 0..axes {
        order.extend([axes + 1 + axis, axis]);
    }
    order.extend(2 * axes + 1..split.len());
    let wide = cx.graph.reshape(&x, &split)?;
    let turned = cx.graph.transpose(&wide, &order)?;
    let mut shape = vec![turned.shape[0]];
    shape.extend((0..axes).map(|axis| turned.shape[2 * axis + 1] * turned.shape[2 * axis + 2]));
    shape.extend(&turned.shape[2 * axes + 1..]);
    let whole = cx.graph.reshape(&turned, &shape)?;
    let ranges = cut(&whole.shape[1..], &crops, 1)?;
    one(cx.graph.slice(&whole, &ranges)?)
}

/// What is left of axes after `crops`; the first of them is axis `first`.
fn cut(lengths: &[usize], crops: &[(usize, usize)], first: usize) -> Result<Vec<SliceRange>, LoweringError> {
    crops
        .iter()
        .zip(lengths)
        .enumerate()
        .map(|(index, (&(before, after), &length))| {
            let rest = length
                .checked_sub(before)
                .and_then(|rest| rest.checked_sub(after))
                .ok_or_else(|| wrong(format!("{crops:?} cannot be cut from {lengths:?}")))?;
            Ok(SliceRange {
                axis: first + index,
                start: before,
                length: rest,
                step: 1,
            })
        })
        .collect()
}

/// The dilated convolution that parts, a convolution of them, and the way back are together.
fn dilated(
    cx: &mut Context,
    parts: &Batched,
    crops: &[(usize, usize)],
) -> Result<Option<Vec<super::Value>>, LoweringError> {
    let Some(convolution) = &parts.convolution else {
        return Ok(None);
    };
    let axes = convolution.window.kernel.len();
    if parts.block.len() != axes || parts.image.rank() != axes + 2 {
        return Ok(None);
    }
    let image = cx.channels_first(&parts.image)?;
    let mut window = convolution.window.clone();
    window.dilations.clone_from(&parts.block);
    let mut rest = vec![(0, 0); axes];
    for axis in 0..axes {
        // strides are 1: what is cut from the result need not be added to the image
        let (before, after) = parts.pads[axis];
        let (first, last) = crops[axis];
        window.before[axis] = before.saturating_sub(first);
        window.after[axis] = after.saturating_sub(last);
        rest[axis] = (first.saturating_sub(before), last.saturating_sub(after));
    }
    let result = cx
        .graph
        .convolve(&image, &convolution.weight, None, &window, convolution.groups)?;
    let ranges = cut(&result.shape[2..], &rest, 2)?;
    let result = cx.graph.slice(&result, &ranges)?;
    stored(result, super::Layout::ChannelsFirst).map(Some)
}
