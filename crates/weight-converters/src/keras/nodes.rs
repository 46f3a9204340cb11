//! How the layers of a functional model are connected.
//!
//! Keras 1 and 2 write a call of a layer as a list of `[layer, node, tensor, arguments]`, Keras 3 as `args` and `kwargs`
//! with `__keras_tensor__` objects in them.

use serde_json::{Map, Value};

use super::error::ConvertError;

/// Which tensor: the result of the `node`-th call of a layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct TensorKey {
    /// The layer.
    pub(crate) layer: String,
    /// Which of its calls.
    pub(crate) node: usize,
    /// Which result of the call.
    pub(crate) tensor: usize,
}

/// An argument of a call.
#[derive(Debug, Clone)]
pub(crate) enum Argument {
    /// the result of a layer
    Tensor(TensorKey),
    /// anything that is no tensor
    Constant(Value),
    /// several arguments
    List(Vec<Argument>),
}

/// A call of a layer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Node {
    /// arguments by position
    pub(crate) args: Vec<Argument>,
    /// arguments by name
    pub(crate) kwargs: Vec<(String, Argument)>,
}

impl Argument {
    /// All tensors in it, in order.
    pub(crate) fn tensors<'a>(&'a self, found: &mut Vec<&'a TensorKey>) {
        match self {
            Self::Tensor(key) => found.push(key),
            Self::Constant(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.tensors(found)),
        }
    }
}

impl Argument {
    /// Changes all tensors in it.
    fn change(&mut self, change: &mut impl FnMut(&mut TensorKey)) {
        match self {
            Self::Tensor(key) => change(key),
            Self::Constant(_) => {}
            Self::List(items) => items.iter_mut().for_each(|item| item.change(change)),
        }
    }
}

impl Node {
    /// Changes all tensors that the call takes.
    pub(crate) fn change(&mut self, mut change: impl FnMut(&mut TensorKey)) {
        self.args
            .iter_mut()
            .for_each(|argument| argument.change(&mut change));
        self.kwargs
            .iter_mut()
            .for_each(|(_, argument)| argument.change(&mut change));
    }

    /// All tensors that the call takes, in order.
    pub(crate) fn tensors(&self) -> Vec<&TensorKey> {
        let mut found = Vec::new();
        self.args.iter().for_each(|argument| argument.tensors(&mut found));
        self.kwargs
            .iter()
            .for_each(|(_, argument)| argument.tensors(&mut found));
        found
    }
}

/// The calls of a layer.
///
/// # Errors
/// When the entry is not what Keras writes.
pub(crate) fn read_nodes(layer: &str, entry: Option<&Value>) -> Result<Vec<Node>, ConvertError> {
    let Some(entry) = entry.filter(|value| !value.is_null()) else {
        return Ok(Vec::new());
    };
    let bad = || {
        ConvertError::topology(format!(
            "`inbound_nodes` of layer `{layer}` is not a list of calls"
        ))
    };
    let nodes = entry.as_array().ok_or_else(bad)?;
    nodes
        .iter()
        .map(|node| match node {
            Value::Object(map) if map.contains_key("args") => modern_node(map).ok_or_else(bad),
            other => legacy_node(other).ok_or_else(bad),
        })
        .collect()
}

/// The tensors of `input_layers` or `output_layers`, in order: one, a list, or by name.
pub(crate) fn read_keys(entry: &Value) -> Option<Vec<TensorKey>> {
    if let Some(key) = as_key(entry) {
        return Some(vec![key]);
    }
    let items: Vec<&Value> = match entry {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return None,
    };
    let mut keys = Vec::new();
    for item in items {
        keys.extend(read_keys(item)?);
    }
    Some(keys)
}

/// `[layer, node, tensor]`, with or without arguments behind.
fn as_key(value: &Value) -> Option<TensorKey> {
    let items = value.as_array()?;
    match items.as_slice() {
        [Value::String(layer), node, tensor, rest @ ..] if rest.len() <= 1 => Some(TensorKey {
            layer: layer.clone(),
            node: index(node)?,
            tensor: index(tensor)?,
        }),
        _ => None,
    }
}

fn index(value: &Value) -> Option<usize> {
    value.as_u64().and_then(|number| usize::try_from(number).ok())
}

fn modern_node(map: &Map<String, Value>) -> Option<Node> {
    let args = map.get("args")?.as_array()?;
    let mut node = Node {
        args: args.iter().map(modern_argument).collect::<Option<_>>()?,
        kwargs: Vec::new(),
    };
    if let Some(Value::Object(kwargs)) = map.get("kwargs") {
        for (name, value) in kwargs {
            node.kwargs.push((name.clone(), modern_argument(value)?));
        }
    }
    Some(node)
}

fn modern_argument(value: &Value) -> Option<Argument> {
    Some(match value {
        Value::Object(map)
            if map
                .get("class_name")
                .is_some_and(|name| name == "__keras_tensor__") =>
        {
            Argument::Tensor(as_key(map.get("config")?.get("keras_history")?)?)
        }
        Value::Array(items) => Argument::List(
            items
                .iter()
                .map(modern_argument)
                .collect::<Option<Vec<Argument>>>()?,
        ),
        other => Argument::Constant(other.clone()),
    })
}

fn legacy_node(value: &Value) -> Option<Node> {
    let entries: Vec<&Value> = match value {
        _ if as_entry(value).is_some() => vec![value],
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => map.values().collect(),
        _ => return None,
    };
    let mut node = Node::default();
    let mut first = Vec::new();
    for entry in entries {
        let (argument, kwargs) = as_entry(entry)?;
        first.push(argument);
        if node.kwargs.is_empty() {
            for (name, value) in kwargs.into_iter().flatten() {
                node.kwargs.push((name.clone(), legacy_argument(value)));
            }
        }
    }
    node.args = match first.len() {
        1 => first,
        _ => vec![Argument::List(first)],
    };
    Some(node)
}

/// One entry of a call, and the arguments by name that stand behind it. A constant is written as a layer of a name that
/// no layer has.
fn as_entry(value: &Value) -> Option<(Argument, Option<&Map<String, Value>>)> {
    let items = value.as_array()?;
    let kwargs = items.get(3).and_then(Value::as_object);
    if let [Value::String(name), _, constant, ..] = items.as_slice()
        && name == "_CONSTANT_VALUE"
    {
        return Some((Argument::Constant(constant.clone()), kwargs));
    }
    as_key(value).map(|key| (Argument::Tensor(key), kwargs))
}

fn legacy_argument(value: &Value) -> Argument {
    if let Some((argument, _)) = as_entry(value) {
        return argument;
    }
    match value {
        Value::Array(items) => Argument::List(items.iter().map(legacy_argument).collect()),
        other => Argument::Constant(other.clone()),
    }
}
