//! From a graph to an ONNX model.

use std::collections::HashMap;
use std::thread;

use super::body::{Body, Reference};
use super::bundle::Bundle;
use super::context::{Context, Tensor};
use super::error::ConvertError;
use super::evaluate::{Evaluator, Weights};
use super::load::{Loaded, load};
use super::ports::{Endpoint, OutputSpec, Wanted, assign};
use super::value::Value;
use super::variables::{BundleWeights, restored_keys};
use crate::onnx::OPSET_VERSION;
use crate::{Converted, InputSpec, ModelFiles, Port, ScalarType};

/// Stack of the thread that converts: functions call functions.
const STACK: usize = 128 << 20;

/// What may be chosen about the conversion of a graph.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GraphOptions {
    /// The outputs, in the order in which they are wanted. Without them all outputs of the signature are given, ordered by
    /// the numbers of their keys, and by their keys.
    pub outputs: Vec<OutputSpec>,
    /// The tag of the graph; `serve` unless set. Only bundles have tags.
    pub tag: Option<String>,
    /// The key of the signature; `serving_default` unless set. Only bundles have signatures.
    pub signature: Option<String>,
}

impl GraphOptions {
    /// With these outputs.
    #[must_use]
    pub fn with_outputs(mut self, outputs: impl IntoIterator<Item = OutputSpec>) -> Self {
        self.outputs = outputs.into_iter().collect();
        self
    }

    /// With the graph of this tag.
    #[must_use]
    pub fn with_tag(mut self, tag: impl Into<String>) -> Self {
        self.tag = Some(tag.into());
        self
    }

    /// With the signature of this key.
    #[must_use]
    pub fn with_signature(mut self, key: impl Into<String>) -> Self {
        self.signature = Some(key.into());
        self
    }
}

/// Converts a `SavedModel` bundle of TensorFlow 1 or 2, or a frozen graph, to ONNX, for these inputs.
///
/// The graph is evaluated for the shapes of the inputs, so the ONNX model is for these shapes only; another shape needs
/// another conversion. Inputs and outputs have the axes that they have in TensorFlow. `docs/tensorflow.md` lists what is
/// supported, and how inputs and outputs are told apart.
///
/// ```
/// use std::path::Path;
/// use weight_converters::tensorflow::{GraphOptions, convert_saved_model};
/// use weight_converters::{InputSpec, ModelFiles, ScalarType};
///
/// let mut files = ModelFiles::open(Path::new("tests/fixtures/tensorflow/unet_tf2.zip"))?;
/// let input = InputSpec::new("image", ScalarType::Float32, [1, 16, 16, 1]);
/// let converted = convert_saved_model(&mut files, &[input], &GraphOptions::default())?;
/// assert_eq!(converted.outputs[0].shape, [1, 16, 16, 2]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`ConvertError`]: files that are something else, damaged bundles, operators without a lowering, control flow over the
/// contents of tensors, inputs and outputs that do not fit.
pub fn convert_saved_model(
    files: &mut ModelFiles<'_>,
    inputs: &[InputSpec],
    options: &GraphOptions,
) -> Result<Converted, ConvertError> {
    with_stack(|| {
        let loaded = load(files, options.tag.as_deref(), options.signature.as_deref())?;
        let keys = restored_keys(&loaded.graph).map_err(|message| ConvertError::Malformed {
            entry: super::load::MODEL.into(),
            message,
        })?;
        let bundle = Bundle::open(files)?;
        let mut weights = BundleWeights { files, bundle, keys };
        convert_graph(&loaded, &mut weights, inputs, &options.outputs)
    })
}

/// Runs a conversion in a thread with a large stack; a panic becomes an error.
pub(crate) fn with_stack<T: Send, E: Send + From<ConvertError>>(
    convert: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, E> {
    let internal = |message: String| E::from(ConvertError::Internal { message });
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("tensorflow".into())
            .stack_size(STACK)
            .spawn_scoped(scope, convert)
            .map_err(|error| internal(format!("no thread for it: {error}")))?;
        worker.join().unwrap_or_else(|_| {
            Err(internal(
                "an error of this program, not of the model; please report it".into(),
            ))
        })
    })
}

/// Converts a graph whose inputs and outputs are known.
///
/// # Errors
///
/// See [`ConvertError`].
pub(crate) fn convert_graph(
    loaded: &Loaded,
    weights: &mut dyn Weights,
    inputs: &[InputSpec],
    outputs: &[OutputSpec],
) -> Result<Converted, ConvertError> {
    let mut cx = Context::new(OPSET_VERSION);
    cx.notes.clone_from(&loaded.notes);
    let given = make_inputs(&mut cx, loaded, inputs)?;
    let malformed = |message: String| ConvertError::Malformed {
        entry: "the graph".into(),
        message,
    };
    let main = Body::of_graph(&loaded.graph.node).map_err(malformed)?;
    let functions = loaded
        .graph
        .library
        .as_ref()
        .map(|library| library.function.as_slice())
        .unwrap_or_default();
    let wanted: Vec<Reference<'_>> = loaded
        .outputs
        .iter()
        .map(|endpoint| {
            Reference::parse(&endpoint.tensor).ok_or_else(|| ConvertError::Signature {
                message: format!("`{}` is not the name of a tensor", endpoint.tensor),
            })
        })
        .collect::<Result<_, _>>()?;
    let mut evaluator = Evaluator::new(cx, main, functions, weights);
    let values = evaluator.run(given, &wanted)?;
    let mut cx = evaluator.cx;
    let ports = declare_outputs(&mut cx, loaded, values, inputs, outputs)?;
    let notes = std::mem::take(&mut cx.notes);
    finish(cx, inputs, ports, notes)
}

fn finish(
    cx: Context,
    inputs: &[InputSpec],
    outputs: Vec<Port>,
    mut notes: Vec<String>,
) -> Result<Converted, ConvertError> {
    let model = cx.graph.into_model("tensorflow");
    let transposes = model
        .graph
        .iter()
        .flat_map(|graph| &graph.node)
        .filter(|node| node.op_type.as_deref() == Some("Transpose"))
        .count();
    if transposes > 0 {
        let plural = if transposes == 1 { "" } else { "s" };
        notes.push(format!(
            "channels come last in the network and first in ONNX: {transposes} transposition{plural} left"
        ));
    }
    let model = model.to_bytes().map_err(|error| ConvertError::Onnx {
        message: error.to_string(),
    })?;
    let inputs = inputs
        .iter()
        .map(|input| Port {
            name: input.name.clone(),
            dtype: input.dtype,
            shape: input.shape.clone(),
        })
        .collect();
    Ok(Converted {
        model,
        opset: OPSET_VERSION,
        inputs,
        outputs,
        notes,
    })
}

fn make_inputs(
    cx: &mut Context,
    loaded: &Loaded,
    inputs: &[InputSpec],
) -> Result<HashMap<String, Value>, ConvertError> {
    let wrong = |message: String| ConvertError::Inputs { message };
    for (index, input) in inputs.iter().enumerate() {
        if input.name.is_empty() || inputs[..index].iter().any(|other| other.name == input.name) {
            return Err(wrong(format!(
                "`{}`: the name is empty, or that of another input",
                input.name
            )));
        }
    }
    if inputs.len() != loaded.inputs.len() {
        let names: Vec<_> = loaded
            .inputs
            .iter()
            .map(|endpoint| format!("`{}`", endpoint.key))
            .collect();
        let (taken, names, found) = (loaded.inputs.len(), names.join(", "), inputs.len());
        return Err(wrong(format!(
            "the network takes {taken} ({names}), found {found}"
        )));
    }
    let wanted: Vec<Wanted<'_>> = inputs
        .iter()
        .map(|input| Wanted {
            name: &input.name,
            shape: Some(input.shape.iter().copied().map(Some).collect()),
        })
        .collect();
    let stated = loaded.stated.as_ref().map(|[inputs, _]| inputs.as_slice());
    let (order, note) = assign("input", &wanted, &loaded.inputs, stated).map_err(wrong)?;
    cx.notes.extend(note);
    let mut given = HashMap::new();
    for (input, index) in inputs.iter().zip(order) {
        let endpoint = &loaded.inputs[index];
        check_shape(input, endpoint).map_err(wrong)?;
        let node = Reference::parse(&endpoint.tensor).filter(|reference| reference.index == 0);
        let node = node.ok_or_else(|| wrong(format!("`{}` is no placeholder", endpoint.tensor)))?;
        let value = cx
            .graph
            .input(&input.name, input.dtype, &input.shape)
            .map_err(|error| wrong(format!("`{}`: {error}", input.name)))?;
        let dtype = endpoint.dtype.unwrap_or(input.dtype);
        if !is_lossless(input.dtype, dtype) {
            cx.note(format!(
                "the network takes {dtype} as `{}`: {} values are cast",
                endpoint.key, input.dtype
            ));
        }
        let value = cx
            .graph
            .cast(&value, dtype)
            .map_err(|error| wrong(format!("`{}`: {error}", input.name)))?;
        given.insert(node.node.to_owned(), Value::Tensor(Tensor::plain(value)));
    }
    Ok(given)
}

/// The same check that TensorFlow makes.
fn check_shape(input: &InputSpec, endpoint: &Endpoint) -> Result<(), String> {
    let Some(shape) = &endpoint.shape else {
        return Ok(());
    };
    let fits = shape.len() == input.shape.len()
        && shape
            .iter()
            .zip(&input.shape)
            .all(|(stated, &length)| stated.is_none_or(|stated| stated == length));
    if fits {
        return Ok(());
    }
    let lengths: Vec<String> = shape
        .iter()
        .map(|length| length.map_or_else(|| "?".into(), |length| length.to_string()))
        .collect();
    Err(format!(
        "`{}` has shape {:?}, the network takes [{}] as `{}`",
        input.name,
        input.shape,
        lengths.join(", "),
        endpoint.key
    ))
}

fn is_lossless(from: ScalarType, to: ScalarType) -> bool {
    from == to
        || from == ScalarType::Bool
        || (to == ScalarType::Float64 && from != ScalarType::Int64)
        || (to == ScalarType::Float32 && (from.size() <= 2))
        || (from.is_integer() && to.is_integer() && from.size() < to.size())
}

fn declare_outputs(
    cx: &mut Context,
    loaded: &Loaded,
    values: Vec<Value>,
    inputs: &[InputSpec],
    wanted: &[OutputSpec],
) -> Result<Vec<Port>, ConvertError> {
    let wrong = |message: String| ConvertError::Outputs { message };
    let mut tensors = Vec::with_capacity(values.len());
    let mut found = Vec::with_capacity(values.len());
    for (value, endpoint) in values.iter().zip(&loaded.outputs) {
        let Value::Tensor(tensor) = value else {
            // what nobody asks for does not matter
            if wanted.iter().any(|spec| spec.name == endpoint.key) || wanted.is_empty() {
                return Err(wrong(format!(
                    "`{}` is {}, not a tensor",
                    endpoint.key,
                    value.kind()
                )));
            }
            continue;
        };
        let shape = Some(tensor.shape().into_iter().map(Some).collect());
        found.push(Endpoint {
            shape,
            ..endpoint.clone()
        });
        tensors.push(tensor.clone());
    }
    let named: Vec<(String, usize)> = if wanted.is_empty() {
        found
            .iter()
            .enumerate()
            .map(|(index, endpoint)| (endpoint.key.clone(), index))
            .collect()
    } else {
        let specs: Vec<Wanted<'_>> = wanted
            .iter()
            .map(|spec| Wanted {
                name: &spec.name,
                shape: spec.shape.clone(),
            })
            .collect();
        let stated = loaded.stated.as_ref().map(|[_, outputs]| outputs.as_slice());
        let (order, note) = assign("output", &specs, &found, stated).map_err(wrong)?;
        cx.notes.extend(note);
        wanted.iter().map(|spec| spec.name.clone()).zip(order).collect()
    };
    let mut ports: Vec<Port> = Vec::new();
    for (name, index) in named {
        let taken =
            inputs.iter().any(|input| input.name == name) || ports.iter().any(|port| port.name == name);
        // an output may have the key of an input if nobody chose the names
        let name = if taken && wanted.is_empty() {
            format!("{name}_output")
        } else {
            name
        };
        let clash =
            inputs.iter().any(|input| input.name == name) || ports.iter().any(|port| port.name == name);
        if name.is_empty() || clash {
            return Err(wrong(format!(
                "the name `{name}` is empty, or that of another input or output"
            )));
        }
        let value = cx.plain(&tensors[index]).map_err(|error| wrong(error.message))?;
        cx.graph.output(&name, &value);
        ports.push(Port {
            name,
            dtype: value.dtype,
            shape: value.shape.clone(),
        });
    }
    if ports.is_empty() {
        return Err(wrong("the network returns nothing".into()));
    }
    Ok(ports)
}
