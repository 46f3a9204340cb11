//! Inputs, matrix products and tables.

use serde_json::Value;

use super::super::config::Config;
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::super::model::Layer;
use super::call::Call;
use super::convolution::kernel_and_bias;
use super::{Row, Slot, activation, kernel, no_slots, row};
use crate::graph::Window;
use crate::tensor::ScalarType;

pub(super) const LAYERS: &[Row] = &[
    row(&["InputLayer"], no_slots, |_, call| Ok(call.input()?.clone()), ""),
    row(
        &["Dense"],
        kernel_and_bias,
        dense,
        "a convolution where the axes are in its order",
    ),
    row(
        &["Embedding"],
        |_| Ok(vec![Slot::trained("embeddings")]),
        embedding,
        "without `mask_zero`",
    ),
];

/// The type to which an input is cast: that of its layer, where numbers are computed as `float32`.
///
/// # Errors
/// When it is no number.
pub(crate) fn input_dtype(layer: &Layer, given: ScalarType) -> Result<ScalarType, LayerError> {
    match policy(layer.config()) {
        None | Some("float32" | "float16" | "float64" | "bfloat16") => Ok(ScalarType::Float32),
        Some(name) if name.starts_with("mixed_") => Ok(ScalarType::Float32),
        Some("int32") => Ok(ScalarType::Int32),
        Some("int64") => Ok(ScalarType::Int64),
        Some("uint8") => Ok(ScalarType::UInt8),
        Some("int8") => Ok(ScalarType::Int8),
        Some("int16") => Ok(ScalarType::Int16),
        Some("bool") => Ok(ScalarType::Bool),
        Some(other) => Err(LayerError::new(format!(
            "the network takes `{other}`, found {given}"
        ))),
    }
}

/// The type in which a layer computes: a name, or a policy.
fn policy<'a>(config: Config<'a>) -> Option<&'a str> {
    let mut value = config.get("dtype")?;
    if let Value::Object(map) = value {
        let inner = map.get("config")?;
        value = inner.get("name").or_else(|| inner.get("source_name"))?;
    }
    value.as_str()
}

/// Notes that a layer computes with other numbers than its configuration says.
pub(super) fn note_precision(cx: &mut Context, call: &Call<'_>) {
    if let Some(name) = policy(call.config)
        && (name.contains("float16") || name == "float64")
    {
        cx.note(format!(
            "layers of the type `{name}` are computed in float32, and their results are float32"
        ));
    }
}

fn dense(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let weight = call.weight(0)?.clone();
    let &[inputs, outputs] = weight.shape() else {
        return Err(LayerError::new(format!(
            "the kernel has the shape {:?}, two axes expected",
            weight.shape()
        )));
    };
    if x.shape().last() != Some(&inputs) {
        return Err(LayerError::new(format!(
            "a tensor of the shape {:?} does not fit a kernel of the shape [{inputs}, {outputs}]",
            x.shape()
        )));
    }
    let bias = kernel::bias(cx, call, 1, outputs)?;
    let y = if x.origin() == Layout::ChannelsFirst {
        let axes = x.rank() - 2;
        let mut shape = vec![outputs, inputs];
        shape.extend(vec![1; axes]);
        let kernel = cx.turned(&weight, &[1, 0], &shape)?;
        let tensor = x.get(&mut cx.graph, Layout::ChannelsFirst)?;
        let window = Window {
            kernel: vec![1; axes],
            strides: vec![1; axes],
            before: vec![0; axes],
            after: vec![0; axes],
            dilations: vec![1; axes],
        };
        let y = cx.graph.convolve(&tensor, &kernel, bias.as_ref(), &window, 1)?;
        Feature::with_layout(y, Layout::ChannelsFirst)
    } else {
        let tensor = x.get(&mut cx.graph, Layout::Plain)?;
        let kernel = cx.constant(&weight)?;
        let mut y = cx.graph.matmul(&tensor, &kernel)?;
        if let Some(bias) = bias {
            y = cx.graph.add(&y, &bias)?;
        }
        Feature::plain(y)
    };
    activation::apply(cx, call.config.get("activation"), &y)
}

fn embedding(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    if call.config.flag("mask_zero", false)? {
        return Err(LayerError::new(
            "`mask_zero` is not supported: masks are not converted",
        ));
    }
    let x = call.input()?.get(&mut cx.graph, Layout::Plain)?;
    let indices = match x.dtype {
        ScalarType::Int32 | ScalarType::Int64 => x,
        _ => cx.graph.cast(&x, ScalarType::Int32)?,
    };
    let table = cx.constant(&call.weight(0)?.clone())?;
    Ok(Feature::plain(cx.graph.gather(&table, &indices, 0)?))
}
