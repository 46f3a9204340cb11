//! What the shapes of outputs refer to: `shape(output) = shape(reference) * scale + 2 * offset`.

use std::collections::HashMap;

use super::Facts;
use super::shapes::implicit;
use crate::diagnostic::{Code, Diagnostic};
use crate::v0_4::{InputTensor, OutputShape, OutputTensor};
use crate::value::TensorName;

/// The most names that an advice lists.
const MAX_NAMES: usize = 8;

/// The tensor that an output refers to.
#[derive(Clone, Copy)]
pub(super) enum Reference<'a> {
    Input(&'a InputTensor),
    /// The index of the output, and itself.
    Output(usize, &'a OutputTensor),
}

impl Reference<'_> {
    fn rank(self) -> usize {
        match self {
            Self::Input(tensor) => tensor.shape.rank(),
            Self::Output(_, tensor) => tensor.shape.rank(),
        }
    }
}

/// All tensors by name; where a name is used twice, an input comes before an output, then the first counts.
pub(super) struct References<'a> {
    outputs: &'a [OutputTensor],
    by_name: HashMap<&'a str, Reference<'a>>,
}

impl<'a> References<'a> {
    pub(super) fn of(facts: &Facts<'a>) -> Self {
        let outputs = facts.outputs();
        let inputs = facts
            .inputs()
            .iter()
            .map(|tensor| (&tensor.name, Reference::Input(tensor)));
        let all = inputs.chain(
            outputs
                .iter()
                .enumerate()
                .map(|(at, tensor)| (&tensor.name, Reference::Output(at, tensor))),
        );
        let mut by_name = HashMap::new();
        for (name, reference) in all {
            by_name.entry(name.as_str()).or_insert(reference);
        }
        Self { outputs, by_name }
    }

    pub(super) fn get(&self, name: &TensorName) -> Option<Reference<'a>> {
        self.by_name.get(name.as_str()).copied()
    }

    /// The outputs, each behind the one that it refers to; those whose references run in a circle, or lead
    /// into one, are left out. Takes one step for each output, however long the chains are.
    pub(super) fn order(&self) -> Vec<usize> {
        #[derive(Clone, Copy, PartialEq)]
        enum State {
            New,
            OnTheWay,
            Ends,
            Circles,
        }
        let mut states = vec![State::New; self.outputs.len()];
        let mut order = Vec::new();
        for start in 0..self.outputs.len() {
            let mut way = Vec::new();
            let mut next = Some(start);
            while let Some(at) = next.filter(|&at| states[at] == State::New) {
                states[at] = State::OnTheWay;
                way.push(at);
                next = match &self.outputs[at].shape {
                    OutputShape::Implicit { reference_tensor, .. } => match self.get(reference_tensor) {
                        Some(Reference::Output(other, _)) => Some(other),
                        _ => None,
                    },
                    OutputShape::Explicit(_) => None,
                };
            }
            let ends = next.is_none_or(|at| states[at] == State::Ends);
            while let Some(at) = way.pop() {
                if ends {
                    states[at] = State::Ends;
                    order.push(at);
                } else {
                    states[at] = State::Circles;
                }
            }
        }
        order
    }
}

pub(super) fn references_exist(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if !facts.inputs.is_complete() || !facts.outputs.is_complete() {
        return;
    }
    let references = References::of(facts);
    for (at, _, name, _, _) in implicit(facts) {
        if references.get(name).is_none() {
            let path = facts.output_path(at).join("shape").join("reference_tensor");
            let mut names: Vec<_> = facts
                .inputs()
                .iter()
                .take(MAX_NAMES)
                .map(|tensor| tensor.name.as_str())
                .collect();
            if facts.inputs().len() > MAX_NAMES {
                names.push("...");
            }
            let message = format!("the reference tensor `{name}` does not exist");
            let help = format!("inputs: {}", names.join(", "));
            found.push(Diagnostic::new(Code::UnknownReferenceTensor, path, message).help(help));
        }
    }
}

pub(super) fn references_end(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let mut ends = vec![false; facts.outputs().len()];
    for at in References::of(facts).order() {
        ends[at] = true;
    }
    for (at, tensor, name, _, _) in implicit(facts) {
        if !ends[at] {
            let path = facts.output_path(at).join("shape").join("reference_tensor");
            let message = format!(
                "the shape of `{}` refers to `{name}`, which leads back to itself",
                tensor.name
            );
            found.push(
                Diagnostic::new(Code::CircularReferenceTensor, path, message).help("refer to an input"),
            );
        }
    }
}

pub(super) fn ranks_fit(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let references = References::of(facts);
    for (at, _, name, scale, _) in implicit(facts) {
        let Some(reference) = references.get(name) else {
            continue;
        };
        let numbers = scale.iter().flatten().count();
        if numbers != reference.rank() {
            let path = facts.output_path(at).join("shape").join("scale");
            let message = format!(
                "`scale` has {numbers} numbers, but the reference tensor `{name}` has {} axes",
                reference.rank()
            );
            let diagnostic = Diagnostic::new(Code::ReferenceRankMismatch, path, message);
            found.push(
                diagnostic.help(
                    "one number for each axis of the reference, null for an axis that it does not have",
                ),
            );
        }
    }
}
