//! What a session is made from: a network in memory, or in files that onnxruntime maps.

use std::fs::{self, File};
use std::io::{self, BufWriter, Seek, SeekFrom, Write};

use tempfile::TempDir;

use super::NAME;
use crate::onnx;
use crate::{LoadError, LoadErrorKind};

/// The file of the network.
pub(super) const NETWORK: &str = "network.onnx";
/// The file of its weights.
const WEIGHTS: &str = "weights.bin";
/// Networks up to this many bytes are given in memory.
const MAX_IN_MEMORY: usize = 64 << 20;

/// A checked network for onnxruntime.
#[derive(Debug)]
pub(super) enum Model {
    Memory(Vec<u8>),
    /// Nobody else can write to the folder, so its files are what was checked.
    Folder(TempDir),
    Released,
}

impl Model {
    /// Prepares what [`onnx::read`] gave.
    pub(super) fn new(content: impl AsRef<[u8]>) -> Result<Self, LoadError> {
        if content.as_ref().len() <= MAX_IN_MEMORY {
            return onnx::without_lengths(content.as_ref()).map(Model::Memory);
        }
        let split = onnx::without_lengths_and_weights(content.as_ref(), WEIGHTS)?;
        let folder = files(&split.network, &split.weights).map_err(|error| {
            let step = "write the weights to the folder for temporary files";
            LoadError::with_source(LoadErrorKind::Backend { backend: NAME, step }, error)
        })?;
        Ok(Model::Folder(folder))
    }

    /// Gives back what a session does not need once it is made: memory, and names of files where systems let them go
    /// while they are mapped.
    pub(super) fn release(&mut self) {
        if cfg!(unix) || matches!(self, Model::Memory(_)) {
            *self = Model::Released;
        }
    }
}

fn files(network: &[u8], weights: &[(u64, &[u8])]) -> io::Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("modelhub-").tempdir()?;
    fs::write(folder.path().join(NETWORK), network)?;
    let mut target = BufWriter::new(File::create(folder.path().join(WEIGHTS))?);
    for (offset, elements) in weights {
        target.seek(SeekFrom::Start(*offset))?;
        target.write_all(elements)?;
    }
    target.flush()?;
    Ok(folder)
}
