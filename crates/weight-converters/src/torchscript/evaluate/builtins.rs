//! Operators on values of the language: numbers, texts, lists, dictionaries, and what is known of tensors.
//!
//! Many names are shared with operators on tensors (`aten::add`); which one is meant is decided by the arguments.

mod containers;
mod dictionaries;
mod items;
mod numbers;
mod tensors;
pub(super) mod text;

use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::{Context, LoweringError};
use crate::torchscript::value::Value;

/// What an operator works with.
pub(super) struct Scope<'a> {
    context: &'a mut Context,
    /// The most elements or bytes that may be made.
    limit: u64,
}

impl Scope<'_> {
    /// Checks the length of a list or text before it is made.
    fn check(&self, length: usize) -> Result<(), LoweringError> {
        if (length as u64).saturating_mul(4) > self.limit {
            return Err(LoweringError::new(format!(
                "would make a list or text of {length} elements"
            )));
        }
        Ok(())
    }
}

/// An operator; nothing if it is not for these arguments.
type Builtin = fn(&mut Scope<'_>, &Arguments) -> Result<Option<Value>, LoweringError>;

fn find(name: &str) -> Option<Builtin> {
    let (namespace, name) = name.split_once("::")?;
    let (aten, prim) = match namespace {
        "aten" => (name, ""),
        "prim" => ("", name),
        _ => ("", ""),
    };
    numbers::find(aten, prim)
        .or_else(|| containers::find(aten, prim))
        .or_else(|| dictionaries::find(aten))
        .or_else(|| text::find(aten, prim))
        .or_else(|| tensors::find(aten, prim))
}

/// Whether there is an operator of this name (`aten::add`).
pub(super) fn knows(name: &str) -> bool {
    find(name).is_some() || matches!(name, "prim::RaiseException" | "aten::warn")
}

/// The result of an operator, if it is about values of the language. It makes at most `limit` elements.
pub(super) fn call(
    context: &mut Context,
    name: &str,
    arguments: &Arguments,
    limit: u64,
) -> Option<Result<Value, LoweringError>> {
    find(name)?(&mut Scope { context, limit }, arguments).transpose()
}

/// What a value counts for in steps: its elements, four times, or bytes.
pub(super) fn extent(value: &Value) -> u64 {
    let length = match value {
        Value::List(list) => list.borrow().len() * 4,
        Value::Tuple(tuple) => tuple.values().len() * 4,
        Value::Dict(dict) => dict.borrow().len() * 8,
        Value::Str(text) => text.len(),
        _ => 0,
    };
    length as u64 / 4
}

/// The argument at an index.
fn argument(arguments: &Arguments, index: usize) -> Result<&Value, LoweringError> {
    let count = arguments.positional.len();
    arguments
        .positional
        .get(index)
        .ok_or_else(|| LoweringError::new(format!("argument {index} is missing, there are {count}")))
}

/// The error for arguments that an operator has no meaning for.
fn no_meaning(arguments: &Arguments) -> LoweringError {
    let kinds: Vec<_> = arguments.positional.iter().take(8).map(Value::kind).collect();
    LoweringError::new(format!("has no meaning for ({})", kinds.join(", ")))
}
