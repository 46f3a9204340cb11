//! The layers of a model, as its configuration lists them.

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
    /// The name, unique within the model.
    pub(crate) name: String,
    /// Where the class comes from; empty before Keras 3.
    pub(crate) module: String,
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
}

/// Reads a model from `{"class_name": ..., "config": ...}`.
///
/// # Errors
/// When it is none, or has too many layers.
pub(crate) fn read_model(topology: &Value) -> Result<Model, ConvertError> {
    let mut budget = Budget {
        layers: MAX_LAYERS,
        nodes: MAX_NODES,
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
    let layers = read_layers(layers, depth, budget)?;
    let keys = |entry: &Value, what: &str| {
        read_keys(entry).ok_or_else(|| ConvertError::topology(format!("`{what}` does not list tensors")))
    };
    Ok(Some(Model {
        layers,
        inputs: keys(inputs, "input_layers")?,
        outputs: keys(outputs, "output_layers")?,
    }))
}

fn lookup<'a>(body: &'a Value, key: &str) -> Option<&'a Value> {
    Config::new(body.as_object()?).get(key)
}

fn read_layers(entries: &[Value], depth: usize, budget: &mut Budget) -> Result<Vec<Layer>, ConvertError> {
    let mut names = std::collections::HashSet::new();
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
        module: text(entry, "module").unwrap_or_default().to_owned(),
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

/// A layer that is part of the configuration of another one.
///
/// # Errors
/// When it is none.
pub(crate) fn inner_layer(entry: &Value) -> Result<Layer, ConvertError> {
    let mut budget = Budget {
        layers: MAX_LAYERS,
        nodes: MAX_NODES,
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
                module: String::new(),
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
