//! Normalisation layers, in evaluation mode: batch statistics are computed only where a layer has none stored.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::norms;
use super::operands::{Lowered, fresh, optional_tensor, size, tensor};
use super::promotion::floating;
use super::reduction::over;
use super::{Operator, row};
use crate::graph::{Binary, PadMode, Reduction, TensorRef, Unary, Window, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::batch_norm",
        batch_norm,
        "stored statistics; those of the batch where `training` is set",
    ),
    row(
        "aten::native_batch_norm",
        native_batch_norm,
        "as batch_norm; the saved statistics it returns cannot be used",
    ),
    row(
        "aten::_native_batch_norm_legit_no_training",
        no_training_batch_norm,
        "as batch_norm",
    ),
    row("aten::cudnn_batch_norm", native_batch_norm, "as batch_norm"),
    row(
        "aten::instance_norm",
        instance_norm,
        "statistics of each channel of each sample, or stored ones",
    ),
    row("aten::group_norm", group_norm, ""),
    row(
        "aten::native_group_norm",
        native_group_norm,
        "the saved statistics it returns cannot be used",
    ),
    row("aten::layer_norm", layer_norm, ""),
    row(
        "aten::native_layer_norm",
        native_layer_norm,
        "the saved statistics it returns cannot be used",
    ),
    row("aten::rms_norm", rms_norm, ""),
    row("aten::_weight_norm", weight_norm, "`g * v / |v|`"),
    row(
        "aten::_weight_norm_interface",
        weight_norm_interface,
        "the norm it returns cannot be used",
    ),
    row("aten::local_response_norm", local_response_norm, ""),
    row("aten::normalize", normalize, "division by the norm along an axis"),
];

/// `batch_norm(input, weight, bias, running_mean, running_var, training, momentum, eps, cudnn_enabled)`
fn batch_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let training = args.bool(5, "training")?;
    fresh(normalize_batch(cx, args, training, 7)?)
}

fn native_batch_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let training = args.bool(5, "training")?;
    let result = normalize_batch(cx, args, training, 7)?;
    Ok(with_unused(result, 2))
}

/// `(input, weight, bias, running_mean, running_var, momentum, eps)`
fn no_training_batch_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let result = normalize_batch(cx, args, false, 6)?;
    Ok(with_unused(result, 2))
}

/// Further results of native forms, which only training uses: using one is an error.
fn with_unused(result: TensorRef, count: usize) -> Value {
    let mut values = vec![Value::from(result)];
    values.resize(count + 1, Value::None);
    Value::tuple(values)
}

fn normalize_batch(cx: &mut Context, args: &Arguments, training: bool, epsilon: usize) -> Lowered<TensorRef> {
    let x = tensor(cx, args, 0, "input")?;
    let epsilon = args.float_or(epsilon, "eps", 1e-5)?;
    let mean = optional_tensor(cx, args, 3, "running_mean")?;
    let variance = optional_tensor(cx, args, 4, "running_var")?;
    let weight = optional_tensor(cx, args, 1, "weight")?;
    let bias = optional_tensor(cx, args, 2, "bias")?;
    let channels = *x
        .shape
        .get(1)
        .ok_or_else(|| LoweringError::new("the input has no channel axis"))?;
    match (mean, variance) {
        (Some(mean), Some(variance)) if !training => {
            let weight = weight.map_or_else(|| cx.graph.filled(&x, &[channels], 1.0), Ok)?;
            let bias = bias.map_or_else(|| cx.graph.filled(&x, &[channels], 0.0), Ok)?;
            let mut statistics = Vec::new();
            for parameter in [&weight, &bias, &mean, &variance] {
                statistics.push(cx.graph.cast(parameter, x.dtype)?);
            }
            let [weight, bias, mean, variance] = &statistics[..] else {
                return Err(LoweringError::new("four statistics are expected"));
            };
            Ok(cx
                .graph
                .batch_normalization(&x, [weight, bias, mean, variance], epsilon)?)
        }
        _ => {
            let axes: Vec<usize> = (0..x.rank()).filter(|&axis| axis != 1).collect();
            let result = cx.graph.standardize(&x, &axes, epsilon)?;
            scale_channels(cx, &result, weight.as_ref(), bias.as_ref())
        }
    }
}

/// Multiplies with and adds one number a channel.
fn scale_channels(
    cx: &mut Context,
    x: &TensorRef,
    weight: Option<&TensorRef>,
    bias: Option<&TensorRef>,
) -> Lowered<TensorRef> {
    let mut x = x.clone();
    if let Some(weight) = weight {
        let weight = cx.graph.per_channel(weight, x.rank())?;
        let weight = cx.graph.cast(&weight, x.dtype)?;
        x = cx.graph.mul(&x, &weight)?;
    }
    if let Some(bias) = bias {
        let bias = cx.graph.per_channel(bias, x.rank())?;
        let bias = cx.graph.cast(&bias, x.dtype)?;
        x = cx.graph.add(&x, &bias)?;
    }
    Ok(x)
}

/// `instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, cudnn_enabled)`
fn instance_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    if !args.bool(5, "use_input_stats")? {
        if optional_tensor(cx, args, 3, "running_mean")?.is_none() {
            return Err(LoweringError::new(
                "`use_input_stats` is not set, and there are no stored statistics",
            ));
        }
        return fresh(normalize_batch(cx, args, false, 7)?);
    }
    let x = tensor(cx, args, 0, "input")?;
    let epsilon = args.float_or(7, "eps", 1e-5)?;
    let axes: Vec<usize> = (2..x.rank()).collect();
    if axes.is_empty() {
        return Err(LoweringError::new(format!(
            "spatial axes are expected, found shape {:?}",
            x.shape
        )));
    }
    let result = cx.graph.standardize(&x, &axes, epsilon)?;
    let weight = optional_tensor(cx, args, 1, "weight")?;
    let bias = optional_tensor(cx, args, 2, "bias")?;
    fresh(scale_channels(cx, &result, weight.as_ref(), bias.as_ref())?)
}

/// `group_norm(input, num_groups, weight=None, bias=None, eps=1e-5, cudnn_enabled)`
fn group_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let groups = size(args.int(1, "num_groups")?, "num_groups")?;
    let weight = optional_tensor(cx, args, 2, "weight")?;
    let bias = optional_tensor(cx, args, 3, "bias")?;
    let epsilon = args.float_or(4, "eps", 1e-5)?;
    fresh(normalize_groups(
        cx,
        args,
        groups,
        weight.as_ref(),
        bias.as_ref(),
        epsilon,
    )?)
}

/// `native_group_norm(input, weight, bias, N, C, HxW, group, eps)`
fn native_group_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let groups = size(args.int(6, "group")?, "group")?;
    let weight = optional_tensor(cx, args, 1, "weight")?;
    let bias = optional_tensor(cx, args, 2, "bias")?;
    let epsilon = args.float(7, "eps")?;
    let result = normalize_groups(cx, args, groups, weight.as_ref(), bias.as_ref(), epsilon)?;
    Ok(with_unused(result, 2))
}

fn normalize_groups(
    cx: &mut Context,
    args: &Arguments,
    groups: usize,
    weight: Option<&TensorRef>,
    bias: Option<&TensorRef>,
    epsilon: f64,
) -> Lowered<TensorRef> {
    let x = tensor(cx, args, 0, "input")?;
    if groups == 0 || x.rank() < 2 || x.shape[1] % groups != 0 {
        return Err(LoweringError::new(format!(
            "{groups} groups do not divide the channels of {:?}",
            x.shape
        )));
    }
    let together = x.count().checked_div(x.shape[0] * groups).unwrap_or(0);
    let grouped = cx.graph.reshape(&x, &[x.shape[0], groups, together])?;
    let result = cx.graph.standardize(&grouped, &[2], epsilon)?;
    let result = cx.graph.reshape(&result, &x.shape)?;
    scale_channels(cx, &result, weight, bias)
}

/// `layer_norm(input, normalized_shape, weight=None, bias=None, eps=1e-5, cudnn_enable)`
fn layer_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(normalize_layer(cx, args)?)
}

fn native_layer_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let result = normalize_layer(cx, args)?;
    Ok(with_unused(result, 2))
}

fn normalize_layer(cx: &mut Context, args: &Arguments) -> Lowered<TensorRef> {
    let x = tensor(cx, args, 0, "input")?;
    let axis = normalized_from(args, &x)?;
    let weight = optional_tensor(cx, args, 2, "weight")?;
    let bias = optional_tensor(cx, args, 3, "bias")?;
    let epsilon = args.float_or(4, "eps", 1e-5)?;
    Ok(cx
        .graph
        .layer_normalization(&x, weight.as_ref(), bias.as_ref(), axis, epsilon)?)
}

/// The first axis of those that `normalized_shape` names.
fn normalized_from(args: &Arguments, x: &TensorRef) -> Lowered<usize> {
    let normalized = args.ints(1, "normalized_shape")?;
    let axis = x
        .rank()
        .checked_sub(normalized.len())
        .filter(|&axis| axis < x.rank());
    axis.filter(|&axis| {
        x.shape[axis..]
            .iter()
            .zip(&normalized)
            .all(|(&a, &b)| signed(a) == b)
    })
    .ok_or_else(|| {
        LoweringError::new(format!(
            "normalized_shape {normalized:?} is not the end of shape {:?}",
            x.shape
        ))
    })
}

/// `rms_norm(input, normalized_shape, weight=None, eps=None)`; without `eps` that of the type counts.
fn rms_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "input")?;
    let axis = normalized_from(args, &x)?;
    let epsilon = args.optional_float(3, "eps")?.unwrap_or(f64::from(f32::EPSILON));
    let squares = cx.graph.mul(&x, &x)?;
    let axes: Vec<usize> = (axis..x.rank()).collect();
    let mean = cx.graph.reduce(Reduction::Mean, &squares, &axes, true)?;
    let mean = cx.graph.binary_number(Binary::Add, &mean, epsilon)?;
    let root = cx.graph.unary(Unary::Sqrt, &mean)?;
    let mut result = cx.graph.div(&x, &root)?;
    if let Some(weight) = optional_tensor(cx, args, 2, "weight")? {
        result = cx.graph.mul(&result, &weight)?;
    }
    fresh(result)
}

/// `_weight_norm(v, g, dim=0)`
fn weight_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let v = tensor(cx, args, 0, "v")?;
    let g = tensor(cx, args, 1, "g")?;
    let dim = args.int_or(2, "dim", 0)?;
    let axes: Vec<usize> = if dim == -1 {
        (0..v.rank()).collect()
    } else {
        let kept = super::operands::axis(dim, v.rank())?;
        (0..v.rank()).filter(|&axis| axis != kept).collect()
    };
    let norm = cx.graph.reduce(Reduction::L2, &v, &axes, true)?;
    let factor = cx.graph.div(&g, &norm)?;
    fresh(cx.graph.mul(&v, &factor)?)
}

fn weight_norm_interface(cx: &mut Context, args: &Arguments) -> Lowered {
    Ok(Value::tuple(vec![weight_norm(cx, args)?, Value::None]))
}

/// `local_response_norm(input, size, alpha=1e-4, beta=0.75, k=1)`: division by a power of the mean of squares of
/// neighbouring channels.
fn local_response_norm(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "input")?;
    let width = size(args.int(1, "size")?, "size")?;
    let alpha = args.float_or(2, "alpha", 1e-4)?;
    let beta = args.float_or(3, "beta", 0.75)?;
    let k = args.float_or(4, "k", 1.0)?;
    if x.rank() < 3 || width == 0 {
        return Err(LoweringError::new(format!(
            "size {width} does not fit shape {:?}",
            x.shape
        )));
    }
    let squares = cx.graph.mul(&x, &x)?;
    let together: usize = x.shape[2..].iter().product();
    let planes = cx
        .graph
        .reshape(&squares, &[x.shape[0], 1, x.shape[1], together])?;
    let pads = [
        (0, 0),
        (0, 0),
        (signed(width / 2), signed((width - 1) / 2)),
        (0, 0),
    ];
    let planes = cx.graph.pad(&planes, &pads, PadMode::Constant(0.0))?;
    let window = Window {
        kernel: vec![width, 1],
        strides: vec![1, 1],
        before: vec![0, 0],
        after: vec![0, 0],
        dilations: vec![1, 1],
    };
    let mean = cx.graph.average_pool(&planes, &window, false)?;
    let mean = cx.graph.reshape(&mean, &x.shape)?;
    let scaled = cx.graph.binary_number(Binary::Mul, &mean, alpha)?;
    let shifted = cx.graph.binary_number(Binary::Add, &scaled, k)?;
    let power = cx.graph.binary_number(Binary::Pow, &shifted, beta)?;
    fresh(cx.graph.div(&x, &power)?)
}

/// `normalize(input, p=2, dim=1, eps=1e-12)`
fn normalize(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "input")?;
    let x = floating(cx, &x)?;
    let order = args.float_or(1, "p", 2.0)?;
    let axes = over(
        Some(args.optional_ints(2, "dim")?.unwrap_or_else(|| vec![1])),
        x.rank(),
    )?;
    let epsilon = args.float_or(3, "eps", 1e-12)?;
    let norm = norms::norm(cx, &x, order, &axes, true)?;
    let norm = cx.graph.clip(&norm, Some(epsilon), None)?;
    fresh(cx.graph.div(&x, &norm)?)
}
