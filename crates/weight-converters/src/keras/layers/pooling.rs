//! Pooling.

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::{Call, Format};
use super::window::{padding, window};
use super::{Row, no_slots, row};
use crate::graph::{Reduction, Window};

pub(super) const LAYERS: &[Row] = &[
    row(&["MaxPooling1D", "MaxPool1D"], no_slots, max, ""),
    row(&["MaxPooling2D", "MaxPool2D"], no_slots, max, ""),
    row(&["MaxPooling3D", "MaxPool3D"], no_slots, max, ""),
    row(
        &["AveragePooling1D", "AvgPool1D"],
        no_slots,
        average,
        "borders do not count",
    ),
    row(
        &["AveragePooling2D", "AvgPool2D"],
        no_slots,
        average,
        "borders do not count",
    ),
    row(
        &["AveragePooling3D", "AvgPool3D"],
        no_slots,
        average,
        "borders do not count",
    ),
    row(
        &["GlobalMaxPooling1D", "GlobalMaxPool1D"],
        no_slots,
        global_max,
        "",
    ),
    row(
        &["GlobalMaxPooling2D", "GlobalMaxPool2D"],
        no_slots,
        global_max,
        "",
    ),
    row(
        &["GlobalMaxPooling3D", "GlobalMaxPool3D"],
        no_slots,
        global_max,
        "",
    ),
    row(
        &["GlobalAveragePooling1D", "GlobalAvgPool1D"],
        no_slots,
        global_average,
        "",
    ),
    row(
        &["GlobalAveragePooling2D", "GlobalAvgPool2D"],
        no_slots,
        global_average,
        "",
    ),
    row(
        &["GlobalAveragePooling3D", "GlobalAvgPool3D"],
        no_slots,
        global_average,
        "",
    ),
];

fn pool_window(call: &Call<'_>, axes: usize, lengths: &[usize]) -> Result<Window, LayerError> {
    let sizes = call.config.sizes("pool_size|pool_length", axes)?;
    let sizes = sizes.unwrap_or_else(|| vec![2; axes]);
    let strides = call
        .config
        .sizes("strides|stride", axes)?
        .unwrap_or_else(|| sizes.clone());
    window(sizes, strides, vec![1; axes], padding(call)?, lengths)
}

fn max(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let window = pool_window(call, axes, &x.shape[2..])?;
    Ok(format.feature(cx.graph.max_pool(&x, &window)?))
}

fn average(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let window = pool_window(call, axes, &x.shape[2..])?;
    Ok(format.feature(cx.graph.average_pool(&x, &window, false)?))
}

fn global_max(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    global(cx, call, Reduction::Max)
}

fn global_average(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    global(cx, call, Reduction::Mean)
}

fn global(cx: &mut Context, call: &Call<'_>, reduction: Reduction) -> Result<Feature, LayerError> {
    let (axes, format) = (call.spatial_axes()?, call.format()?);
    let x = call.spatial_input(cx, axes, format)?;
    let keep = call.config.flag("keepdims", false)?;
    let reduced: Vec<usize> = (2..x.rank()).collect();
    let y = cx.graph.reduce(reduction, &x, &reduced, keep)?;
    Ok(match (keep, format) {
        (true, Format::Last) => Format::Last.feature(y),
        _ => Feature::plain(y),
    })
}
