//! The free-form field `config`.

use indexmap::IndexMap;

use crate::diagnostic::Code;
use crate::document::{Node, NodeKind, ScalarValue};
use crate::read::{Fields, FromNode, Reader};
use crate::value::Yaml;

/// Reads `config`: its keys are text, and no value is NaN, which has no equal and no form in JSON.
pub(super) fn read_config(fields: &mut Fields<'_>, reader: &mut Reader) -> IndexMap<String, Yaml> {
    let Some(node) = fields.node("config") else {
        return IndexMap::new();
    };
    reader.within("config", |reader| {
        if let Some(mapping) = node.as_mapping() {
            for (key, entry) in mapping.iter().filter(|(_, entry)| !entry.key_is_text) {
                let message = format!(
                    "the keys of `config` are text, put quotes around `{}`",
                    key.escape_debug()
                );
                reader.within(key, |reader| {
                    reader.report(Code::WrongType, &entry.value, message);
                });
            }
            refuse_nan(node, reader);
        }
        FromNode::from_node(node, reader).unwrap_or_default()
    })
}

/// The depth of the tree is bounded by the parser.
fn refuse_nan(node: &Node, reader: &mut Reader) {
    match &node.kind {
        NodeKind::Scalar(scalar) => {
            if matches!(scalar.value, ScalarValue::Float(value) if value.is_nan()) {
                reader.report(Code::InvalidValue, node, "`config` may not contain NaN");
            }
        }
        NodeKind::Sequence(items) => {
            for (at, item) in items.iter().enumerate() {
                reader.within(at, |reader| refuse_nan(item, reader));
            }
        }
        NodeKind::Mapping(mapping) => {
            for (key, entry) in mapping.iter() {
                reader.within(key, |reader| refuse_nan(&entry.value, reader));
            }
        }
    }
}
