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

/// Errors below `inputs` and `outputs` that leave no doubt about what has to be computed: they are about tiles, about
/// what the shapes of other images would be, or about the form of what is clear.
const CLEAR: [Code; 9] = [
    Code::BatchSizeNotOne,
    Code::OutputTooSmall,
    Code::ReferenceRankMismatch,
    Code::OffsetNotHalfInteger,
    Code::NewAxisWithoutSize,
    Code::CircularReferenceTensor,
    Code::ScaleLinearWithoutEffect,
    // Of operations that can be read all the same: the axes that only the reference asks for.
    Code::MissingField,
    Code::UnknownReferenceTensor,
];

/// Fields of tensors that nothing is computed from.
const UNUSED: [&str; 2] = ["description", "data_range"];

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

/// True for a finding that leaves open what has to be computed. Whatever is not known to be harmless is not: a key
/// that nobody knows may be a misspelt one.
fn is_unclear(finding: &Diagnostic) -> bool {
    let path: Vec<&str> = finding.path.segments().iter().map(key).collect();
    let of_tensor = matches!(path.first(), Some(&"inputs" | &"outputs"));
    if !of_tensor {
        // Of two entries of the same key it is open which one counts.
        return finding.code == Code::DuplicateKey && path.first() == Some(&"weights");
    }
    if matches!(finding.code, Code::AxesShapeMismatch | Code::CoefficientCount) {
        return true;
    }
    let in_operation = path.contains(&"kwargs");
    let is_clear = match finding.code {
        // What the operation refers to; the reference of a shape only says how large the output is.
        Code::UnknownReferenceTensor => !in_operation,
        // `kwargs` of an operation without arguments.
        Code::UnknownField => path.last() == Some(&"kwargs"),
        code => CLEAR.contains(&code) || path.iter().any(|key| UNUSED.contains(key)),
    };
    finding.is_error() && !is_clear
}

fn key(segment: &Segment) -> &str {
    match segment {
        Segment::Key(key) => key,
        Segment::Index(_) => "",
    }
}
