//! Shapes of inputs and outputs.

use super::Facts;
use crate::diagnostic::{Code, Diagnostic};
use crate::v0_4::{InputShape, OutputShape, OutputTensor};
use crate::value::{Axis, TensorName};

pub(super) fn axes_fit_shape(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let inputs = facts.inputs().iter().enumerate().map(|(at, tensor)| {
        (
            facts.input_path(at),
            &tensor.name,
            &tensor.axes,
            tensor.shape.rank(),
        )
    });
    let outputs = facts.outputs().iter().enumerate().map(|(at, tensor)| {
        (
            facts.output_path(at),
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
                facts.input_path(at).join("shape"),
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
                facts.output_path(at).join("shape"),
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
        let shape = facts.input_path(at).join("shape");
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

/// Every output with an implicit shape: its index, itself, the name of its reference, scale and offset.
pub(super) fn implicit<'a>(
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
                let path = facts.output_path(at).join("shape").join("offset").join(axis);
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
                let path = facts.output_path(at).join("shape").join("offset").join(axis);
                let message = "a new axis (scale null) has the size 2 * offset, found offset 0";
                found.push(Diagnostic::new(Code::NewAxisWithoutSize, path, message));
            }
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
                facts.output_path(at).join("halo"),
                message,
            ));
        }
    }
}

pub(super) fn data_ranges_in_order(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let inputs = facts
        .inputs()
        .iter()
        .enumerate()
        .map(|(at, tensor)| (facts.input_path(at), tensor.data_range));
    let outputs = facts
        .outputs()
        .iter()
        .enumerate()
        .map(|(at, tensor)| (facts.output_path(at), tensor.data_range));
    for (path, range) in inputs.chain(outputs) {
        if let Some(range) = range
            && range.min > range.max
        {
            let message = format!(
                "`data_range` is the smallest and the largest value, found {} and {}",
                range.min, range.max
            );
            found.push(Diagnostic::new(
                Code::DataRangeOrder,
                path.join("data_range"),
                message,
            ));
        }
    }
}
