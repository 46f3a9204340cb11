//! Activations that are layers.

use serde_json::{Map, Value};

use super::super::config::Config;
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::call::{Call, as_numbers};
use super::{Row, Slot, activation, no_slots, row};
use crate::graph::{Binary, Comparison, Unary};

pub(super) const LAYERS: &[Row] = &[
    row(&["Activation"], no_slots, named, "the functions are listed below"),
    row(
        &["ReLU", "Relu"],
        no_slots,
        layer,
        "`max_value`, `negative_slope` and `threshold`, too",
    ),
    row(&["LeakyReLU"], no_slots, layer, ""),
    row(
        &["PReLU"],
        |_| Ok(vec![Slot::trained("alpha")]),
        parametric,
        "`shared_axes`, too",
    ),
    row(&["ELU"], no_slots, layer, ""),
    row(&["ThresholdedReLU"], no_slots, layer, ""),
    row(&["Softmax"], no_slots, layer, "along one axis"),
];

fn named(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    activation::apply(cx, call.config.get("activation"), call.input()?)
}

fn layer(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    apply(cx, &call.layer.class, &call.layer.config, call.input()?)
}

/// Applies an activation layer without weights, which may also be the setting of another layer.
///
/// # Errors
/// When it is not known.
pub(super) fn apply(
    cx: &mut Context,
    class: &str,
    config: &Map<String, Value>,
    x: &Feature,
) -> Result<Feature, LayerError> {
    let config = Config::new(config);
    let x = &as_numbers(cx, x)?;
    let class = class.rsplit('>').next().unwrap_or(class);
    match class {
        "ReLU" | "Relu" => rectified(
            cx,
            x,
            config.optional_number("max_value")?,
            config.number("negative_slope", 0.0)?,
            config.number("threshold", 0.0)?,
        ),
        "LeakyReLU" => {
            let slope = config.number("negative_slope|alpha", 0.3)?;
            x.map(&mut cx.graph, |g, x| {
                Ok(g.activation("LeakyRelu", x, &[("alpha", slope)])?)
            })
        }
        "ELU" => {
            let alpha = config.number("alpha", 1.0)?;
            x.map(&mut cx.graph, |g, x| {
                Ok(g.activation("Elu", x, &[("alpha", alpha)])?)
            })
        }
        "ThresholdedReLU" => {
            let theta = config.number("theta", 1.0)?;
            rectified(cx, x, None, 0.0, theta)
        }
        "Softmax" => match &config.integers("axis")?.unwrap_or_else(|| vec![-1])[..] {
            &[axis] => activation::along(cx, "Softmax", x, axis),
            _ => Err(LayerError::new("softmax over several axes is not supported")),
        },
        "Activation" => activation::apply(cx, config.get("activation"), x),
        other => Err(LayerError::new(format!(
            "the activation layer `{other}` is not supported"
        ))),
    }
}

/// Zero or a line below the threshold, the element above, at most `max`.
pub(super) fn rectified(
    cx: &mut Context,
    x: &Feature,
    max: Option<f64>,
    slope: f64,
    threshold: f64,
) -> Result<Feature, LayerError> {
    x.map(&mut cx.graph, |g, x| {
        let above = if threshold == 0.0 {
            match (slope == 0.0, max) {
                (true, None) => return Ok(g.unary(Unary::Relu, x)?),
                (true, Some(max)) => return Ok(g.clip(x, Some(0.0), Some(max))?),
                (false, None) => return Ok(g.activation("LeakyRelu", x, &[("alpha", slope)])?),
                (false, Some(max)) => g.clip(x, Some(0.0), Some(max))?,
            }
        } else {
            let limit = g.scalar(x.dtype, threshold);
            let passes = g.compare(Comparison::Greater, x, &limit)?;
            let zero = g.scalar(x.dtype, 0.0);
            let kept = g.choose(&passes, x, &zero)?;
            match max {
                Some(max) => g.clip(&kept, Some(0.0), Some(max))?,
                None => kept,
            }
        };
        if slope == 0.0 {
            return Ok(above);
        }
        let below = g.binary_number(Binary::Sub, x, threshold)?;
        let below = g.clip(&below, None, Some(0.0))?;
        let below = g.binary_number(Binary::Mul, &below, slope)?;
        Ok(g.add(&above, &below)?)
    })
}

/// A slope of its own for each element, or shared along axes.
fn parametric(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let weight = call.weight(0)?.clone();
    let mut shape = vec![1];
    shape.extend(weight.shape());
    if shape.len() != x.rank() {
        return Err(LayerError::new(format!(
            "slopes of the shape {:?} do not fit a tensor of the shape {:?}",
            weight.shape(),
            x.shape()
        )));
    }
    let slope = cx.shaped(&weight, &shape)?;
    let layout = x.origin();
    let slope = match layout {
        Layout::Plain => slope,
        Layout::ChannelsFirst => {
            let mut order: Vec<usize> = (0..shape.len()).collect();
            order[1..].rotate_right(1);
            cx.graph.transpose(&slope, &order)?
        }
    };
    let own = x.own(&mut cx.graph)?;
    let result = crate::graph::broadcast_shapes("PRelu", &own.shape, &slope.shape)?;
    if result != own.shape {
        return Err(LayerError::new(format!(
            "slopes of the shape {:?} do not fit a tensor of the shape {:?}",
            weight.shape(),
            x.shape()
        )));
    }
    let y = cx
        .graph
        .add_one("PRelu", &[&own, &slope], Vec::new(), own.dtype, result)?;
    Ok(Feature::with_layout(y, layout))
}
