//! What a software asks of a model beside a weights format.

use rdf_spec::{ProcessingStep, StatisticsMode};

use super::{ModelFacts, keyword};

/// What a software asks of a model beside a weights format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The model has one input.
    OneInput,
    /// The model has one output.
    OneOutput,
    /// The axes of the first input are one of these.
    Axes(&'static [&'static str]),
    /// No tensor is processed with the operation of this name.
    WithoutOperation(&'static str),
    /// No operation takes statistics of a dataset.
    WithoutDatasetStatistics,
    /// The first input has at most one operation, and that is one of these.
    AtMostOnePreprocessing(&'static [&'static str]),
    /// The model has one of these tags, in lower case.
    OneTagOf(&'static [&'static str]),
    /// The weights with source code have no argument of this name.
    WithoutKeyword(&'static str),
    /// A file of this name is attached to the model.
    Attachment(&'static str),
}

impl Condition {
    /// What is wrong, in words; `None` if the condition holds.
    #[must_use]
    pub fn unmet(&self, facts: &ModelFacts<'_>) -> Option<String> {
        let network = facts.network;
        match *self {
            Self::OneInput => several("input", network.inputs.len()),
            Self::OneOutput => several("output", network.outputs.len()),
            Self::Axes(allowed) => {
                let axes = network.inputs.first()?.axes.as_str();
                (!allowed.contains(&axes))
                    .then(|| format!("it takes the axes {}, the input has {axes}", allowed.join(" or ")))
            }
            Self::WithoutOperation(name) => steps(facts)
                .any(|step| step.name() == name)
                .then(|| format!("it does not know the operation `{name}`")),
            Self::WithoutDatasetStatistics => steps(facts)
                .any(|step| mode(step) == Some(StatisticsMode::PerDataset))
                .then(|| "it does not know operations with `mode: per_dataset`".to_owned()),
            Self::AtMostOnePreprocessing(allowed) => {
                let steps = &network.inputs.first()?.preprocessing;
                match steps.as_slice() {
                    [] => None,
                    [only] if allowed.contains(&only.name()) => None,
                    [only] => Some(format!(
                        "it prepares inputs with {} only, the model needs `{}`",
                        allowed.join(", "),
                        only.name()
                    )),
                    more => Some(format!(
                        "it prepares an input with one operation, the model needs {}",
                        more.len()
                    )),
                }
            }
            Self::OneTagOf(known) => {
                let has = facts
                    .tags
                    .iter()
                    .any(|tag| known.contains(&tag.to_lowercase().as_str()));
                (!has).then(|| format!("it tells what to do by a tag, one of {}", known.join(", ")))
            }
            Self::WithoutKeyword(name) => keyword(facts, name)
                .filter(|value| **value != rdf_spec::Yaml::Null)
                .map(|_| format!("it does not know `{name}` among the arguments of the network")),
            Self::Attachment(name) => (!facts.attachments.contains(&name))
                .then(|| format!("it needs the file `{name}` among the attachments")),
        }
    }
}

fn several(what: &str, number: usize) -> Option<String> {
    (number != 1).then(|| format!("it runs models with one {what}, this one has {number}"))
}

/// All operations of the model.
fn steps<'p>(facts: &ModelFacts<'p>) -> impl Iterator<Item = &'p ProcessingStep> {
    let before = facts.network.inputs.iter().flat_map(|input| &input.preprocessing);
    before.chain(
        facts
            .network
            .outputs
            .iter()
            .flat_map(|output| &output.postprocessing),
    )
}

fn mode(step: &ProcessingStep) -> Option<StatisticsMode> {
    match step {
        ProcessingStep::ZeroMeanUnitVariance { mode, .. }
        | ProcessingStep::ScaleRange { mode, .. }
        | ProcessingStep::ScaleMeanVariance { mode, .. } => Some(*mode),
        _ => None,
    }
}
