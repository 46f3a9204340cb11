//! Indices, slices, concatenation: what lists, tuples and texts share.

use super::{Scope, no_meaning};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::value::Value;

/// The place of an index that may count from the end.
pub(super) fn place(index: i64, length: usize) -> Result<usize, LoweringError> {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if index < 0 {
        index.saturating_add(signed)
    } else {
        index
    };
    usize::try_from(place)
        .ok()
        .filter(|place| *place < length)
        .ok_or_else(|| LoweringError::new(format!("the index {index} is not inside of {length} elements")))
}

/// The elements of a slice, as places.
pub(super) fn slice_places(
    length: usize,
    start: Option<i64>,
    end: Option<i64>,
    step: Option<i64>,
) -> Result<Vec<usize>, LoweringError> {
    let length = i64::try_from(length).map_err(|_| LoweringError::new("a list that is too long"))?;
    let step = step.unwrap_or(1);
    if step == 0 {
        return Err(LoweringError::new("a slice with the step 0"));
    }
    let (lowest, highest) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) => (if bound < 0 {
            bound.saturating_add(length)
        } else {
            bound
        })
        .clamp(lowest, highest),
    };
    let (first, last) = if step > 0 {
        (lowest, highest)
    } else {
        (highest, lowest)
    };
    let (mut at, end) = (bound(start, first), bound(end, last));
    let mut places = Vec::new();
    while if step > 0 { at < end } else { at > end } {
        places.extend(usize::try_from(at).ok());
        at = at.saturating_add(step);
    }
    Ok(places)
}

/// `list + list`, `str + str`, `tuple + tuple`
pub(super) fn concatenated(scope: &Scope<'_>, arguments: &Arguments) -> Result<Option<Value>, LoweringError> {
    Ok(match &arguments.positional[..] {
        [Value::List(a), Value::List(b)] => {
            let (a, b) = (a.borrow(), b.borrow());
            scope.check(a.len() + b.len())?;
            Some(Value::list(a.iter().chain(b.iter()).cloned().collect()))
        }
        [Value::Str(a), Value::Str(b)] => {
            scope.check(a.len() + b.len())?;
            Some(Value::str(&format!("{a}{b}")))
        }
        [Value::Tuple(a), Value::Tuple(b)] => {
            scope.check(a.values().len() + b.values().len())?;
            Some(Value::tuple(
                a.values().iter().chain(b.values()).cloned().collect(),
            ))
        }
        [Value::List(_) | Value::Str(_) | Value::Tuple(_), _] => return Err(no_meaning(arguments)),
        _ => None,
    })
}

/// `list * int`, `str * int`
pub(super) fn repeated(scope: &Scope<'_>, arguments: &Arguments) -> Result<Option<Value>, LoweringError> {
    let (value, count) = match &arguments.positional[..] {
        [value @ (Value::List(_) | Value::Str(_)), Value::Int(count)]
        | [Value::Int(count), value @ (Value::List(_) | Value::Str(_))] => {
            (value, usize::try_from(*count).unwrap_or(0))
        }
        _ => return Ok(None),
    };
    Ok(Some(match value {
        Value::List(list) => {
            let list = list.borrow();
            scope.check(list.len().saturating_mul(count))?;
            Value::list((0..count).flat_map(|_| list.iter().cloned()).collect())
        }
        Value::Str(text) => {
            scope.check(text.len().saturating_mul(count))?;
            Value::str(&text.repeat(count))
        }
        _ => return Ok(None),
    }))
}
