//! From an archive to an ONNX model.

use std::io::{Read, Seek};
use std::rc::Rc;
use std::thread;

use super::archive::Archive;
use super::context::Context;
use super::error::ConvertError;
use super::evaluate::Evaluator;
use super::load::load;
use super::program::Program;
use super::value::{Object, Tensor, Value};
use crate::graph::TensorRef;
use crate::onnx::OPSET_VERSION;
use crate::{Converted, InputSpec, Options, Port};

/// Stack of the thread that converts: expressions, calls and modules are nested, and evaluated by recursion.
pub(super) const STACK: usize = 128 << 20;
/// The most results that a network may have.
const MAX_OUTPUTS: usize = 1000;

/// Converts a network that `torch.jit.save` wrote, traced or scripted, to ONNX, for these inputs.
///
/// The program in the archive is evaluated for the shapes of the inputs, so the ONNX model is for these shapes only; another
/// shape needs another conversion. Modules are in evaluation mode. Nothing of the archive is executed: the program is
/// interpreted, with bounds on time and memory.
///
/// The rules are those of `PyTorch`'s documentation of `TorchScript` and of its operators; `docs/torchscript.md` lists what is
/// supported.
///
/// ```
/// use std::fs::File;
/// use weight_converters::torchscript::convert_torchscript;
/// use weight_converters::{InputSpec, Options, ScalarType};
///
/// let archive = File::open("tests/fixtures/torchscript/scripted.pt")?;
/// let input = InputSpec::new("image", ScalarType::Float32, [1, 1, 16, 16]);
/// let converted = convert_torchscript(archive, &[input], &Options::default())?;
/// assert_eq!(converted.outputs[0].shape, [1, 2, 16, 16]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// See [`ConvertError`]: files that are no such archives, damaged archives, operators without a lowering, control flow over
/// the contents of tensors, inputs that do not fit.
pub fn convert_torchscript<R: Read + Seek + Send>(
    archive: R,
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Converted, ConvertError> {
    thread::scope(|scope| {
        let worker = thread::Builder::new()
            .name("torchscript".into())
            .stack_size(STACK)
            .spawn_scoped(scope, || convert(archive, inputs, options))
            .map_err(|error| ConvertError::Internal {
                message: format!("no thread for it: {error}"),
            })?;
        worker.join().unwrap_or_else(|_| {
            let message = "an error of this program, not of the archive; please report it".into();
            Err(ConvertError::Internal { message })
        })
    })
}

fn convert<R: Read + Seek>(
    reader: R,
    inputs: &[InputSpec],
    options: &Options,
) -> Result<Converted, ConvertError> {
    let mut archive = Archive::open(reader)?;
    let mut context = Context::new(OPSET_VERSION, archive.version());
    let values = make_inputs(&mut context, inputs)?;
    let ports = inputs
        .iter()
        .map(|i| Port {
            name: i.name.clone(),
            dtype: i.dtype,
            shape: i.shape.clone(),
        })
        .collect();

    let constants = if archive.contains("constants.pkl") {
        match load(&mut archive, &mut context, "constants")? {
            Value::Tuple(constants) => constants.values().to_vec(),
            Value::List(constants) => constants.borrow().clone(),
            other => return Err(unexpected_root("constants.pkl", &other, "a tuple")),
        }
    } else {
        Vec::new()
    };
    let network = match load(&mut archive, &mut context, "data")? {
        Value::Object(network) => network,
        other => return Err(unexpected_root("data.pkl", &other, "a module")),
    };

    let length = archive.length();
    let mut evaluator = Evaluator::new(Program::new(&mut archive), context, constants, length);
    check_inputs(&mut evaluator, &network, inputs)?;
    let result = evaluator.run(&network, values)?;
    let mut results = Vec::new();
    flatten(&mut evaluator, &result, "", false, &mut results)?;
    let outputs = declare_outputs(&mut evaluator, results, options, inputs)?;
    let (context, notes) = evaluator.finish();
    let name = network.class().rsplit('.').next().unwrap_or("network").to_owned();
    let model = context
        .graph
        .into_model_bytes(&name)
        .map_err(|error| ConvertError::Onnx {
            message: error.to_string(),
        })?;
    Ok(Converted {
        model,
        opset: OPSET_VERSION,
        inputs: ports,
        outputs,
        notes,
    })
}

fn unexpected_root(entry: &str, found: &Value, expected: &str) -> ConvertError {
    ConvertError::Archive {
        entry: entry.into(),
        message: format!("contains a {}, not {expected}", found.kind()),
    }
}

fn make_inputs(context: &mut Context, inputs: &[InputSpec]) -> Result<Vec<Value>, ConvertError> {
    let mut values = Vec::new();
    for (index, input) in inputs.iter().enumerate() {
        let error = |message: String| ConvertError::Inputs {
            message: format!("`{}`: {message}", input.name),
        };
        if input.name.is_empty() || inputs[..index].iter().any(|other| other.name == input.name) {
            return Err(error("the name is empty, or that of another input".into()));
        }
        let tensor = context
            .graph
            .input(&input.name, input.dtype, &input.shape)
            .map_err(|e| error(e.to_string()))?;
        values.push(Value::Tensor(Tensor::new(tensor)));
    }
    Ok(values)
}

fn check_inputs(
    evaluator: &mut Evaluator<'_>,
    network: &Object,
    inputs: &[InputSpec],
) -> Result<(), ConvertError> {
    let parameters = evaluator.parameters(network)?;
    let required = parameters.iter().filter(|(_, has_default)| !has_default).count();
    if (required..=parameters.len()).contains(&inputs.len()) {
        return Ok(());
    }
    let names: Vec<_> = parameters.iter().map(|(name, _)| format!("`{name}`")).collect();
    let (given, taken, names) = (inputs.len(), parameters.len(), names.join(", "));
    Err(ConvertError::Inputs {
        message: format!("the network takes {taken} ({names}), found {given}"),
    })
}

/// The tensors of a result, with the names that the result has for them.
fn flatten(
    evaluator: &mut Evaluator<'_>,
    value: &Value,
    name: &str,
    nested: bool,
    results: &mut Vec<(String, TensorRef)>,
) -> Result<(), ConvertError> {
    let error = |message: String| ConvertError::Outputs { message };
    if results.len() > MAX_OUTPUTS {
        return Err(error(format!("more than {MAX_OUTPUTS} tensors")));
    }
    let inner = |part: &str| {
        if name.is_empty() {
            part.to_owned()
        } else {
            format!("{name}_{part}")
        }
    };
    match value {
        Value::Tensor(tensor) => {
            let tensor = evaluator.context().read(tensor).map_err(|e| error(e.message))?;
            results.push((name.to_owned(), tensor));
            Ok(())
        }
        Value::List(list) => {
            let values = list.borrow().clone();
            flatten_all(evaluator, &values, name, results)
        }
        Value::Tuple(tuple) => match tuple.names() {
            None => flatten_all(evaluator, tuple.values(), name, results),
            Some(names) => {
                let mut fields = names.iter().zip(tuple.values());
                fields.try_for_each(|(field, value)| flatten(evaluator, value, &inner(field), true, results))
            }
        },
        Value::Dict(dict) => {
            let entries = dict.borrow().clone();
            entries.iter().try_for_each(|(key, value)| match key {
                Value::Str(key) => flatten(evaluator, value, &inner(key), true, results),
                other => Err(error(format!("a dictionary with a {} as a key", other.kind()))),
            })
        }
        // an optional result that is not there for these inputs
        Value::None if nested => {
            evaluator.note("a result of the network is None for these inputs; it is left out".into());
            Ok(())
        }
        other => Err(error(format!(
            "the network returns a {}, not a Tensor",
            other.kind()
        ))),
    }
}

fn flatten_all(
    evaluator: &mut Evaluator<'_>,
    values: &[Value],
    name: &str,
    results: &mut Vec<(String, TensorRef)>,
) -> Result<(), ConvertError> {
    // `name` is that of the whole; tensors without names are counted later
    values
        .iter()
        .try_for_each(|value| flatten(evaluator, value, name, true, results))
}

fn declare_outputs(
    evaluator: &mut Evaluator<'_>,
    results: Vec<(String, TensorRef)>,
    options: &Options,
    inputs: &[InputSpec],
) -> Result<Vec<Port>, ConvertError> {
    let error = |message: String| Err(ConvertError::Outputs { message });
    let names = match &options.output_names {
        Some(names) if names.len() == results.len() => names.clone(),
        Some(names) => {
            return error(format!(
                "{} names are given, the network returns {} tensors",
                names.len(),
                results.len()
            ));
        }
        None => default_names(&results),
    };
    if results.is_empty() {
        return error("the network returns nothing".into());
    }
    let mut ports: Vec<Port> = Vec::new();
    for (name, (_, tensor)) in names.into_iter().zip(results) {
        if name.is_empty()
            || ports.iter().any(|port| port.name == name)
            || inputs.iter().any(|input| input.name == name)
        {
            return error(format!(
                "the name `{name}` is empty, or that of another input or output"
            ));
        }
        evaluator.context().graph.output(&name, &tensor);
        ports.push(Port {
            name,
            dtype: tensor.dtype,
            shape: tensor.shape.clone(),
        });
    }
    Ok(ports)
}

fn default_names(results: &[(String, TensorRef)]) -> Vec<String> {
    let mut seen: Vec<Rc<str>> = Vec::new();
    let named = results.iter().all(|(name, _)| {
        let new = !name.is_empty() && !seen.iter().any(|other| **other == **name);
        seen.push(name.as_str().into());
        new
    });
    match results {
        _ if named => results.iter().map(|(name, _)| name.clone()).collect(),
        [_] => vec!["output".into()],
        _ => (0..results.len())
            .map(|index| format!("output_{index}"))
            .collect(),
    }
}
