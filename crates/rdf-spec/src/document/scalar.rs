//! What a plain scalar means: the core schema of YAML 1.2, section 10.3.2, with the two liberties
//! that the readers in use take: digits may be grouped by `_`, and `017` is seventeen.

use super::node::ScalarValue;

/// The meaning of plain (unquoted) text.
pub(crate) fn resolve_plain(text: &str) -> ScalarValue {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return ScalarValue::Null,
        "true" | "True" | "TRUE" => return ScalarValue::Bool(true),
        "false" | "False" | "FALSE" => return ScalarValue::Bool(false),
        ".nan" | ".NaN" | ".NAN" => return ScalarValue::Float(f64::NAN),
        _ => {}
    }
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return ScalarValue::Float(if negative {
            f64::NEG_INFINITY
        } else {
            f64::INFINITY
        });
    }
    whole_number(digits, negative)
        .or_else(|| fraction(digits, negative))
        .unwrap_or(ScalarValue::String)
}

fn whole_number(digits: &str, negative: bool) -> Option<ScalarValue> {
    let (radix, digits) = match digits.get(..2) {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        _ => (10, digits),
    };
    if !digits.starts_with(|c: char| c.is_digit(radix))
        || !digits.chars().all(|c| c.is_digit(radix) || c == '_')
    {
        return None;
    }
    let digits: String = digits.chars().filter(|&c| c != '_').collect();
    let signed = if negative {
        format!("-{digits}")
    } else {
        digits.clone()
    };
    match i64::from_str_radix(&signed, radix) {
        Ok(value) => Some(ScalarValue::Int(value)),
        // Beyond 64 bits: the nearest float, as JSON readers do.
        Err(_) if radix == 10 => signed.parse().ok().map(ScalarValue::Float),
        Err(_) => None,
    }
}

fn fraction(digits: &str, negative: bool) -> Option<ScalarValue> {
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(&digits[at + 1..])),
        None => (digits, None),
    };
    let (before, after) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = |part: &str| part.chars().all(|c| c.is_ascii_digit() || c == '_');
    let has_digit = |part: &str| part.starts_with(|c: char| c.is_ascii_digit());
    if !(is_number(before) && is_number(after))
        || !(has_digit(before) || before.is_empty() && has_digit(after))
    {
        return None;
    }
    if let Some(exponent) = exponent {
        let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if exponent.is_empty() || !exponent.chars().all(|c| c.is_ascii_digit()) {
            return None;
        }
    }
    let plain: String = digits.chars().filter(|&c| c != '_').collect();
    let value: f64 = plain.parse().ok()?;
    Some(ScalarValue::Float(if negative { -value } else { value }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema_values() {
        use ScalarValue::{Bool, Float, Int, Null, String};
        for (text, value) in [
            ("", Null),
            ("~", Null),
            ("NULL", Null),
            ("True", Bool(true)),
            ("yes", String),
            ("y", String),
            ("no", String),
            ("017", Int(17)),
            ("0o17", Int(15)),
            ("0x1f", Int(31)),
            ("1_000", Int(1000)),
            ("-12", Int(-12)),
            ("+12", Int(12)),
            ("9223372036854775807", Int(i64::MAX)),
            ("9223372036854775808", Float(9_223_372_036_854_775_808.0)),
            ("1e-6", Float(1e-6)),
            ("1e6", Float(1e6)),
            ("1.", Float(1.0)),
            (".5", Float(0.5)),
            ("-.INF", Float(f64::NEG_INFINITY)),
            ("inf", String),
            (".", String),
            ("-", String),
            ("_1", String),
            ("e5", String),
            ("1e", String),
            ("0.4.9", String),
            ("12:30:45", String),
            ("2021-12-07", String),
            ("1.2.3", String),
        ] {
            assert_eq!(resolve_plain(text), value, "{text:?}");
        }
        assert!(matches!(resolve_plain(".NaN"), Float(value) if value.is_nan()));
    }
}
