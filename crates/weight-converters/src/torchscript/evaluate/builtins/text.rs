//! Texts.

use super::{Builtin, Scope, argument, no_meaning};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::value::Value;

type Outcome = Result<Option<Value>, LoweringError>;

/// The longest text of a value.
const MAX_DISPLAY: usize = 1 << 16;

pub(super) fn find(aten: &str, prim: &str) -> Option<Builtin> {
    Some(match (aten, prim) {
        ("str", _) => |_, arguments| Ok(Some(Value::str(&display(argument(arguments, 0)?)?))),
        ("format", _) => format,
        ("percentFormat", _) => percent_format,
        ("join", _) => |_, arguments| match (argument(arguments, 0)?, argument(arguments, 1)?) {
            (Value::Str(separator), Value::List(parts)) => {
                let parts = parts
                    .borrow()
                    .iter()
                    .map(display)
                    .collect::<Result<Vec<_>, _>>()?;
                Ok(Some(Value::str(&parts.join(separator))))
            }
            _ => Err(no_meaning(arguments)),
        },
        ("split", _) => split,
        ("startswith", _) => |_, arguments| test(arguments, |text, part| text.starts_with(part)),
        ("endswith", _) => |_, arguments| test(arguments, |text, part| text.ends_with(part)),
        ("find", _) => |_, arguments| match &arguments.positional[..] {
            [Value::Str(text), Value::Str(part)] => {
                let found = text.find(&**part).map(|at| text[..at].chars().count());
                Ok(Some(Value::Int(
                    found.and_then(|at| i64::try_from(at).ok()).unwrap_or(-1),
                )))
            }
            _ => Err(no_meaning(arguments)),
        },
        ("replace", _) => |scope, arguments| match &arguments.positional[..] {
            [Value::Str(text), Value::Str(old), Value::Str(new)] => {
                scope.check(
                    text.len()
                        .saturating_add(text.len().saturating_add(1).saturating_mul(new.len())),
                )?;
                Ok(Some(Value::str(&text.replace(&**old, new))))
            }
            _ => Err(no_meaning(arguments)),
        },
        ("lower", _) => |_, arguments| map(arguments, str::to_lowercase),
        ("upper", _) => |_, arguments| map(arguments, str::to_uppercase),
        ("strip", _) => |_, arguments| map(arguments, |text| text.trim().to_owned()),
        ("lstrip", _) => |_, arguments| map(arguments, |text| text.trim_start().to_owned()),
        ("rstrip", _) => |_, arguments| map(arguments, |text| text.trim_end().to_owned()),
        ("isdigit" | "isnumeric" | "isdecimal", _) => |_, arguments| match argument(arguments, 0)? {
            Value::Str(text) => Ok(Some(Value::Bool(
                !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()),
            ))),
            _ => Err(no_meaning(arguments)),
        },
        ("ord", _) => |_, arguments| match argument(arguments, 0)? {
            Value::Str(text) if text.chars().count() == 1 => {
                Ok(text.chars().next().map(|c| Value::Int(i64::from(u32::from(c)))))
            }
            _ => Err(no_meaning(arguments)),
        },
        ("chr", _) => |_, arguments| match argument(arguments, 0)? {
            Value::Int(code) => {
                let character = u32::try_from(*code).ok().and_then(char::from_u32);
                character
                    .map(|c| Some(Value::str(c.encode_utf8(&mut [0; 4]))))
                    .ok_or_else(|| no_meaning(arguments))
            }
            _ => Err(no_meaning(arguments)),
        },
        _ => return None,
    })
}

/// The text of a value, as `str` and `format` give it.
///
/// # Errors
///
/// Values whose text is too long.
pub(in crate::torchscript::evaluate) fn display(value: &Value) -> Result<String, LoweringError> {
    let mut text = String::new();
    write(&mut text, value, false, 0)?;
    Ok(text)
}

fn write(text: &mut String, value: &Value, quoted: bool, depth: usize) -> Result<(), LoweringError> {
    if text.len() > MAX_DISPLAY || depth > 50 {
        return Err(LoweringError::new("the text of a value is too long"));
    }
    match value {
        Value::None => text.push_str("None"),
        Value::Bool(true) => text.push_str("True"),
        Value::Bool(false) => text.push_str("False"),
        Value::Int(value) => text.push_str(&value.to_string()),
        Value::Float(value) => text.push_str(&float(*value)),
        Value::Str(inner) if quoted => text.push_str(&format!("'{inner}'")),
        Value::Str(inner) | Value::Device(inner) => text.push_str(inner),
        Value::List(list) => write_all(text, ('[', ']'), &list.borrow(), depth)?,
        Value::Tuple(tuple) => write_all(text, ('(', ')'), tuple.values(), depth)?,
        Value::Dict(dict) => {
            text.push('{');
            for (i, (key, value)) in dict.borrow().iter().enumerate() {
                text.push_str(if i == 0 { "" } else { ", " });
                write(text, key, true, depth + 1)?;
                text.push_str(": ");
                write(text, value, true, depth + 1)?;
            }
            text.push('}');
        }
        Value::Object(object) => text.push_str(&format!("<{}>", object.class())),
        Value::Tensor(_) => text.push_str("<Tensor>"),
        Value::Function(name) => text.push_str(name),
        Value::Uninitialized | Value::Unknown => text.push_str("<unknown>"),
    }
    Ok(())
}

fn write_all(
    text: &mut String,
    brackets: (char, char),
    values: &[Value],
    depth: usize,
) -> Result<(), LoweringError> {
    text.push(brackets.0);
    for (i, value) in values.iter().enumerate() {
        text.push_str(if i == 0 { "" } else { ", " });
        write(text, value, true, depth + 1)?;
    }
    text.push(brackets.1);
    Ok(())
}

/// A number as `PyTorch` prints it: with a point at least.
fn float(value: f64) -> String {
    if value.is_nan() {
        "nan".into()
    } else if value.is_infinite() {
        if value > 0.0 { "inf".into() } else { "-inf".into() }
    } else if value.fract() == 0.0 && value.abs() < 1e10 {
        format!("{value:.0}.")
    } else {
        value.to_string()
    }
}

fn format(scope: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let Value::Str(pattern) = argument(arguments, 0)? else {
        return Err(no_meaning(arguments));
    };
    let mut values = arguments.positional.iter().skip(1);
    let mut text = String::new();
    let mut rest: &str = pattern;
    while let Some((before, after)) = rest.split_once("{}") {
        text.push_str(before);
        let value = values
            .next()
            .ok_or_else(|| LoweringError::new("fewer values than {}"))?;
        text.push_str(&display(value)?);
        scope.check(text.len())?;
        rest = after;
    }
    text.push_str(rest);
    Ok(Some(Value::str(&text)))
}

/// `%s`, `%d`, `%i`, `%f`, `%%`
fn percent_format(scope: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let Value::Str(pattern) = argument(arguments, 0)? else {
        return Err(no_meaning(arguments));
    };
    let values: Vec<Value> = match argument(arguments, 1)? {
        Value::Tuple(tuple) => tuple.values().to_vec(),
        single => vec![single.clone()],
    };
    let mut values = values.iter();
    let mut text = String::new();
    let mut rest: &str = pattern;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let letter = after.chars().next();
        rest = letter.map_or("", |letter| &after[letter.len_utf8()..]);
        if letter == Some('%') {
            text.push('%');
            continue;
        }
        let value = values
            .next()
            .ok_or_else(|| LoweringError::new("fewer values than the text asks for"))?;
        match (letter, value) {
            (Some('s'), value) | (Some('d' | 'i'), value @ (Value::Int(_) | Value::Bool(_))) => {
                text.push_str(&display(value)?);
            }
            (Some('f'), Value::Float(value)) => text.push_str(&format!("{value:.6}")),
            _ => return Err(LoweringError::new("a format other than %s, %d and %f")),
        }
        scope.check(text.len())?;
    }
    text.push_str(rest);
    Ok(Some(Value::str(&text)))
}

fn split(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    match &arguments.positional[..] {
        [Value::Str(text)] | [Value::Str(text), Value::None] => Ok(Some(Value::list(
            text.split_whitespace().map(Value::str).collect(),
        ))),
        [Value::Str(text), Value::Str(separator)] if !separator.is_empty() => Ok(Some(Value::list(
            text.split(&**separator).map(Value::str).collect(),
        ))),
        [Value::Str(_), ..] => Err(no_meaning(arguments)),
        _ => Ok(None),
    }
}

fn test(arguments: &Arguments, operation: fn(&str, &str) -> bool) -> Outcome {
    match &arguments.positional[..] {
        [Value::Str(text), Value::Str(part)] => Ok(Some(Value::Bool(operation(text, part)))),
        _ => Err(no_meaning(arguments)),
    }
}

fn map(arguments: &Arguments, operation: fn(&str) -> String) -> Outcome {
    match &arguments.positional[..] {
        [Value::Str(text)] => Ok(Some(Value::str(&operation(text)))),
        _ => Err(no_meaning(arguments)),
    }
}
