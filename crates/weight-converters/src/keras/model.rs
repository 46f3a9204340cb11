//! The layers of a model, as its configuration lists them.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::config::{self, Config};
use super::error::ConvertError;
use super::nodes::{Argument, Node, TensorKey, read_keys, read_nodes};

/// Models within models.
const MAX_DEPTH: usize = 16;
/// Layers of all models together.
const MAX_LAYERS: usize = 50_000;
/// Calls of all layers together.
const MAX_NODES: usize = 200_000;

/// A model: layers and how they are connected.
#[derive(Debug)]
pub(crate) struct Model {
    /// The layers, in the order of the configuration, which is that of their weights.
    pub(crate) layers: Vec<Layer>,
    /// The tensors that go in.
    pub(crate) inputs: Vec<TensorKey>,
    /// The tensors that come out.
    pub(crate) outputs: Vec<TensorKey>,
}

/// A layer.
#[derive(Debug)]
pub(crate) struct Layer {
    /// The class, as the file names it.
    pub(crate) class: String,
    /// Whether it is a function that Keras 3 calls as if it were a layer: `x + 1` is one of the class `Add`.
    pub(crate) is_operation: bool,
    /// The name, unique within the model.
    pub(crate) name: String,
    /// The configuration.
    pub(crate) config: Map<String, Value>,
    /// The calls.
    pub(crate) nodes: Vec<Node>,
    /// The layers within, for a layer that is a model.
    pub(crate) model: Option<Model>,
}

impl Layer {
    /// The configuration, to read from.
    pub(crate) fn config(&self) -> Config<'_> {
        Config::new(&self.config)
    }

    /// Whether its weights were to be trained, which decides on their order in the file.
    pub(crate) fn is_trainable(&self) -> bool {
        self.config
            .get("trainable")
            .and_then(Value::as_bool)
            .unwrap_or(true)
    }
}

/// How much may still be read.
struct Budget {
    layers: usize,
    nodes: usize,
    /// the version of Keras
    major: u32,
}

/// Reads a model from `{"class_name": ..., "config": ...}`.
///
/// # Errors
/// When it is none, or has too many layers.
pub(crate) fn read_model(topology: &Value, major: u32) -> Result<Model, ConvertError> {
    let mut budget = Budget {
        layers: MAX_LAYERS,
        nodes: MAX_NODES,
        major,
    };
    let class = text(topology, "class_name")
        .ok_or_else(|| ConvertError::topology("`class_name` of the model is missing"))?;
    let body = topology
        .get("config")
        .ok_or_else(|| ConvertError::topology("`config` of the model is missing"))?;
    read_body(class, body, 0, &mut budget)?.ok_or_else(|| {
        ConvertError::topology(format!(
            "the model is of the class `{class}`, whose computation is Python code: only Sequential and Functional \
             models hold all of it; export it to ONNX or TorchScript, or as a SavedModel"
        ))
    })
}

fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The model of a configuration, or `None` when it is that of a layer.
fn read_body(
    class: &str,
    body: &Value,
    depth: usize,
    budget: &mut Budget,
) -> Result<Option<Model>, ConvertError> {
    if depth > MAX_DEPTH {
        return Err(ConvertError::topology(format!(
            "models are nested more than {MAX_DEPTH} levels deep"
        )));
    }
    if class == "Sequential" {
        let layers = body.as_array().or_else(|| body.get("layers")?.as_array());
        let layers =
            layers.ok_or_else(|| ConvertError::topology("`layers` of a Sequential model is missing"))?;
        return sequential(layers, depth, budget).map(Some);
    }
    let (Some(layers), Some(inputs), Some(outputs)) = (
        body.get("layers").and_then(Value::as_array),
        lookup(body, "input_layers"),
        lookup(body, "output_layers"),
    ) else {
        return Ok(None);
    };
    let mut layers = read_layers(layers, depth, budget)?;
    let keys = |entry: &Value, what: &str| {
        read_keys(entry).ok_or_else(|| ConvertError::topology(format!("`{what}` does not list tensors")))
    };
    let (inputs, mut outputs) = (keys(inputs, "input_layers")?, keys(outputs, "output_layers")?);
    count_from_zero(&mut layers, &mut outputs, budget.major);
    Ok(Some(Model {
        layers,
        inputs,
        outputs,
    }))
}

/// Counts the calls of models within the model from zero. Keras counts the one in which such a model was built, too, which
/// is not in the file: version 3 in `output_layers` only, version 2.4 and later everywhere, older ones nowhere.
fn count_from_zero(layers: &mut [Layer], outputs: &mut [TensorKey], major: u32) {
    let models: HashMap<String, (usize, bool)> = layers
        .iter()
        .filter(|layer| layer.model.is_some())
        .map(|layer| {
            (
                layer.name.clone(),
                (layer.nodes.len(), layer.class != "Sequential"),
            )
        })
        .collect();
    if models.is_empty() {
        return;
    }
    if major >= 3 {
        for key in outputs {
            if models.get(&key.layer).is_some_and(|(_, counts)| *counts) {
                key.node = key.node.saturating_sub(1);
            }
        }
        return;
    }
    // a number as high as there are calls: they are counted from one
    let mut shifted: HashSet<String> = HashSet::new();
    let all = layers
        .iter()
        .flat_map(|layer| &layer.nodes)
        .flat_map(Node::tensors);
    for key in all.chain(outputs.iter()) {
        if models
            .get(&key.layer)
            .is_some_and(|(count, _)| key.node >= *count)
        {
            shifted.insert(key.layer.clone());
        }
    }
    let shift = |key: &mut TensorKey| {
        if shifted.contains(&key.layer) {
            key.node = key.node.saturating_sub(1);
        }
    };
    outputs.iter_mut().for_each(shift);
    for node in layers.iter_mut().flat_map(|layer| &mut layer.nodes) {
        node.change(shift);
    }
}

fn lookup<'a>(body: &'a Value, key: &str) -> Option<&'a Value> {
    Config::new(body.as_object()?).get(key)
}

fn read_layers(entries: &[Value], depth: usize, budget: &mut Budget) -> Result<Vec<Layer>, ConvertError> {
    let mut names = HashSet::new();
    let mut layers = Vec::new();
    for entry in entries {
        let layer = read_layer(entry, depth, budget)?;
        if !names.insert(layer.name.clone()) {
            return Err(ConvertError::topology(format!(
                "two layers have the name `{}`",
                layer.name
            )));
        }
        layers.push(layer);
    }
    Ok(layers)
}

fn read_layer(entry: &Value, depth: usize, budget: &mut Budget) -> Result<Layer, ConvertError> {
    budget.layers = budget
        .layers
        .checked_sub(1)
        .ok_or_else(|| ConvertError::topology(format!("more than {MAX_LAYERS} layers")))?;
    let class = text(entry, "class_name")
        .ok_or_else(|| ConvertError::topology("`class_name` of a layer is missing"))?
        .to_owned();
    let body = entry
        .get("config")
        .ok_or_else(|| ConvertError::topology(format!("`config` of a layer `{class}` is missing")))?;
    let name = text(entry, "name")
        .or_else(|| text(body, "name"))
        .unwrap_or(&class)
        .to_owned();
    let nodes = read_nodes(&name, lookup(entry, "inbound_nodes"))?;
    budget.nodes = budget
        .nodes
        .checked_sub(nodes.len())
        .ok_or_else(|| ConvertError::topology(format!("more than {MAX_NODES} calls of layers")))?;
    let model = read_body(&class, body, depth + 1, budget)?;
    Ok(Layer {
        is_operation: model.is_none() && is_operation(entry, body),
        config: match body {
            Value::Object(map) if model.is_none() => map.clone(),
            // the layers of a model are read already
            Value::Object(map) => map
                .iter()
                .filter(|(_, value)| !value.is_array() && !value.is_object())
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect(),
            _ => Map::new(),
        },
        class,
        name,
        nodes,
        model,
    })
}

/// An operation has a call in the form of Keras 3 and none of the settings that all layers have there.
fn is_operation(entry: &Value, body: &Value) -> bool {
    let calls = entry.get("inbound_nodes").and_then(Value::as_array);
    let modern = calls.is_some_and(|calls| calls.iter().any(|call| call.get("args").is_some()));
    modern && body.get("trainable").is_none() && body.get("dtype").is_none()
}

/// A layer that is part of the configuration of another one.
///
/// # Errors
/// When it is none.
pub(crate) fn inner_layer(entry: &Value) -> Result<Layer, ConvertError> {
    let mut budget = Budget {
        layers: MAX_LAYERS,
        nodes: MAX_NODES,
        major: 2,
    };
    read_layer(entry, 0, &mut budget)
}

/// A stack of layers is a model in which each layer takes the result of the one before.
fn sequential(entries: &[Value], depth: usize, budget: &mut Budget) -> Result<Model, ConvertError> {
    let mut layers = read_layers(entries, depth, budget)?;
    if layers.is_empty() {
        return Err(ConvertError::topology("a Sequential model has no layers"));
    }
    if layers[0].class != "InputLayer" {
        let mut config = Map::new();
        if let Some(shape) = layers[0].config().get("batch_input_shape|batch_shape") {
            config.insert("batch_shape".into(), shape.clone());
        }
        // the type of the first layer's input is not that of its weights: tables take indices
        if let Some(dtype) = layers[0].config().get("input_dtype") {
            config.insert("dtype".into(), dtype.clone());
        }
        let mut name = "input".to_owned();
        while layers.iter().any(|layer| layer.name == name) {
            name.push('_');
        }
        layers.insert(
            0,
            Layer {
                class: "InputLayer".into(),
                name,
                is_operation: false,
                config,
                nodes: Vec::new(),
                model: None,
            },
        );
    }
    let key = |layer: &Layer| TensorKey {
        layer: layer.name.clone(),
        node: 0,
        tensor: 0,
    };
    for index in 1..layers.len() {
        let before = key(&layers[index - 1]);
        layers[index].nodes = vec![Node {
            args: vec![Argument::Tensor(before)],
            kwargs: Vec::new(),
        }];
    }
    let (inputs, outputs) = (vec![key(&layers[0])], vec![key(&layers[layers.len() - 1])]);
    Ok(Model {
        layers,
        inputs,
        outputs,
    })
}

/// The shape that an input layer declares, batch axis first; `None` for lengths that are open.
pub(crate) fn declared_shape(layer: &Layer) -> Option<Vec<Option<usize>>> {
    let shape = layer
        .config()
        .get("batch_shape|batch_input_shape")
        .and_then(Value::as_array)?;
    Some(
        shape
            .iter()
            .map(|length| config::as_integer(length).and_then(|length| usize::try_from(length).ok()))
            .collect(),
    )
}
