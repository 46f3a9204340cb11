//! The signature of an ONNX graph.

use std::collections::HashSet;

use tensor_ops::DataType;
use tract_onnx::pb::tensor_proto::DataType as ElementType;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value;
use tract_onnx::pb::{GraphProto, TensorShapeProto, ValueInfoProto};

use super::NAME;
use super::read::malformed;
use crate::{LoadError, LoadErrorKind, Port, Signature};

/// The inputs without initializers, and all outputs, in the order of the graph.
pub(super) fn signature(graph: &GraphProto) -> Result<Signature, LoadError> {
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
        .map(|input| port(input, "input"))
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
        .map(|output| port(output, "output"))
        .collect::<Result<Vec<_>, _>>()?;
    if outputs.is_empty() {
        return Err(malformed("the graph has no outputs".to_owned()));
    }
    Ok(Signature { inputs, outputs })
}

fn port(info: &ValueInfoProto, role: &str) -> Result<Port, LoadError> {
    let name = &info.name;
    let Some(declared) = &info.r#type else {
        return Ok(Port::new(name, None, None));
    };
    let Some(Value::TensorType(tensor)) = &declared.value else {
        return Err(unsupported(format!("the {role} `{name}`, which is no tensor")));
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
            let other = other.as_str_name().to_ascii_lowercase();
            return Err(unsupported(format!(
                "the {role} `{name}` of element type {other}"
            )));
        }
    };
    Ok(Port::new(name, data_type, tensor.shape.as_ref().map(lengths)))
}

/// Only positive numbers are lengths; exporters write 0 and -1 for axes of any length.
fn lengths(shape: &TensorShapeProto) -> Vec<Option<usize>> {
    let length = |value: &Option<Length>| match value {
        Some(Length::DimValue(length)) => usize::try_from(*length).ok().filter(|&length| length > 0),
        _ => None,
    };
    shape.dim.iter().map(|dim| length(&dim.value)).collect()
}

fn unsupported(feature: String) -> LoadError {
    LoadErrorKind::UnsupportedFeature {
        backend: NAME,
        feature,
    }
    .into()
}
