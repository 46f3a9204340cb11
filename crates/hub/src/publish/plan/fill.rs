//! Names in braces, and what stands for them.

use std::collections::HashMap;

use serde_json::Value;

/// The text with the values of its names.
pub(super) fn filled(text: &str, values: &HashMap<String, String>) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Only texts that are nothing but a name are filled: descriptions may have braces of their own.
pub(super) fn filled_json(value: &Value, values: &HashMap<String, String>) -> Value {
    match value {
        Value::String(text) => {
            let name = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
            let value = name.and_then(|name| values.get(name));
            value.map_or_else(|| value_of(text), |value| value_of(value))
        }
        Value::Array(list) => list.iter().map(|value| filled_json(value, values)).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(key, value)| (key.clone(), filled_json(value, values)))
            .collect(),
        other => other.clone(),
    }
}

fn value_of(text: &str) -> Value {
    Value::String(text.to_owned())
}
