//! Operations and the tensors that they belong to.

use std::collections::HashSet;

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::document::DocPath;
use crate::v0_4::{InputShape, OutputShape, ProcessingStep};
use crate::value::{Axes, Axis, TensorName};

/// An operation with its place and tensor.
pub(super) struct Placed<'a> {
    pub(super) step: &'a ProcessingStep,
    pub(super) kwargs: DocPath,
    tensor: &'a TensorName,
    pub(super) axes: &'a Axes,
    /// The smallest sizes of the axes, where the description states them.
    pub(super) sizes: Vec<Option<usize>>,
    is_input: bool,
}

/// All operations that could be read.
pub(super) fn steps<'a>(facts: &Facts<'a>) -> Vec<Placed<'a>> {
    let mut placed = Vec::new();
    for (at, tensor) in facts.inputs().iter().enumerate() {
        for (index, step) in tensor.preprocessing.iter().enumerate() {
            let kwargs = facts
                .input_path(at)
                .join("preprocessing")
                .join(index)
                .join("kwargs");
            placed.push(Placed {
                step,
                kwargs,
                tensor: &tensor.name,
                axes: &tensor.axes,
                sizes: input_sizes(&tensor.shape),
                is_input: true,
            });
        }
    }
    for (at, tensor) in facts.outputs().iter().enumerate() {
        for (index, step) in tensor.postprocessing.iter().enumerate() {
            let kwargs = facts
                .output_path(at)
                .join("postprocessing")
                .join(index)
                .join("kwargs");
            placed.push(Placed {
                step,
                kwargs,
                tensor: &tensor.name,
                axes: &tensor.axes,
                sizes: output_sizes(&tensor.shape),
                is_input: false,
            });
        }
    }
    placed
}

/// The sizes that cannot be another one.
fn input_sizes(shape: &InputShape) -> Vec<Option<usize>> {
    match shape {
        InputShape::Explicit(sizes) => sizes.iter().map(|&size| Some(size)).collect(),
        InputShape::Parametrized { min, step } => min
            .iter()
            .zip(step)
            .map(|(&min, &step)| (step == 0).then_some(min))
            .collect(),
    }
}

fn output_sizes(shape: &OutputShape) -> Vec<Option<usize>> {
    match shape {
        OutputShape::Explicit(sizes) => sizes.iter().map(|&size| Some(size)).collect(),
        OutputShape::Implicit { scale, .. } => vec![None; scale.len()],
    }
}

pub(super) fn axes_fit_tensor(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for placed in steps(facts) {
        let Some(axes) = placed.step.axes() else { continue };
        let path = placed.kwargs.join("axes");
        for axis in axes.iter() {
            let message = if matches!(axis, Axis::Batch | Axis::Time | Axis::Index) {
                format!(
                    "the axis `{axis}` cannot be an argument of `{}`: only c, z, y, x can",
                    placed.step.name()
                )
            } else if !placed.axes.contains(axis) {
                format!(
                    "the tensor `{}` has the axes `{}`, not `{axis}`",
                    placed.tensor, placed.axes
                )
            } else {
                continue;
            };
            found.push(Diagnostic::new(Code::AxesNotInTensor, path.clone(), message));
        }
    }
}

pub(super) fn references_are_inputs(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if !facts.inputs.is_complete() {
        return;
    }
    let names: HashSet<&str> = facts.inputs().iter().map(|input| input.name.as_str()).collect();
    for placed in steps(facts) {
        let Some(reference) = placed.step.reference_tensor() else {
            continue;
        };
        let message = if placed.is_input && reference == placed.tensor {
            format!("the reference tensor `{reference}` is the tensor itself")
        } else if !names.contains(reference.as_str()) {
            format!("the reference tensor `{reference}` is not one of the inputs")
        } else {
            continue;
        };
        found.push(Diagnostic::new(
            Code::UnknownReferenceTensor,
            placed.kwargs.join("reference_tensor"),
            message,
        ));
    }
}
