//! From a model of TensorFlow.js to ONNX.

use super::error::ConvertError;
use super::graph::{GraphWeights, load};
use super::layers::convert_layers;
use super::manifest::{TfjsFormat, TfjsModel, read_json};
use crate::tensorflow::GraphOptions;
use crate::tensorflow::convert::{convert_graph, with_stack};
use crate::{Converted, InputSpec, ModelFiles, Options};

/// Converts a model of TensorFlow.js to ONNX, for these inputs. Of `options` only the outputs matter.
///
/// The model is evaluated for the shapes of the inputs, so the ONNX model is for these shapes only; another shape needs
/// another conversion. Quantised weights are scaled back, as TensorFlow.js does.
///
/// ```
/// use std::path::Path;
/// use weight_converters::tensorflow::GraphOptions;
/// use weight_converters::tfjs::convert_tfjs;
/// use weight_converters::{InputSpec, ModelFiles, ScalarType};
///
/// let mut files = ModelFiles::open(Path::new("tests/fixtures/tensorflow/unet_tfjs.zip"))?;
/// let input = InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 1]);
/// let converted = convert_tfjs(&mut files, &[input], &GraphOptions::default())?;
/// assert_eq!(converted.outputs[0].shape, [1, 16, 16, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`ConvertError`].
pub fn convert_tfjs(
    files: &mut ModelFiles<'_>,
    inputs: &[InputSpec],
    options: &GraphOptions,
) -> Result<Converted, ConvertError> {
    with_stack(|| {
        let model = TfjsModel::load(files)?;
        match model.format {
            TfjsFormat::Graph => {
                let loaded = load(&model)?;
                let mut weights = GraphWeights(&model.weights);
                Ok(convert_graph(&loaded, &mut weights, inputs, &options.outputs)?)
            }
            TfjsFormat::Layers => {
                let names = options.outputs.iter().map(|output| output.name.clone());
                let named = Options::with_output_names(names);
                let by_layer = Options::default();
                let options = if options.outputs.is_empty() {
                    &by_layer
                } else {
                    &named
                };
                Ok(convert_layers(&model, inputs, options)?)
            }
        }
    })
}

/// Looks whether files are a model that [`convert_tfjs`] reads: `model.json` is read, its weights are not.
///
/// # Errors
///
/// Files that are something else, and damaged descriptions.
pub fn check_tfjs(files: &mut ModelFiles<'_>) -> Result<(), ConvertError> {
    read_json(files).map(drop)
}
