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

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test fails by panicking
mod tests {
    use std::fs::File;
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::keras::convert_keras;
    use crate::{ModelFiles, ScalarType};

    fn fixtures() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/keras")
    }

    fn load(folder: &Path) -> TfjsModel {
        TfjsModel::load(&mut ModelFiles::open(folder).unwrap()).unwrap()
    }

    fn image() -> [InputSpec; 1] {
        [InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 1])]
    }

    #[test]
    fn the_same_network_is_the_same_model() {
        let browser = convert_layers(&load(&fixtures().join("tfjs")), &image(), &Options::default()).unwrap();
        let file = File::open(fixtures().join("unet_keras2.h5")).unwrap();
        let keras = convert_keras(file, &image(), &Options::default()).unwrap();
        assert!(browser == keras);
    }

    #[test]
    fn weights_are_found_with_anything_before_their_layer() {
        let mut model = load(&fixtures().join("tfjs"));
        let plain = convert_layers(&model, &image(), &Options::default()).unwrap();
        model.weights = model
            .weights
            .into_iter()
            .map(|(name, data)| (format!("scope/{name}"), data))
            .collect();
        assert!(plain == convert_layers(&model, &image(), &Options::default()).unwrap());
        let twice = model.weights["scope/conv2d/kernel"].clone();
        model.weights.insert("other/conv2d/kernel".into(), twice);
        let error = convert_layers(&model, &image(), &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "weights of layer `conv2d` (Conv2D): the manifest has several weights `conv2d/kernel`: \
             other/conv2d/kernel, scope/conv2d/kernel"
        );
    }

    #[test]
    fn missing_weights_are_named() {
        let mut model = load(&fixtures().join("tfjs"));
        model.weights.remove("batch_normalization/moving_mean").unwrap();
        let error = convert_layers(&model, &image(), &Options::default()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "weights of layer `batch_normalization` (BatchNormalization): the manifest has no weight \
             `batch_normalization/moving_mean`"
        );
    }

    #[test]
    fn settings_in_the_spelling_of_javascript() {
        let mut model = load(&fixtures().join("tfjs"));
        let plain = convert_layers(&model, &image(), &Options::default()).unwrap();
        let text = model.topology["model_config"]
            .to_string()
            .replace("\"data_format\"", "\"dataFormat\"")
            .replace("\"channels_last\"", "\"channelsLast\"")
            .replace("\"kernel_size\"", "\"kernelSize\"")
            .replace("\"use_bias\"", "\"useBias\"")
            .replace("\"pool_size\"", "\"poolSize\"")
            .replace("\"batch_input_shape\"", "\"batchInputShape\"");
        // as text, as some writers put it there
        model.topology["model_config"] = Value::String(text);
        assert!(plain == convert_layers(&model, &image(), &Options::default()).unwrap());
    }

    /// The layers model of the reference packages, against the same network in HDF5.
    #[test]
    fn reference_package() {
        let Some(reference) = std::env::var_os("MODELHUB_REFERENCE") else {
            return;
        };
        let package = Path::new(&reference).join("zoo/tf_unet2d_keras2");
        let image = [InputSpec::new("input", ScalarType::Float32, [1, 64, 96, 1])];
        let browser = convert_layers(
            &load(&package.join("tfjs_weights.zip")),
            &image,
            &Options::default(),
        );
        let file = File::open(package.join("keras_weights.h5")).unwrap();
        assert!(browser.unwrap() == convert_keras(file, &image, &Options::default()).unwrap());
    }
}
