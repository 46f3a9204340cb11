//! How far wrong values reach into an output from where its input was cut: what its halo has to be.
//!
//! What is measured is what the format means. A tile whose input was cut at `c` gives the output from `scale * c` on (or, at its
//! other end, up to there); the halo is the number of elements next to that end which are not those of the whole output. Two
//! observations bound it, and the larger one counts:
//!
//! - **Influence.** Everything beyond the cut is changed. What changes within the tile's output depends on it.
//! - **Tiles.** The tile itself is run. What differs from the whole is wrong, whatever the reason.
//!
//! Tiles start at multiples of the step of the input. A network that computes something else for a tile that starts there has
//! a stride which its sizes do not show: then larger strides are tried.

mod excitation;
mod line;

use ndarray::{ArrayD, Axis, Slice};

use crate::probe::Probe;
use crate::sizes::Relation;
use excitation::{Excitation, VARIANTS};
pub(crate) use line::{Along, Line};

/// Largest stride that is tried where sizes do not show it, in steps of the input.
const LARGEST_STRIDE: usize = 128;
/// The same where each has to be looked at cut by cut, since the network takes one size only.
const LARGEST_FIXED_STRIDE: usize = 32;
/// Tiles and the whole may differ by this part of the largest value: sums in another order.
const ROUNDING: f32 = 1e-5;

/// An output whose halo is wanted, and how it follows the input along the axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    /// The index of the output.
    pub(crate) index: usize,
    /// The index of the axis in the output.
    pub(crate) axis: usize,
    pub(crate) relation: Relation,
}

/// What was found out about an axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    /// For each output: the halo in its own elements, `None` if it has none on this axis that makes tiles equal the whole.
    pub(crate) halo: Vec<Option<usize>>,
    /// Tiles have to start at multiples of this many steps (of elements, where the network takes one size only).
    pub(crate) stride: usize,
}

/// Measures along one axis. `None` if the network does not take the sizes.
pub(crate) fn measure(probe: &mut Probe, line: &Line, outputs: &[Seen]) -> Option<Measured> {
    if line.is_fixed() {
        let stride = hidden_stride(probe, line, outputs)?;
        let halo = influences(probe, line, outputs, stride)?;
        return Some(Measured { halo, stride });
    }
    let mut first: Option<Measured> = None;
    let mut stride = 1;
    while stride <= LARGEST_STRIDE && line.cut(stride).is_some() {
        let reach = influences(probe, line, outputs, stride)?;
        let known = reach.iter().flatten().count();
        let mut halo = reach;
        if known > 0 {
            for (known, found) in halo.iter_mut().zip(tiles(probe, line, outputs, stride)?) {
                *known = known.zip(found).map(|(one, other)| one.max(other));
            }
        }
        // What sees everything does so whatever the stride is; only tiles that are out of step get better.
        let is_settled = halo.iter().flatten().count() == known;
        let measured = Measured { halo, stride };
        if is_settled {
            return Some(measured);
        }
        first.get_or_insert(measured);
        stride *= 2;
    }
    first
}

/// How far a change of everything beyond a cut reaches; `None` for what changes up to the other end.
fn influences(probe: &mut Probe, line: &Line, outputs: &[Seen], stride: usize) -> Option<Vec<Option<usize>>> {
    let mut halo = vec![Some(0); outputs.len()];
    for variant in VARIANTS {
        let base = variant.base(probe, &line.shapes);
        let before = probe.run(base.clone())?;
        // The second cut finds what the first one does, unless they are out of phase.
        let cuts = if variant == VARIANTS[0] { 2 } else { 1 };
        for steps in line.cuts(stride).into_iter().take(cuts) {
            for side in [Side::Start, Side::End] {
                let reach = influence(probe, line, outputs, (&base, &before), (variant, steps, side))?;
                for (known, found) in halo.iter_mut().zip(reach) {
                    *known = known.zip(found).map(|(one, other)| one.max(other));
                }
                if halo.iter().all(Option::is_none) {
                    return Some(halo);
                }
            }
        }
    }
    Some(halo)
}

/// The side of a tile where it was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

/// Where the line is cut so that a tile begins, or ends, `steps` steps from the side of the whole.
type Cut = (Excitation, usize, Side);

fn influence(
    probe: &mut Probe,
    line: &Line,
    outputs: &[Seen],
    (base, before): (&[ArrayD<f32>], &[ArrayD<f32>]),
    (variant, steps, side): Cut,
) -> Option<Vec<Option<usize>>> {
    let mut data = base.to_vec();
    for (at, data) in data.iter_mut().enumerate() {
        if let Some((axis, length)) = line.part(at, steps) {
            let whole = data.len_of(Axis(axis));
            let beyond = match side {
                Side::Start => Slice::from(0..length),
                Side::End => Slice::from(whole - length..whole),
            };
            variant.change(&mut data.slice_axis_mut(Axis(axis), beyond));
        }
    }
    let after = probe.run(data)?;
    let reach = |seen: &Seen| -> Option<Option<usize>> {
        let (one, other) = (before.get(seen.index)?, after.get(seen.index)?);
        // The same program on the same shape: what does not depend on the change is the same to the last bit.
        let Some((low, high)) = differing(one, other, seen.axis, 0.0)? else {
            return Some(Some(0));
        };
        let size = one.len_of(Axis(seen.axis));
        let cropped = line.beyond(steps, seen)?;
        Some(match side {
            Side::Start if high + 1 == size => None,
            Side::Start => Some((high + 1).saturating_sub(cropped)),
            Side::End if low == 0 => None,
            Side::End => Some(size.checked_sub(cropped)?.saturating_sub(low)),
        })
    };
    outputs.iter().map(reach).collect()
}

/// How much of a tile differs from the whole next to its cut; `None` for what differs at its other side.
fn tiles(probe: &mut Probe, line: &Line, outputs: &[Seen], stride: usize) -> Option<Vec<Option<usize>>> {
    let mut halo = vec![Some(0); outputs.len()];
    // Two variants suffice: the others have the same data where nothing is changed.
    for variant in [VARIANTS[0], VARIANTS[VARIANTS.len() - 1]] {
        let base = variant.base(probe, &line.shapes);
        let whole = probe.run(base.clone())?;
        for steps in line.cuts(stride) {
            for side in [Side::Start, Side::End] {
                let mut data = base.clone();
                for (at, data) in data.iter_mut().enumerate() {
                    if let Some((axis, length)) = line.part(at, steps) {
                        *data = kept(data, axis, length, side);
                    }
                }
                let tile = probe.run(data)?;
                for (known, seen) in halo.iter_mut().zip(outputs) {
                    let (whole, tile) = (whole.get(seen.index)?, tile.get(seen.index)?);
                    let expected = kept(whole, seen.axis, line.beyond(steps, seen)?, side);
                    let tolerance = largest(&expected) * ROUNDING;
                    let size = expected.len_of(Axis(seen.axis));
                    let found = match (differing(&expected, tile, seen.axis, tolerance)?, side) {
                        (None, _) => Some(0),
                        (Some((_, high)), Side::Start) => (high + 1 < size).then_some(high + 1),
                        (Some((low, _)), Side::End) => (low > 0).then(|| size - low),
                    };
                    *known = known.zip(found).map(|(one, other)| one.max(other));
                }
            }
        }
    }
    Some(halo)
}

/// What is left without `length` elements at a side.
fn kept(data: &ArrayD<f32>, axis: usize, length: usize, side: Side) -> ArrayD<f32> {
    let whole = data.len_of(Axis(axis));
    let length = length.min(whole);
    let part = match side {
        Side::Start => Slice::from(length..whole),
        Side::End => Slice::from(0..whole - length),
    };
    data.slice_axis(Axis(axis), part).to_owned()
}

/// The stride of a network that takes one size only. A cut that is in phase reaches as far, relative to itself, as another
/// one that is; between them it reaches as far as the next one, which is farther.
fn hidden_stride(probe: &mut Probe, line: &Line, outputs: &[Seen]) -> Option<usize> {
    let variant = VARIANTS[0];
    let base = variant.base(probe, &line.shapes);
    let before = probe.run(base.clone())?;
    let mut largest = LARGEST_FIXED_STRIDE;
    while largest > line.middle() {
        largest /= 2;
    }
    let first = line.middle() / largest.max(1) * largest.max(1);
    let mut reach = |steps| {
        influence(
            probe,
            line,
            outputs,
            (&base, &before),
            (variant, steps, Side::Start),
        )
    };
    let in_phase = reach(first)?;
    let mut stride = 1;
    while stride <= largest && line.cut(first + stride).is_some() {
        if reach(first + stride)? == in_phase {
            return Some(stride);
        }
        stride *= 2;
    }
    Some(1)
}

fn largest(values: &ArrayD<f32>) -> f32 {
    values
        .iter()
        .filter(|value| value.is_finite())
        .fold(0.0_f32, |largest, value| largest.max(value.abs()))
}

/// The first and last index along an axis where two tensors differ by more than a tolerance; `None` outside if their
/// shapes do.
fn differing(
    one: &ArrayD<f32>,
    other: &ArrayD<f32>,
    axis: usize,
    tolerance: f32,
) -> Option<Option<(usize, usize)>> {
    if one.shape() != other.shape() {
        return None;
    }
    let differs = |at: usize| {
        let (one, other) = (one.index_axis(Axis(axis), at), other.index_axis(Axis(axis), at));
        one.iter().zip(other).any(|(one, other)| {
            // Infinities have no difference, and what is no number is the same as what is none.
            let difference = (one - other).abs();
            one != other
                && !(one.is_nan() && other.is_nan())
                && (difference > tolerance || difference.is_nan())
        })
    };
    let length = one.len_of(Axis(axis));
    let Some(low) = (0..length).find(|&at| differs(at)) else {
        return Some(None);
    };
    let high = (low..length).rev().find(|&at| differs(at)).unwrap_or(low);
    Some(Some((low, high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_found_along_an_axis() {
        let one = ArrayD::<f32>::zeros(vec![2, 5]);
        let mut other = one.clone();
        assert_eq!(differing(&one, &other, 1, 0.0), Some(None));
        other[[1, 1]] = 1e-9;
        other[[0, 3]] = f32::NAN;
        assert_eq!(differing(&one, &other, 1, 0.0), Some(Some((1, 3))));
        assert_eq!(differing(&one, &other, 1, 1e-6), Some(Some((3, 3))));
        assert_eq!(differing(&other, &other, 1, 0.0), Some(None));
        assert_eq!(differing(&one, &ArrayD::zeros(vec![2, 4]), 1, 0.0), None);
        let endless = one.mapv(|_| f32::INFINITY);
        assert_eq!(differing(&endless, &endless, 1, 0.0), Some(None));
        assert_eq!(differing(&endless, &one, 0, 1.0), Some(Some((0, 1))));
    }

    #[test]
    fn a_side_is_cut_off() {
        let data = ArrayD::from_shape_fn(vec![1, 5], |at| at[1] as f32);
        assert_eq!(
            kept(&data, 1, 2, Side::Start).into_raw_vec_and_offset().0,
            [2.0, 3.0, 4.0]
        );
        assert_eq!(
            kept(&data, 1, 2, Side::End).into_raw_vec_and_offset().0,
            [0.0, 1.0, 2.0]
        );
        assert_eq!(kept(&data, 1, 9, Side::End).len(), 0);
    }
}
