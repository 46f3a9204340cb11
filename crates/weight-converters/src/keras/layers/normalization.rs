//! Normalisation.

use super::super::config::Config;
use super::super::context::{Context, Weight};
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::call::Call;
use super::{Row, Slot, row};
use crate::graph::{Binary, Reduction, TensorRef, Unary};
use crate::tensor::{ScalarType, TensorData};

pub(super) const LAYERS: &[Row] = &[
    row(
        &[
            "BatchNormalization",
            "BatchNormalizationV1",
            "SyncBatchNormalization",
        ],
        batch_slots,
        batch,
        "with the stored statistics",
    ),
    row(&["LayerNormalization"], scale_and_shift, layer, ""),
    row(&["GroupNormalization"], scale_and_shift, group, ""),
    row(&["UnitNormalization"], super::no_slots, unit, ""),
    row(
        &["Normalization"],
        adapted_slots,
        adapted,
        "with stored or given statistics",
    ),
];

fn scale_and_shift(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    let mut slots = Vec::new();
    if config.flag("scale", true)? {
        slots.push(Slot::trained("gamma"));
    }
    if config.flag("center", true)? {
        slots.push(Slot::trained("beta"));
    }
    Ok(slots)
}

fn batch_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    let mut slots = scale_and_shift(config)?;
    slots.push(Slot::measured("moving_mean"));
    slots.push(Slot::measured("moving_variance"));
    Ok(slots)
}

/// The axes of a layer, counted from zero.
fn axes(call: &Call<'_>, x: &Feature, default: i64) -> Result<Vec<usize>, LayerError> {
    let axes = call.config.integers("axis")?.unwrap_or_else(|| vec![default]);
    axes.into_iter().map(|axis| x.axis(axis)).collect()
}

/// A weight with one number for each element of some axes, shaped to broadcast in this order of axes.
fn along(
    cx: &mut Context,
    weight: &Weight,
    x: &Feature,
    axes: &[usize],
    layout: Layout,
) -> Result<TensorRef, LayerError> {
    let lengths: Vec<usize> = axes.iter().map(|&axis| x.shape()[axis]).collect();
    if weight.shape() != lengths && weight.data().len() != lengths.iter().product::<usize>() {
        return Err(LayerError::new(format!(
            "a weight of the shape {:?} does not fit the axes {axes:?} of the shape {:?}",
            weight.shape(),
            x.shape()
        )));
    }
    let ordered = axes.windows(2).all(|pair| pair[0] < pair[1]);
    if axes.len() > 1 && (!ordered || layout != Layout::Plain) {
        return Err(LayerError::new(format!(
            "the axes {axes:?} are not supported together"
        )));
    }
    let mut shape = vec![1; x.rank()];
    for &axis in axes {
        shape[x.axis_in(axis, layout)] = x.shape()[axis];
    }
    cx.shaped(weight, &shape)
}

fn batch(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    call.refuse_training()?;
    let x = call.number_input(cx)?;
    if call.config.get("mode").is_some_and(|mode| mode != 0) {
        return Err(LayerError::new("`mode` other than 0 of Keras 1 is not supported"));
    }
    let axes = axes(call, &x, -1)?;
    let &[axis] = &axes[..] else {
        return Err(LayerError::new("several axes are not supported"));
    };
    let epsilon = call.config.number("epsilon", 1e-3)?;
    let (scales, centres) = (
        call.config.flag("scale", true)?,
        call.config.flag("center", true)?,
    );
    let shift_index = usize::from(scales);
    let mean_index = shift_index + usize::from(centres);
    let channels = x.shape()[axis];
    for weight in call.weights {
        if weight.shape() != [channels] {
            return Err(LayerError::new(format!(
                "a weight has the shape {:?}, [{channels}] expected",
                weight.shape()
            )));
        }
    }
    let last = axis + 1 == x.rank();
    let channel_layout = match (axis, last) {
        (_, true) if x.rank() > 2 => Some(Layout::ChannelsFirst),
        (1, _) => Some(Layout::Plain),
        _ => None,
    };
    let (mean, variance) = (
        call.weight(mean_index)?.clone(),
        call.weight(mean_index + 1)?.clone(),
    );
    let gamma = if scales {
        Some(call.weight(0)?.clone())
    } else {
        None
    };
    let beta = if centres {
        Some(call.weight(shift_index)?.clone())
    } else {
        None
    };
    if let Some(layout) = channel_layout
        && x.rank() > 2
    {
        let tensor = x.get(&mut cx.graph, layout)?;
        let parameters = [
            constant_or(cx, gamma.as_ref(), channels, 1.0)?,
            constant_or(cx, beta.as_ref(), channels, 0.0)?,
            cx.constant(&mean)?,
            cx.constant(&variance)?,
        ];
        let [a, b, c, d] = &parameters;
        let y = cx.graph.batch_normalization(&tensor, [a, b, c, d], epsilon)?;
        return Ok(Feature::with_layout(y, layout));
    }
    // one factor and one summand an element of the axis
    let variance = variance.data().to_f64();
    let means = mean.data().to_f64();
    let factors: Vec<f64> = match &gamma {
        Some(gamma) => gamma.data().to_f64(),
        None => vec![1.0; channels],
    };
    let factors: Vec<f64> = factors
        .iter()
        .zip(&variance)
        .map(|(factor, variance)| factor / (variance + epsilon).sqrt())
        .collect();
    let summands: Vec<f64> = match &beta {
        Some(beta) => beta.data().to_f64(),
        None => vec![0.0; channels],
    };
    let summands: Vec<f64> = summands
        .iter()
        .zip(means.iter().zip(&factors))
        .map(|(summand, (mean, factor))| summand - mean * factor)
        .collect();
    let place = x.axis_in(axis, x.origin());
    let mut shape = vec![1; x.rank()];
    shape[place] = channels;
    x.map(&mut cx.graph, |g, x| {
        let factors = g.computed(TensorData::from_f64(ScalarType::Float32, &shape, &factors)?);
        let summands = g.computed(TensorData::from_f64(ScalarType::Float32, &shape, &summands)?);
        let scaled = g.mul(x, &factors)?;
        Ok(g.add(&scaled, &summands)?)
    })
}

fn constant_or(
    cx: &mut Context,
    weight: Option<&Weight>,
    channels: usize,
    value: f64,
) -> Result<TensorRef, LayerError> {
    match weight {
        Some(weight) => cx.constant(weight),
        None => {
            let data = TensorData::from_f64(ScalarType::Float32, &[channels], &vec![value; channels])?;
            Ok(cx.graph.computed(data))
        }
    }
}

fn layer(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    if call.config.flag("rms_scaling", false)? {
        return Err(LayerError::new("`rms_scaling` is not supported"));
    }
    let axes = axes(call, &x, -1)?;
    let epsilon = call.config.number("epsilon", 1e-3)?;
    let (scales, centres) = (
        call.config.flag("scale", true)?,
        call.config.flag("center", true)?,
    );
    let first = axes.first().copied().unwrap_or(0);
    let trailing = axes.iter().copied().eq(first..x.rank());
    let gamma = if scales {
        Some(call.weight(0)?.clone())
    } else {
        None
    };
    let beta = if centres {
        Some(call.weight(usize::from(scales))?.clone())
    } else {
        None
    };
    if trailing {
        let tensor = x.get(&mut cx.graph, Layout::Plain)?;
        let shape = x.shape()[first..].to_vec();
        let gamma = gamma.map(|gamma| cx.shaped(&gamma, &shape)).transpose()?;
        let beta = beta.map(|beta| cx.shaped(&beta, &shape)).transpose()?;
        let y = cx
            .graph
            .layer_normalization(&tensor, gamma.as_ref(), beta.as_ref(), first, epsilon)?;
        return Ok(Feature::plain(y));
    }
    let layout = if axes.len() == 1 {
        x.origin()
    } else {
        Layout::Plain
    };
    let tensor = x.get(&mut cx.graph, layout)?;
    let places: Vec<usize> = axes.iter().map(|&axis| x.axis_in(axis, layout)).collect();
    let mut y = cx.graph.standardize(&tensor, &places, epsilon)?;
    if let Some(gamma) = gamma {
        let gamma = along(cx, &gamma, &x, &axes, layout)?;
        y = cx.graph.mul(&y, &gamma)?;
    }
    if let Some(beta) = beta {
        let beta = along(cx, &beta, &x, &axes, layout)?;
        y = cx.graph.add(&y, &beta)?;
    }
    Ok(Feature::with_layout(y, layout))
}

fn group(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let axes = axes(call, &x, -1)?;
    let &[axis] = &axes[..] else {
        return Err(LayerError::new("several axes are not supported"));
    };
    let epsilon = call.config.number("epsilon", 1e-3)?;
    let channels = x.shape()[axis];
    let groups = match call.config.integers("groups")?.as_deref() {
        None => 32,
        Some([-1]) => channels,
        Some(&[groups]) => usize::try_from(groups).unwrap_or(0),
        Some(_) => 0,
    };
    if groups == 0 || !channels.is_multiple_of(groups) {
        return Err(LayerError::new(format!(
            "{channels} channels are not {groups} groups"
        )));
    }
    let layout = if axis + 1 == x.rank() {
        Layout::ChannelsFirst
    } else if axis == 1 {
        Layout::Plain
    } else {
        return Err(LayerError::new(format!("axis {axis} is not supported")));
    };
    let tensor = x.get(&mut cx.graph, layout)?;
    let (batch, rest) = (tensor.shape[0], tensor.count() / tensor.shape[0].max(1) / groups);
    let grouped = cx.graph.reshape(&tensor, &[batch, groups, rest])?;
    let standard = cx.graph.standardize(&grouped, &[2], epsilon)?;
    let mut y = cx.graph.reshape(&standard, &tensor.shape)?;
    let scales = call.config.flag("scale", true)?;
    if scales {
        let gamma = along(cx, &call.weight(0)?.clone(), &x, &axes, layout)?;
        y = cx.graph.mul(&y, &gamma)?;
    }
    if call.config.flag("center", true)? {
        let beta = along(cx, &call.weight(usize::from(scales))?.clone(), &x, &axes, layout)?;
        y = cx.graph.add(&y, &beta)?;
    }
    Ok(Feature::with_layout(y, layout))
}

fn unit(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let axes = axes(call, &x, -1)?;
    let places: Vec<usize> = axes.iter().map(|&axis| x.axis_in(axis, x.origin())).collect();
    x.map(&mut cx.graph, |g, x| {
        let squares = g.mul(x, x)?;
        let sum = g.reduce(Reduction::Sum, &squares, &places, true)?;
        let sum = g.clip(&sum, Some(1e-12), None)?;
        let norm = g.unary(Unary::Sqrt, &sum)?;
        Ok(g.div(x, &norm)?)
    })
}

fn has_statistics(config: Config<'_>) -> bool {
    config.get("mean").is_some() && config.get("variance").is_some()
}

fn adapted_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    if has_statistics(config) {
        return Ok(Vec::new());
    }
    Ok(["mean", "variance", "count"].map(Slot::measured).to_vec())
}

fn adapted(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let axes: Vec<usize> = match call.config.get("axis") {
        None => Vec::new(),
        Some(_) => axes(call, &x, -1)?,
    };
    let statistics = if has_statistics(call.config) {
        [numbers(call, "mean")?, numbers(call, "variance")?]
    } else {
        [call.weight(0)?.data().to_f64(), call.weight(1)?.data().to_f64()]
    };
    let lengths: usize = axes.iter().map(|&axis| x.shape()[axis]).product();
    if axes.len() > 1 && axes.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(LayerError::new(format!(
            "the axes {axes:?} are not supported together"
        )));
    }
    let mut shape = vec![1; x.rank()];
    for &axis in &axes {
        shape[axis] = x.shape()[axis];
    }
    let mut constants = Vec::new();
    for values in statistics {
        let values = if values.len() == 1 {
            vec![values[0]; lengths]
        } else {
            values
        };
        let data = TensorData::from_f64(ScalarType::Float32, &shape, &values)?;
        constants.push(Feature::plain(cx.graph.computed(data)));
    }
    let layout = x.origin();
    let mean = constants[0].get(&mut cx.graph, layout)?;
    let variance = constants[1].get(&mut cx.graph, layout)?;
    let invert = call.config.flag("invert", false)?;
    x.map(&mut cx.graph, |g, x| {
        let deviation = g.unary(Unary::Sqrt, &variance)?;
        let deviation = g.binary_number(Binary::Max, &deviation, 1e-7)?;
        if invert {
            let scaled = g.mul(x, &deviation)?;
            return Ok(g.add(&scaled, &mean)?);
        }
        let centred = g.sub(x, &mean)?;
        Ok(g.div(&centred, &deviation)?)
    })
}

/// Numbers of a setting, out of lists of any depth.
fn numbers(call: &Call<'_>, key: &str) -> Result<Vec<f64>, LayerError> {
    fn collect(value: &serde_json::Value, found: &mut Vec<f64>) -> Option<()> {
        match value {
            serde_json::Value::Array(items) => items.iter().try_for_each(|item| collect(item, found)),
            serde_json::Value::Object(map) => collect(map.get("config")?.get("value")?, found),
            other => {
                found.push(other.as_f64()?);
                Some(())
            }
        }
    }
    let value = call
        .config
        .get(key)
        .ok_or_else(|| super::super::config::missing(key))?;
    let mut found = Vec::new();
    collect(value, &mut found).ok_or_else(|| super::super::config::unexpected(key, "numbers", value))?;
    Ok(found)
}
