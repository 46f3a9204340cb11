//! Branches and loops that follow from shapes.

use std::collections::HashSet;

use super::super::arguments::Arguments;
use super::super::error::ConvertError;
use super::super::proto::NodeDef;
use super::super::value::Value;
use super::{Evaluator, MAX_TURNS, failed};

impl<'a> Evaluator<'a> {
    pub(super) fn switch(
        &mut self,
        node: &NodeDef,
        args: &Arguments<'_>,
    ) -> Result<Vec<Value>, ConvertError> {
        let choice = self.condition(node, args, 1)?;
        let value = args.value(0).map_err(|e| failed(node, e))?.clone();
        Ok(if choice {
            vec![Value::Dead, value]
        } else {
            vec![value, Value::Dead]
        })
    }

    pub(super) fn condition(
        &mut self,
        node: &NodeDef,
        args: &Arguments<'_>,
        index: usize,
    ) -> Result<bool, ConvertError> {
        let data = args.constant(&mut self.cx, index).map_err(|e| {
            failed(
                node,
                format!(
                    "the choice of a branch {}",
                    e.message.trim_start_matches(&format!("input {index} "))
                ),
            )
        })?;
        // a tensor with axes holds if it has elements, a number if it is not zero
        match data.item_f64() {
            Some(value) if data.shape.is_empty() => Ok(value != 0.0),
            _ => Ok(!data.is_empty()),
        }
    }

    pub(super) fn repeat(
        &mut self,
        node: &'a NodeDef,
        args: &Arguments<'_>,
    ) -> Result<Vec<Value>, ConvertError> {
        let (Some(condition), Some(turn)) = (self.function_of(node, "cond"), self.function_of(node, "body"))
        else {
            return Err(failed(node, "names no condition or no body"));
        };
        let mut values = args.values().to_vec();
        for _ in 0..MAX_TURNS {
            let goes_on = self.call(node, condition, values.clone())?;
            if matches!(goes_on.first(), Some(Value::Unknown)) {
                self.scan(turn, &mut HashSet::new());
                return Ok(vec![Value::Unknown]);
            }
            let question = Arguments::new(node, goes_on);
            let data = question.constant(&mut self.cx, 0).map_err(|_| {
                failed(
                    node,
                    "the number of turns depends on the contents of the network's inputs; it has to follow from their shapes",
                )
            })?;
            if data.item_f64().is_none_or(|value| value == 0.0) {
                return Ok(values);
            }
            values = self.call(node, turn, values)?;
        }
        Err(failed(node, format!("a loop of more than {MAX_TURNS} turns")))
    }
}

pub(super) fn merge(node: &NodeDef, args: &Arguments<'_>) -> Result<Vec<Value>, ConvertError> {
    let alive = args
        .values()
        .iter()
        .enumerate()
        .find(|(_, value)| !matches!(value, Value::Dead));
    match alive {
        Some((_, value)) => Ok(vec![value.clone(), Value::Opaque]),
        None if args.len() > 0 => Ok(vec![Value::Dead]),
        None => Err(failed(node, "has no inputs")),
    }
}
