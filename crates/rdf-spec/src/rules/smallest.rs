//! The smallest outputs: is anything left of them?

use super::Facts;
use super::references::{Reference, References};
use crate::diagnostic::{Code, Diagnostic};
use crate::v0_4::OutputShape;

/// The smallest shape of each output, where it can be known; like the reference, fractions are cut off.
fn smallest_shapes(facts: &Facts<'_>) -> Vec<Option<Vec<f64>>> {
    let references = References::of(facts);
    let outputs = facts.outputs();
    let mut shapes: Vec<Option<Vec<f64>>> = vec![None; outputs.len()];
    for at in references.order() {
        shapes[at] = match &outputs[at].shape {
            OutputShape::Explicit(shape) => Some(as_floats(shape).collect()),
            OutputShape::Implicit {
                reference_tensor,
                scale,
                offset,
            } => match references.get(reference_tensor) {
                Some(Reference::Input(tensor)) => scaled(as_floats(tensor.shape.minimum()), scale, offset),
                Some(Reference::Output(other, _)) => shapes[other]
                    .as_ref()
                    .and_then(|shape| scaled(shape.iter().copied(), scale, offset)),
                None => None,
            },
        };
    }
    shapes
}

fn as_floats(shape: &[usize]) -> impl ExactSizeIterator<Item = f64> {
    shape.iter().map(|&size| size as f64)
}

/// `reference * scale + 2 * offset`; `None` if the lengths do not fit, or a new axis has no size.
fn scaled(
    mut reference: impl ExactSizeIterator<Item = f64>,
    scale: &[Option<f64>],
    offset: &[f64],
) -> Option<Vec<f64>> {
    if scale.len() != offset.len() || scale.iter().flatten().count() != reference.len() {
        return None;
    }
    scale
        .iter()
        .zip(offset)
        .map(|(scale, offset)| {
            let scaled = match scale {
                Some(scale) => scale * reference.next()?,
                // A new axis that has no size is reported by the rule on new axes.
                None if *offset == 0.0 => return None,
                None => 0.0,
            };
            Some((scaled + 2.0 * offset).trunc())
        })
        .collect()
}

pub(super) fn outputs_are_large_enough(facts: &Facts<'_>, found: &mut Vec<Diagnostic>) {
    let shapes = smallest_shapes(facts);
    for (at, (tensor, sizes)) in facts.outputs().iter().zip(&shapes).enumerate() {
        let Some(sizes) = sizes else { continue };
        if !tensor.halo.is_empty() && tensor.halo.len() != sizes.len() {
            continue;
        }
        for (axis, &size) in sizes.iter().enumerate() {
            let halo = tensor.halo.get(axis).copied().unwrap_or(0);
            let left = size - 2.0 * halo as f64;
            // Also a size beyond all numbers is none.
            if left < 1.0 || !left.is_finite() {
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
                    Diagnostic::new(Code::OutputTooSmall, facts.output_path(at).join(key), message);
                found.push(diagnostic.help("raise `min` of the input shape, or lower the halo"));
            }
        }
    }
}
