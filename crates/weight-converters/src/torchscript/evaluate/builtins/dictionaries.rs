//! Dictionaries.

use super::{Builtin, argument, no_meaning};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::evaluate::compare::equal;
use crate::torchscript::value::{Dict, List, Value};

type Outcome = Result<Option<Value>, LoweringError>;

pub(super) fn find(aten: &str) -> Option<Builtin> {
    Some(match aten {
        "dict" => |_, arguments| match arguments.positional.first() {
            None => Ok(Some(Value::Dict(Dict::new(Vec::new())))),
            Some(Value::Dict(dict)) => Ok(Some(Value::Dict(Dict::new(dict.borrow().clone())))),
            Some(Value::List(pairs)) => {
                let dict = Dict::new(Vec::new());
                for pair in pairs.borrow().iter() {
                    match pair {
                        Value::Tuple(pair) if pair.values().len() == 2 => {
                            put(&dict, &pair.values()[0], pair.values()[1].clone())?;
                        }
                        _ => return Err(no_meaning(arguments)),
                    }
                }
                Ok(Some(Value::Dict(dict)))
            }
            _ => Err(no_meaning(arguments)),
        },
        "keys" => |_, arguments| entries(arguments, |key, _| key.clone()),
        "values" => |_, arguments| entries(arguments, |_, value| value.clone()),
        "items" => |_, arguments| {
            entries(arguments, |key, value| {
                Value::tuple(vec![key.clone(), value.clone()])
            })
        },
        "get" => |_, arguments| match argument(arguments, 0)? {
            Value::Dict(dict) => {
                let default = arguments.positional.get(2).cloned().unwrap_or(Value::None);
                Ok(Some(lookup(dict, argument(arguments, 1)?)?.unwrap_or(default)))
            }
            _ => Err(no_meaning(arguments)),
        },
        "setdefault" => |_, arguments| match argument(arguments, 0)? {
            Value::Dict(dict) => {
                let key = argument(arguments, 1)?;
                if let Some(value) = lookup(dict, key)? {
                    return Ok(Some(value));
                }
                let value = argument(arguments, 2)?.clone();
                put(dict, key, value.clone())?;
                Ok(Some(value))
            }
            _ => Err(no_meaning(arguments)),
        },
        "update" => |_, arguments| match (argument(arguments, 0)?, argument(arguments, 1)?) {
            (Value::Dict(dict), Value::Dict(other)) => {
                let entries = other.borrow().clone();
                for (key, value) in entries {
                    put(dict, &key, value)?;
                }
                Ok(Some(Value::None))
            }
            _ => Err(no_meaning(arguments)),
        },
        _ => return None,
    })
}

pub(super) fn lookup(dict: &Dict, key: &Value) -> Result<Option<Value>, LoweringError> {
    for (other, value) in dict.borrow().iter() {
        if equal(other, key)? {
            return Ok(Some(value.clone()));
        }
    }
    Ok(None)
}

pub(super) fn put(dict: &Dict, key: &Value, value: Value) -> Result<(), LoweringError> {
    if !matches!(
        key,
        Value::Str(_) | Value::Int(_) | Value::Float(_) | Value::Bool(_) | Value::Tensor(_)
    ) {
        return Err(LoweringError::new(format!("a {} as a key of a dict", key.kind())));
    }
    let mut entries = dict.borrow_mut();
    for (other, old) in entries.iter_mut() {
        if equal(other, key)? {
            *old = value;
            return Ok(());
        }
    }
    entries.push((key.clone(), value));
    Ok(())
}

fn entries(arguments: &Arguments, entry: fn(&Value, &Value) -> Value) -> Outcome {
    match argument(arguments, 0)? {
        Value::Dict(dict) => Ok(Some(Value::List(List::new(
            dict.borrow()
                .iter()
                .map(|(key, value)| entry(key, value))
                .collect(),
        )))),
        Value::Tensor(_) => Ok(None),
        _ => Err(no_meaning(arguments)),
    }
}
