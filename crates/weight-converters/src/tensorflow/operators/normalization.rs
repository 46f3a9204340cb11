//! Normalisation in one operator.

use super::super::arguments::Arguments;
use super::super::context::{Context, Tensor};
use super::super::value::Value;
use super::window::Image;
use super::{Lowered, Operator, row, wrong};
use crate::graph::{Attribute, Binary, Reduction, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row("FusedBatchNorm", batch_norm, ""),
    row("FusedBatchNormV2", batch_norm, ""),
    row(
        "FusedBatchNormV3",
        batch_norm,
        "stored statistics, and those of the batch",
    ),
    row("LRN", local_response, "channels last"),
];

/// Inputs: image, scale, shift, mean, variance.
fn batch_norm(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let image = Image::new(cx, &x, args.channels()?, None)?;
    let epsilon = args.float("epsilon", 1e-4);
    let dtype = image.value.dtype;
    let mut parameters = Vec::new();
    for index in 1..5 {
        let parameter = args.plain(cx, index)?;
        parameters.push(cx.graph.cast(&parameter, dtype)?);
    }
    let [scale, shift, mean, variance] = &parameters[..] else {
        return Err(wrong("four statistics are expected"));
    };
    if !args.flag_or_true("is_training") {
        let y = cx
            .graph
            .batch_normalization(&image.value, [scale, shift, mean, variance], epsilon)?;
        let mut outputs = image.with(y)?;
        outputs.extend([mean, variance].map(|value| Value::Tensor(Tensor::plain(value.clone()))));
        outputs.extend([Value::Opaque, Value::Opaque, Value::Opaque]);
        return Ok(outputs);
    }
    let axes: Vec<usize> = (0..image.value.rank()).filter(|&axis| axis != 1).collect();
    let normalized = cx.graph.standardize(&image.value, &axes, epsilon)?;
    let scale = cx.graph.per_channel(scale, image.value.rank())?;
    let shift = cx.graph.per_channel(shift, image.value.rank())?;
    let scaled = cx.graph.mul(&normalized, &scale)?;
    let y = cx.graph.add(&scaled, &shift)?;
    let mean = cx.graph.reduce(Reduction::Mean, &image.value, &axes, false)?;
    let mut outputs = image.with(y)?;
    outputs.push(Value::Tensor(Tensor::plain(mean)));
    outputs.extend([Value::Opaque, Value::Opaque, Value::Opaque, Value::Opaque]);
    Ok(outputs)
}

/// `x / (bias + alpha * sum of squares of neighbouring channels) ^ beta`
fn local_response(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let x = cx.channels_first(&x)?;
    let radius = args
        .int("depth_radius")
        .map_or(Ok(5), usize::try_from)
        .map_err(|_| wrong("depth_radius is below zero"))?;
    let size = radius
        .checked_mul(2)
        .and_then(|size| size.checked_add(1))
        .ok_or_else(|| wrong("depth_radius is too large"))?;
    let (bias, beta) = (args.float("bias", 1.0), args.float("beta", 0.5));
    // ONNX divides alpha by the number of channels
    let alpha = args.float("alpha", 1.0) * size as f64;
    if bias <= 0.0 {
        return Err(wrong("bias has to be above zero"));
    }
    let attributes = vec![
        ("alpha", Attribute::Float((alpha / bias) as f32)),
        ("beta", Attribute::Float(beta as f32)),
        ("bias", Attribute::Float(1.0)),
        ("size", Attribute::Int(signed(size))),
    ];
    let result = cx
        .graph
        .add_one("LRN", &[&x], attributes, x.dtype, x.shape.clone())?;
    let result = cx.graph.binary_number(Binary::Mul, &result, bias.powf(-beta))?;
    super::stored(result, super::Layout::ChannelsFirst)
}
