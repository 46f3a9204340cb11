//! Shapes of inputs and outputs. Semantics: `shape(output) = shape(reference) * scale + 2 * offset`.

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::v0_4::{InputShape, OutputShape, OutputTensor};
use crate::value::{Axis, TensorName};

pub(super) fn axes_fit_shape(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let inputs = facts.inputs().iter().enumerate().map(|(at, tensor)| {
        (
            Facts::input_path(at),
            &tensor.name,
            &tensor.axes,
            tensor.shape.rank(),
        )
    });
    let outputs = facts.outputs().iter().enumerate().map(|(at, tensor)| {
        (
            Facts::output_path(at),
            &tensor.name,
            &tensor.axes,
            tensor.shape.rank(),
        )
    });
    for (path, name, axes, rank) in inputs.chain(outputs) {
        if axes.len() != rank {
            let message = format!(
                "the tensor `{name}` has {} axes (`{axes}`), but its shape has {rank} entries",
                axes.len()
            );
            found.push(
                Diagnostic::new(Code::AxesShapeMismatch, path.join("shape"), message)
                    .related(path.join("axes"), "the axes"),
            );
        }
    }
}

pub(super) fn lists_fit(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, tensor) in facts.inputs().iter().enumerate() {
        if let InputShape::Parametrized { min, step } = &tensor.shape
            && min.len() != step.len()
        {
            let message = format!("`min` has {} entries, `step` has {}", min.len(), step.len());
            found.push(Diagnostic::new(
                Code::ShapeLengthMismatch,
                Facts::input_path(at).join("shape"),
                message,
            ));
        }
    }
    for (at, tensor) in facts.outputs().iter().enumerate() {
        if let OutputShape::Implicit { scale, offset, .. } = &tensor.shape
            && scale.len() != offset.len()
        {
            let message = format!(
                "`scale` has {} entries, `offset` has {}",
                scale.len(),
                offset.len()
            );
            found.push(Diagnostic::new(
                Code::ShapeLengthMismatch,
                Facts::output_path(at).join("shape"),
                message,
            ));
        }
    }
}

pub(super) fn batch_is_one(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, tensor) in facts.inputs().iter().enumerate() {
        let Some(batch) = tensor.axes.position(Axis::Batch) else {
            continue;
        };
        let shape = Facts::input_path(at).join("shape");
        let (sizes, size_path) = match &tensor.shape {
            InputShape::Explicit(sizes) => (sizes, shape.clone()),
            InputShape::Parametrized { min, .. } => (min, shape.join("min")),
        };
        if let Some(&size) = sizes.get(batch)
            && size != 1
        {
            let message = format!(
                "the batch axis of `{}` is described by size 1, found {size}",
                tensor.name
            );
            let diagnostic = Diagnostic::new(Code::BatchSizeNotOne, size_path.join(batch), message);
            found.push(
                diagnostic.help("the batch may have any size when the model runs; the description says 1"),
            );
        }
        if let InputShape::Parametrized { step, .. } = &tensor.shape
            && let Some(&step) = step.get(batch)
            && step != 0
        {
            let message = format!(
                "the batch axis of `{}` is described by step 0, found {step}",
                tensor.name
            );
            found.push(Diagnostic::new(
                Code::BatchSizeNotOne,
                shape.join("step").join(batch),
                message,
            ));
        }
    }
}

/// Every output with an implicit shape: its place, scale and offset.
fn implicit<'a>(
    facts: &Facts<'a>,
) -> impl Iterator<
    Item = (
        usize,
        &'a OutputTensor,
        &'a TensorName,
        &'a [Option<f64>],
        &'a [f64],
    ),
> {
    facts
        .outputs()
        .iter()
        .enumerate()
        .filter_map(|(at, tensor)| match &tensor.shape {
            OutputShape::Implicit {
                reference_tensor,
                scale,
                offset,
            } => Some((at, tensor, reference_tensor, scale.as_slice(), offset.as_slice())),
            OutputShape::Explicit(_) => None,
        })
}

pub(super) fn offsets_are_halves(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, _, _, _, offset) in implicit(facts) {
        for (axis, &value) in offset.iter().enumerate() {
            let doubled = 2.0 * value;
            if !(doubled.is_finite() && doubled.fract() == 0.0) {
                let path = Facts::output_path(at).join("shape").join("offset").join(axis);
                let message = format!("an offset is a multiple of 0.5, found {value}");
                found.push(Diagnostic::new(Code::OffsetNotHalfInteger, path, message));
            }
        }
    }
}

pub(super) fn new_axes_have_a_size(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, _, _, scale, offset) in implicit(facts) {
        for (axis, (scale, &offset)) in scale.iter().zip(offset).enumerate() {
            if scale.is_none() && offset == 0.0 {
                let path = Facts::output_path(at).join("shape").join("offset").join(axis);
                let message = "a new axis (scale null) has the size 2 * offset, found offset 0";
                found.push(Diagnostic::new(Code::NewAxisWithoutSize, path, message));
            }
        }
    }
}

/// The tensor that an output refers to.
enum Reference<'a> {
    Input(&'a [usize]),
    Output(&'a OutputTensor),
}

impl Reference<'_> {
    fn rank(&self) -> usize {
        match self {
            Self::Input(minimum) => minimum.len(),
            Self::Output(tensor) => tensor.shape.rank(),
        }
    }
}

fn reference<'a>(facts: &Facts<'a>, name: &TensorName) -> Option<Reference<'a>> {
    let input = facts.inputs().iter().find(|tensor| tensor.name == *name);
    input
        .map(|tensor| Reference::Input(tensor.shape.minimum()))
        .or_else(|| {
            facts
                .outputs()
                .iter()
                .find(|tensor| tensor.name == *name)
                .map(Reference::Output)
        })
}

pub(super) fn references_exist(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    if facts.inputs.is_none() {
        return;
    }
    for (at, _, name, _, _) in implicit(facts) {
        if reference(facts, name).is_none() {
            let path = Facts::output_path(at).join("shape").join("reference_tensor");
            let names: Vec<_> = facts.inputs().iter().map(|tensor| tensor.name.as_str()).collect();
            let message = format!("the reference tensor `{name}` does not exist");
            let help = format!("inputs: {}", names.join(", "));
            found.push(Diagnostic::new(Code::UnknownReferenceTensor, path, message).help(help));
        }
    }
}

/// True if following the references of an output ends at an input or an explicit shape.
fn ends(facts: &Facts<'_>, tensor: &OutputTensor) -> bool {
    let mut current = tensor;
    for _ in 0..=facts.outputs().len() {
        let OutputShape::Implicit { reference_tensor, .. } = &current.shape else {
            return true;
        };
        match reference(facts, reference_tensor) {
            Some(Reference::Output(next)) => current = next,
            _ => return true,
        }
    }
    false
}

pub(super) fn references_end(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, tensor, name, _, _) in implicit(facts) {
        if !ends(facts, tensor) {
            let path = Facts::output_path(at).join("shape").join("reference_tensor");
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
    for (at, _, name, scale, _) in implicit(facts) {
        let Some(reference) = reference(facts, name) else {
            continue;
        };
        let numbers = scale.iter().flatten().count();
        if numbers != reference.rank() {
            let path = Facts::output_path(at).join("shape").join("scale");
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

pub(super) fn halo_fits(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, tensor) in facts.outputs().iter().enumerate() {
        if !tensor.halo.is_empty() && tensor.halo.len() != tensor.shape.rank() {
            let message = format!(
                "`halo` has {} entries, the shape of `{}` has {}",
                tensor.halo.len(),
                tensor.name,
                tensor.shape.rank()
            );
            found.push(Diagnostic::new(
                Code::HaloLengthMismatch,
                Facts::output_path(at).join("halo"),
                message,
            ));
        }
    }
}

/// The smallest shape of an output, if it can be known; like the reference, fractions are cut off.
fn smallest(facts: &Facts<'_>, tensor: &OutputTensor) -> Option<Vec<f64>> {
    let (name, scale, offset) = match &tensor.shape {
        OutputShape::Explicit(shape) => return Some(shape.iter().map(|&size| size as f64).collect()),
        OutputShape::Implicit {
            reference_tensor,
            scale,
            offset,
        } => (reference_tensor, scale, offset),
    };
    if !ends(facts, tensor) || scale.len() != offset.len() {
        return None;
    }
    let reference: Vec<f64> = match reference(facts, name)? {
        Reference::Input(minimum) => minimum.iter().map(|&size| size as f64).collect(),
        Reference::Output(other) => smallest(facts, other)?,
    };
    if scale.iter().flatten().count() != reference.len() {
        return None;
    }
    let mut sizes = reference.into_iter();
    scale
        .iter()
        .zip(offset)
        .map(|(scale, offset)| {
            let scaled = match scale {
                Some(scale) => scale * sizes.next()?,
                None => 0.0,
            };
            Some((scaled + 2.0 * offset).trunc())
        })
        .collect()
}

pub(super) fn outputs_are_large_enough(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    for (at, tensor) in facts.outputs().iter().enumerate() {
        let Some(sizes) = smallest(facts, tensor) else {
            continue;
        };
        if !tensor.halo.is_empty() && tensor.halo.len() != sizes.len() {
            continue;
        }
        for (axis, &size) in sizes.iter().enumerate() {
            let halo = tensor.halo.get(axis).copied().unwrap_or(0);
            let left = size - 2.0 * halo as f64;
            if left < 1.0 {
                let name = tensor
                    .axes
                    .iter()
                    .nth(axis)
                    .map_or_else(|| format!("axis {axis}"), |axis| format!("axis `{axis}`"));
                let message = format!(
                    "the smallest output `{}` has {size} pixels along {name}; {left} are left without the halo of {halo} on both sides",
                    tensor.name
                );
                let key = if halo > 0 { "halo" } else { "shape" };
                let diagnostic =
                    Diagnostic::new(Code::OutputTooSmall, Facts::output_path(at).join(key), message);
                found.push(diagnostic.help("raise `min` of the input shape, or lower the halo"));
            }
        }
    }
}
