//! Indexing: `x[:, 1:3]`.

use serde_json::Value;

use super::super::super::config::as_integer;
use super::super::super::context::Context;
use super::super::super::error::LayerError;
use super::super::super::feature::{Feature, Layout, resolve_axis};
use super::super::call::{Call, Operand};
use super::arguments::argument;
use crate::graph::SliceRange;

/// One step of an index.
enum Index {
    Range(Option<i64>, Option<i64>, Option<i64>),
    At(i64),
    NewAxis,
    Rest,
}

pub(super) fn get_item(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let bad = || LayerError::new("an index that is no number and no range is not supported");
    let x = call.input()?;
    let spec = argument(call, 1, "slice_spec|key").ok_or_else(bad)?;
    let mut indices = read_index(&spec).ok_or_else(bad)?;
    let used = indices
        .iter()
        .filter(|index| matches!(index, Index::Range(..) | Index::At(_)))
        .count();
    let free = x
        .rank()
        .checked_sub(used)
        .ok_or_else(|| LayerError::new("there are more indices than axes"))?;
    let rest = indices.iter().position(|index| matches!(index, Index::Rest));
    let whole = (0..free).map(|_| Index::Range(None, None, None));
    match rest {
        Some(place) => drop(indices.splice(place..=place, whole)),
        None => indices.extend(whole),
    }
    let mut tensor = x.get(&mut cx.graph, Layout::Plain)?;
    let (mut ranges, mut shape, mut axis) = (Vec::new(), Vec::new(), 0);
    for index in indices {
        let (range, kept) = match index {
            Index::NewAxis => {
                shape.push(1);
                continue;
            }
            Index::Rest => return Err(bad()),
            Index::At(position) => {
                let start = resolve_axis(position, x.shape()[axis]).map_err(|_| {
                    LayerError::new(format!("index {position} leaves axis {axis} of {:?}", x.shape()))
                })?;
                (range_of(axis, start, 1, 1), false)
            }
            Index::Range(start, stop, step) => {
                let step = step.unwrap_or(1);
                let step_size = usize::try_from(step).ok().filter(|&step| step > 0);
                let step_size =
                    step_size.ok_or_else(|| LayerError::new("steps below one are not supported"))?;
                let length = x.shape()[axis];
                let bound =
                    |place: Option<i64>, default: usize| place.map_or(default, |place| clamp(place, length));
                let (start, stop) = (bound(start, 0), bound(stop, length));
                let count = stop.saturating_sub(start).div_ceil(step_size);
                (range_of(axis, start, count, step_size), true)
            }
        };
        if kept {
            shape.push(range.length);
        }
        ranges.push(range);
        axis += 1;
    }
    tensor = cx.graph.slice(&tensor, &ranges)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

fn range_of(axis: usize, start: usize, length: usize, step: usize) -> SliceRange {
    SliceRange {
        axis,
        start,
        length,
        step: isize::try_from(step).unwrap_or(isize::MAX),
    }
}

/// A border of a range, counted from the end if below zero, within the axis.
fn clamp(place: i64, length: usize) -> usize {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let counted = if place < 0 {
        place.saturating_add(signed)
    } else {
        place
    };
    usize::try_from(counted).unwrap_or(0).min(length)
}

fn read_index(operand: &Operand) -> Option<Vec<Index>> {
    match operand {
        Operand::List(items) => items
            .iter()
            .map(|item| match item {
                Operand::Constant(value) => one_index(value),
                _ => None,
            })
            .collect(),
        Operand::Constant(Value::Array(items)) => items.iter().map(one_index).collect(),
        Operand::Constant(value) => one_index(value).map(|index| vec![index]),
        Operand::Feature(_) => None,
    }
}

fn one_index(value: &Value) -> Option<Index> {
    match value {
        Value::Null => Some(Index::NewAxis),
        Value::Number(_) => as_integer(value).map(Index::At),
        Value::String(text) if text == "..." => Some(Index::Rest),
        Value::Object(map) => {
            if map.get("class_name").is_some_and(|class| class == "__ellipsis__") {
                return Some(Index::Rest);
            }
            let map = match map.get("config") {
                Some(Value::Object(config)) => config,
                _ => map,
            };
            let part = |key: &str| match map.get(key) {
                None | Some(Value::Null) => Some(None),
                Some(value) => as_integer(value).map(Some),
            };
            if ["start", "stop", "step"]
                .iter()
                .all(|key| !map.contains_key(*key))
            {
                return None;
            }
            Some(Index::Range(part("start")?, part("stop")?, part("step")?))
        }
        _ => None,
    }
}
