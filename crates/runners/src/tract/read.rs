//! From a checked network to tract's form of it.

use std::collections::HashSet;
use std::sync::LazyLock;

use prost::Message;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto, tensor_proto};

use super::guard::{Fault, guarded};
use crate::onnx::{ElementType, Engine, Network};
use crate::{LoadError, LoadErrorKind, WeightsFormat};

/// What tract runs.
///
/// The time that it takes to optimise a network grows with the square of the number of nodes, as each patch is compared
/// with all nodes: 1500 convolutions in a row take up to 25 s, 1500 `Relu` 2 s. Exported transformers have a few
/// thousand nodes, most of them constants that cost little.
pub(super) const ENGINE: Engine = Engine {
    name: super::NAME,
    has_functions: false,
    has_constants_of,
    has_operator,
    max_nodes: 6000,
};

/// The domains whose operators tract registers. It looks operators up by name alone, so a name of another domain could
/// run something else than what was meant.
const KNOWN_DOMAINS: [&str; 4] = ["", "ai.onnx", "ai.onnx.ml", "com.microsoft"];

/// The names of tract's operators; making its register takes too long to be done for each node.
static OPERATORS: LazyLock<HashSet<String>> =
    LazyLock::new(|| tract_onnx::onnx().op_register.0.keys().cloned().collect());

fn has_operator(domain: &str, name: &str) -> bool {
    KNOWN_DOMAINS.contains(&domain) && OPERATORS.contains(name)
}

fn has_constants_of(data_type: ElementType) -> bool {
    matches!(
        data_type,
        ElementType::Float
            | ElementType::Double
            | ElementType::Float16
            | ElementType::Bool
            | ElementType::Uint8
            | ElementType::Uint16
            | ElementType::Uint32
            | ElementType::Uint64
            | ElementType::Int8
            | ElementType::Int16
            | ElementType::Int32
            | ElementType::Int64
            | ElementType::String
    )
}

/// Decodes a network and makes its tensors uniform.
pub(super) fn model(network: &Network) -> Result<ModelProto, LoadError> {
    let decoded = guarded(|| Ok(ModelProto::decode(network.content.clone())?));
    let mut model = decoded.map_err(|fault| match fault {
        Fault::Error(error) => {
            let kind = LoadErrorKind::Malformed {
                format: WeightsFormat::Onnx,
                detail: format!("{error:#}"),
            };
            LoadError::with_source(kind, error)
        }
        panic @ Fault::Panic(_) => panic.into_load_error("decode the weights"),
    })?;
    if let Some(graph) = &mut model.graph {
        make_uniform(graph);
    }
    Ok(model)
}
/// Drops what exporters get wrong, and stores tensors in the form that tract reads.
fn make_uniform(graph: &mut GraphProto) {
    graph.value_info = Vec::new();
    graph.initializer.iter_mut().for_each(pack_unsigned);
    for attribute in graph.node.iter_mut().flat_map(|node| &mut node.attribute) {
        attribute
            .t
            .iter_mut()
            .chain(&mut attribute.tensors)
            .for_each(pack_unsigned);
        attribute
            .g
            .iter_mut()
            .chain(&mut attribute.graphs)
            .for_each(make_uniform);
    }
}

/// Moves `uint32` and `uint64` elements from `uint64_data`, where `onnx.proto` wants them but tract does not look, to
/// `raw_data`.
fn pack_unsigned(tensor: &mut TensorProto) {
    if !tensor.raw_data.is_empty() {
        return;
    }
    if tensor.data_type == tensor_proto::DataType::Uint64 as i32 {
        tensor.raw_data = tensor.uint64_data.drain(..).flat_map(u64::to_le_bytes).collect();
    } else if tensor.data_type == tensor_proto::DataType::Uint32 as i32 {
        let values: Result<Vec<u32>, _> = tensor
            .uint64_data
            .iter()
            .map(|&value| u32::try_from(value))
            .collect();
        if let Ok(values) = values {
            tensor.raw_data = values.into_iter().flat_map(u32::to_le_bytes).collect();
            tensor.uint64_data.clear();
        }
    }
}
