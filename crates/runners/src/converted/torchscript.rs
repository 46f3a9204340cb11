//! TorchScript, converted for each combination of input shapes.

use std::fmt;
use std::fs::File;
use std::io::{self, Cursor, Seek};
use std::num::NonZeroUsize;
use std::sync::Arc;

use tensor_ops::{DataType, Tensor, TensorView};
use weight_converters::torchscript::{ConvertError, check_torchscript, convert_torchscript};
use weight_converters::{Converted, InputSpec, Options, ScalarType};

use crate::plan_cache::PlanCache;
use crate::{
    Backend, LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature, WeightsData,
    WeightsFormat,
};

const FORMAT: WeightsFormat = WeightsFormat::Torchscript;

/// Where the archive is. A file stays open, so that each conversion reads the same one.
enum Archive {
    File(File),
    Bytes(Arc<[u8]>),
}

/// An archive and the networks that it was converted to.
pub(super) struct TorchscriptRunner {
    archive: Archive,
    signature: Signature,
    onnx: Box<dyn Backend>,
    options: LoadOptions,
    networks: PlanCache<Box<dyn Runner>>,
}

/// A converted network has not what was described.
#[derive(Debug, thiserror::Error)]
#[error("the network has no place for inputs of type {found}")]
struct UnsupportedType {
    found: DataType,
}

impl TorchscriptRunner {
    pub(super) fn new(
        onnx: impl Backend + 'static,
        data: WeightsData<'_>,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let archive = match data {
            WeightsData::Bytes(bytes) => Archive::Bytes(bytes.into()),
            WeightsData::File(path) => Archive::File(open(path).map_err(|error| {
                let path = path.to_owned();
                LoadError::with_source(LoadErrorKind::Io { path }, error)
            })?),
        };
        let checked = match &archive {
            Archive::File(file) => check_torchscript(file),
            Archive::Bytes(bytes) => check_torchscript(Cursor::new(bytes)),
        };
        checked.map_err(|error| LoadErrorKind::Malformed {
            format: FORMAT,
            detail: error.to_string(),
        })?;
        let signature = options.described.clone().ok_or(LoadErrorKind::Missing {
            format: FORMAT,
            what: "a description of its inputs and outputs",
        })?;
        Ok(Self {
            archive,
            signature,
            onnx: Box::new(onnx),
            // Each network is for one combination of shapes.
            options: options.clone().with_cached_plans(NonZeroUsize::MIN),
            networks: PlanCache::new(options.cached_plans),
        })
    }

    /// The network for inputs of these types and shapes.
    fn prepare(&self, types: &[DataType], shapes: &[Vec<usize>]) -> Result<Box<dyn Runner>, RunError> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
            let shapes = shapes.to_vec();
            RunError::with_source(
                RunErrorKind::Conversion {
                    format: FORMAT,
                    shapes,
                },
                source,
            )
        };
        let converted = self.convert(types, shapes).map_err(failed)?;
        if converted.outputs.len() != self.signature.outputs.len() {
            return Err(RunErrorKind::OutputCount {
                expected: self.signature.outputs.clone(),
                found: converted.outputs.len(),
            }
            .into());
        }
        let model = WeightsData::Bytes(&converted.model);
        let loaded = self.onnx.load(WeightsFormat::Onnx, model, &self.options);
        loaded.map_err(|error| failed(Box::new(error)))
    }

    fn convert(
        &self,
        types: &[DataType],
        shapes: &[Vec<usize>],
    ) -> Result<Converted, Box<dyn std::error::Error + Send + Sync>> {
        let mut inputs = Vec::with_capacity(shapes.len());
        for (at, (&found, shape)) in types.iter().zip(shapes).enumerate() {
            let dtype = scalar_type(found).ok_or(UnsupportedType { found })?;
            // Names of descriptions are unique, but for those of descriptions that are not valid.
            inputs.push(InputSpec::new(format!("input_{at}"), dtype, shape.clone()));
        }
        let options = Options::default();
        let converted: Result<_, ConvertError> = match &self.archive {
            Archive::File(file) => {
                let mut file = file;
                file.rewind()?;
                convert_torchscript(file, &inputs, &options)
            }
            Archive::Bytes(bytes) => convert_torchscript(Cursor::new(bytes), &inputs, &options),
        };
        Ok(converted?)
    }
}

impl Runner for TorchscriptRunner {
    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.signature.check(inputs)?;
        let types: Vec<DataType> = inputs.iter().map(TensorView::data_type).collect();
        let shapes: Vec<Vec<usize>> = inputs.iter().map(|input| input.shape().to_vec()).collect();
        let fits = |network: &dyn Runner| {
            let ports = network.signature().inputs.iter().map(|port| port.data_type);
            ports.eq(types.iter().copied().map(Some))
        };
        match self.networks.get(&shapes) {
            Some(network) if fits(&**network) => return network.run(inputs),
            // The same shapes with other element types: rare enough to convert again.
            Some(_) => self.networks.remove(&shapes),
            None => {}
        }
        let mut network = self.prepare(&types, &shapes)?;
        let outputs = network.run(inputs)?;
        self.networks.insert(shapes, network);
        Ok(outputs)
    }
}

/// Opens a regular file: opening a pipe could wait for ever.
fn open(path: &std::path::Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file",
        ));
    }
    File::open(path)
}

/// The type of the elements in PyTorch, if it has it.
fn scalar_type(data_type: DataType) -> Option<ScalarType> {
    Some(match data_type {
        DataType::Bool => ScalarType::Bool,
        DataType::Uint8 => ScalarType::UInt8,
        DataType::Int8 => ScalarType::Int8,
        DataType::Int16 => ScalarType::Int16,
        DataType::Int32 => ScalarType::Int32,
        DataType::Int64 => ScalarType::Int64,
        DataType::Float32 => ScalarType::Float32,
        DataType::Float64 => ScalarType::Float64,
        _ => return None,
    })
}

impl fmt::Debug for TorchscriptRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TorchscriptRunner")
            .field("signature", &self.signature)
            .field("onnx", &self.onnx.name())
            .field("networks", &self.networks.len())
            .finish_non_exhaustive()
    }
}
