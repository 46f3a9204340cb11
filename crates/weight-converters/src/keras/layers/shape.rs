//! The same elements in another shape or order.

use super::super::config::{missing, unexpected};
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::call::{Call, Format};
use super::{Row, no_slots, row};

pub(super) const LAYERS: &[Row] = &[
    row(&["Flatten"], no_slots, flatten, ""),
    row(&["Reshape"], no_slots, reshape, ""),
    row(&["Permute"], no_slots, permute, ""),
    row(&["RepeatVector"], no_slots, repeat, ""),
];

fn flatten(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let mut tensor = x.get(&mut cx.graph, Layout::Plain)?;
    if call.format()? == Format::First && x.rank() > 2 {
        let mut order: Vec<usize> = (0..x.rank()).collect();
        order[1..].rotate_left(1);
        tensor = cx.graph.transpose(&tensor, &order)?;
    }
    let batch = tensor.shape.first().copied().unwrap_or(1);
    let rest: usize = tensor.shape.iter().skip(1).product();
    Ok(Feature::plain(cx.graph.reshape(&tensor, &[batch, rest])?))
}

fn reshape(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let key = "target_shape|dims";
    let target = call.config.integers(key)?.ok_or_else(|| missing(key))?;
    let batch = x.shape().first().copied().unwrap_or(1);
    let shape = filled(x, &target, batch)?;
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

fn filled(x: &Feature, target: &[i64], batch: usize) -> Result<Vec<usize>, LayerError> {
    let per_item: usize = x.shape().iter().skip(1).product();
    let known = target
        .iter()
        .filter(|&&length| length != -1)
        .try_fold(1_usize, |product, &length| {
            product.checked_mul(usize::try_from(length).ok()?)
        });
    let open = target.iter().filter(|&&length| length == -1).count();
    let bad = || {
        LayerError::new(format!(
            "a tensor of the shape {:?} cannot get the shape {target:?} behind the batch axis",
            x.shape()
        ))
    };
    let known = known.ok_or_else(bad)?;
    let rest = match open {
        0 if known == per_item => 1,
        1 if known > 0 && per_item.is_multiple_of(known) => per_item / known,
        _ => return Err(bad()),
    };
    let lengths = target
        .iter()
        .map(|&length| usize::try_from(length).unwrap_or(rest));
    Ok([batch].into_iter().chain(lengths).collect())
}

fn permute(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let order = call.config.integers("dims")?.ok_or_else(|| missing("dims"))?;
    let order: Option<Vec<usize>> = [Some(0)]
        .into_iter()
        .chain(order.iter().map(|&axis| usize::try_from(axis).ok()))
        .collect();
    let order = order.ok_or_else(|| LayerError::new("`dims` counts axes from one"))?;
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.transpose(&tensor, &order)?))
}

fn repeat(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let count = call.config.size("n")?;
    let &[batch, length] = x.shape() else {
        return Err(unexpected(
            "input",
            "a tensor of two axes",
            &serde_json::json!(x.shape()),
        ));
    };
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    let tensor = cx.graph.unsqueeze(&tensor, 1)?;
    Ok(Feature::plain(cx.graph.expand(&tensor, &[batch, count, length])?))
}
