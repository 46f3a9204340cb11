//! Adding zeros at the borders, and cutting them off.

use serde_json::Value;

use super::super::config::{as_integer, unexpected};
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::{Call, Format};
use super::{Row, no_slots, row};
use crate::graph::PadMode;

pub(super) const LAYERS: &[Row] = &[
    row(&["ZeroPadding1D"], no_slots, zero_padding, ""),
    row(&["ZeroPadding2D"], no_slots, zero_padding, ""),
    row(&["ZeroPadding3D"], no_slots, zero_padding, ""),
    row(&["Cropping1D"], no_slots, cropping, ""),
    row(&["Cropping2D"], no_slots, cropping, ""),
    row(&["Cropping3D"], no_slots, cropping, ""),
];

fn zero_padding(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    borders(cx, call, "padding", 1)
}

fn cropping(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    borders(cx, call, "cropping", -1)
}

fn borders(cx: &mut Context, call: &Call<'_>, key: &str, sign: i64) -> Result<Feature, LayerError> {
    let axes = call.spatial_axes()?;
    let format = if axes == 1 { Format::Last } else { call.format()? };
    let x = call.spatial_input(cx, axes, format)?;
    let pairs = match call.config.get(key) {
        None => vec![(1, 1); axes],
        Some(value) => {
            read_pairs(value, axes).ok_or_else(|| unexpected(key, "lengths at the borders", value))?
        }
    };
    let mut pads = vec![(0, 0), (0, 0)];
    pads.extend(
        pairs
            .into_iter()
            .map(|(before, after)| (sign * before, sign * after)),
    );
    Ok(format.feature(cx.graph.pad(&x, &pads, PadMode::Constant(0.0))?))
}

/// One number, one number an axis, or a pair an axis.
fn read_pairs(value: &Value, axes: usize) -> Option<Vec<(i64, i64)>> {
    let length = |value: &Value| as_integer(value).filter(|length| (0..1 << 31).contains(length));
    if let Some(both) = length(value) {
        return Some(vec![(both, both); axes]);
    }
    let items = value.as_array()?;
    if let Some(lengths) = items.iter().map(length).collect::<Option<Vec<i64>>>() {
        return match lengths.len() {
            // a pair for the only axis, or a pair an axis one behind the other
            count if count == 2 * axes => {
                Some(lengths.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect())
            }
            count if count == axes => Some(lengths.into_iter().map(|both| (both, both)).collect()),
            _ => None,
        };
    }
    let pairs = items.iter().map(|pair| match pair.as_array()?.as_slice() {
        [before, after] => Some((length(before)?, length(after)?)),
        _ => None,
    });
    pairs
        .collect::<Option<Vec<_>>>()
        .filter(|pairs| pairs.len() == axes)
}
