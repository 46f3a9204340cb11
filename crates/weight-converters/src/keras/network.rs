//! Walking through a model: each call of a layer adds its nodes to the graph.

use std::collections::HashMap;

use super::context::Context;
use super::error::{ConvertError, LayerError};
use super::feature::Feature;
use super::layers::{self, Call, Operand};
use super::model::{Layer, Model};
use super::nodes::{Argument, Node, TensorKey};
use super::weights::Weights;
use crate::unsupported::Found;

/// Calls of layers in all, layers of models that are called several times counted each time.
const MAX_CALLS: usize = 500_000;

/// Refuses models with layers that have no lowering, naming all of them.
///
/// # Errors
/// [`ConvertError::UnsupportedLayers`].
pub(crate) fn check_layers(model: &Model) -> Result<(), ConvertError> {
    let mut found = Found::new();
    collect(model, "", &mut found);
    if found.is_empty() {
        Ok(())
    } else {
        Err(ConvertError::UnsupportedLayers { layers: found.take() })
    }
}

fn collect(model: &Model, path: &str, found: &mut Found<String>) {
    for layer in &model.layers {
        let name = format!("{path}{}", layer.name);
        if let Some(inner) = &layer.model {
            collect(inner, &format!("{name}/"), found);
            continue;
        }
        let Some((class, reason)) = layers::unsupported(layer) else {
            continue;
        };
        found.note(&class, name, reason);
    }
}

/// A model that is being walked through.
pub(crate) struct Walk<'a> {
    cx: &'a mut Context,
    weights: &'a Weights,
    calls: usize,
}

/// A call of a layer of the model at hand: place of the layer, and which of its calls.
type CallKey = (usize, usize);

impl<'a> Walk<'a> {
    /// A walk with these weights.
    pub(crate) fn new(cx: &'a mut Context, weights: &'a Weights) -> Self {
        Self {
            cx,
            weights,
            calls: 0,
        }
    }

    /// The results of a model for these inputs.
    ///
    /// # Errors
    /// What a layer reports, and models that are not connected.
    pub(crate) fn run(
        &mut self,
        model: &Model,
        path: &[String],
        inputs: &[Feature],
    ) -> Result<Vec<Feature>, ConvertError> {
        if inputs.len() != model.inputs.len() {
            return Err(ConvertError::topology(format!(
                "model `{}` takes {} inputs, found {}",
                path.join("/"),
                model.inputs.len(),
                inputs.len()
            )));
        }
        let places: HashMap<&str, usize> = model
            .layers
            .iter()
            .enumerate()
            .map(|(index, layer)| (layer.name.as_str(), index))
            .collect();
        let mut done: HashMap<CallKey, Vec<Feature>> = HashMap::new();
        for (key, input) in model.inputs.iter().zip(inputs) {
            let call = locate(model, &places, key)?;
            done.insert(call, vec![input.clone()]);
        }
        for key in &model.outputs {
            self.compute(model, path, &places, &mut done, locate(model, &places, key)?)?;
        }
        model
            .outputs
            .iter()
            .map(|key| value_of(model, &places, &done, key))
            .collect()
    }

    /// Computes a call and all that it depends on, depth first.
    fn compute(
        &mut self,
        model: &Model,
        path: &[String],
        places: &HashMap<&str, usize>,
        done: &mut HashMap<CallKey, Vec<Feature>>,
        wanted: CallKey,
    ) -> Result<(), ConvertError> {
        let mut open = vec![wanted];
        // calls whose arguments are being computed: to meet one again is a cycle
        let mut waiting: HashMap<CallKey, ()> = HashMap::new();
        while let Some(&call) = open.last() {
            if done.contains_key(&call) {
                open.pop();
                continue;
            }
            let layer = &model.layers[call.0];
            let node = layer
                .nodes
                .get(call.1)
                .ok_or_else(|| ConvertError::topology(format!("layer `{}` has no input", layer.name)))?;
            let mut missing = Vec::new();
            for key in node.tensors() {
                let call = locate(model, places, key)?;
                if !done.contains_key(&call) {
                    missing.push(call);
                }
            }
            if missing.is_empty() {
                let results = self.call(model, path, places, done, layer, node)?;
                done.insert(call, results);
                waiting.remove(&call);
                open.pop();
                continue;
            }
            if waiting.insert(call, ()).is_some() {
                return Err(ConvertError::topology(format!(
                    "layer `{}` depends on its own result",
                    layer.name
                )));
            }
            open.extend(missing.into_iter().rev());
        }
        Ok(())
    }

    fn call(
        &mut self,
        model: &Model,
        path: &[String],
        places: &HashMap<&str, usize>,
        done: &HashMap<CallKey, Vec<Feature>>,
        layer: &Layer,
        node: &Node,
    ) -> Result<Vec<Feature>, ConvertError> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(ConvertError::topology(format!(
                "layers are called more than {MAX_CALLS} times"
            )));
        }
        let mut inner = path.to_vec();
        inner.push(layer.name.clone());
        let operand = |argument: &Argument| resolve(model, places, done, argument);
        let args = node.args.iter().map(operand).collect::<Result<Vec<_>, _>>()?;
        let mut kwargs = Vec::new();
        for (name, argument) in &node.kwargs {
            kwargs.push((name.as_str(), operand(argument)?));
        }
        let failed = |error: LayerError| ConvertError::Layer {
            layer: inner.join("/"),
            class: layer.class.clone(),
            message: error.message,
        };
        let mut inputs = Vec::new();
        args.iter().for_each(|operand| operand.features(&mut inputs));
        kwargs
            .iter()
            .for_each(|(_, operand)| operand.features(&mut inputs));
        if let Some(nested) = &layer.model {
            return self.run(nested, &inner, &inputs);
        }
        self.cx.graph.set_scope(&inner.join("/"));
        let row = layers::find(layer).map_err(failed)?;
        let call = Call {
            layer,
            config: layer.config(),
            weights: self.weights.get(&inner).map_or(&[], Vec::as_slice),
            inputs,
            args,
            kwargs,
        };
        layers::lower(self.cx, row, &call).map_err(failed)
    }
}

/// The call that makes a tensor.
fn locate(model: &Model, places: &HashMap<&str, usize>, key: &TensorKey) -> Result<CallKey, ConvertError> {
    let place = places
        .get(key.layer.as_str())
        .ok_or_else(|| ConvertError::topology(format!("layer `{}` is used, but not there", key.layer)))?;
    let layer = &model.layers[*place];
    let count = layer.nodes.len().max(1);
    match key.node {
        node if node < count => Ok((*place, node)),
        // calls outside of the model were left out of the file, but may be counted
        _ if count == 1 => Ok((*place, 0)),
        node => Err(ConvertError::topology(format!(
            "call {node} of layer `{}` is used, but the layer is called {count} times",
            key.layer
        ))),
    }
}

fn value_of(
    model: &Model,
    places: &HashMap<&str, usize>,
    done: &HashMap<CallKey, Vec<Feature>>,
    key: &TensorKey,
) -> Result<Feature, ConvertError> {
    let call = locate(model, places, key)?;
    done.get(&call)
        .and_then(|results| results.get(key.tensor))
        .cloned()
        .ok_or_else(|| ConvertError::topology(format!("layer `{}` has no result {}", key.layer, key.tensor)))
}

fn resolve(
    model: &Model,
    places: &HashMap<&str, usize>,
    done: &HashMap<CallKey, Vec<Feature>>,
    argument: &Argument,
) -> Result<Operand, ConvertError> {
    Ok(match argument {
        Argument::Tensor(key) => Operand::Feature(value_of(model, places, done, key)?),
        Argument::Constant(value) => Operand::Constant(value.clone()),
        Argument::List(items) => Operand::List(
            items
                .iter()
                .map(|item| resolve(model, places, done, item))
                .collect::<Result<Vec<_>, _>>()?,
        ),
    })
}
