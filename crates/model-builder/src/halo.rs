//! How far a pixel of an output sees: what its halo has to be.

use ndarray::{ArrayD, Axis};

use crate::error::{BuildError, BuildErrorKind};
use crate::probe::{Probe, ProbeInput};
use crate::sizes::Relation;

/// Places that are changed: next to each other, since networks with strides see them differently.
const PLACES: usize = 8;
/// Differences below this part of the largest value are rounding.
const ROUNDING: f32 = 1e-6;

/// An output whose halo is wanted.
pub(crate) struct Seen<'a> {
    pub(crate) index: usize,
    pub(crate) name: &'a str,
    pub(crate) axes: &'a str,
    /// One for each axis.
    pub(crate) relations: &'a [Option<Relation>],
}

/// The halo of an output in its own pixels, one for each axis: how far from a changed line of the inputs it changes.
///
/// Every input is changed along the same line, and in both directions. `shapes` are those of the inputs; an output that
/// changes up to its border depends on everything.
pub(crate) fn measure(
    probe: &mut Probe,
    shapes: &[Vec<usize>],
    output: &Seen<'_>,
) -> Result<Vec<usize>, BuildError> {
    let everything = || {
        BuildError::from(BuildErrorKind::Halo {
            output: output.name.to_owned(),
        })
    };
    let before = probe.run(shapes, |_, _| ()).ok_or_else(everything)?;
    let before = before.get(output.index).cloned().ok_or_else(everything)?;
    let mut halo = vec![0; output.axes.chars().count()];
    for (at, letter) in output.axes.chars().enumerate() {
        let Some(Some(relation)) = output.relations.get(at).copied() else {
            continue;
        };
        if !"zyx".contains(letter) || relation.scale == 0.0 {
            continue;
        }
        let lengths = probe.inputs().iter().zip(shapes);
        let length = lengths
            .filter_map(|(input, shape)| Some(shape[input.axes.find(letter)?]))
            .min();
        let Some(length) = length else { continue };
        let first = (length / 2).saturating_sub(PLACES / 2);
        for place in first..(first + PLACES).min(length) {
            for amount in [10.0_f32, -10.0] {
                let changed = probe.run(shapes, |input, data| change(input, data, letter, place, amount));
                let changed = changed
                    .and_then(|mut outputs| {
                        (output.index < outputs.len()).then(|| outputs.swap_remove(output.index))
                    })
                    .ok_or_else(everything)?;
                let Some((low, high)) = differing(&before, &changed, at) else {
                    continue;
                };
                let last = before.len_of(Axis(at)) - 1;
                // A line that changes everything from border to border says nothing about how far it would reach.
                if low == 0 && high == last {
                    return Err(everything());
                }
                let centre = (place as f64 + 0.5) * relation.scale + relation.offset;
                let reach = (centre - low as f64).max(high as f64 + 1.0 - centre) - relation.scale * 0.5;
                halo[at] = halo[at].max(reach.max(0.0).ceil() as usize);
            }
        }
    }
    Ok(halo)
}

fn change(input: &ProbeInput, data: &mut ArrayD<f32>, letter: char, place: usize, amount: f32) {
    if let Some(axis) = input.axes.find(letter)
        && place < data.len_of(Axis(axis))
    {
        data.index_axis_mut(Axis(axis), place)
            .mapv_inplace(|value| value + amount);
    }
}

/// The first and last index along an axis where two tensors differ.
fn differing(one: &ArrayD<f32>, other: &ArrayD<f32>, axis: usize) -> Option<(usize, usize)> {
    if one.shape() != other.shape() {
        return None;
    }
    let largest = one
        .iter()
        .fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let threshold = (largest * ROUNDING).max(f32::MIN_POSITIVE);
    let differs = |at: usize| {
        let (one, other) = (one.index_axis(Axis(axis), at), other.index_axis(Axis(axis), at));
        one.iter()
            .zip(other)
            .any(|(one, other)| (one - other).abs() > threshold)
    };
    let length = one.len_of(Axis(axis));
    let low = (0..length).find(|&at| differs(at))?;
    let high = (0..length).rev().find(|&at| differs(at))?;
    Some((low, high))
}
