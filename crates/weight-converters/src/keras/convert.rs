//! From a model of Keras to an ONNX model.

use std::io::{Read, Seek};
use std::thread;

use serde_json::Value;

use super::archive::KerasArchive;
use super::check::is_zip;
use super::context::{Context, Dialect};
use super::error::{ConvertError, LayerError};
use super::feature::{Feature, Layout};
use super::layers::input_dtype;
use super::model::{Layer, Model, declared_shape, read_model};
use super::model_file::Hdf5Model;
use super::network::{Walk, check_layers};
use super::weights::{WeightSource, read_weights};
use crate::onnx::OPSET_VERSION;
use crate::{Converted, InputSpec, Options, Port};

/// Stack of the thread that converts: models are nested, and walked through by recursion.
const STACK: usize = 64 << 20;

/// Converts a whole model that Keras 1 to 3 wrote, as HDF5 or as archive (`model.keras`), to ONNX, for these inputs.
///
/// Inputs are given in the order of the model, with the axes that Keras counts, the batch axis among them; the ONNX model
/// is for these shapes only. Its outputs have the names of the layers that make them, unless names are given. Layers are in
/// inference mode, and nothing of the file is executed: models with `Lambda` layers are refused.
///
/// The rules are those of Keras's documentation of its layers; `docs/keras-layers.md` lists what is supported.
///
/// ```
/// use std::fs::File;
/// use weight_converters::keras::convert_keras;
/// use weight_converters::{InputSpec, Options, ScalarType};
///
/// let file = File::open("tests/fixtures/keras/unet.h5")?;
/// let input = InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 1]);
/// let converted = convert_keras(file, &[input], &Options::default())?;
/// assert_eq!(converted.outputs[0].shape, [1, 16, 16, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`ConvertError`]: files that are no such models, damaged files, layers without a lowering, inputs that do not fit.
pub fn convert_keras<R: Read + Seek + Send>(
    mut file: R,
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Converted, ConvertError> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("keras".into())
            .stack_size(STACK)
            .spawn_scoped(scope, move || {
                if is_zip(&mut file)? {
                    let file = KerasArchive::open(file)?;
                    return convert_model(&file.topology, file.dialect, &file, inputs, options);
                }
                let file = Hdf5Model::open(file)?;
                convert_model(&file.topology, file.dialect, &file, inputs, options)
            })
            .map_err(|error| ConvertError::Internal {
                message: format!("no thread for it: {error}"),
            })?;
        worker.join().unwrap_or_else(|_| {
            let message = "an error of this program, not of the file; please report it".into();
            Err(ConvertError::Internal { message })
        })
    })
}

/// Converts the model of a configuration (`class_name`, `config`), with weights from anywhere.
///
/// # Errors
/// Those of [`convert_keras`].
pub(crate) fn convert_model(
    topology: &Value,
    dialect: Dialect,
    weights: &dyn WeightSource,
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Converted, ConvertError> {
    let model = read_model(topology, dialect.major)?;
    check_layers(&model)?;
    let mut cx = Context::new(dialect);
    let features = make_inputs(&mut cx, &model, inputs)?;
    let weights = read_weights(&mut cx, &model, weights)?;
    let results = Walk::new(&mut cx, &weights).run(&model, &[], &features)?;
    let outputs = declare_outputs(&mut cx, &model, &results, inputs, options)?;
    let (graph, mut notes) = cx.finish();
    let name = topology
        .get("config")
        .and_then(|config| config.get("name"))
        .and_then(Value::as_str)
        .unwrap_or("network");
    let model = graph.into_model(name);
    let nodes = model.graph.as_ref().map_or(&[][..], |graph| &graph.node);
    let turned = nodes
        .iter()
        .filter(|node| node.op_type.as_deref() == Some("Transpose"))
        .count();
    notes.push(format!(
        "{turned} transpositions between the order of axes of Keras and that of ONNX are left, of {} operations",
        nodes.len()
    ));
    let bytes = model.to_bytes().map_err(|error| ConvertError::Onnx {
        message: error.to_string(),
    })?;
    let ports = inputs.iter().map(|input| Port {
        name: input.name.clone(),
        dtype: input.dtype,
        shape: input.shape.clone(),
    });
    Ok(Converted {
        model: bytes,
        opset: OPSET_VERSION,
        inputs: ports.collect(),
        outputs,
        notes,
    })
}

fn make_inputs(cx: &mut Context, model: &Model, inputs: &[InputSpec]) -> Result<Vec<Feature>, ConvertError> {
    let names: Vec<&str> = model.inputs.iter().map(|key| key.layer.as_str()).collect();
    if names.len() != inputs.len() {
        return Err(ConvertError::Inputs {
            message: format!(
                "the network takes {} ({}), found {}",
                names.len(),
                names.join(", "),
                inputs.len()
            ),
        });
    }
    let mut features = Vec::new();
    for (index, (input, name)) in inputs.iter().zip(names).enumerate() {
        let error = |message: String| ConvertError::Inputs {
            message: format!("`{}`: {message}", input.name),
        };
        if input.name.is_empty() || inputs[..index].iter().any(|other| other.name == input.name) {
            return Err(error("the name is empty, or that of another input".into()));
        }
        if input.shape.contains(&0) {
            return Err(error(format!("the shape {:?} has no elements", input.shape)));
        }
        let layer = model.layers.iter().find(|layer| layer.name == name);
        if let Some(declared) = layer.and_then(declared_shape) {
            let fits = declared.len() == input.shape.len()
                && declared
                    .iter()
                    .zip(&input.shape)
                    .all(|(declared, length)| declared.is_none_or(|declared| declared == *length));
            if !fits {
                let declared: Vec<String> = declared
                    .iter()
                    .map(|length| length.map_or_else(|| "?".to_owned(), |length| length.to_string()))
                    .collect();
                return Err(error(format!(
                    "the network takes the shape ({}) in its input `{name}`, found {:?}",
                    declared.join(", "),
                    input.shape
                )));
            }
        }
        let tensor = cx
            .graph
            .input(&input.name, input.dtype, &input.shape)
            .map_err(|e| error(e.to_string()))?;
        let dtype = layer.map_or(Ok(input.dtype), |layer: &Layer| input_dtype(layer, input.dtype));
        let tensor = dtype.and_then(|dtype| Ok(cx.graph.cast(&tensor, dtype)?));
        let tensor = tensor.map_err(|e: LayerError| error(e.message))?;
        features.push(Feature::plain(tensor));
    }
    Ok(features)
}

fn declare_outputs(
    cx: &mut Context,
    model: &Model,
    results: &[Feature],
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Vec<Port>, ConvertError> {
    let error = |message: String| ConvertError::Outputs { message };
    let names = match &options.output_names {
        Some(names) if names.len() == results.len() => names.clone(),
        Some(names) => {
            return Err(error(format!(
                "{} names are given, the network returns {} tensors",
                names.len(),
                results.len()
            )));
        }
        None => default_names(model, inputs),
    };
    if results.is_empty() {
        return Err(error("the network returns nothing".into()));
    }
    cx.graph.set_scope("");
    let mut ports: Vec<Port> = Vec::new();
    for (name, result) in names.into_iter().zip(results) {
        if name.is_empty()
            || ports.iter().any(|port| port.name == name)
            || inputs.iter().any(|input| input.name == name)
        {
            return Err(error(format!(
                "the name `{name}` is empty, or that of another input or output"
            )));
        }
        let tensor = result
            .get(&mut cx.graph, Layout::Plain)
            .map_err(|e| error(e.message))?;
        cx.graph.output(&name, &tensor);
        ports.push(Port {
            name,
            dtype: tensor.dtype,
            shape: tensor.shape.clone(),
        });
    }
    Ok(ports)
}

/// The names of the layers, numbered where they are those of another output or of an input.
fn default_names(model: &Model, inputs: &[InputSpec]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for key in &model.outputs {
        let mut name = key.layer.clone();
        let mut number = 1;
        while names.contains(&name) || inputs.iter().any(|input| input.name == name) {
            name = format!("{}_{number}", key.layer);
            number += 1;
        }
        names.push(name);
    }
    names
}
