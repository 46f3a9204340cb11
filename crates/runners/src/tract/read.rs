//! From a file or bytes to a checked ONNX model.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use tract_onnx::pb::{GraphProto, ModelProto, TensorProto, tensor_proto};
use tract_onnx::prelude::Framework;

use super::graph_check;
use super::guard::{Fault, guarded};
use super::wire::{self, Ranges, WireFault};
use crate::{LoadError, LoadErrorKind, WeightsData, WeightsFormat};

const FORMAT: WeightsFormat = WeightsFormat::Onnx;

/// Reads a model, makes its tensors uniform and checks all that tract relies on.
pub(super) fn read(data: WeightsData<'_>) -> Result<ModelProto, LoadError> {
    let mut model = match data {
        WeightsData::Bytes(bytes) => decode(Cursor::new(bytes), bytes.len() as u64, None)?,
        WeightsData::File(path) => {
            let (file, size) = open(path).map_err(|error| io_error(error, Some(path)))?;
            decode(file, size, Some(path))?
        }
    };
    let standard = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    if !model.opset_import.iter().any(|opset| standard(&opset.domain)) {
        return Err(malformed(
            "it states no version of the ONNX operator set, as in a truncated file".to_owned(),
        ));
    }
    if let Some(graph) = &mut model.graph {
        make_uniform(graph);
        graph_check::check(graph)?;
    }
    Ok(model)
}

fn open(path: &Path) -> io::Result<(File, u64)> {
    // Opening a pipe could wait for ever, and a device has no end.
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file",
        ));
    }
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok((file, size))
}

fn decode(mut source: impl Read + Seek, size: u64, path: Option<&Path>) -> Result<ModelProto, LoadError> {
    let too_large = |found, limit, unit| {
        LoadError::from(LoadErrorKind::TooLarge {
            format: FORMAT,
            found,
            limit,
            unit,
        })
    };
    if size > wire::MAX_BYTES {
        return Err(too_large(size, wire::MAX_BYTES, "bytes"));
    }
    let ranges = wire::outline(&mut source, size).map_err(|fault| match fault {
        WireFault::Io(error) => io_error(error, path),
        WireFault::Malformed(detail) => malformed(detail),
        WireFault::TooManyParts => too_large(
            wire::MAX_PARTS + 1,
            wire::MAX_PARTS,
            "messages and strings, or more",
        ),
    })?;
    let decoded = guarded(|| tract_onnx::onnx().proto_model_for_read(&mut Ranges { source, ranges }));
    decoded.map_err(|fault| match fault {
        Fault::Error(error) => {
            let kind = LoadErrorKind::Malformed {
                format: FORMAT,
                detail: format!("{error:#}"),
            };
            LoadError::with_source(kind, error)
        }
        panic @ Fault::Panic(_) => panic.into_load_error("decode the weights"),
    })
}

fn io_error(error: io::Error, path: Option<&Path>) -> LoadError {
    let kind = match path {
        Some(path) => LoadErrorKind::Io {
            path: path.to_owned(),
        },
        None => LoadErrorKind::Backend {
            backend: super::NAME,
            step: "read the weights",
        },
    };
    LoadError::with_source(kind, error)
}

/// The error for weights that are no valid ONNX.
pub(super) fn malformed(detail: String) -> LoadError {
    LoadErrorKind::Malformed {
        format: FORMAT,
        detail,
    }
    .into()
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
