//! Binding a package to a backend.

mod network;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use rdf_spec::{Network, Package};
use runners::{Backends, Device, LoadOptions, Runner, WeightsFormat};
use tensor_ops::SavedStatistics;

use crate::bind::geometry::{GeometryProblem, TileGeometry};
use crate::bind::operation::KnownTensor;
use crate::bind::processing::Chain;
use crate::bind::statistics::{RawStatistics, Scope, TensorNeeds};
use crate::bind::tensors::{BoundInput, BoundOutput};
use crate::bind::{architecture, weights};
use crate::demand::{DescriptionDemand, network};
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};
use crate::tiled::MemoryModel;
use crate::warning::PipelineWarning;

pub(crate) use self::network::{backend_for, formats};
use self::network::{choose, load};

/// The largest weights file that is read from an archive into memory: no protobuf file can be larger.
pub(crate) const MAX_WEIGHTS_BYTES: u64 = 2 << 30;

/// What operations with `mode: per_dataset` take as the dataset.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum DatasetStatistics {
    /// A model with such an operation is refused.
    #[default]
    Required,
    /// The sample itself is the whole dataset, as in the test of a model.
    FromSample,
    /// A dataset was measured before: see [`measure_dataset`](crate::measure_dataset).
    Measured(SavedStatistics),
}

/// A network with everything around it, ready to run on samples.
#[derive(Debug)]
pub struct Pipeline {
    pub(crate) inputs: Vec<BoundInput>,
    pub(crate) outputs: Vec<BoundOutput>,
    pub(crate) runner: Box<dyn Runner>,
    /// What operations need to know about the raw tensors.
    pub(crate) needs: TensorNeeds,
    /// What is known before there is a sample: statistics of a dataset.
    pub(crate) known: RawStatistics,
    /// How sizes belong together, unless the description leaves it open.
    pub(crate) geometry: Result<TileGeometry, GeometryProblem>,
    warnings: Vec<PipelineWarning>,
    format: WeightsFormat,
    backend: &'static str,
    /// How many threads the network runs on.
    pub(crate) threads: NonZeroUsize,
    /// How much memory the network takes, once it was measured. Later it could not be: memory that was freed stays with the
    /// process, and is used again without a trace.
    pub(crate) memory: Option<MemoryModel>,
}

impl Pipeline {
    /// Begins to bind a package.
    #[must_use]
    pub fn builder(package: &Package) -> PipelineBuilder<'_> {
        PipelineBuilder {
            package,
            format: None,
            backends: None,
            backend: None,
            device: Device::Cpu,
            threads: None,
            time_limit: None,
            dataset: DatasetStatistics::default(),
            demand: DescriptionDemand::default(),
        }
    }

    /// What was noticed about the package while the pipeline was built.
    #[must_use]
    pub fn warnings(&self) -> &[PipelineWarning] {
        &self.warnings
    }

    /// The weights format that runs.
    #[must_use]
    pub fn weights_format(&self) -> WeightsFormat {
        self.format
    }

    /// The backend that runs it.
    #[must_use]
    pub fn backend(&self) -> &'static str {
        self.backend
    }
}

/// Choices for a [`Pipeline`].
#[derive(Debug)]
pub struct PipelineBuilder<'p> {
    package: &'p Package,
    format: Option<WeightsFormat>,
    backends: Option<Arc<Backends>>,
    backend: Option<String>,
    device: Device,
    threads: Option<NonZeroUsize>,
    time_limit: Option<Duration>,
    dataset: DatasetStatistics,
    demand: DescriptionDemand,
}

impl PipelineBuilder<'_> {
    /// Runs the weights in this format. Unless set, the first of the description that a backend runs.
    #[must_use]
    pub fn weights_format(mut self, format: WeightsFormat) -> Self {
        self.format = Some(format);
        self
    }

    /// Chooses among these backends. Unless set, those that are [built in](Backends::built_in).
    #[must_use]
    pub fn backends(mut self, backends: Arc<Backends>) -> Self {
        self.backends = Some(backends);
        self
    }

    /// Runs them with the backend of this name. Unless set, the preferred one that runs the format.
    #[must_use]
    pub fn backend(mut self, name: impl Into<String>) -> Self {
        self.backend = Some(name.into());
        self
    }

    /// Runs on this many threads. Unless set, as many as the machine offers.
    #[must_use]
    pub fn threads(mut self, threads: NonZeroUsize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Computes on this device. Unless set, on the processor.
    #[must_use]
    pub fn device(mut self, device: Device) -> Self {
        self.device = device;
        self
    }

    /// Breaks off loading, and each run, after this time, where the [backend can](LoadOptions::time_limit). Unless set,
    /// there is no limit.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// What `per_dataset` operations take as the dataset.
    #[must_use]
    pub fn dataset_statistics(mut self, statistics: DatasetStatistics) -> Self {
        self.dataset = statistics;
        self
    }

    /// What the description has to be like. Unless set, it has to be readable and clear where running needs it.
    #[must_use]
    pub fn description(mut self, demand: DescriptionDemand) -> Self {
        self.demand = demand;
        self
    }

    /// Reads the weights and binds everything. Weights without the digest that the description states are refused by
    /// [`DescriptionDemand::Valid`] and noted among the [warnings](Pipeline::warnings) otherwise.
    ///
    /// # Errors
    /// If the description cannot be run (see [`DescriptionDemand`]), an operation is not supported, there are no weights that can be run,
    /// or they cannot be read or do not fit the description.
    pub fn build(self) -> Result<Pipeline, PipelineError> {
        let model = network(self.package, self.demand)?;
        let (inputs, outputs) = bind_tensors(model)?;
        let mut needs = TensorNeeds::default();
        let chains = || {
            let outputs = outputs.iter().map(BoundOutput::chain);
            inputs.iter().map(BoundInput::chain).chain(outputs)
        };
        chains().for_each(|chain| chain.add_needs(&mut needs));
        let known = self.known_statistics(&needs, chains())?;

        let backends = self.backends.unwrap_or_else(|| Arc::new(Backends::built_in()));
        let (format, backend) = choose(model, &backends, self.format, self.backend.as_deref())?;
        let mut options = LoadOptions::default().with_device(self.device);
        options.threads = self.threads;
        options.time_limit = self.time_limit;
        options.described = Some(weights::described_ports(model));
        if format == WeightsFormat::TensorflowSavedModelBundle {
            options.saved_model = weights::saved_model_choice(self.package);
        }
        if format == WeightsFormat::PytorchStateDict {
            options.architecture = architecture::read(self.package, model)?;
        }
        let mut warnings = Vec::new();
        let runner = load(
            self.package,
            model,
            format,
            backend,
            &options,
            self.demand,
            &mut warnings,
        )?;
        let signature = runner.signature();
        let counts = [
            (TensorRole::Input, inputs.len(), signature.inputs.len()),
            (TensorRole::Output, outputs.len(), signature.outputs.len()),
        ];
        for (role, described, found) in counts {
            if described != found {
                return Err(PipelineErrorKind::TensorCount {
                    role,
                    described,
                    found,
                }
                .into());
            }
        }
        Ok(Pipeline {
            inputs,
            outputs,
            runner,
            needs,
            known,
            geometry: TileGeometry::of(&model.inputs, &model.outputs),
            warnings,
            format,
            backend: backend.name(),
            threads: self
                .threads
                .or_else(|| std::thread::available_parallelism().ok())
                .unwrap_or(NonZeroUsize::MIN),
            memory: None,
        })
    }
}

impl PipelineBuilder<'_> {
    /// The statistics of the dataset, if operations need any.
    fn known_statistics<'c>(
        &self,
        needs: &TensorNeeds,
        mut chains: impl Iterator<Item = &'c Chain>,
    ) -> Result<RawStatistics, PipelineError> {
        let mut known = RawStatistics::default();
        let given = match &self.dataset {
            DatasetStatistics::FromSample => return Ok(known),
            DatasetStatistics::Measured(given) => Some(given),
            DatasetStatistics::Required => None,
        };
        let Some((tensor, operation)) = chains.find_map(Chain::dataset_operation) else {
            return Ok(known);
        };
        let Some(given) = given else {
            return Err(PipelineErrorKind::DatasetStatisticsMissing { tensor, operation }.into());
        };
        for tensor in needs.tensors(Scope::Dataset) {
            let missing = || PipelineErrorKind::DatasetStatisticsIncomplete {
                tensor: tensor.to_owned(),
                available: given.tensors.keys().cloned().collect(),
            };
            let statistics = given.tensors.get(tensor).ok_or_else(missing)?;
            if statistics.missing(&needs.of(tensor, Scope::Dataset)).is_some() {
                return Err(missing().into());
            }
            known.insert(tensor, Scope::Dataset, statistics.clone());
        }
        Ok(known)
    }
}

/// The tensors of a model. Preprocessing can refer to inputs only, since there is nothing else yet.
fn bind_tensors(model: &Network) -> Result<(Vec<BoundInput>, Vec<BoundOutput>), PipelineError> {
    let mut known: Vec<KnownTensor<'_>> = Vec::new();
    known.extend(model.inputs.iter().map(|tensor| KnownTensor {
        name: tensor.name.as_str(),
        axes: &tensor.axes,
    }));
    let inputs = model.inputs.iter().map(|tensor| BoundInput::bind(tensor, &known));
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
    known.extend(model.outputs.iter().map(|tensor| KnownTensor {
        name: tensor.name.as_str(),
        axes: &tensor.axes,
    }));
    let outputs = model
        .outputs
        .iter()
        .map(|tensor| BoundOutput::bind(tensor, &known));
    let outputs = outputs.collect::<Result<Vec<_>, _>>()?;
    Ok((inputs, outputs))
}
