//! Convolutions.

use super::super::config::Config;
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::{Call, Format};
use super::window::{padding, window};
use super::{Row, Slot, activation, kernel, row};
use crate::graph::TensorRef;

pub(super) const LAYERS: &[Row] = &[
    row(
        &["Conv1D", "Convolution1D", "AtrousConvolution1D"],
        kernel_and_bias,
        convolution,
        "padding `causal`, too",
    ),
    row(
        &["Conv2D", "Convolution2D", "AtrousConvolution2D"],
        kernel_and_bias,
        convolution,
        "",
    ),
    row(&["Conv3D", "Convolution3D"], kernel_and_bias, convolution, ""),
    row(&["DepthwiseConv1D"], depthwise_slots, depthwise, "grouped `Conv`"),
    row(&["DepthwiseConv2D"], depthwise_slots, depthwise, "grouped `Conv`"),
    row(&["SeparableConv1D"], separable_slots, separable, "two `Conv`"),
    row(
        &["SeparableConv2D", "SeparableConvolution2D"],
        separable_slots,
        separable,
        "two `Conv`",
    ),
];

/// A kernel, and a bias if the layer has one.
pub(super) fn kernel_and_bias(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    with_bias(config, vec![Slot::trained("kernel")])
}

fn depthwise_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    with_bias(config, vec![Slot::trained("depthwise_kernel|kernel")])
}

fn separable_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    with_bias(
        config,
        vec![
            Slot::trained("depthwise_kernel"),
            Slot::trained("pointwise_kernel"),
        ],
    )
}

fn with_bias(config: Config<'_>, mut slots: Vec<Slot>) -> Result<Vec<Slot>, LayerError> {
    if config.flag("use_bias|bias", true)? {
        slots.push(Slot::trained("bias"));
    }
    Ok(slots)
}

/// Strides and dilations.
pub(super) fn steps(call: &Call<'_>, axes: usize) -> Result<(Vec<usize>, Vec<usize>), LayerError> {
    let ones = || vec![1; axes];
    let strides = call.config.sizes("strides|subsample|subsample_length", axes)?;
    let dilations = call.config.sizes("dilation_rate|atrous_rate", axes)?;
    Ok((strides.unwrap_or_else(ones), dilations.unwrap_or_else(ones)))
}

fn convolution(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let kernel = kernel::of_convolution(cx, call, call.weight(0)?, axes)?;
    check_sizes(call, &kernel, axes)?;
    let groups = call
        .config
        .get("groups")
        .map_or(Ok(1), |_| call.config.size("groups"))?;
    let bias = kernel::bias(cx, call, 1, kernel.shape[0])?;
    let y = convolve(cx, call, &x, &kernel, bias.as_ref(), groups)?;
    finish(cx, call, format, y)
}

/// A kernel has the sizes that the configuration gives.
fn check_sizes(call: &Call<'_>, kernel: &TensorRef, axes: usize) -> Result<(), LayerError> {
    let filters = call
        .config
        .get("filters|nb_filter")
        .map_or(Ok(kernel.shape[0]), |_| call.config.size("filters|nb_filter"))?;
    let sizes = call
        .config
        .sizes("kernel_size|filter_length", axes)?
        .unwrap_or_else(|| kernel.shape[2..].to_vec());
    if kernel.shape[0] == filters && kernel.shape[2..] == sizes[..] {
        Ok(())
    } else {
        Err(LayerError::new(format!(
            "the stored kernel has {} filters of the size {:?}, {filters} of {sizes:?} expected",
            kernel.shape[0],
            &kernel.shape[2..]
        )))
    }
}

fn convolve(
    cx: &mut Context,
    call: &Call<'_>,
    x: &TensorRef,
    kernel: &TensorRef,
    bias: Option<&TensorRef>,
    groups: usize,
) -> Result<TensorRef, LayerError> {
    let axes = x.rank() - 2;
    let (strides, dilations) = steps(call, axes)?;
    let window = window(
        kernel.shape[2..].to_vec(),
        strides,
        dilations,
        padding(call)?,
        &x.shape[2..],
    )?;
    Ok(cx.graph.convolve(x, kernel, bias, &window, groups)?)
}

fn finish(cx: &mut Context, call: &Call<'_>, format: Format, y: TensorRef) -> Result<Feature, LayerError> {
    activation::apply(cx, call.config.get("activation"), &format.feature(y))
}

fn depthwise(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let (kernel, channels) = kernel::of_depthwise(cx, call.weight(0)?, axes)?;
    let bias = kernel::bias(cx, call, 1, kernel.shape[0])?;
    let y = convolve(cx, call, &x, &kernel, bias.as_ref(), channels)?;
    finish(cx, call, format, y)
}

fn separable(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let (kernel, channels) = kernel::of_depthwise(cx, call.weight(0)?, axes)?;
    let y = convolve(cx, call, &x, &kernel, None, channels)?;
    let mixing = kernel::of_convolution(cx, call, call.weight(1)?, axes)?;
    let bias = kernel::bias(cx, call, 2, mixing.shape[0])?;
    let ones = || vec![1; axes];
    let window = window(
        mixing.shape[2..].to_vec(),
        ones(),
        ones(),
        super::window::Padding::Valid,
        &y.shape[2..],
    )?;
    let y = cx.graph.convolve(&y, &mixing, bias.as_ref(), &window, 1)?;
    finish(cx, call, format, y)
}
