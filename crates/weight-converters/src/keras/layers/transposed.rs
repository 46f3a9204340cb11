//! Transposed convolutions.

use super::super::config::{as_integer, unexpected};
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::{Call, Format};
use super::convolution::{kernel_and_bias, steps};
use super::window::{Padding, padding};
use super::{Row, activation, kernel, row};
use crate::graph::Window;

pub(super) const LAYERS: &[Row] = &[
    row(&["Conv1DTranspose"], kernel_and_bias, transposed, ""),
    row(
        &["Conv2DTranspose", "Deconvolution2D"],
        kernel_and_bias,
        transposed,
        "`output_shape` of Keras 1, too",
    ),
    row(&["Conv3DTranspose"], kernel_and_bias, transposed, ""),
];

fn transposed(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let kernel = kernel::of_transposed(cx, call, call.weight(0)?, axes)?;
    let bias = kernel::bias(cx, call, 1, kernel.shape[1])?;
    let (strides, dilations) = steps(call, axes)?;
    let mut window = Window {
        kernel: kernel.shape[2..].to_vec(),
        strides,
        before: vec![0; axes],
        after: vec![0; axes],
        dilations,
    };
    let padding = padding(call)?;
    if padding == Padding::Causal {
        return Err(LayerError::new(
            "`padding` is `causal`, `valid` or `same` expected",
        ));
    }
    let added = call.config.sizes("output_padding", axes)?;
    let wanted = old_output_shape(call, axes, format)?;
    let mut extra = vec![0; axes];
    for axis in 0..axes {
        let length = x.shape[axis + 2];
        let fitted = fit(
            &window,
            axis,
            length,
            padding,
            added.as_ref().map(|added| added[axis]),
            wanted.as_ref().map(|wanted| wanted[axis]),
        );
        (window.before[axis], window.after[axis], extra[axis]) = fitted.ok_or_else(|| {
            LayerError::new(format!(
                "kernel {:?}, strides {:?} and `output_padding` {added:?} do not fit the shape {:?}",
                window.kernel, window.strides, x.shape
            ))
        })?;
    }
    let y = cx
        .graph
        .convolve_transposed(&x, &kernel, bias.as_ref(), &window, &extra, 1)?;
    activation::apply(cx, call.config.get("activation"), &format.feature(y))
}

/// What is cut off before and behind the full result, and added behind it, so that it has TensorFlow's length: the
/// operation is the gradient of a convolution over a tensor of that length.
fn fit(
    window: &Window,
    axis: usize,
    length: usize,
    padding: Padding,
    added: Option<usize>,
    wanted: Option<usize>,
) -> Option<(usize, usize, usize)> {
    let (stride, reach) = (window.strides[axis], window.reach(axis)?);
    let spread = length.checked_sub(1)?.checked_mul(stride)?;
    let full = spread.checked_add(reach)?;
    let same = padding == Padding::Same;
    let target = match (wanted, added, same) {
        (Some(wanted), _, _) => wanted,
        (None, Some(added), false) => full.checked_add(added)?,
        (None, Some(added), true) => spread.checked_add(reach % 2)?.checked_add(added)?,
        (None, None, false) => full.checked_add(stride.saturating_sub(reach))?,
        (None, None, true) => length.checked_mul(stride)?,
    };
    if let Some(extra) = target.checked_sub(full) {
        return Some((0, 0, extra));
    }
    let cut = full - target;
    same.then_some((cut / 2, cut - cut / 2, 0))
}

/// The lengths that a layer of Keras 1 has in its configuration.
fn old_output_shape(call: &Call<'_>, axes: usize, format: Format) -> Result<Option<Vec<usize>>, LayerError> {
    let Some(shape) = call.config.get("output_shape") else {
        return Ok(None);
    };
    // the length of the batch axis is open
    let lengths = shape.as_array().filter(|lengths| lengths.len() == axes + 2);
    let spatial = lengths.map(|lengths| match format {
        Format::Last => &lengths[1..=axes],
        Format::First => &lengths[2..],
    });
    let sizes: Option<Vec<usize>> = spatial.and_then(|lengths| {
        lengths
            .iter()
            .map(|length| usize::try_from(as_integer(length)?).ok())
            .collect()
    });
    sizes
        .map(Some)
        .ok_or_else(|| unexpected("output_shape", "a shape", shape))
}
