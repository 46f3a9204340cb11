//! The signature of an ONNX graph.

use std::collections::HashSet;

use tensor_ops::DataType;

use super::proto::{ElementType, GraphProto, TensorShapeProto, TypeValue, ValueInfoProto};
use super::{Engine, malformed, unsupported};
use crate::{LoadError, Port, Signature};

/// The inputs without initializers, and all outputs, in the order of the graph.
pub(super) fn signature(graph: &GraphProto, engine: &Engine) -> Result<Signature, LoadError> {
    let initializers: HashSet<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    let inputs = graph
        .input
        .iter()
        .filter(|input| !initializers.contains(input.name.as_str()));
    let inputs = inputs
        .map(|input| port(input, "input", engine))
        .collect::<Result<Vec<_>, _>>()?;
    if let Some(input) = inputs.iter().find(|input| input.data_type.is_none()) {
        return Err(malformed(format!(
            "the input `{}` has no element type",
            input.name
        )));
    }
    let outputs = graph
        .output
        .iter()
        .map(|output| port(output, "output", engine))
        .collect::<Result<Vec<_>, _>>()?;
    if outputs.is_empty() {
        return Err(malformed("the graph has no outputs".to_owned()));
    }
    Ok(Signature { inputs, outputs })
}

fn port(info: &ValueInfoProto, role: &str, engine: &Engine) -> Result<Port, LoadError> {
    let name = &info.name;
    let Some(declared) = &info.r#type else {
        return Ok(Port::new(name, None, None));
    };
    let Some(TypeValue::Tensor(tensor)) = &declared.value else {
        return Err(unsupported(
            engine,
            format!("the {role} `{name}`, which is no tensor"),
        ));
    };
    let element_type = ElementType::try_from(tensor.elem_type).map_err(|_| {
        malformed(format!(
            "the {role} `{name}` has the unknown element type {}",
            tensor.elem_type
        ))
    })?;
    let data_type = match element_type {
        ElementType::Undefined => None,
        ElementType::Bool => Some(DataType::Bool),
        ElementType::Uint8 => Some(DataType::Uint8),
        ElementType::Int8 => Some(DataType::Int8),
        ElementType::Uint16 => Some(DataType::Uint16),
        ElementType::Int16 => Some(DataType::Int16),
        ElementType::Uint32 => Some(DataType::Uint32),
        ElementType::Int32 => Some(DataType::Int32),
        ElementType::Uint64 => Some(DataType::Uint64),
        ElementType::Int64 => Some(DataType::Int64),
        ElementType::Float => Some(DataType::Float32),
        ElementType::Double => Some(DataType::Float64),
        other => {
            let feature = format!("the {role} `{name}` of element type {}", other.name());
            return Err(unsupported(engine, feature));
        }
    };
    Ok(Port::new(name, data_type, tensor.shape.as_ref().map(lengths)))
}

/// Only positive numbers are lengths; exporters write 0 and -1 for axes of any length.
fn lengths(shape: &TensorShapeProto) -> Vec<Option<usize>> {
    let length = |value: i64| usize::try_from(value).ok().filter(|&length| length > 0);
    shape
        .dim
        .iter()
        .map(|dim| dim.dim_value.and_then(length))
        .collect()
}
