//! Lists and tuples.

use std::cmp::Ordering;

use super::dictionaries::{lookup, put};
use super::items::{place, slice_places};
use super::numbers::compare;
use super::{Builtin, Scope, argument, no_meaning};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::evaluate::compare::{Number, equal, number};
use crate::torchscript::value::{Dict, Value};

type Outcome = Result<Option<Value>, LoweringError>;

pub(super) fn find(aten: &str, prim: &str) -> Option<Builtin> {
    Some(match (aten, prim) {
        ("len", _) => length,
        ("__getitem__", _) | (_, "TupleIndex" | "StringIndex") => get_item,
        ("_set_item", _) => set_item,
        ("slice", _) => slice,
        ("__contains__", _) => contains,
        ("append", _) => |_, arguments| {
            let value = argument(arguments, 1)?.clone();
            in_place(arguments, |list| list.push(value))
        },
        ("extend", _) | ("add_", _) => extend,
        ("insert", _) => |_, arguments| match (argument(arguments, 1)?, argument(arguments, 2)?) {
            (Value::Int(at), value) => in_place(arguments, |list| {
                let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
                let at = if *at < 0 { at.saturating_add(length) } else { *at }.clamp(0, length);
                list.insert(usize::try_from(at).unwrap_or(0), value.clone());
            }),
            _ => Err(no_meaning(arguments)),
        },
        ("pop", _) => pop,
        ("Delete" | "__delitem__", _) => {
            |scope, arguments| pop(scope, arguments).map(|removed| removed.map(|_| Value::None))
        }
        ("remove", _) => |_, arguments| {
            let Some(at) = position(arguments)? else {
                return Ok(None);
            };
            let at = at.ok_or_else(|| LoweringError::new("the list has no such element"))?;
            in_place(arguments, |list| drop(list.remove(at)))
        },
        ("index", _) => |_, arguments| {
            let Some(at) = position(arguments)? else {
                return Ok(None);
            };
            let at = at.ok_or_else(|| LoweringError::new("the list has no such element"))?;
            Ok(Some(Value::Int(i64::try_from(at).unwrap_or(i64::MAX))))
        },
        ("count", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => {
                let mut count = 0;
                for value in list.borrow().iter() {
                    count += i64::from(equal(value, argument(arguments, 1)?)?);
                }
                Ok(Some(Value::Int(count)))
            }
            _ => Ok(None),
        },
        ("clear", _) => |_, arguments| match argument(arguments, 0)? {
            Value::Dict(dict) => {
                dict.borrow_mut().clear();
                Ok(Some(Value::None))
            }
            _ => in_place(arguments, Vec::clear),
        },
        ("reverse", _) => |_, arguments| in_place(arguments, |list| list.reverse()),
        ("sort", _) => |_, arguments| {
            let mut sorted = Ok(());
            let result = in_place(arguments, |list| sorted = sort(list, reversed(arguments)))?;
            sorted.map(|()| result)
        },
        ("sorted", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => {
                let mut sorted = list.borrow().clone();
                sort(&mut sorted, reversed(arguments))?;
                Ok(Some(Value::list(sorted)))
            }
            _ => Ok(None),
        },
        ("list", _) => |_, arguments| {
            Ok(Some(Value::list(match argument(arguments, 0)? {
                Value::List(list) => list.borrow().clone(),
                Value::Tuple(tuple) => tuple.values().to_vec(),
                Value::Str(text) => text
                    .chars()
                    .map(|c| Value::str(c.encode_utf8(&mut [0; 4])))
                    .collect(),
                Value::Dict(dict) => dict.borrow().iter().map(|(key, _)| key.clone()).collect(),
                _ => return Err(no_meaning(arguments)),
            })))
        },
        ("copy", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => Ok(Some(Value::list(list.borrow().clone()))),
            Value::Dict(dict) => Ok(Some(Value::Dict(Dict::new(dict.borrow().clone())))),
            _ => Ok(None),
        },
        ("sum", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => sum(&list.borrow()).map(Some),
            _ => Ok(None),
        },
        ("all", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => Ok(Some(Value::Bool(!list.borrow().iter().any(is_zero)))),
            _ => Ok(None),
        },
        ("any", _) => |_, arguments| match argument(arguments, 0)? {
            Value::List(list) => Ok(Some(Value::Bool(!list.borrow().iter().all(is_zero)))),
            _ => Ok(None),
        },
        (_, "rangelist") => |scope, arguments| match argument(arguments, 0)? {
            Value::Int(end) => {
                scope.check(usize::try_from(*end).unwrap_or(0))?;
                Ok(Some(Value::ints(0..*end)))
            }
            _ => Err(no_meaning(arguments)),
        },
        _ => return None,
    })
}

fn int(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn length(scope: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    Ok(Some(int(match argument(arguments, 0)? {
        Value::List(list) => list.borrow().len(),
        Value::Tuple(tuple) => tuple.values().len(),
        Value::Dict(dict) => dict.borrow().len(),
        Value::Str(text) => text.chars().count(),
        Value::Tensor(tensor) => {
            let tensor = scope.context.read(tensor)?;
            *tensor
                .shape
                .first()
                .ok_or_else(|| LoweringError::new("a tensor without axes has no length"))?
        }
        _ => return Err(no_meaning(arguments)),
    })))
}

fn get_item(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    Ok(Some(match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::List(list), Value::Int(index)) => {
            let list = list.borrow();
            list[place(*index, list.len())?].clone()
        }
        (Value::Tuple(tuple), Value::Int(index)) => {
            tuple.values()[place(*index, tuple.values().len())?].clone()
        }
        (Value::Str(text), Value::Int(index)) => {
            let index = place(*index, text.chars().count())?;
            Value::Str(text.chars().skip(index).take(1).collect::<String>().into())
        }
        (Value::Dict(dict), key) => lookup(dict, key)?
            .ok_or_else(|| LoweringError::new(format!("the dict has no key {}", shown(key))))?,
        _ => return Err(no_meaning(arguments)),
    }))
}

fn shown(value: &Value) -> String {
    super::text::display(value).unwrap_or_else(|_| value.kind().to_owned())
}

fn set_item(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let value = argument(arguments, 2)?.clone();
    match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::List(list), Value::Int(index)) => {
            let mut list = list.borrow_mut();
            let index = place(*index, list.len())?;
            list[index] = value;
        }
        (Value::Dict(dict), key) => put(dict, key, value)?,
        _ => return Err(no_meaning(arguments)),
    }
    Ok(Some(argument(arguments, 0)?.clone()))
}

fn slice(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let value = argument(arguments, 0)?;
    let length = match value {
        Value::List(list) => list.borrow().len(),
        Value::Tuple(tuple) => tuple.values().len(),
        Value::Str(text) => text.chars().count(),
        _ => return Ok(None),
    };
    let bound = |index, name| arguments.optional_int(index, name);
    let places = slice_places(length, bound(1, "start")?, bound(2, "end")?, bound(3, "step")?)?;
    Ok(Some(match value {
        Value::List(list) => {
            let list = list.borrow();
            Value::list(places.into_iter().map(|place| list[place].clone()).collect())
        }
        Value::Tuple(tuple) => Value::tuple(
            places
                .into_iter()
                .map(|place| tuple.values()[place].clone())
                .collect(),
        ),
        Value::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            Value::Str(
                places
                    .into_iter()
                    .map(|place| characters[place])
                    .collect::<String>()
                    .into(),
            )
        }
        _ => return Ok(None),
    }))
}

fn contains(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let value = argument(arguments, 1)?;
    Ok(Some(Value::Bool(match argument(arguments, 0)? {
        Value::Dict(dict) => lookup(dict, value)?.is_some(),
        Value::List(_) => position(arguments)?.flatten().is_some(),
        Value::Str(text) => match value {
            Value::Str(part) => text.contains(&**part),
            _ => return Err(no_meaning(arguments)),
        },
        // `"name" in moduledict` is a constant in the source
        _ => return Err(no_meaning(arguments)),
    })))
}

/// Where a list has a value; nothing if the first argument is no list.
fn position(arguments: &Arguments) -> Result<Option<Option<usize>>, LoweringError> {
    let Value::List(list) = argument(arguments, 0)? else {
        return Ok(None);
    };
    let wanted = argument(arguments, 1)?;
    for (index, value) in list.borrow().iter().enumerate() {
        if equal(value, wanted)? {
            return Ok(Some(Some(index)));
        }
    }
    Ok(Some(None))
}

fn in_place(arguments: &Arguments, operation: impl FnOnce(&mut Vec<Value>)) -> Outcome {
    match argument(arguments, 0)? {
        Value::List(list) => {
            operation(&mut list.borrow_mut());
            Ok(Some(Value::List(list.clone())))
        }
        Value::Tensor(_) => Ok(None),
        _ => Err(no_meaning(arguments)),
    }
}

fn extend(scope: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::List(list), Value::List(other)) => {
            let added = other.borrow().clone();
            scope.check(list.borrow().len() + added.len())?;
            list.borrow_mut().extend(added);
            Ok(Some(Value::List(list.clone())))
        }
        (Value::List(list), Value::Tuple(other)) => {
            list.borrow_mut().extend(other.values().iter().cloned());
            Ok(Some(Value::List(list.clone())))
        }
        _ => Ok(None),
    }
}

fn pop(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    match argument(arguments, 0)? {
        Value::List(list) => {
            let index = arguments.int_or(1, "idx", -1)?;
            let mut list = list.borrow_mut();
            let index = place(index, list.len())?;
            Ok(Some(list.remove(index)))
        }
        Value::Dict(dict) => {
            let key = argument(arguments, 1)?;
            let mut at = None;
            for (index, (other, _)) in dict.borrow().iter().enumerate() {
                if equal(other, key)? {
                    at = Some(index);
                    break;
                }
            }
            match (at, arguments.positional.get(2)) {
                (Some(at), _) => Ok(Some(dict.borrow_mut().remove(at).1)),
                (None, Some(default)) => Ok(Some(default.clone())),
                (None, None) => Err(LoweringError::new(format!("the dict has no key {}", shown(key)))),
            }
        }
        _ => Err(no_meaning(arguments)),
    }
}

fn reversed(arguments: &Arguments) -> bool {
    matches!(arguments.get(1, "reverse"), Some(Value::Bool(true)))
}

fn sort(list: &mut [Value], reverse: bool) -> Result<(), LoweringError> {
    let mut trouble = None;
    list.sort_by(|a, b| match compare(a, b) {
        Ok(order) => {
            let order = order.unwrap_or(Ordering::Equal);
            if reverse { order.reverse() } else { order }
        }
        Err(error) => {
            trouble.get_or_insert(error);
            Ordering::Equal
        }
    });
    trouble.map_or(Ok(()), Err)
}

fn sum(values: &[Value]) -> Result<Value, LoweringError> {
    let mut total = Number::Int(0);
    for value in values {
        let value =
            number(value).ok_or_else(|| LoweringError::new(format!("a {} in a sum", value.kind())))?;
        total = match (total, value) {
            (Number::Int(a), Number::Int(b)) => Number::Int(
                a.checked_add(b)
                    .ok_or_else(|| LoweringError::new("a sum of more than 64 bits"))?,
            ),
            (a, b) => Number::Float(a.float() + b.float()),
        };
    }
    Ok(match total {
        Number::Int(total) => Value::Int(total),
        Number::Float(total) => Value::Float(total),
    })
}

fn is_zero(value: &Value) -> bool {
    number(value).is_some_and(|value| value.equals(Number::Int(0)))
}
