//! The arguments of an operator, with typed access.

use super::context::LoweringError;
use super::value::{Tensor, Value};

/// The arguments of one call. The getters take the place in the operator's schema and the name there, because what is
/// keyword-only in the schema is written with its name in the source.
#[derive(Debug, Clone, Default)]
pub(crate) struct Arguments {
    /// Arguments without a name.
    pub(crate) positional: Vec<Value>,
    /// Arguments with a name.
    pub(crate) keyword: Vec<(String, Value)>,
}

impl Arguments {
    /// The argument, if it was given (`None` of the language is given).
    pub(crate) fn get(&self, index: usize, name: &str) -> Option<&Value> {
        self.keyword
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
            .or_else(|| self.positional.get(index))
    }

    /// The argument, which has to be given.
    pub(crate) fn value(&self, index: usize, name: &str) -> Result<&Value, LoweringError> {
        self.get(index, name)
            .ok_or_else(|| LoweringError::new(format!("argument {index} (`{name}`) is missing")))
    }

    /// A tensor.
    pub(crate) fn tensor(&self, index: usize, name: &str) -> Result<&Tensor, LoweringError> {
        match self.value(index, name)? {
            Value::Tensor(tensor) => Ok(tensor),
            other => Err(unexpected(index, name, other, "a Tensor")),
        }
    }

    /// A tensor; `None` of the language or nothing is `None`.
    pub(crate) fn optional_tensor(&self, index: usize, name: &str) -> Result<Option<&Tensor>, LoweringError> {
        match self.get(index, name) {
            None | Some(Value::None) => Ok(None),
            Some(_) => self.tensor(index, name).map(Some),
        }
    }

    /// An integer (`bool` counts).
    pub(crate) fn int(&self, index: usize, name: &str) -> Result<i64, LoweringError> {
        as_int(self.value(index, name)?).ok_or_else(|| self.wrong(index, name, "an int"))
    }

    /// An integer; `None` of the language or nothing is `None`.
    pub(crate) fn optional_int(&self, index: usize, name: &str) -> Result<Option<i64>, LoweringError> {
        match self.get(index, name) {
            None | Some(Value::None) => Ok(None),
            Some(_) => self.int(index, name).map(Some),
        }
    }

    /// An integer, or the default of the schema.
    pub(crate) fn int_or(&self, index: usize, name: &str, default: i64) -> Result<i64, LoweringError> {
        Ok(self.optional_int(index, name)?.unwrap_or(default))
    }

    /// A number as `float`.
    pub(crate) fn float(&self, index: usize, name: &str) -> Result<f64, LoweringError> {
        as_float(self.value(index, name)?).ok_or_else(|| self.wrong(index, name, "a number"))
    }

    /// A number; `None` of the language or nothing is `None`.
    pub(crate) fn optional_float(&self, index: usize, name: &str) -> Result<Option<f64>, LoweringError> {
        match self.get(index, name) {
            None | Some(Value::None) => Ok(None),
            Some(_) => self.float(index, name).map(Some),
        }
    }

    /// A number, or the default of the schema.
    pub(crate) fn float_or(&self, index: usize, name: &str, default: f64) -> Result<f64, LoweringError> {
        Ok(self.optional_float(index, name)?.unwrap_or(default))
    }

    /// A truth value.
    pub(crate) fn bool(&self, index: usize, name: &str) -> Result<bool, LoweringError> {
        match self.value(index, name)? {
            Value::Bool(value) => Ok(*value),
            other => Err(unexpected(index, name, other, "a bool")),
        }
    }

    /// A truth value, or the default of the schema.
    pub(crate) fn bool_or(&self, index: usize, name: &str, default: bool) -> Result<bool, LoweringError> {
        match self.get(index, name) {
            None | Some(Value::None) => Ok(default),
            Some(_) => self.bool(index, name),
        }
    }

    /// A text.
    pub(crate) fn str(&self, index: usize, name: &str) -> Result<&str, LoweringError> {
        match self.value(index, name)? {
            Value::Str(text) => Ok(text),
            other => Err(unexpected(index, name, other, "a str")),
        }
    }

    /// A list or tuple of integers; a single integer is a list of one.
    pub(crate) fn ints(&self, index: usize, name: &str) -> Result<Vec<i64>, LoweringError> {
        let values = match self.value(index, name)? {
            Value::List(list) => list.borrow().iter().map(as_int).collect::<Option<Vec<_>>>(),
            Value::Tuple(tuple) => tuple.values().iter().map(as_int).collect(),
            single => as_int(single).map(|value| vec![value]),
        };
        values.ok_or_else(|| self.wrong(index, name, "a list of ints"))
    }

    /// A list of integers; `None` of the language or nothing is `None`.
    pub(crate) fn optional_ints(&self, index: usize, name: &str) -> Result<Option<Vec<i64>>, LoweringError> {
        match self.get(index, name) {
            None | Some(Value::None) => Ok(None),
            Some(_) => self.ints(index, name).map(Some),
        }
    }

    /// A list of numbers; `None` of the language or nothing is `None`.
    pub(crate) fn optional_floats(
        &self,
        index: usize,
        name: &str,
    ) -> Result<Option<Vec<f64>>, LoweringError> {
        let values = match self.get(index, name) {
            None | Some(Value::None) => return Ok(None),
            Some(Value::List(list)) => list.borrow().iter().map(as_float).collect::<Option<Vec<_>>>(),
            Some(single) => as_float(single).map(|value| vec![value]),
        };
        values
            .map(Some)
            .ok_or_else(|| self.wrong(index, name, "a list of numbers"))
    }

    /// A list or tuple of tensors.
    pub(crate) fn tensors(&self, index: usize, name: &str) -> Result<Vec<Tensor>, LoweringError> {
        let value = self.value(index, name)?;
        let tensors = match value {
            Value::List(list) => list.borrow().iter().map(as_tensor).collect::<Option<Vec<_>>>(),
            Value::Tuple(tuple) => tuple.values().iter().map(as_tensor).collect(),
            _ => None,
        };
        tensors.ok_or_else(|| self.wrong(index, name, "a list of Tensors"))
    }

    fn wrong(&self, index: usize, name: &str, expected: &str) -> LoweringError {
        match self.get(index, name) {
            Some(found) => unexpected(index, name, found, expected),
            None => LoweringError::new(format!("argument {index} (`{name}`) is missing")),
        }
    }
}

/// The error for an argument of another type.
pub(crate) fn unexpected(index: usize, name: &str, found: &Value, expected: &str) -> LoweringError {
    LoweringError::new(format!(
        "argument {index} (`{name}`) is {}, not {expected}",
        found.kind()
    ))
}

fn as_int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => Some(*value),
        Value::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

fn as_float(value: &Value) -> Option<f64> {
    match value {
        Value::Float(value) => Some(*value),
        other => as_int(other).map(|value| value as f64),
    }
}

fn as_tensor(value: &Value) -> Option<Tensor> {
    match value {
        Value::Tensor(tensor) => Some(tensor.clone()),
        _ => None,
    }
}
