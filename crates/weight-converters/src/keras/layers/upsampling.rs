//! Upsampling by whole factors.

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::{Call, Format};
use super::{Row, no_slots, resampling, row};

const INTERPOLATIONS: &str =
    "`nearest`, `bilinear`, `bicubic`, `area`, `lanczos3`, `lanczos5`, `gaussian`, `mitchellcubic`";

pub(super) const LAYERS: &[Row] = &[
    row(&["UpSampling1D"], no_slots, upsampling, ""),
    row(&["UpSampling2D"], no_slots, upsampling, INTERPOLATIONS),
    row(&["UpSampling3D"], no_slots, upsampling, ""),
];

fn upsampling(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let axes = call.spatial_axes()?;
    let format = if axes == 1 { Format::Last } else { call.format()? };
    let x = call.spatial_input(cx, axes, format)?;
    let factors = call
        .config
        .sizes("size|length", axes)?
        .unwrap_or_else(|| vec![2; axes]);
    let method = call.config.text("interpolation")?.unwrap_or("nearest");
    let lengths: Option<Vec<usize>> = x.shape[2..]
        .iter()
        .zip(&factors)
        .map(|(&length, &factor)| length.checked_mul(factor))
        .collect();
    let lengths = lengths.ok_or_else(|| LayerError::new("the result is too large"))?;
    Ok(format.feature(resampling::resize(cx, &x, &lengths, method)?))
}
