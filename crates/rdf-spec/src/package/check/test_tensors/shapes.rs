//! Shapes of test tensors.

use std::collections::HashMap;

use super::Stored;
use crate::v0_4::{InputShape, InputTensor, OutputShape, OutputTensor};
use crate::value::{Axes, Axis, TensorName};

/// A shape for messages: `1 x 2 x 64 x 64`.
pub(super) fn written(shape: &[u64]) -> String {
    if shape.is_empty() {
        return "of a single value".to_owned();
    }
    let sizes: Vec<String> = shape.iter().map(u64::to_string).collect();
    sizes.join(" x ")
}

/// The shapes of the test tensors by the names of their tensors: an input comes before an output, then the first
/// counts, as everywhere.
pub(super) struct References<'a> {
    by_name: HashMap<&'a str, &'a [u64]>,
}

impl<'a> References<'a> {
    pub(super) fn new(
        inputs: &'a [InputTensor],
        outputs: &'a [OutputTensor],
        stored_inputs: &'a [Option<Stored>],
        stored_outputs: &'a [Option<Stored>],
    ) -> Self {
        let inputs = inputs.iter().map(|tensor| &tensor.name).zip(stored_inputs);
        let outputs = outputs.iter().map(|tensor| &tensor.name).zip(stored_outputs);
        let mut by_name = HashMap::new();
        for (name, stored) in inputs.chain(outputs) {
            if let Some(stored) = stored {
                by_name
                    .entry(name.as_str())
                    .or_insert(stored.header.shape.as_slice());
            }
        }
        Self { by_name }
    }

    fn get(&self, name: &TensorName) -> Option<&'a [u64]> {
        self.by_name.get(name.as_str()).copied()
    }
}

/// How the shape of a test tensor differs from that of its input, if it does.
pub(super) fn input_mismatch(axes: &Axes, shape: &InputShape, found: &[u64]) -> Option<String> {
    match shape {
        InputShape::Explicit(sizes) => explicit_mismatch(axes, sizes, found),
        InputShape::Parametrized { min, step } => {
            let steps = min
                .iter()
                .zip(step)
                .map(|(&min, &step)| (min as u64, step as u64));
            first_mismatch(axes, found, steps, |(min, step), size| {
                let is_legal = match size.checked_sub(min) {
                    Some(0) => true,
                    Some(more) => step > 0 && more % step == 0,
                    None => false,
                };
                (!is_legal).then(|| {
                    if step == 0 {
                        format!("expected {min}")
                    } else {
                        format!("expected {min} + k * {step}")
                    }
                })
            })
        }
    }
}

/// The same for an output. An implicit shape is compared if the test tensor that it refers to could be read.
pub(super) fn output_mismatch(
    axes: &Axes,
    shape: &OutputShape,
    found: &[u64],
    references: &References<'_>,
) -> Option<String> {
    let (name, scale, offset) = match shape {
        OutputShape::Explicit(sizes) => return explicit_mismatch(axes, sizes, found),
        OutputShape::Implicit {
            reference_tensor,
            scale,
            offset,
        } => (reference_tensor, scale, offset),
    };
    let reference = references.get(name)?;
    // The numbers among the scales belong to the axes of the reference in order; null makes a new axis.
    let mut sizes = reference.iter();
    let mut expected = Vec::with_capacity(scale.len());
    for (scale, offset) in scale.iter().zip(offset) {
        let from_reference = match scale {
            Some(scale) => scale * (*sizes.next()? as f64),
            None => 0.0,
        };
        expected.push(from_reference + 2.0 * offset);
    }
    if sizes.next().is_some() {
        return None;
    }
    first_mismatch(axes, found, expected.into_iter(), |expected, size| {
        // Consumers round a size that is no whole number in different ways.
        let is_right = ((size as f64) - expected).abs() < 1.0;
        (!is_right).then(|| format!("expected {expected} by the shape of the test tensor of `{name}`"))
    })
}

fn explicit_mismatch(axes: &Axes, sizes: &[usize], found: &[u64]) -> Option<String> {
    let sizes = sizes.iter().map(|&size| size as u64);
    first_mismatch(axes, found, sizes, |expected, size| {
        (size != expected).then(|| format!("expected {expected}"))
    })
}

/// The first axis but the batch with a wrong size, as a sentence.
fn first_mismatch<E>(
    axes: &Axes,
    found: &[u64],
    expected: impl ExactSizeIterator<Item = E>,
    problem: impl Fn(E, u64) -> Option<String>,
) -> Option<String> {
    // What differs in length is a finding of its own.
    if expected.len() != found.len() || axes.len() != found.len() {
        return None;
    }
    let mut sizes = axes.iter().zip(expected).zip(found);
    sizes.find_map(|((axis, expected), &size)| {
        if axis == Axis::Batch {
            return None;
        }
        let problem = problem(expected, size)?;
        Some(format!(
            "its axis `{axis}` has the size {size} (shape {}), {problem}",
            written(found)
        ))
    })
}
