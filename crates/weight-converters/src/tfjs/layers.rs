//! Layers models: the configuration of Keras, and weights by name.

use std::collections::HashMap;

use serde_json::Value;

use super::manifest::TfjsModel;
use crate::keras::{ConvertError, Dialect, WeightRequest, WeightSource, convert_model};
use crate::tensor::TensorData;
use crate::{Converted, InputSpec, Options};

/// Weights that an error lists.
const LISTED: usize = 8;

/// Converts a layers model to ONNX, through the lowering of the layers of Keras.
///
/// It runs in the thread of the caller, who gives it a large stack.
///
/// # Errors
///
/// Those of [`convert_keras`](crate::keras::convert_keras).
pub(crate) fn convert_layers(
    model: &TfjsModel,
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Converted, ConvertError> {
    // a model of TensorFlow.js itself has the configuration at the top, with Python's or with its own spelling
    let topology = ["model_config", "modelConfig"]
        .iter()
        .find_map(|key| model.topology.get(*key))
        .unwrap_or(&model.topology);
    // some writers put the configuration there as text
    let parsed: Value;
    let topology = if let Value::String(text) = topology {
        parsed = serde_json::from_str(text)
            .map_err(|error| ConvertError::topology(format!("`model_config` is not JSON: {error}")))?;
        &parsed
    } else {
        topology
    };
    let dialect = Dialect {
        major: version(&model.topology).unwrap_or(2),
        turned_kernels: false,
    };
    let weights = Named(&model.weights);
    convert_model(topology, dialect, &weights, inputs, options)
}

/// The version of Keras; `tfjs-layers 4.22.0` writes the layers of Keras 2.
fn version(topology: &Value) -> Option<u32> {
    let text = ["keras_version", "kerasVersion"]
        .iter()
        .find_map(|key| topology.get(*key))?
        .as_str()?;
    text.split('.').next()?.parse().ok()
}

/// Weights under the names `layer/weight`, with the models that the layer is in before, or not.
struct Named<'a>(&'a HashMap<String, TensorData>);

impl WeightSource for Named<'_> {
    fn weight(&self, request: &WeightRequest<'_>) -> Result<TensorData, String> {
        let layer = request.path.last().map(String::as_str).unwrap_or_default();
        let wanted: Vec<String> = request
            .name
            .split('|')
            .map(|name| format!("{layer}/{name}"))
            .collect();
        // as Keras would name it first, then with anything before, which has to be unambiguous
        for length in 0..request.path.len() {
            let before = request.path[length..request.path.len() - 1].join("/");
            for name in &wanted {
                let name = if before.is_empty() {
                    name.clone()
                } else {
                    format!("{before}/{name}")
                };
                if let Some(data) = self.0.get(&name) {
                    return Ok(data.clone());
                }
            }
        }
        let mut found: Vec<(&String, &TensorData)> = self
            .0
            .iter()
            .filter(|(name, _)| {
                wanted.iter().any(|wanted| {
                    name.strip_suffix(wanted.as_str())
                        .is_some_and(|before| before.ends_with('/'))
                })
            })
            .collect();
        found.sort_by_key(|(name, _)| name.as_str());
        match found[..] {
            [(_, data)] => Ok(data.clone()),
            [] => Err(format!("the manifest has no weight `{}`", wanted[0])),
            _ => {
                let names: Vec<&str> = found.iter().take(LISTED).map(|(name, _)| name.as_str()).collect();
                Err(format!(
                    "the manifest has several weights `{}`: {}",
                    wanted[0],
                    names.join(", ")
                ))
            }
        }
    }
}
