//! Arguments of functions.

use serde_json::Value;

use super::super::super::config::{as_integer, as_integers};
use super::super::super::context::Context;
use super::super::super::error::LayerError;
use super::super::super::feature::Feature;
use super::super::call::{Call, Operand, as_numbers};
use crate::tensor::{ScalarType, TensorData};

/// An argument: by place, by one of its names, or from the configuration of an operation.
pub(super) fn argument(call: &Call<'_>, place: usize, names: &str) -> Option<Operand> {
    let named = || names.split('|').find_map(|name| call.keyword(name).cloned());
    let set = || {
        call.config
            .get(names)
            .map(|value| Operand::Constant(value.clone()))
    };
    call.args
        .get(place)
        .cloned()
        .or_else(named)
        .or_else(set)
        .filter(|operand| !matches!(operand, Operand::Constant(Value::Null)))
}

/// A tensor, or a constant as one.
pub(super) fn operand(cx: &mut Context, operand: &Operand) -> Result<Feature, LayerError> {
    fn collect(value: &Value, depth: usize, shape: &mut Vec<usize>, found: &mut Vec<f64>) -> Option<()> {
        match value {
            Value::Array(items) => {
                match shape.get(depth) {
                    None => shape.push(items.len()),
                    Some(length) if *length == items.len() => {}
                    Some(_) => return None,
                }
                items
                    .iter()
                    .try_for_each(|item| collect(item, depth + 1, shape, found))
            }
            other => {
                found.push(other.as_f64()?);
                (depth == shape.len()).then_some(())
            }
        }
    }
    let value = match operand {
        Operand::Feature(feature) => return as_numbers(cx, feature),
        Operand::Constant(value) => value.clone(),
        Operand::List(items) => Value::Array(
            items
                .iter()
                .map(|item| match item {
                    Operand::Constant(value) => value.clone(),
                    _ => Value::Null,
                })
                .collect(),
        ),
    };
    let (mut shape, mut found) = (Vec::new(), Vec::new());
    collect(&value, 0, &mut shape, &mut found).ok_or_else(|| LayerError::new("takes tensors and numbers"))?;
    let data = TensorData::from_f64(ScalarType::Float32, &shape, &found)?;
    Ok(Feature::plain(cx.graph.computed(data)))
}

/// Whole numbers of an argument.
pub(super) fn axes_of(operand: Option<Operand>) -> Result<Option<Vec<i64>>, LayerError> {
    let numbers = match &operand {
        None => return Ok(None),
        Some(Operand::Constant(value)) => as_integers(value),
        Some(Operand::List(items)) => items
            .iter()
            .map(|item| match item {
                Operand::Constant(value) => as_integer(value),
                _ => None,
            })
            .collect(),
        Some(Operand::Feature(_)) => None,
    };
    numbers
        .map(Some)
        .ok_or_else(|| LayerError::new("whole numbers are expected as an argument, not tensors"))
}

pub(super) fn one(axes: &[i64]) -> Result<i64, LayerError> {
    match axes {
        &[axis] => Ok(axis),
        _ => Err(LayerError::new("one axis is expected")),
    }
}

pub(super) fn number(operand: Option<Operand>) -> Result<Option<f64>, LayerError> {
    match operand {
        None => Ok(None),
        Some(Operand::Constant(value)) if value.is_number() => Ok(value.as_f64()),
        Some(_) => Err(LayerError::new("a number is expected as an argument")),
    }
}
