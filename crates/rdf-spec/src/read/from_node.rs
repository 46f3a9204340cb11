//! How plain values are read. Numbers may be written as text, as both reference readers allow.

use indexmap::IndexMap;

use super::Reader;
use crate::diagnostic::Code;
use crate::document::{Node, ScalarValue, quoted};
use crate::value::Yaml;

/// A value that can be read from a node; what is wrong goes to the reader.
pub(crate) trait FromNode: Sized {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self>;
}

impl FromNode for String {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let text = node.as_str().map(str::to_owned);
        match node.as_scalar().filter(|_| !node.is_null()) {
            _ if text.is_some() => {}
            // Numbers and truth values are what they look like, unless they are quoted.
            Some(scalar) => {
                let message = format!("{} must be text, found {}", reader.subject(), node.describe());
                let help = format!("put it in quotes to make it text: {}", quoted(&scalar.text));
                reader.report(Code::WrongType, node, message).help = Some(help);
            }
            None => reader.wrong_type(node, "text"),
        }
        text
    }
}

impl FromNode for f64 {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let number = node.as_scalar().and_then(|scalar| match scalar.value {
            ScalarValue::Int(value) => Some(value as f64),
            ScalarValue::Float(value) => Some(value),
            ScalarValue::String => scalar.text.trim().parse().ok(),
            _ => None,
        });
        if number.is_none() {
            reader.wrong_type(node, "a number");
        }
        number
    }
}

impl FromNode for i64 {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let number = node.as_scalar().and_then(|scalar| match scalar.value {
            ScalarValue::Int(value) => Some(value),
            // Beyond 2^53 a float no longer says which whole number was meant.
            ScalarValue::Float(value) if value.fract() == 0.0 && value.abs() < 9.0e15 => Some(value as i64),
            ScalarValue::String => scalar.text.trim().parse().ok(),
            _ => None,
        });
        if number.is_none() {
            reader.wrong_type(node, "a whole number");
        }
        number
    }
}

/// A number of elements or pixels: a whole number, not negative.
impl FromNode for usize {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let number = i64::from_node(node, reader)?;
        let size = Self::try_from(number).ok();
        if size.is_none() {
            let message = format!("{} may not be negative, found {number}", reader.subject());
            reader.report(Code::InvalidValue, node, message);
        }
        size
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Some(items) = node.as_sequence() else {
            reader.wrong_type(node, "a list");
            return None;
        };
        // Every item is read, also behind one that is wrong.
        let read: Vec<Option<T>> = items
            .iter()
            .enumerate()
            .map(|(at, item)| reader.read(at, item))
            .collect();
        read.into_iter().collect()
    }
}

impl FromNode for Yaml {
    fn from_node(node: &Node, _: &mut Reader) -> Option<Self> {
        Some(node.to_yaml())
    }
}

impl FromNode for IndexMap<String, Yaml> {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Some(mapping) = node.as_mapping() else {
            reader.wrong_type(node, "a mapping");
            return None;
        };
        Some(
            mapping
                .iter()
                .map(|(key, entry)| (key.to_owned(), entry.value.to_yaml()))
                .collect(),
        )
    }
}
