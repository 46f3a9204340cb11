//! Whether two trees hold the same, wherever it is written.

use crate::document::node::{Mapping, Node, NodeKind, Scalar, ScalarValue};
use crate::document::scalar::resolve_plain;

/// Whether the order of keys matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyOrder {
    /// The same keys in the same order.
    Kept,
    /// The same keys: `<<` puts keys behind those that are written out.
    Free,
}

pub(super) fn same(one: &Node, other: &Node, order: KeyOrder) -> bool {
    match (&one.kind, &other.kind) {
        (NodeKind::Scalar(one), NodeKind::Scalar(other)) => same_scalar(one, other),
        (NodeKind::Sequence(one), NodeKind::Sequence(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other, order))
        }
        (NodeKind::Mapping(one), NodeKind::Mapping(other)) => same_mapping(one, other, order),
        _ => false,
    }
}

fn same_mapping(one: &Mapping, other: &Mapping, order: KeyOrder) -> bool {
    one.len() == other.len()
        && one.entries.iter().enumerate().all(|(index, (key, entry))| {
            let found = match order {
                KeyOrder::Kept => other
                    .entries
                    .get_index(index)
                    .filter(|(other_key, _)| *other_key == key)
                    .map(|(_, entry)| entry),
                KeyOrder::Free => other.entries.get(key),
            };
            found.is_some_and(|found| {
                key_is_text(key, entry.key_is_text) == key_is_text(key, found.key_is_text)
                    && same(&entry.value, &found.value, order)
            })
        })
}

/// The same meaning and, for numbers and text, the same characters: `1.10` is not `1.1`.
pub(super) fn same_scalar(one: &Scalar, other: &Scalar) -> bool {
    same_value(one.value, other.value)
        && (matches!(one.value, ScalarValue::Null | ScalarValue::Bool(_)) || one.text == other.text)
}

pub(super) fn same_value(one: ScalarValue, other: ScalarValue) -> bool {
    match (one, other) {
        (ScalarValue::Float(one), ScalarValue::Float(other)) => {
            one.is_nan() && other.is_nan() || one == other
        }
        _ => one == other,
    }
}

/// Whether a key is text; what means nothing else always is.
pub(super) fn key_is_text(key: &str, marked: bool) -> bool {
    marked || resolve_plain(key) == ScalarValue::String
}
