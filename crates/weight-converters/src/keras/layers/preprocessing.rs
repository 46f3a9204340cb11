//! Preparing images.

use serde_json::Value;

use super::super::config::{missing, unexpected};
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::call::Call;
use super::{Row, no_slots, resampling, row};
use crate::graph::{Binary, PadMode};
use crate::tensor::{ScalarType, TensorData};

pub(super) const LAYERS: &[Row] = &[
    row(&["Rescaling"], no_slots, rescaling, "numbers, or one a channel"),
    row(
        &["Resizing"],
        no_slots,
        resizing,
        "the interpolations of `UpSampling2D`; without keeping the aspect ratio",
    ),
    row(
        &["CenterCrop"],
        no_slots,
        center_crop,
        "of images that are large enough",
    ),
];

fn rescaling(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let scale = call.config.get("scale").ok_or_else(|| missing("scale"))?;
    let scaled = with_numbers(cx, &x, "scale", scale, Binary::Mul)?;
    match call.config.get("offset") {
        None => Ok(scaled),
        Some(offset) => with_numbers(cx, &scaled, "offset", offset, Binary::Add),
    }
}

/// An operation with one number, or one a channel.
fn with_numbers(
    cx: &mut Context,
    x: &Feature,
    key: &str,
    numbers: &Value,
    operation: Binary,
) -> Result<Feature, LayerError> {
    let wrapped = match numbers {
        Value::Object(map) => map.get("config").and_then(|config| config.get("value")),
        _ => None,
    };
    let numbers = wrapped.unwrap_or(numbers);
    if let Some(number) = numbers.as_f64() {
        return x.map(&mut cx.graph, |g, x| Ok(g.binary_number(operation, x, number)?));
    }
    let values: Option<Vec<f64>> = numbers
        .as_array()
        .and_then(|items| items.iter().map(Value::as_f64).collect());
    let values = values
        .filter(|values| Some(&values.len()) == x.shape().last())
        .ok_or_else(|| unexpected(key, "a number, or one a channel", numbers))?;
    let mut shape = vec![1; x.rank()];
    shape[x.axis_in(x.rank() - 1, x.origin())] = values.len();
    let data = TensorData::from_f64(ScalarType::Float32, &shape, &values)?;
    let constant = cx.graph.computed(data);
    x.map(&mut cx.graph, |g, x| Ok(g.binary(operation, x, &constant)?))
}

fn resizing(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let format = call.format()?;
    let x = call.spatial_input(cx, 2, format)?;
    for key in ["crop_to_aspect_ratio", "pad_to_aspect_ratio", "antialias"] {
        if call.config.flag(key, false)? {
            return Err(LayerError::new(format!("`{key}` is not supported")));
        }
    }
    let lengths = [call.config.size("height")?, call.config.size("width")?];
    let method = call.config.text("interpolation")?.unwrap_or("bilinear");
    Ok(format.feature(resampling::resize(cx, &x, &lengths, method)?))
}

fn center_crop(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let format = call.format()?;
    if x.rank() != 4 {
        return Err(LayerError::new(format!(
            "takes a batch of images, found shape {:?}",
            x.shape()
        )));
    }
    let tensor = x.get(&mut cx.graph, format.layout())?;
    let mut pads = vec![(0, 0), (0, 0)];
    for (axis, wanted) in [(2, call.config.size("height")?), (3, call.config.size("width")?)] {
        let length = tensor.shape[axis];
        let rest = length.checked_sub(wanted).ok_or_else(|| {
            LayerError::new(format!(
                "an image of the shape {:?} is smaller than the crop: resizing it is not supported",
                x.shape()
            ))
        })?;
        let (before, after) = (rest / 2, rest - rest / 2);
        let signed = |length: usize| i64::try_from(length).map_or(i64::MIN, |length| -length);
        pads.push((signed(before), signed(after)));
    }
    let layout = if format.layout() == Layout::Plain {
        Layout::Plain
    } else {
        Layout::ChannelsFirst
    };
    let y = cx.graph.pad(&tensor, &pads, PadMode::Constant(0.0))?;
    Ok(Feature::with_layout(y, layout))
}
