//! Free-form values.

use indexmap::IndexMap;

/// A value of a field that may hold anything (`config`, `kwargs`, attachments), without positions.
///
/// The order of keys is that of the document; keys that are no text in YAML are kept as text.
#[derive(Clone, Debug, PartialEq)]
pub enum Yaml {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number with a fraction or exponent; may be infinite or NaN.
    Float(f64),
    /// Text.
    String(String),
    /// A list.
    Sequence(Vec<Yaml>),
    /// Keys and values.
    Mapping(IndexMap<String, Yaml>),
}

impl Yaml {
    /// The value of a key, if this is a mapping that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Mapping(mapping) => mapping.get(key),
            _ => None,
        }
    }

    /// The text, if this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}
