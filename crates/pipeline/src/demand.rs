//! Which descriptions are run.

use rdf_spec::{Code, Diagnostic, Network, Package, Segment};

use crate::error::{PipelineError, PipelineErrorKind};

/// What a description has to be like for its model to be run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DescriptionDemand {
    /// Readable and clear where it matters: tensors, their processing and the weights. A model with a missing licence
    /// or a mistyped ORCID iD runs.
    #[default]
    Runnable,
    /// Without any error.
    Valid,
}

/// Findings below `inputs` and `outputs` that leave open what has to be computed.
const UNCLEAR: [Code; 8] = [
    Code::DuplicateKey,
    Code::DuplicateTensorName,
    Code::AxesShapeMismatch,
    Code::ShapeLengthMismatch,
    Code::AxesNotInTensor,
    Code::StatisticsArguments,
    Code::CoefficientCount,
    Code::PercentileOrder,
];

/// What is needed to run the model of a package.
pub(crate) fn network(package: &Package, demand: DescriptionDemand) -> Result<&Network, PipelineError> {
    let parsed = package.parsed();
    let found = parsed.diagnostics();
    if let Some(other) = parsed.value().filter(|rdf| rdf.as_model().is_none()) {
        let resource_type = other.resource_type().to_owned();
        return Err(PipelineErrorKind::NotAModel { resource_type }.into());
    }
    let refused: Vec<Diagnostic> = match (demand, parsed.network()) {
        (DescriptionDemand::Runnable, Some(_)) => found
            .iter()
            .filter(|finding| is_unclear(finding))
            .cloned()
            .collect(),
        _ => found
            .iter()
            .filter(|finding| finding.is_error())
            .cloned()
            .collect(),
    };
    match parsed.network() {
        Some(network) if refused.is_empty() => Ok(network),
        _ => Err(PipelineErrorKind::InvalidDescription(refused).into()),
    }
}

fn is_unclear(finding: &Diagnostic) -> bool {
    let tensors_and_weights = ["inputs", "outputs", "weights"];
    let top = match finding.path.segments().first() {
        Some(Segment::Key(key)) => key.as_str(),
        _ => "",
    };
    let of_operation = finding.code == Code::UnknownReferenceTensor
        && finding
            .path
            .segments()
            .contains(&Segment::Key("kwargs".to_owned()));
    tensors_and_weights.contains(&top) && (UNCLEAR.contains(&finding.code) || of_operation)
}
