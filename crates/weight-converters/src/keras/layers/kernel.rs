//! Kernels in the order of ONNX.
//!
//! Keras 2 and 3 store (space..., input, output). Keras 1 stored what its backend took.

use super::super::context::{Context, Weight};
use super::super::error::LayerError;
use super::call::{Call, Format};
use crate::graph::TensorRef;

/// The kernel of a convolution as (output, input, space...).
///
/// # Errors
/// When it has another number of axes.
pub(super) fn of_convolution(
    cx: &mut Context,
    call: &Call<'_>,
    weight: &Weight,
    axes: usize,
) -> Result<TensorRef, LayerError> {
    let stored = weight.shape().to_vec();
    if cx.dialect.major == 1 && axes == 1 && stored.len() == 4 {
        // a convolution over one axis was one over two
        let filters = call.config.size("filters|nb_filter")?;
        if stored[3] == filters && stored[1] == 1 {
            cx.kernel(weight, &[3, 2, 0, 1], &[stored[3], stored[2], stored[0]], 1)
        } else {
            cx.kernel(weight, &[0, 1, 2, 3], &[stored[0], stored[1], stored[2]], 1)
        }
    } else {
        check_rank(&stored, axes)?;
        let order: Vec<usize> = if cx.dialect.major == 1 && call.format()? == Format::First {
            (0..axes + 2).collect()
        } else {
            [axes + 1, axes].into_iter().chain(0..axes).collect()
        };
        let shape: Vec<usize> = order.iter().map(|&axis| stored[axis]).collect();
        cx.kernel(weight, &order, &shape, axes)
    }
}

/// The kernel of a transposed convolution as (input, output, space...).
///
/// # Errors
/// When it has another number of axes.
pub(super) fn of_transposed(
    cx: &mut Context,
    call: &Call<'_>,
    weight: &Weight,
    axes: usize,
) -> Result<TensorRef, LayerError> {
    let stored = weight.shape().to_vec();
    check_rank(&stored, axes)?;
    let order: Vec<usize> = match (cx.dialect.major, call.format()?) {
        (1, Format::Last) => [axes, axes + 1].into_iter().chain(0..axes).collect(),
        (1, Format::First) => [1, 0].into_iter().chain(2..axes + 2).collect(),
        _ => [axes + 1, axes].into_iter().chain(0..axes).collect(),
    };
    let shape: Vec<usize> = order.iter().map(|&axis| stored[axis]).collect();
    cx.kernel(weight, &order, &shape, axes)
}

/// The kernel of a depthwise convolution as (channels * multiplier, 1, space...), and the number of channels.
///
/// # Errors
/// When it has another number of axes.
pub(super) fn of_depthwise(
    cx: &mut Context,
    weight: &Weight,
    axes: usize,
) -> Result<(TensorRef, usize), LayerError> {
    let stored = weight.shape().to_vec();
    check_rank(&stored, axes)?;
    let (channels, multiplier) = (stored[axes], stored[axes + 1]);
    let outputs = channels
        .checked_mul(multiplier)
        .ok_or_else(|| LayerError::new("the kernel has too many channels"))?;
    let order: Vec<usize> = [axes, axes + 1].into_iter().chain(0..axes).collect();
    let mut shape = vec![outputs, 1];
    shape.extend(&stored[..axes]);
    // Keras does not turn these
    Ok((cx.turned(weight, &order, &shape)?, channels))
}

/// The bias, if the layer has one.
///
/// # Errors
/// When it is missing, or not as long as there are channels.
pub(super) fn bias(
    cx: &mut Context,
    call: &Call<'_>,
    index: usize,
    channels: usize,
) -> Result<Option<TensorRef>, LayerError> {
    if !call.config.flag("use_bias|bias", true)? {
        return Ok(None);
    }
    let weight = call.weight(index)?.clone();
    if weight.shape() != [channels] {
        return Err(LayerError::new(format!(
            "the bias has the shape {:?}, [{channels}] expected",
            weight.shape()
        )));
    }
    cx.constant(&weight).map(Some)
}

fn check_rank(shape: &[usize], axes: usize) -> Result<(), LayerError> {
    if shape.len() == axes + 2 {
        Ok(())
    } else {
        Err(LayerError::new(format!(
            "the kernel has the shape {shape:?}, {} axes expected",
            axes + 2
        )))
    }
}
