//! Several tensors to one.

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout, common_layout, resolve_axis};
use super::call::{Call, as_numbers};
use super::{Row, no_slots, row};
use crate::graph::{Binary, Reduction, TensorRef, Unary};

pub(super) const LAYERS: &[Row] = &[
    row(&["Add"], no_slots, |cx, call| fold(cx, call, Binary::Add), ""),
    row(
        &["Subtract"],
        no_slots,
        |cx, call| fold(cx, call, Binary::Sub),
        "",
    ),
    row(
        &["Multiply"],
        no_slots,
        |cx, call| fold(cx, call, Binary::Mul),
        "",
    ),
    row(&["Average"], no_slots, average, ""),
    row(&["Maximum"], no_slots, |cx, call| fold(cx, call, Binary::Max), ""),
    row(&["Minimum"], no_slots, |cx, call| fold(cx, call, Binary::Min), ""),
    row(&["Concatenate"], no_slots, concatenate, ""),
    row(&["Dot"], no_slots, dot, "tensors of two or three axes"),
];

/// The tensors of a call in one order of axes, those of fewer axes extended behind the batch axis.
fn operands(cx: &mut Context, call: &Call<'_>) -> Result<(Vec<TensorRef>, Layout), LayerError> {
    let features = call
        .inputs
        .iter()
        .map(|input| as_numbers(cx, input))
        .collect::<Result<Vec<_>, _>>()?;
    let layout = common_layout(&features);
    let rank = features.iter().map(Feature::rank).max().unwrap_or(0);
    let mut tensors = Vec::new();
    for feature in features {
        let mut tensor = feature.get(&mut cx.graph, layout)?;
        while tensor.rank() < rank {
            tensor = cx.graph.unsqueeze(&tensor, 1.min(tensor.rank()))?;
        }
        tensors.push(tensor);
    }
    Ok((tensors, layout))
}

/// One operation after the other.
pub(super) fn fold(cx: &mut Context, call: &Call<'_>, operation: Binary) -> Result<Feature, LayerError> {
    let (tensors, layout) = operands(cx, call)?;
    let mut tensors = tensors.into_iter();
    let mut sum = tensors
        .next()
        .ok_or_else(|| LayerError::new("is called without tensors"))?;
    for tensor in tensors {
        sum = cx.graph.binary(operation, &sum, &tensor)?;
    }
    Ok(Feature::with_layout(sum, layout))
}

pub(super) fn average(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let count = call.inputs.len();
    let sum = fold(cx, call, Binary::Add)?;
    sum.map(&mut cx.graph, |g, x| {
        Ok(g.binary_number(Binary::Div, x, count as f64)?)
    })
}

fn concatenate(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let axis = match call.config.integers("axis")?.as_deref() {
        None => -1,
        Some(&[axis]) => axis,
        Some(_) => return Err(LayerError::new("`axis` is one number")),
    };
    along(cx, &call.inputs, axis)
}

/// Tensors one after the other along an axis.
///
/// # Errors
/// When they do not fit.
pub(super) fn along(cx: &mut Context, inputs: &[Feature], axis: i64) -> Result<Feature, LayerError> {
    let first = inputs
        .first()
        .ok_or_else(|| LayerError::new("is called without tensors"))?;
    let axis = resolve_axis(axis, first.rank())?;
    let mut features = inputs.to_vec();
    if features.iter().any(|input| input.dtype() != first.dtype()) {
        features = inputs
            .iter()
            .map(|input| as_numbers(cx, input))
            .collect::<Result<_, _>>()?;
    }
    let layout = common_layout(&features);
    let place = first.axis_in(axis, layout);
    let mut tensors = Vec::new();
    for feature in &features {
        tensors.push(feature.get(&mut cx.graph, layout)?);
    }
    Ok(Feature::with_layout(cx.graph.concat(&tensors, place)?, layout))
}

fn dot(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let [a, b] = &call.inputs[..] else {
        return Err(LayerError::new(format!(
            "takes two tensors, found {}",
            call.inputs.len()
        )));
    };
    let (a, b) = (as_numbers(cx, a)?, as_numbers(cx, b)?);
    if a.rank() != b.rank() || !(2..=3).contains(&a.rank()) {
        return Err(LayerError::new(format!(
            "takes two tensors of two or of three axes, found {:?} and {:?}",
            a.shape(),
            b.shape()
        )));
    }
    let axes = call.config.integers("axes|dot_axes")?.unwrap_or_default();
    let (first, second) = match axes[..] {
        [both] => (a.axis(both)?, b.axis(both)?),
        [first, second] => (a.axis(first)?, b.axis(second)?),
        _ => return Err(LayerError::new("`axes` is one number or two")),
    };
    if first == 0 || second == 0 {
        return Err(LayerError::new(
            "the batch axis is not supported as one of `axes`",
        ));
    }
    let normalize = call.config.flag("normalize", false)?;
    let mut tensors = [
        a.get(&mut cx.graph, Layout::Plain)?,
        b.get(&mut cx.graph, Layout::Plain)?,
    ];
    if normalize {
        for (tensor, axis) in tensors.iter_mut().zip([first, second]) {
            let squares = cx.graph.mul(tensor, tensor)?;
            let sum = cx.graph.reduce(Reduction::Sum, &squares, &[axis], true)?;
            let sum = cx.graph.clip(&sum, Some(1e-12), None)?;
            let norm = cx.graph.unary(Unary::Sqrt, &sum)?;
            *tensor = cx.graph.div(tensor, &norm)?;
        }
    }
    let [a, b] = tensors;
    let graph = &mut cx.graph;
    if a.rank() == 2 {
        let product = graph.mul(&a, &b)?;
        return Ok(Feature::plain(graph.reduce(
            Reduction::Sum,
            &product,
            &[1],
            true,
        )?));
    }
    let a = if first == 1 { graph.swap_axes(&a, 1, 2)? } else { a };
    let b = if second == 2 {
        graph.swap_axes(&b, 1, 2)?
    } else {
        b
    };
    Ok(Feature::plain(graph.matmul(&a, &b)?))
}
