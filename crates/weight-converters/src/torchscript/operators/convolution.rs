//! Convolutions in one to three dimensions, plain and transposed. Layout (batch, channel, space...), or without batch.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, fresh, optional_tensor, per_axis, size, tensor};
use super::{Operator, row};
use crate::graph::{TensorRef, Window};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::conv1d",
        conv1d,
        "groups, dilation; padding as numbers, `same` or `valid`",
    ),
    row(
        "aten::conv2d",
        conv2d,
        "groups, dilation; padding as numbers, `same` or `valid`",
    ),
    row(
        "aten::conv3d",
        conv3d,
        "groups, dilation; padding as numbers, `same` or `valid`",
    ),
    row(
        "aten::conv_transpose1d",
        transposed1d,
        "groups, dilation, output_padding",
    ),
    row(
        "aten::conv_transpose2d",
        transposed2d,
        "groups, dilation, output_padding",
    ),
    row(
        "aten::conv_transpose3d",
        transposed3d,
        "groups, dilation, output_padding",
    ),
    row(
        "aten::_convolution",
        any_convolution,
        "plain and transposed; with 12 arguments (torch < 1.6) or 13",
    ),
    row("aten::convolution", any_convolution, "plain and transposed"),
    row(
        "aten::_convolution_mode",
        mode_convolution,
        "padding `same` or `valid`",
    ),
    row(
        "aten::thnn_conv2d",
        thnn_convolution,
        "older name of a plain convolution",
    ),
    row(
        "aten::slow_conv3d",
        thnn_convolution,
        "older name of a plain convolution",
    ),
    row(
        "aten::mkldnn_convolution",
        mkldnn_convolution,
        "a plain convolution",
    ),
];

/// What the arguments of a convolution say.
struct Parameters {
    strides: Vec<i64>,
    padding: Padding,
    dilations: Vec<i64>,
    /// `output_padding` of a transposed one
    transposed: Option<Vec<i64>>,
    groups: usize,
}

enum Padding {
    Numbers(Vec<i64>),
    Same,
}

fn conv1d(cx: &mut Context, args: &Arguments) -> Lowered {
    plain(cx, args, 1)
}

fn conv2d(cx: &mut Context, args: &Arguments) -> Lowered {
    plain(cx, args, 2)
}

fn conv3d(cx: &mut Context, args: &Arguments) -> Lowered {
    plain(cx, args, 3)
}

/// `convNd(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)`
fn plain(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let padding = match args.get(4, "padding") {
        Some(Value::Str(text)) => padding_of_name(text)?,
        _ => Padding::Numbers(args.optional_ints(4, "padding")?.unwrap_or_else(|| vec![0])),
    };
    let parameters = Parameters {
        strides: args.optional_ints(3, "stride")?.unwrap_or_else(|| vec![1]),
        padding,
        dilations: args.optional_ints(5, "dilation")?.unwrap_or_else(|| vec![1]),
        transposed: None,
        groups: size(args.int_or(6, "groups", 1)?, "groups")?,
    };
    lower(cx, args, &parameters, Some(spatial))
}

fn transposed1d(cx: &mut Context, args: &Arguments) -> Lowered {
    transposed(cx, args, 1)
}

fn transposed2d(cx: &mut Context, args: &Arguments) -> Lowered {
    transposed(cx, args, 2)
}

fn transposed3d(cx: &mut Context, args: &Arguments) -> Lowered {
    transposed(cx, args, 3)
}

/// `conv_transposeNd(input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1)`
fn transposed(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let parameters = Parameters {
        strides: args.optional_ints(3, "stride")?.unwrap_or_else(|| vec![1]),
        padding: Padding::Numbers(args.optional_ints(4, "padding")?.unwrap_or_else(|| vec![0])),
        transposed: Some(
            args.optional_ints(5, "output_padding")?
                .unwrap_or_else(|| vec![0]),
        ),
        groups: size(args.int_or(6, "groups", 1)?, "groups")?,
        dilations: args.optional_ints(7, "dilation")?.unwrap_or_else(|| vec![1]),
    };
    lower(cx, args, &parameters, Some(spatial))
}

/// `_convolution(input, weight, bias, stride, padding, dilation, transposed, output_padding, groups, ...flags)`
fn any_convolution(cx: &mut Context, args: &Arguments) -> Lowered {
    let output_padding = args.ints(7, "output_padding")?;
    let parameters = Parameters {
        strides: args.ints(3, "stride")?,
        padding: Padding::Numbers(args.ints(4, "padding")?),
        dilations: args.ints(5, "dilation")?,
        transposed: args.bool(6, "transposed")?.then_some(output_padding),
        groups: size(args.int(8, "groups")?, "groups")?,
    };
    lower(cx, args, &parameters, None)
}

/// `_convolution_mode(input, weight, bias, stride, padding: str, dilation, groups)`
fn mode_convolution(cx: &mut Context, args: &Arguments) -> Lowered {
    let parameters = Parameters {
        strides: args.ints(3, "stride")?,
        padding: padding_of_name(args.str(4, "padding")?)?,
        dilations: args.ints(5, "dilation")?,
        transposed: None,
        groups: size(args.int_or(6, "groups", 1)?, "groups")?,
    };
    lower(cx, args, &parameters, None)
}

/// `thnn_conv2d(input, weight, kernel_size, bias=None, stride=1, padding=0)`
fn thnn_convolution(cx: &mut Context, args: &Arguments) -> Lowered {
    let mut ordered = vec![args.value(0, "self")?.clone(), args.value(1, "weight")?.clone()];
    ordered.push(args.get(3, "bias").cloned().unwrap_or(Value::None));
    let parameters = Parameters {
        strides: args.optional_ints(4, "stride")?.unwrap_or_else(|| vec![1]),
        padding: Padding::Numbers(args.optional_ints(5, "padding")?.unwrap_or_else(|| vec![0])),
        dilations: vec![1],
        transposed: None,
        groups: 1,
    };
    lower(
        cx,
        &Arguments {
            positional: ordered,
            keyword: Vec::new(),
        },
        &parameters,
        None,
    )
}

/// `mkldnn_convolution(input, weight, bias, padding, stride, dilation, groups)`
fn mkldnn_convolution(cx: &mut Context, args: &Arguments) -> Lowered {
    let parameters = Parameters {
        padding: Padding::Numbers(args.ints(3, "padding")?),
        strides: args.ints(4, "stride")?,
        dilations: args.ints(5, "dilation")?,
        transposed: None,
        groups: size(args.int(6, "groups")?, "groups")?,
    };
    lower(cx, args, &parameters, None)
}

fn padding_of_name(name: &str) -> Lowered<Padding> {
    match name {
        "same" => Ok(Padding::Same),
        "valid" => Ok(Padding::Numbers(vec![0])),
        other => Err(LoweringError::new(format!(
            "padding is `same`, `valid` or numbers, found `{other}`"
        ))),
    }
}

fn lower(cx: &mut Context, args: &Arguments, parameters: &Parameters, spatial: Option<usize>) -> Lowered {
    let mut x = tensor(cx, args, 0, "input")?;
    let weight = tensor(cx, args, 1, "weight")?;
    let bias = optional_tensor(cx, args, 2, "bias")?;
    let axes = weight.rank().saturating_sub(2);
    if axes == 0 || spatial.is_some_and(|spatial| spatial != axes) {
        return Err(LoweringError::new(format!(
            "the weight has shape {:?}, with {axes} spatial axes",
            weight.shape
        )));
    }
    let without_batch = x.rank() == axes + 1;
    if without_batch {
        x = cx.graph.unsqueeze(&x, 0)?;
    }
    if x.rank() != axes + 2 {
        return Err(LoweringError::new(format!(
            "input {:?} and weight {:?} do not fit",
            x.shape, weight.shape
        )));
    }
    let numbers = |list: &[i64], name: &str| -> Lowered<Vec<usize>> {
        per_axis(list, axes, name)?
            .into_iter()
            .map(|number| size(number, name))
            .collect()
    };
    let kernel = weight.shape[2..].to_vec();
    let dilations = numbers(&parameters.dilations, "dilation")?;
    let (before, after) = match &parameters.padding {
        Padding::Numbers(list) => {
            let padding = numbers(list, "padding")?;
            (padding.clone(), padding)
        }
        // half of what the kernel covers beyond one element; an odd rest is added behind
        Padding::Same => kernel
            .iter()
            .zip(&dilations)
            .map(|(&length, &dilation)| {
                let total = length.saturating_sub(1).saturating_mul(dilation);
                (total / 2, total - total / 2)
            })
            .unzip(),
    };
    let strides = numbers(&parameters.strides, "stride")?;
    if matches!(parameters.padding, Padding::Same) && strides.iter().any(|&stride| stride != 1) {
        return Err(LoweringError::new(format!(
            "padding `same` needs strides of 1, found {strides:?}"
        )));
    }
    let window = Window {
        kernel,
        strides,
        before,
        after,
        dilations,
    };
    let result = match &parameters.transposed {
        None => cx
            .graph
            .convolve(&x, &weight, bias.as_ref(), &window, parameters.groups)?,
        Some(extra) => {
            let extra = numbers(extra, "output_padding")?;
            convolve_transposed(
                cx,
                [&x, &weight],
                bias.as_ref(),
                window,
                &extra,
                parameters.groups,
            )?
        }
    };
    if without_batch {
        let shape = result.shape[1..].to_vec();
        return fresh(cx.graph.reshape(&result, &shape)?);
    }
    fresh(result)
}

/// `output_padding` is folded into the padding behind, as engines differ in how they treat it: less is cut away.
fn convolve_transposed(
    cx: &mut Context,
    [x, weight]: [&TensorRef; 2],
    bias: Option<&TensorRef>,
    mut window: Window,
    extra: &[usize],
    groups: usize,
) -> Lowered<TensorRef> {
    let mut rest = vec![0; extra.len()];
    for (axis, &length) in extra.iter().enumerate() {
        let taken = length.min(window.after[axis]);
        window.after[axis] -= taken;
        rest[axis] = length - taken;
    }
    Ok(cx
        .graph
        .convolve_transposed(x, weight, bias, &window, &rest, groups)?)
}
