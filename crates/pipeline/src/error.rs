//! Why a pipeline cannot be built or run.

use std::fmt;

use rdf_spec::Diagnostic;
use runners::{Advice, WeightsFormat};
use tensor_ops::DataType;

use crate::bind::shape::ShapeProblem;

/// Building or running a pipeline failed.
#[derive(Debug)]
pub struct PipelineError {
    kind: PipelineErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Input or output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TensorRole {
    /// An input of the network.
    Input,
    /// An output of the network.
    Output,
}

impl fmt::Display for TensorRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Input => "input",
            Self::Output => "output",
        })
    }
}

/// What went wrong; the source has the details.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PipelineErrorKind {
    /// The description is invalid, or not clear where running needs it: with the findings that keep it from running.
    #[error("the description cannot be run: {}", summary(.0))]
    InvalidDescription(Vec<Diagnostic>),
    /// The description is one of another resource.
    #[error("the description is of type `{resource_type}`, only models can be run")]
    NotAModel {
        /// The type of the resource.
        resource_type: String,
    },
    /// There is not one test tensor for each tensor.
    #[error("the description lists {found} test {role}s that can be read for {described} {role}s")]
    TestTensorCount {
        /// Which tensors.
        role: TensorRole,
        /// How many the model has.
        described: usize,
        /// How many files are listed.
        found: usize,
    },
    /// The model does not have weights in the format asked for.
    #[error("the model has no {format} weights; it has {}", names(.available))]
    NoSuchWeights {
        /// The format that was asked for.
        format: WeightsFormat,
        /// The formats there are.
        available: Vec<WeightsFormat>,
    },
    /// No backend of the build runs the weights.
    #[error("this build cannot run {format} weights: {advice}")]
    UnsupportedWeights {
        /// The format.
        format: WeightsFormat,
        /// What would run it.
        advice: Advice,
    },
    /// No backend of the build runs any of the weights.
    #[error("this build can run none of the weights of the model ({}); {}", names(.available), listed(.advice))]
    NoRunnableWeights {
        /// The formats there are.
        available: Vec<WeightsFormat>,
        /// What would run each of them.
        advice: Vec<Advice>,
    },
    /// There is no backend of that name.
    #[error("there is no backend `{name}` in this build; it has {}", .available.join(", "))]
    UnknownBackend {
        /// The name that was asked for.
        name: String,
        /// The backends there are.
        available: Vec<&'static str>,
    },
    /// The backend asked for does not run the format.
    #[error("the backend `{backend}` does not run {format} weights")]
    BackendDoesNotRun {
        /// The backend.
        backend: &'static str,
        /// The format.
        format: WeightsFormat,
    },
    /// An operation refers to a tensor that is not there when it is applied: one that the model does not have, or an
    /// output before the network has run.
    #[error(
        "`{operation}` of the {role} `{name}` refers to `{reference}`, which is not there at that point; it can refer to {}",
        .available.join(", ")
    )]
    NoReferenceTensor {
        /// Input or output.
        role: TensorRole,
        /// The tensor that the operation belongs to.
        name: String,
        /// The operation.
        operation: &'static str,
        /// What it refers to.
        reference: String,
        /// What it could refer to.
        available: Vec<String>,
    },
    /// An operation needs statistics of a dataset.
    #[error(
        "the operation `{operation}` of `{tensor}` needs statistics of a dataset, and none are given; measure them, or let the sample itself stand for the dataset"
    )]
    DatasetStatisticsMissing {
        /// The tensor that it belongs to.
        tensor: String,
        /// The operation.
        operation: &'static str,
    },
    /// The statistics of a dataset that are given lack something.
    #[error(
        "the given statistics of a dataset lack what the operations need of `{tensor}`; they have {}: measure the dataset with this model",
        if .available.is_empty() { "no tensors".to_owned() } else { .available.join(", ") }
    )]
    DatasetStatisticsIncomplete {
        /// The tensor.
        tensor: String,
        /// The tensors that the statistics have.
        available: Vec<String>,
    },
    /// A dataset without samples was to be measured.
    #[error("the dataset has no samples")]
    EmptyDataset,
    /// A tensor has another shape in some sample, along an axis that its statistics are not taken over.
    #[error(
        "`{tensor}` has the shape {found:?} in one sample and {first:?} in the first: the lengths of axes that the statistics are not taken over must be the same"
    )]
    DatasetShapesDiffer {
        /// The tensor.
        tensor: String,
        /// Its shape in the first sample.
        first: Vec<usize>,
        /// Its shape in another one.
        found: Vec<usize>,
    },
    /// The statistics of a dataset cannot be measured.
    #[error("cannot measure `{tensor}` over the dataset")]
    DatasetStatistics {
        /// The tensor.
        tensor: String,
    },
    /// A file of the package is at a URL, and the package has nothing that fetches it.
    #[error("`{url}` is not in the package, which has nothing to fetch it with")]
    RemoteFile {
        /// The URL.
        url: String,
    },
    /// A file of the package cannot be read.
    #[error("cannot read `{file}`")]
    File {
        /// The file.
        file: String,
    },
    /// The weights do not have the digest that the description states.
    #[error("the weights `{file}` have the SHA-256 digest {found}, the description states {stated}")]
    DigestMismatch {
        /// The file.
        file: String,
        /// The digest of the file.
        found: String,
        /// The digest in the description.
        stated: String,
    },
    /// The description does not state the digest of the source of the network, or not in a readable way.
    #[error(
        "the description states no SHA-256 digest of the source `{file}` (architecture_sha256): code is only run if it is what was described"
    )]
    SourceWithoutDigest {
        /// The file.
        file: String,
    },
    /// The source of the network does not have the digest that the description states.
    #[error("the source `{file}` has the SHA-256 digest {found}, the description states {stated}")]
    SourceDigestMismatch {
        /// The file.
        file: String,
        /// The digest of the file.
        found: String,
        /// The digest in the description.
        stated: String,
    },
    /// The weights cannot be converted to another format.
    #[error("cannot convert the {format} weights")]
    Convert {
        /// Their format.
        format: WeightsFormat,
    },
    /// There is not one shape for each input.
    #[error("{found} shapes are given for {described} inputs")]
    ShapeCount {
        /// How many inputs the model has.
        described: usize,
        /// How many shapes there are.
        found: usize,
    },
    /// The weights cannot be loaded.
    #[error("cannot load the {format} weights with {backend}")]
    Load {
        /// The format.
        format: WeightsFormat,
        /// The backend.
        backend: &'static str,
    },
    /// The network has another number of inputs or outputs than the description.
    #[error("the description has {described} {role}s, the network has {found}")]
    TensorCount {
        /// Inputs or outputs.
        role: TensorRole,
        /// How many are described.
        described: usize,
        /// How many the network has.
        found: usize,
    },
    /// A tensor of the sample is missing.
    #[error("the input `{name}` is missing; the model has the inputs {}", .expected.join(", "))]
    MissingInput {
        /// The input.
        name: String,
        /// All inputs of the model.
        expected: Vec<String>,
    },
    /// The sample has a tensor that the model does not have.
    #[error("the model has no input `{name}`; it has {}", .expected.join(", "))]
    UnknownInput {
        /// The tensor.
        name: String,
        /// All inputs of the model.
        expected: Vec<String>,
    },
    /// The shape of a tensor is not one that the description allows.
    #[error("the {role} `{name}` has the shape {shape:?}, the model describes axes `{axes}`: {problem}")]
    Shape {
        /// Input or output.
        role: TensorRole,
        /// The tensor.
        name: String,
        /// Its axes in the description.
        axes: String,
        /// The shape that was found.
        shape: Vec<usize>,
        /// What is wrong with it.
        problem: ShapeProblem,
    },
    /// A tensor holds values that the declared type does not have.
    #[error("the {role} `{name}` has {found} values that {declared} cannot hold; convert the data first")]
    ValuesDoNotFit {
        /// Input or output.
        role: TensorRole,
        /// The tensor.
        name: String,
        /// The type of the data.
        found: DataType,
        /// The type that the description, or the network, asks for.
        declared: DataType,
    },
    /// What operations need to know about a tensor cannot be measured.
    #[error("cannot measure the {role} `{name}`")]
    Statistics {
        /// Input or output.
        role: TensorRole,
        /// The tensor.
        name: String,
    },
    /// An operation does not fit its tensor.
    #[error("cannot apply `{operation}` to the {role} `{name}`")]
    Operation {
        /// Input or output.
        role: TensorRole,
        /// The tensor.
        name: String,
        /// The operation.
        operation: &'static str,
    },
    /// The network failed.
    #[error("the network failed")]
    Run,
    /// The progress callback asked to stop.
    #[error("cancelled")]
    Cancelled,
}

impl PipelineError {
    pub(crate) fn caused_by(
        kind: PipelineErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &PipelineErrorKind {
        &self.kind
    }
}

impl From<PipelineErrorKind> for PipelineError {
    fn from(kind: PipelineErrorKind) -> Self {
        Self { kind, source: None }
    }
}

impl fmt::Display for PipelineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl std::error::Error for PipelineError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

fn names(formats: &[WeightsFormat]) -> String {
    formats
        .iter()
        .map(|format| format.name())
        .collect::<Vec<_>>()
        .join(", ")
}

fn listed(advice: &[Advice]) -> String {
    advice
        .iter()
        .map(Advice::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

fn summary(diagnostics: &[Diagnostic]) -> String {
    match diagnostics {
        [] => "it describes no model".to_owned(),
        [only] => only.to_string(),
        [first, rest @ ..] => format!("{first} (and {} more)", rest.len()),
    }
}
