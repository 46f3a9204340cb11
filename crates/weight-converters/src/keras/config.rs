//! Reading the configuration of a layer.
//!
//! A key is given with its older names, the newest first: `filters|nb_filter`. Each is also looked up as TensorFlow.js
//! writes it (`dataFormat`).

use serde_json::{Map, Value};

use super::error::LayerError;

/// The configuration of a layer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Config<'a> {
    map: &'a Map<String, Value>,
}

impl<'a> Config<'a> {
    /// A view of a configuration.
    pub(crate) fn new(map: &'a Map<String, Value>) -> Self {
        Self { map }
    }

    /// A value; `null` counts as missing.
    pub(crate) fn get(&self, keys: &str) -> Option<&'a Value> {
        keys.split('|')
            .find_map(|key| self.map.get(key).or_else(|| self.map.get(&camel_case(key))))
            .filter(|value| !value.is_null())
    }

    /// Whether something holds.
    ///
    /// # Errors
    /// When the value is no truth value.
    pub(crate) fn flag(&self, keys: &str, default: bool) -> Result<bool, LayerError> {
        match self.get(keys) {
            None => Ok(default),
            Some(Value::Bool(value)) => Ok(*value),
            Some(other) => Err(unexpected(keys, "true or false", other)),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// When the value is no number.
    pub(crate) fn number(&self, keys: &str, default: f64) -> Result<f64, LayerError> {
        Ok(self.optional_number(keys)?.unwrap_or(default))
    }

    /// A number that may be missing. Layers may hold it as an array of one number.
    ///
    /// # Errors
    /// When the value is no number.
    pub(crate) fn optional_number(&self, keys: &str) -> Result<Option<f64>, LayerError> {
        let Some(value) = self.get(keys) else {
            return Ok(None);
        };
        let value = unwrapped(value);
        let number = value.as_f64().or_else(|| match value {
            Value::Array(items) if items.len() == 1 => items[0].as_f64(),
            _ => None,
        });
        number
            .map(Some)
            .ok_or_else(|| unexpected(keys, "a number", value))
    }

    /// A text.
    ///
    /// # Errors
    /// When the value is no text.
    pub(crate) fn text(&self, keys: &str) -> Result<Option<&'a str>, LayerError> {
        match self.get(keys) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(unexpected(keys, "a text", other)),
        }
    }

    /// A size.
    ///
    /// # Errors
    /// When it is missing, or no whole number from zero on.
    pub(crate) fn size(&self, keys: &str) -> Result<usize, LayerError> {
        let value = self.get(keys).ok_or_else(|| missing(keys))?;
        as_size(value).ok_or_else(|| unexpected(keys, "a size", value))
    }

    /// Sizes of spatial axes: one number counts for all of them.
    ///
    /// # Errors
    /// When the value is something else.
    pub(crate) fn sizes(&self, keys: &str, count: usize) -> Result<Option<Vec<usize>>, LayerError> {
        let Some(value) = self.get(keys) else {
            return Ok(None);
        };
        let sizes = match unwrapped(value) {
            Value::Array(items) => items.iter().map(as_size).collect::<Option<Vec<usize>>>(),
            single => as_size(single).map(|size| vec![size; count]),
        };
        sizes
            .filter(|sizes| sizes.len() == count)
            .map(Some)
            .ok_or_else(|| unexpected(keys, &format!("{count} sizes"), value))
    }

    /// Whole numbers: one, or a list.
    ///
    /// # Errors
    /// When the value is something else.
    pub(crate) fn integers(&self, keys: &str) -> Result<Option<Vec<i64>>, LayerError> {
        let Some(value) = self.get(keys) else {
            return Ok(None);
        };
        as_integers(value)
            .map(Some)
            .ok_or_else(|| unexpected(keys, "whole numbers", value))
    }
}

/// A value, out of the wrapping that Keras 2 gives to tuples and typed numbers in some configurations.
fn unwrapped(value: &Value) -> &Value {
    match value {
        Value::Object(map) => match map.get("items").or_else(|| map.get("value")) {
            Some(inner) if map.contains_key("class_name") || map.contains_key("type") => inner,
            _ => map
                .get("config")
                .and_then(|config| config.get("value"))
                .unwrap_or(value),
        },
        _ => value,
    }
}

/// One whole number or a list of them.
pub(crate) fn as_integers(value: &Value) -> Option<Vec<i64>> {
    match unwrapped(value) {
        Value::Array(items) => items.iter().map(as_integer).collect(),
        single => as_integer(single).map(|number| vec![number]),
    }
}

/// A whole number, written with or without a fraction of zero.
pub(crate) fn as_integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
    })
}

fn as_size(value: &Value) -> Option<usize> {
    as_integer(value).and_then(|number| usize::try_from(number).ok())
}

/// An error about a key that has to be there.
pub(crate) fn missing(keys: &str) -> LayerError {
    LayerError::new(format!("`{}` is missing in the configuration", first(keys)))
}

/// An error about a value of another kind.
pub(crate) fn unexpected(keys: &str, expected: &str, found: &Value) -> LayerError {
    let mut text = found.to_string();
    if let Some((end, _)) = text.char_indices().nth(80) {
        text.truncate(end);
        text.push_str("...");
    }
    LayerError::new(format!("`{}` is {text}, {expected} expected", first(keys)))
}

fn first(keys: &str) -> &str {
    keys.split('|').next().unwrap_or(keys)
}

fn camel_case(key: &str) -> String {
    let mut parts = key.split('_');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        text.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        text.push_str(letters.as_str());
    }
    text
}
