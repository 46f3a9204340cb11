//! Scalars with the meaning of their text, and tags.

use saphyr_parser::{ScalarStyle as YamlStyle, Tag};

use super::Builder;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::node::{Node, NodeKind, Scalar, ScalarStyle, ScalarValue};
use crate::document::position::{Position, Span};
use crate::document::scalar::resolve_plain;

impl Builder {
    pub(super) fn scalar(
        &self,
        text: &str,
        style: YamlStyle,
        tag: Option<&Tag>,
        span: Span,
    ) -> Result<Node, Diagnostic> {
        let plain = style == YamlStyle::Plain;
        let mut value = if plain {
            resolve_plain(text)
        } else {
            ScalarValue::String
        };
        if let Some(tag) = tag {
            value = self.tagged(tag, text, value, span.start)?;
        }
        // The scanner places an absent value at the start of the file: it belongs behind its key.
        let span = match self.last {
            Some(last) if plain && text.is_empty() && span.start < last.end => Span::empty_at(last.end),
            _ => span,
        };
        let style = if plain {
            ScalarStyle::Plain
        } else {
            ScalarStyle::Quoted
        };
        Ok(Node {
            kind: NodeKind::Scalar(Scalar {
                text: text.to_owned(),
                value,
                style,
            }),
            span,
        })
    }

    fn tagged(
        &self,
        tag: &Tag,
        text: &str,
        value: ScalarValue,
        at: Position,
    ) -> Result<ScalarValue, Diagnostic> {
        let by_text = resolve_plain(text);
        let fits = match (tag.is_yaml_core_schema(), tag.suffix.as_str()) {
            (true, "str") => Some(ScalarValue::String),
            (true, "null") => Some(ScalarValue::Null),
            (true, "bool") => matches!(by_text, ScalarValue::Bool(_)).then_some(by_text),
            (true, "int") => matches!(by_text, ScalarValue::Int(_)).then_some(by_text),
            (true, "float") => match by_text {
                ScalarValue::Int(whole) => Some(ScalarValue::Float(whole as f64)),
                ScalarValue::Float(_) => Some(by_text),
                _ => None,
            },
            (true, "timestamp") => Some(ScalarValue::String),
            (false, "") if tag.handle == "!" => Some(value),
            _ => None,
        };
        fits.ok_or_else(|| self.unknown_tag(tag, at))
    }

    pub(super) fn refuse_tag(
        &self,
        tag: Option<&Tag>,
        allowed: &str,
        at: Position,
    ) -> Result<(), Diagnostic> {
        match tag {
            Some(tag) if !(tag.is_yaml_core_schema() && tag.suffix == allowed) => {
                Err(self.unknown_tag(tag, at))
            }
            _ => Ok(()),
        }
    }

    fn unknown_tag(&self, tag: &Tag, at: Position) -> Diagnostic {
        self.fatal(
            Code::SyntaxError,
            at,
            format!("the YAML tag `{tag}` is not one of the core schema, or does not fit its value"),
        )
        .help("remove the tag")
    }
}
