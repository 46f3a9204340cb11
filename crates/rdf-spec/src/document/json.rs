//! Trees as JSON text.

use super::Document;
use super::escape::quoted;
use super::node::{Node, NodeKind, ScalarValue};

impl Document {
    /// The document as JSON text: [`Node::to_json`] of its root.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.root().to_json()
    }
}

impl Node {
    /// The value as JSON text, two spaces a level, keys in the order of the document, without a line break at the
    /// end.
    ///
    /// Plain text becomes what it means by the core schema of YAML. Numbers with a fraction or exponent keep one
    /// (`1.0`); what JSON has no number for becomes the text `"inf"`, `"-inf"` or `"nan"`. Keys are text.
    ///
    /// ```
    /// let document = rdf_spec::Document::parse("a: [1, 1.50, .inf]\nb: {}\n")?;
    /// assert_eq!(
    ///     document.to_json(),
    ///     "{\n  \"a\": [\n    1,\n    1.5,\n    \"inf\"\n  ],\n  \"b\": {}\n}"
    /// );
    /// # Ok::<(), rdf_spec::Diagnostic>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        write(self, 0, &mut text);
        text
    }
}

fn write(node: &Node, level: usize, out: &mut String) {
    match &node.kind {
        NodeKind::Scalar(scalar) => match scalar.value {
            ScalarValue::Null => out.push_str("null"),
            ScalarValue::Bool(value) => out.push_str(if value { "true" } else { "false" }),
            ScalarValue::Int(value) => out.push_str(&value.to_string()),
            ScalarValue::Float(value) if value.is_nan() => out.push_str("\"nan\""),
            ScalarValue::Float(f64::INFINITY) => out.push_str("\"inf\""),
            ScalarValue::Float(f64::NEG_INFINITY) => out.push_str("\"-inf\""),
            // The shortest digits that read as the same number, with a point or an exponent.
            ScalarValue::Float(value) => out.push_str(&format!("{value:?}")),
            ScalarValue::String => out.push_str(&quoted(&scalar.text)),
        },
        NodeKind::Sequence(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                begin(index, level + 1, out);
                write(item, level + 1, out);
            }
            end(items.is_empty(), level, out);
            out.push(']');
        }
        NodeKind::Mapping(mapping) => {
            out.push('{');
            for (index, (key, entry)) in mapping.iter().enumerate() {
                begin(index, level + 1, out);
                out.push_str(&quoted(key));
                out.push_str(": ");
                write(&entry.value, level + 1, out);
            }
            end(mapping.is_empty(), level, out);
            out.push('}');
        }
    }
}

fn begin(index: usize, level: usize, out: &mut String) {
    if index > 0 {
        out.push(',');
    }
    new_line(level, out);
}

fn end(is_empty: bool, level: usize, out: &mut String) {
    if !is_empty {
        new_line(level, out);
    }
}

fn new_line(level: usize, out: &mut String) {
    out.push('\n');
    out.extend(std::iter::repeat_n("  ", level));
}

#[cfg(test)]
mod tests {
    use crate::document::Document;

    #[test]
    fn plain_text_becomes_what_it_means() {
        let text = "{a: 1.0, b: -.inf, c: .nan, d: 1e400, e: 18446744073709551616, f: ~, g: yes, 1: 0x10, h: -0.0, \
                    i: \"\\u0000\\\"\\\\\\U0001F52C\\x85\", j: [], k: [[1e-7]], l: 1_000, m: true}";
        assert_eq!(
            Document::parse(text).unwrap().to_json(),
            r#"{
  "a": 1.0,
  "b": "-inf",
  "c": "nan",
  "d": "inf",
  "e": 1.8446744073709552e19,
  "f": null,
  "g": "yes",
  "1": 16,
  "h": -0.0,
  "i": "\u0000\"\\🔬\u0085",
  "j": [],
  "k": [
    [
      1e-7
    ]
  ],
  "l": 1000,
  "m": true
}"#
        );
    }

    #[test]
    fn json_reads_as_the_same_values() {
        let text = "a: {b: [1, text, null, 'q: \"'], c: 1.5}\nd: \"é\\x7f\"\n";
        let document = Document::parse(text).unwrap();
        let again = Document::parse(&document.to_json()).unwrap();
        assert_eq!(again.root().to_yaml(), document.root().to_yaml());
    }
}
