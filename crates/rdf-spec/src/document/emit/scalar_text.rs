//! How a single value is written where there is no source text for it.

use super::same::{key_is_text, same_value};
use crate::document::escape::{is_plain_character, quoted};
use crate::document::node::{Scalar, ScalarValue};
use crate::document::scalar::resolve_plain;

/// Where text is written, which decides what may stand there without quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Behind a key or dash.
    Block,
    /// In brackets.
    Flow,
    /// In brackets, as JSON has it: text is always quoted.
    Json,
}

pub(super) fn scalar_text(scalar: &Scalar, context: Context) -> String {
    let text = scalar.text.as_str();
    if scalar.value == ScalarValue::String {
        return string_text(text, context);
    }
    let json_word = match scalar.value {
        ScalarValue::Null => Some("null"),
        ScalarValue::Bool(true) => Some("true"),
        ScalarValue::Bool(false) => Some("false"),
        _ => None,
    };
    if let Some(word) = json_word
        && (context == Context::Json || !means(text, scalar.value) || text.is_empty())
    {
        return word.to_owned();
    }
    if means(text, scalar.value) {
        return text.to_owned();
    }
    // Text that means something else without its tag.
    let tag = if matches!(scalar.value, ScalarValue::Int(_)) {
        "!!int"
    } else {
        "!!float"
    };
    format!("{tag} {}", string_text(text, Context::Json))
}

fn means(text: &str, value: ScalarValue) -> bool {
    same_value(resolve_plain(text), value)
}

pub(super) fn key_text(key: &str, marked_as_text: bool, context: Context) -> String {
    if key_is_text(key, marked_as_text) {
        string_text(key, context)
    } else if key.is_empty() {
        "!!null \"\"".to_owned()
    } else {
        key.to_owned()
    }
}

pub(super) fn string_text(text: &str, context: Context) -> String {
    if context != Context::Json
        && resolve_plain(text) == ScalarValue::String
        && is_safe_plain(text, context)
        && !means_more_elsewhere(text)
    {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// True for text on one line that stays itself without quotes.
pub(super) fn is_safe_plain(text: &str, context: Context) -> bool {
    let Some(first) = text.chars().next() else {
        return false;
    };
    if first.is_whitespace()
        || text.ends_with(char::is_whitespace)
        || "-?:,[]{}#&*!|>'\"%@`=.".contains(first) && !is_harmless_start(text)
        || text.ends_with(':')
        || text.contains(": ")
        || text.contains(" #")
    {
        return false;
    }
    let in_brackets = context != Context::Block;
    text.chars()
        .all(|c| is_plain_character(c) && !(in_brackets && matches!(c, ',' | '[' | ']' | '{' | '}')))
}

/// Relative paths and file names that begin with a dot; `...` ends a document.
fn is_harmless_start(text: &str) -> bool {
    text.starts_with('.') && !text.starts_with("...")
}

/// Text that readers of YAML 1.1 take for a truth value, a date, a time or a number.
fn means_more_elsewhere(text: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    if WORDS.iter().any(|word| text.eq_ignore_ascii_case(word)) || text == "<<" {
        return true;
    }
    let unsigned = text.trim_start_matches(['-', '+']);
    if !unsigned.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let is_date = unsigned.len() >= 8
        && unsigned.bytes().take(4).all(|byte| byte.is_ascii_digit())
        && unsigned.as_bytes().get(4) == Some(&b'-');
    let is_time = unsigned.contains(':')
        && unsigned
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.' | b'_'));
    is_date || is_time || unsigned.starts_with("0b")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_where_they_are_needed() {
        for plain in [
            "abc",
            "a b",
            "0.4.10",
            "it's",
            "a#b",
            "a:b",
            "1.2.3",
            "./a",
            "https://x.org/a?b=c",
            "Zürich",
            "-",
        ] {
            let expected = if plain == "-" { "\"-\"" } else { plain };
            assert_eq!(string_text(plain, Context::Block), expected);
        }
        for quoted_text in [
            "",
            " a",
            "a ",
            "a: b",
            "a #b",
            "a:",
            "- a",
            "? a",
            "yes",
            "Off",
            "null",
            "1",
            "1.5",
            ".inf",
            "true",
            "2021-01-01",
            "12:30",
            "#a",
            "&a",
            "*a",
            "[a",
            "{a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a",
            "\"a",
            "...",
            "---",
            "a\nb",
            "a\tb",
            "\u{85}",
            "\u{feff}a",
            "~",
            "0x1f",
            "<<",
        ] {
            assert!(
                string_text(quoted_text, Context::Block).starts_with('"'),
                "{quoted_text:?}"
            );
        }
        assert_eq!(string_text("a, b", Context::Block), "a, b");
        assert_eq!(string_text("a, b", Context::Flow), "\"a, b\"");
        assert_eq!(string_text("a", Context::Json), "\"a\"");
        assert_eq!(
            quoted("\u{0}\n\u{1f52c}\u{2028}"),
            "\"\\u0000\\n\u{1f52c}\\u2028\""
        );
    }

    #[test]
    fn values_keep_their_text() {
        let scalar = |text: &str, value| Scalar {
            text: text.to_owned(),
            value,
            style: crate::document::node::ScalarStyle::Plain,
        };
        for (text, value, written) in [
            ("1.10", ScalarValue::Float(1.1), "1.10"),
            ("1", ScalarValue::Int(1), "1"),
            ("1", ScalarValue::Float(1.0), "!!float \"1\""),
            ("1", ScalarValue::String, "\"1\""),
            ("", ScalarValue::Null, "null"),
            ("~", ScalarValue::Null, "~"),
            ("True", ScalarValue::Bool(true), "True"),
            ("anything", ScalarValue::Null, "null"),
        ] {
            assert_eq!(scalar_text(&scalar(text, value), Context::Block), written);
        }
    }
}
