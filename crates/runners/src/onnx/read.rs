//! From a file or bytes to a checked ONNX model.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;

use prost::Message;
use prost::bytes::Bytes;

use super::proto::ModelProto;
use super::wire::{self, Ranges, WireFault};
use super::{Engine, graph_check, malformed, ports};
use crate::{LoadError, LoadErrorKind, Signature, WeightsData, WeightsFormat};

const FORMAT: WeightsFormat = WeightsFormat::Onnx;

/// A checked network.
#[derive(Debug)]
pub(crate) struct Network {
    /// What has to be known to run it, in the encoding of the file: version, operator sets, graph and, for engines that
    /// have them, functions. Everything in it was checked.
    pub(crate) content: Bytes,
    /// Its inputs without initializers, and its outputs.
    pub(crate) signature: Signature,
}

/// Reads a model and checks all that engines rely on.
pub(crate) fn read(data: WeightsData<'_>, engine: &Engine) -> Result<Network, LoadError> {
    let content = match data {
        WeightsData::Bytes(bytes) => content(Cursor::new(bytes), bytes.len() as u64, None, engine)?,
        WeightsData::File(path) => {
            let (file, size) = open(path).map_err(|error| io_error(error, Some(path), engine))?;
            content(file, size, Some(path), engine)?
        }
    };
    // Payloads of tensors share the memory of `content`.
    let model = ModelProto::decode(content.clone()).map_err(|error| {
        let kind = LoadErrorKind::Malformed {
            format: FORMAT,
            detail: error.to_string(),
        };
        LoadError::with_source(kind, error)
    })?;
    let standard = |domain: &str| domain.is_empty() || domain == "ai.onnx";
    if !model.opset_import.iter().any(|opset| standard(&opset.domain)) {
        return Err(malformed(
            "it states no version of the ONNX operator set, as in a truncated file".to_owned(),
        ));
    }
    graph_check::check(&model, engine)?;
    let Some(graph) = &model.graph else {
        return Err(malformed("it holds no graph".to_owned()));
    };
    let signature = ports::signature(graph, engine)?;
    Ok(Network { content, signature })
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

fn content(
    mut source: impl Read + Seek,
    size: u64,
    path: Option<&Path>,
    engine: &Engine,
) -> Result<Bytes, LoadError> {
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
    let ranges = wire::outline(&mut source, size, engine.has_functions).map_err(|fault| match fault {
        WireFault::Io(error) => io_error(error, path, engine),
        WireFault::Malformed(detail) => malformed(detail),
        WireFault::TooManyParts => too_large(
            wire::MAX_PARTS + 1,
            wire::MAX_PARTS,
            "messages and strings, or more",
        ),
    })?;
    let needed: u64 = ranges.iter().map(|range| range.end - range.start).sum();
    let mut bytes = Vec::with_capacity(usize::try_from(needed).unwrap_or_default());
    Ranges { source, ranges }
        .read_to_end(&mut bytes)
        .map_err(|error| io_error(error, path, engine))?;
    Ok(bytes.into())
}

fn io_error(error: io::Error, path: Option<&Path>, engine: &Engine) -> LoadError {
    let kind = match path {
        Some(path) => LoadErrorKind::Io {
            path: path.to_owned(),
        },
        None => LoadErrorKind::Backend {
            backend: engine.name,
            step: "read the weights",
        },
    };
    LoadError::with_source(kind, error)
}
