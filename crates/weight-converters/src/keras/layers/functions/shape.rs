//! Functions that change shapes and types.

use serde_json::Value;

use super::super::super::context::Context;
use super::super::super::error::LayerError;
use super::super::super::feature::{Feature, Layout};
use super::super::call::{Call, Operand};
use super::arguments::{argument, axes_of};
use crate::tensor::ScalarType;

pub(super) fn cast(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let target = match argument(call, 1, "dtype") {
        Some(Operand::Constant(Value::String(name))) => name,
        _ => return Err(LayerError::new("`dtype` is the name of a type")),
    };
    let dtype = match target.as_str() {
        "float16" | "bfloat16" | "float32" | "float64" => ScalarType::Float32,
        "int32" => ScalarType::Int32,
        "int64" => ScalarType::Int64,
        "uint8" => ScalarType::UInt8,
        other => return Err(LayerError::new(format!("the type `{other}` is not supported"))),
    };
    let x = call.input()?;
    x.map(&mut cx.graph, |g, x| Ok(g.cast(x, dtype)?))
}

pub(super) fn reshape(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let target =
        axes_of(argument(call, 1, "shape|newshape"))?.ok_or_else(|| LayerError::new("`shape` is missing"))?;
    let count: usize = x.shape().iter().product();
    let known = target
        .iter()
        .filter(|&&length| length != -1)
        .try_fold(1_usize, |product, &length| {
            product.checked_mul(usize::try_from(length).ok()?)
        })
        .filter(|&known| known > 0 && count.is_multiple_of(known))
        .ok_or_else(|| LayerError::new(format!("{:?} cannot become {target:?}", x.shape())))?;
    if target.iter().filter(|&&length| length == -1).count() > 1 {
        return Err(LayerError::new("several lengths of `shape` are open"));
    }
    let shape: Vec<usize> = target
        .iter()
        .map(|&length| usize::try_from(length).unwrap_or(count / known))
        .collect();
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

pub(super) fn squeeze(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let axes = match axes_of(argument(call, 1, "axis"))? {
        None => (0..x.rank()).filter(|&axis| x.shape()[axis] == 1).collect(),
        Some(axes) => axes
            .into_iter()
            .map(|axis| x.axis(axis))
            .collect::<Result<Vec<_>, _>>()?,
    };
    if axes.iter().any(|&axis| x.shape()[axis] != 1) {
        return Err(LayerError::new(format!(
            "the axes {axes:?} of the shape {:?} are not of length 1",
            x.shape()
        )));
    }
    let shape: Vec<usize> = (0..x.rank())
        .filter(|axis| !axes.contains(axis))
        .map(|axis| x.shape()[axis])
        .collect();
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}
