//! The nodes of a document: values that know where they stand.

use indexmap::IndexMap;

use super::position::Span;
use crate::value::Yaml;

/// A value of the document with the place where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What the node holds.
    pub kind: NodeKind,
    /// Where it is written.
    pub span: Span,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A single value.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Node>),
    /// Keys with their values, in the order of the document.
    Mapping(Mapping),
}

/// A single value: its text as written (escapes and folding resolved) and what the text means.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// The text; for numbers the digits as written, so that `1.10` stays `1.10`.
    pub text: String,
    /// What the text means by the core schema of YAML 1.2.
    pub value: ScalarValue,
    /// Quoted or block text is always a string; plain text may be something else.
    pub style: ScalarStyle,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalarStyle {
    /// Without quotes.
    Plain,
    /// In quotes, or as a block behind `|` or `>`.
    Quoted,
}

/// The meaning of a scalar by the core schema of YAML 1.2.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ScalarValue {
    /// `null`, `~` or nothing.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or exponent, an infinity, NaN, or a whole number beyond 64 bits.
    Float(f64),
    /// Text: see [`Scalar::text`].
    String,
}

/// Keys with their values, in the order of the document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// In a box: a node is as large as the largest thing that it can be, and most are scalars.
    pub(crate) entries: Box<IndexMap<String, Entry>>,
}

/// A key of a [`Mapping`] and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Where the key is written.
    pub key_span: Span,
    /// False if the key is a number, a truth value or null in YAML; its text is kept.
    pub key_is_text: bool,
    /// The value.
    pub value: Node,
}

impl Mapping {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    /// The entry of a key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.get(key)
    }

    /// All keys with their entries, in the order of the document.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(key, entry)| (key.as_str(), entry))
    }

    /// The number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True if there is no key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Node {
    /// The mapping, if the node is one.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&Mapping> {
        match &self.kind {
            NodeKind::Mapping(mapping) => Some(mapping),
            _ => None,
        }
    }

    /// The items, if the node is a sequence.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Node]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The scalar, if the node is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text, if the node is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_scalar()
            .filter(|scalar| scalar.value == ScalarValue::String)
            .map(|scalar| scalar.text.as_str())
    }

    /// True for `null`, `~` and an empty value.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.as_scalar()
            .is_some_and(|scalar| scalar.value == ScalarValue::Null)
    }

    /// What the node is, in words for messages: `a list`, `the number 3`, `the text "abc"`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            NodeKind::Sequence(_) => "a list".to_owned(),
            NodeKind::Mapping(_) => "a mapping".to_owned(),
            NodeKind::Scalar(scalar) => match scalar.value {
                ScalarValue::Null => "null".to_owned(),
                ScalarValue::Bool(value) => format!("the truth value {value}"),
                ScalarValue::Int(_) | ScalarValue::Float(_) => {
                    format!("the number {}", shortened(&scalar.text))
                }
                ScalarValue::String => format!("the text {}", quoted(&scalar.text)),
            },
        }
    }

    /// The value without positions, for free-form fields.
    #[must_use]
    pub fn to_yaml(&self) -> Yaml {
        match &self.kind {
            NodeKind::Sequence(items) => Yaml::Sequence(items.iter().map(Self::to_yaml).collect()),
            NodeKind::Mapping(mapping) => Yaml::Mapping(
                mapping
                    .iter()
                    .map(|(key, entry)| (key.to_owned(), entry.value.to_yaml()))
                    .collect(),
            ),
            NodeKind::Scalar(scalar) => match scalar.value {
                ScalarValue::Null => Yaml::Null,
                ScalarValue::Bool(value) => Yaml::Bool(value),
                ScalarValue::Int(value) => Yaml::Int(value),
                ScalarValue::Float(value) => Yaml::Float(value),
                ScalarValue::String => Yaml::String(scalar.text.clone()),
            },
        }
    }
}

/// The longest text that a message repeats, in characters.
const LONGEST: usize = 60;

/// Text in quotes for a message, cut where it is long, control characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}...", &text[..end]),
    }
}

/// Digits for a message, cut where there are many.
fn shortened(digits: &str) -> String {
    match digits.char_indices().nth(LONGEST) {
        None => digits.to_owned(),
        Some((end, _)) => format!("{}...", &digits[..end]),
    }
}
