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
            ScalarValue::Bool(value) => Some(f64::from(value)),
            ScalarValue::String => plain_digits(&scalar.text).parse().ok(),
            ScalarValue::Null => None,
        });
        match number {
            Some(number) if is_truth_value(node) => report_truth_value(node, number, reader),
            None => reader.wrong_type(node, "a number"),
            // Infinities are text in JSON.
            Some(number) if node.as_str().is_some() && f64::is_finite(number) => report_text(node, reader),
            Some(_) => {}
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
            ScalarValue::Bool(value) => Some(i64::from(value)),
            ScalarValue::String => {
                let digits = plain_digits(&scalar.text);
                let whole = digits.strip_suffix(".0").unwrap_or(&digits);
                whole.parse().ok()
            }
            _ => None,
        });
        match number {
            Some(number) if is_truth_value(node) => report_truth_value(node, number as f64, reader),
            None => reader.wrong_type(node, "a whole number"),
            Some(_) if node.as_str().is_some() => report_text(node, reader),
            Some(number)
                if node
                    .as_scalar()
                    .is_some_and(|scalar| matches!(scalar.value, ScalarValue::Float(_))) =>
            {
                let message = format!(
                    "{} is a whole number, found {}",
                    reader.subject(),
                    node.describe()
                );
                reader.report(Code::LooseNumber, node, message).help = Some(format!("write {number}"));
            }
            Some(_) => {}
        }
        number
    }
}

/// Digits may be grouped by `_`, also where they are text.
fn plain_digits(text: &str) -> String {
    text.trim().chars().filter(|&c| c != '_').collect()
}

fn is_truth_value(node: &Node) -> bool {
    node.as_scalar()
        .is_some_and(|scalar| matches!(scalar.value, ScalarValue::Bool(_)))
}

fn report_truth_value(node: &Node, number: f64, reader: &mut Reader) {
    let message = format!("{} is a number, found {}", reader.subject(), node.describe());
    reader.report(Code::LooseNumber, node, message).help = Some(format!("write {number}"));
}

fn report_text(node: &Node, reader: &mut Reader) {
    let message = format!("{} is a number, found {}", reader.subject(), node.describe());
    reader.report(Code::LooseNumber, node, message).help = Some("write it without quotes".to_owned());
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
        let mut read = Self::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            read.extend(reader.read(at, item));
        }
        (read.len() == items.len()).then_some(read)
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
