//! What all converted formats share: a network is made for each combination of input types and shapes, and kept.

use std::error::Error;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use tensor_ops::{DataType, Tensor, TensorView};
use weight_converters::{Converted, InputSpec, ScalarType};

use crate::plan_cache::PlanCache;
use crate::{
    Backend, LoadError, LoadErrorKind, LoadOptions, RunError, RunErrorKind, Runner, Signature, WeightsFormat,
};

/// Any error of a converter.
pub(super) type Cause = Box<dyn Error + Send + Sync>;

/// Weights of one format, from which ONNX networks are made.
pub(super) trait Converter: Send {
    /// The format.
    fn format(&self) -> WeightsFormat;

    /// The network for these inputs; its outputs are those that `described` has, in that order. The inputs have the names
    /// of [`input_names`].
    ///
    /// # Errors
    /// When the weights cannot be converted for these inputs.
    fn convert(&self, inputs: &[InputSpec], described: &Signature) -> Result<Converted, Cause>;
}

/// Weights, and what runs the networks that they become.
struct Source {
    format: WeightsFormat,
    converter: Mutex<Box<dyn Converter>>,
    signature: Signature,
    onnx: Box<dyn Backend>,
}

/// Networks that several runners share, by shapes, each with the types of its inputs.
type Prototypes = Arc<Mutex<PlanCache<(Vec<DataType>, Box<dyn Runner>)>>>;

/// Weights and the networks that they were converted to.
pub(super) struct ConvertingRunner {
    source: Arc<Source>,
    options: LoadOptions,
    networks: PlanCache<Box<dyn Runner>>,
    /// Where this is one of several runners side by side.
    prototypes: Option<Prototypes>,
}

/// A converted network has not what was described.
#[derive(Debug, thiserror::Error)]
#[error("the network has no place for inputs of type {found}")]
struct UnsupportedType {
    found: DataType,
}

impl ConvertingRunner {
    pub(super) fn new(
        onnx: impl Backend + 'static,
        converter: impl Converter + 'static,
        options: &LoadOptions,
    ) -> Result<Self, LoadError> {
        let signature = options.described.clone().ok_or(LoadErrorKind::Missing {
            format: converter.format(),
            what: "a description of its inputs and outputs",
        })?;
        let source = Source {
            format: converter.format(),
            converter: Mutex::new(Box::new(converter)),
            signature,
            onnx: Box::new(onnx),
        };
        Ok(Self {
            source: Arc::new(source),
            options: options.clone(),
            networks: PlanCache::new(options.cached_plans),
            prototypes: None,
        })
    }

    /// The network for inputs of these types and shapes: a new one, or one that shares its weights with those of the runners
    /// beside this one. They wait for each other, rather than convert the same again.
    fn prepare(&self, types: &[DataType], shapes: &[Vec<usize>]) -> Result<Box<dyn Runner>, RunError> {
        // Each network is for one combination of shapes.
        let options = self.options.clone().with_cached_plans(NonZeroUsize::MIN);
        let Some(prototypes) = &self.prototypes else {
            return self.source.prepare(types, shapes, &options);
        };
        let mut prototypes = prototypes.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = |network: &dyn Runner| {
            network
                .side_by_side(NonZeroUsize::MIN)
                .and_then(|mut one| one.pop())
        };
        if let Some((known, network)) = prototypes.get(shapes)
            && known.as_slice() == types
            && let Some(network) = shared(&**network)
        {
            return Ok(network);
        }
        let network = self.source.prepare(types, shapes, &options)?;
        if let Some(shared) = shared(&*network) {
            prototypes.remove(shapes);
            prototypes.insert(shapes.to_vec(), (types.to_vec(), network));
            return Ok(shared);
        }
        Ok(network)
    }
}

impl Source {
    /// The network for inputs of these types and shapes.
    fn prepare(
        &self,
        types: &[DataType],
        shapes: &[Vec<usize>],
        options: &LoadOptions,
    ) -> Result<Box<dyn Runner>, RunError> {
        let failed = |source: Cause| {
            let shapes = shapes.to_vec();
            let format = self.format;
            RunError::with_source(RunErrorKind::Conversion { format, shapes }, source)
        };
        let converted = self.convert(types, shapes).map_err(failed)?;
        if converted.outputs.len() != self.signature.outputs.len() {
            return Err(RunErrorKind::OutputCount {
                expected: self.signature.outputs.clone(),
                found: converted.outputs.len(),
            }
            .into());
        }
        let model = crate::WeightsData::Bytes(&converted.model);
        let loaded = self.onnx.load(WeightsFormat::Onnx, model, options);
        loaded.map_err(|error| failed(Box::new(error)))
    }

    fn convert(&self, types: &[DataType], shapes: &[Vec<usize>]) -> Result<Converted, Cause> {
        let mut inputs = Vec::with_capacity(shapes.len());
        let names = input_names(&self.signature);
        for ((&found, shape), name) in types.iter().zip(shapes).zip(names) {
            let dtype = scalar_type(found).ok_or(UnsupportedType { found })?;
            inputs.push(InputSpec::new(name, dtype, shape.clone()));
        }
        let converter = self.converter.lock().unwrap_or_else(PoisonError::into_inner);
        converter.convert(&inputs, &self.signature)
    }
}

/// The names of the inputs of the networks: those of the description where they are unique among inputs and outputs, as
/// they are in all descriptions that are valid.
pub(super) fn input_names(described: &Signature) -> Vec<String> {
    let ports = || described.inputs.iter().chain(&described.outputs);
    let unique = ports()
        .all(|port| !port.name.is_empty() && ports().filter(|other| other.name == port.name).count() == 1);
    let name = |(at, port): (usize, &crate::Port)| {
        if unique {
            port.name.clone()
        } else {
            format!("input_{at}")
        }
    };
    described.inputs.iter().enumerate().map(name).collect()
}

impl Runner for ConvertingRunner {
    fn signature(&self) -> &Signature {
        &self.source.signature
    }

    fn run(&mut self, inputs: &[TensorView<'_>]) -> Result<Vec<Tensor>, RunError> {
        self.source.signature.check(inputs)?;
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

    fn side_by_side(&self, count: NonZeroUsize) -> Option<Vec<Box<dyn Runner>>> {
        if !self.source.onnx.runs_side_by_side() {
            return None;
        }
        let threads = NonZeroUsize::new(self.options.thread_count() / count).unwrap_or(NonZeroUsize::MIN);
        let prototypes: Prototypes = Arc::new(Mutex::new(PlanCache::new(self.options.cached_plans)));
        let runner = |_| {
            let runner: Box<dyn Runner> = Box::new(ConvertingRunner {
                source: Arc::clone(&self.source),
                options: self.options.clone().with_threads(threads),
                networks: PlanCache::new(self.options.cached_plans),
                prototypes: Some(Arc::clone(&prototypes)),
            });
            runner
        };
        Some((0..count.get()).map(runner).collect())
    }
}

/// The type of the elements in converters, if they have it.
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

impl fmt::Debug for ConvertingRunner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConvertingRunner")
            .field("format", &self.source.format)
            .field("signature", &self.source.signature)
            .field("onnx", &self.source.onnx.name())
            .field("networks", &self.networks.len())
            .finish_non_exhaustive()
    }
}
