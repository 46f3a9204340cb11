//! Convolutions, depthwise ones, those that are fused with what follows, and bias.

use super::super::arguments::{Arguments, Channels};
use super::super::context::{Context, LoweringError, Tensor};
use super::batches::{self, Convolution};
use super::window::Image;
use super::{Lowered, Operator, one, row, wrong};
use crate::graph::{Binary, TensorRef, Unary};

pub(super) const OPERATORS: &[Operator] = &[
    row("Conv2D", convolve_2d, "groups; all paddings; dilations"),
    row("Conv3D", convolve_3d, "groups; all paddings; dilations"),
    row("DepthwiseConv2dNative", depthwise, "a convolution with groups"),
    row(
        "_FusedConv2D",
        fused,
        "with `BiasAdd`, `FusedBatchNorm` and activations",
    ),
    row("FusedDepthwiseConv2dNative", fused_depthwise, "as `_FusedConv2D`"),
    row(
        "_FusedDepthwiseConv2dNative",
        fused_depthwise,
        "as `_FusedConv2D`",
    ),
    row("BiasAdd", bias_add, "part of the convolution before it"),
    row("BiasAddV1", bias_add, "part of the convolution before it"),
];

fn convolve_2d(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, result) = convolved(cx, args, 2, Kind::Full)?;
    image.with(result)
}

fn convolve_3d(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, result) = convolved(cx, args, 3, Kind::Full)?;
    image.with(result)
}

fn depthwise(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, result) = convolved(cx, args, 2, Kind::Depthwise)?;
    image.with(result)
}

fn fused(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, result) = convolved(cx, args, 2, Kind::Full)?;
    let result = fused_operators(cx, args, &image, result)?;
    image.with(result)
}

fn fused_depthwise(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, result) = convolved(cx, args, 2, Kind::Depthwise)?;
    let result = fused_operators(cx, args, &image, result)?;
    image.with(result)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Full,
    Depthwise,
}

fn convolved(
    cx: &mut Context,
    args: &Arguments<'_>,
    axes: usize,
    kind: Kind,
) -> Result<(Image, TensorRef), LoweringError> {
    let input = args.tensor(0)?;
    let image = Image::new(cx, &input, args.channels()?, Some(axes))?;
    let kernel = args.plain(cx, 1)?;
    if kernel.rank() != axes + 2 {
        return Err(wrong(format!(
            "the kernel has shape {:?}: {} axes are expected",
            kernel.shape,
            axes + 2
        )));
    }
    let strides = image.spatial(args, "strides")?;
    // dilations of a depthwise convolution may be stated for the spatial axes only
    let dilations = match args.sizes("dilations")? {
        list if list.len() == axes => list,
        list => image.spatial_of(&list, "dilations")?,
    };
    let lengths = kernel.shape[..axes].to_vec();
    let (inner, outer) = (kernel.shape[axes], kernel.shape[axes + 1]);
    let channels = image.value.shape[1];
    let (weight, groups) = match kind {
        Kind::Full => {
            if inner == 0 || !channels.is_multiple_of(inner) {
                return Err(wrong(format!(
                    "the image has {channels} channels, the kernel {inner} a group"
                )));
            }
            let mut order = vec![axes + 1, axes];
            order.extend(0..axes);
            (cx.graph.transpose(&kernel, &order)?, channels / inner)
        }
        Kind::Depthwise => {
            let mut order = vec![axes, axes + 1];
            order.extend(0..axes);
            let turned = cx.graph.transpose(&kernel, &order)?;
            let outputs = inner
                .checked_mul(outer)
                .ok_or_else(|| wrong("the kernel is too large"))?;
            let mut shape = vec![outputs, 1];
            shape.extend(&lengths);
            (cx.graph.reshape(&turned, &shape)?, inner)
        }
    };
    let window = image.window(args, lengths, strides, dilations)?;
    let result = cx.graph.convolve(&image.value, &weight, None, &window, groups)?;
    let convolution = Convolution {
        weight,
        groups,
        window,
    };
    batches::remember_convolution(cx, &input, &result, image.channels, convolution);
    Ok((image, result))
}

fn fused_operators(
    cx: &mut Context,
    args: &Arguments<'_>,
    image: &Image,
    mut result: TensorRef,
) -> Result<TensorRef, LoweringError> {
    let mut next = 2;
    for operator in args.texts("fused_ops") {
        match operator.as_str() {
            "BiasAdd" => {
                let bias = args.plain(cx, next)?;
                next += 1;
                result = add_bias(cx, &result, &bias, Channels::First)?;
            }
            "FusedBatchNorm" => {
                let parameters = args.tensors(next, next + 4)?;
                next += 4;
                let parameters: Vec<TensorRef> =
                    parameters.iter().map(|p| cx.plain(p)).collect::<Result<_, _>>()?;
                let epsilon = args.float("epsilon", 1e-4);
                let [scale, shift, mean, variance] = &parameters[..] else {
                    return Err(wrong("four statistics are expected"));
                };
                result = cx
                    .graph
                    .batch_normalization(&result, [scale, shift, mean, variance], epsilon)?;
            }
            "Prelu" => {
                let slope = Tensor::plain(args.plain(cx, next)?);
                next += 1;
                let parts = [Tensor::stored(result.clone(), image.layout()), slope];
                let (parts, _) = cx.aligned(&parts)?;
                result = super::activation::parametric(cx, &parts[0], &parts[1])?;
            }
            other => result = super::activation::by_name(cx, args, other, &result)?,
        }
    }
    Ok(result)
}

/// Adds one number a channel.
fn bias_add(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let bias = args.plain(cx, 1)?;
    let channels = args.channels()?;
    if x.rank() < 3 {
        let x = cx.plain(&x)?;
        return one(cx.graph.add(&x, &bias)?);
    }
    let image = Image::new(cx, &x, channels, None)?;
    let result = add_bias(cx, &image.value, &bias, Channels::First)?;
    image.with(result)
}

/// Adds a bias: to a convolution as its own, to a matrix product as a sum.
pub(super) fn add_bias(
    cx: &mut Context,
    x: &TensorRef,
    bias: &TensorRef,
    channels: Channels,
) -> Result<TensorRef, LoweringError> {
    if channels == Channels::Last || x.rank() < 3 {
        return Ok(cx.graph.add(x, bias)?);
    }
    if let Some(result) = cx.graph.with_bias(x, bias)? {
        return Ok(result);
    }
    let bias = cx.graph.per_channel(bias, x.rank())?;
    Ok(cx.graph.binary(Binary::Add, x, &bias)?)
}

/// `max(x, 0)`, which takes integers, too.
pub(super) fn relu(cx: &mut Context, x: &TensorRef) -> Result<TensorRef, LoweringError> {
    Ok(if x.dtype.is_integer() {
        cx.graph.clip(x, Some(0.0), None)?
    } else {
        cx.graph.unary(Unary::Relu, x)?
    })
}
