//! Which sizes a network takes, and which sizes its outputs then have.

use crate::error::{BuildError, BuildErrorKind};
use crate::probe::Probe;

/// Axes whose size is searched.
const SPACE: [char; 3] = ['z', 'y', 'x'];
/// Steps that are tried, smallest first.
const STEPS: [usize; 8] = [1, 2, 4, 8, 16, 32, 64, 128];

/// Sizes of an input: `min + k * step` along each axis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) min: Vec<usize>,
    pub(crate) step: Vec<usize>,
}

/// The sizes of an output along an axis: `scale * size + 2 * offset`, of the axis of the same letter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Relation {
    pub(crate) scale: f64,
    pub(crate) offset: f64,
}

/// What was found out about an axis: the step, the smallest size below the test size, and what outputs do.
struct Found {
    step: usize,
    /// How many steps the smallest size is below that of the test input.
    down: usize,
}

/// The sizes that the inputs may have, of those where `searched` says so; and remarks.
///
/// Sizes along an axis are changed in all searched inputs together: images of several inputs show the same field of view,
/// though not always at the same resolution.
pub(crate) fn search(probe: &mut Probe, searched: &[bool]) -> Result<(Vec<Sizes>, Vec<String>), BuildError> {
    let base: Vec<Vec<usize>> = probe
        .inputs()
        .iter()
        .map(|input| input.data.shape().to_vec())
        .collect();
    if probe.shapes(&base).is_none() {
        // The run of the whole model says why.
        return Ok((fixed(&base), Vec::new()));
    }
    let small = halved(probe, &base, searched);
    let mut notes = Vec::new();
    let mut sizes = fixed(&base);
    for letter in SPACE {
        let places: Vec<Option<usize>> = probe
            .inputs()
            .iter()
            .zip(searched)
            .map(|(input, &searched)| if searched { input.axes.find(letter) } else { None })
            .collect();
        if places.iter().all(Option::is_none) {
            continue;
        }
        let found = ratios(&base, &places).into_iter().find_map(|ratios| {
            let mut from = |start: &Vec<Vec<usize>>| {
                Some((
                    search_axis(probe, (start, &base), &places, &ratios)?,
                    start.clone(),
                ))
            };
            let (found, start) = from(&small).or_else(|| if small == base { None } else { from(&base) })?;
            Some((found, ratios, start))
        });
        let Some((found, ratios, start)) = found else {
            let smallest = base
                .iter()
                .zip(&places)
                .find_map(|(shape, place)| Some(shape[(*place)?]));
            notes.push(format!(
                "axis {letter}: no size but {} was found that the network takes",
                smallest.unwrap_or_default()
            ));
            continue;
        };
        for (((sizes, shape), place), ratio) in sizes.iter_mut().zip(&start).zip(&places).zip(ratios) {
            if let Some(at) = *place {
                sizes.step[at] = found.step * ratio;
                sizes.min[at] = shape[at] - found.down * found.step * ratio;
            }
        }
    }
    // What is fine along each axis has to be fine along all.
    let smallest: Vec<Vec<usize>> = sizes.iter().map(|sizes| sizes.min.clone()).collect();
    if smallest != base && probe.shapes(&smallest).is_none() {
        for (sizes, shape) in sizes.iter_mut().zip(&base) {
            sizes.min.clone_from(shape);
        }
        notes.push(
            "sizes below those of the test input work along one axis only: they are left out".to_owned(),
        );
    }
    Ok((sizes, notes))
}

fn fixed(base: &[Vec<usize>]) -> Vec<Sizes> {
    let fixed = |shape: &Vec<usize>| Sizes {
        min: shape.clone(),
        step: vec![0; shape.len()],
    };
    base.iter().map(fixed).collect()
}

/// How much faster each input grows than the smallest one: in the ratio of their sizes where that is whole (an image and
/// the same at half the resolution), or all alike.
fn ratios(base: &[Vec<usize>], places: &[Option<usize>]) -> Vec<Vec<usize>> {
    let lengths: Vec<Option<usize>> = base
        .iter()
        .zip(places)
        .map(|(shape, place)| place.map(|at| shape[at]))
        .collect();
    let alike = vec![1; base.len()];
    let Some(smallest) = lengths
        .iter()
        .flatten()
        .copied()
        .min()
        .filter(|&length| length > 0)
    else {
        return vec![alike];
    };
    let is_whole = lengths.iter().flatten().all(|length| length % smallest == 0);
    let ratio = |length: &Option<usize>| length.map_or(1, |length| length / smallest);
    let by_size: Vec<usize> = lengths.iter().map(ratio).collect();
    if is_whole && by_size != alike {
        vec![by_size, alike]
    } else {
        vec![alike]
    }
}

/// The shapes of the test inputs halved along all searched axes, as often as the network takes it: runs are shorter.
fn halved(probe: &mut Probe, base: &[Vec<usize>], searched: &[bool]) -> Vec<Vec<usize>> {
    let axes: Vec<Vec<usize>> = probe
        .inputs()
        .iter()
        .zip(searched)
        .map(|(input, &searched)| {
            let letters = input.axes.chars().enumerate();
            letters
                .filter(|(_, letter)| searched && SPACE.contains(letter))
                .map(|(at, _)| at)
                .collect()
        })
        .collect();
    let is_volume = probe.inputs().iter().any(|input| input.axes.contains('z'));
    let enough = if is_volume { 32 } else { 128 };
    let mut shapes = base.to_vec();
    loop {
        let mut next = shapes.clone();
        for (shape, axes) in next.iter_mut().zip(&axes) {
            for &at in axes {
                if shape[at] < enough || shape[at] % 2 != 0 {
                    return shapes;
                }
                shape[at] /= 2;
            }
        }
        if next == shapes || probe.shapes(&next).is_none() {
            return shapes;
        }
        shapes = next;
    }
}

/// Searches from shapes that the network takes, `base`, so that those of the test inputs are among the sizes.
fn search_axis(
    probe: &mut Probe,
    (base, test): (&[Vec<usize>], &[Vec<usize>]),
    places: &[Option<usize>],
    ratios: &[usize],
) -> Option<Found> {
    let is_volume = probe.inputs().iter().any(|input| input.axes.contains('z'));
    let mut distances = base
        .iter()
        .zip(test)
        .zip(places.iter().zip(ratios))
        .filter_map(|((base, test), (place, ratio))| Some((test[(*place)?] - base[(*place)?]) / ratio));
    let to_test = distances.next()?;
    if distances.any(|distance| distance != to_test) {
        return None;
    }
    let mut shapes_at = |change: isize| -> Option<Vec<Vec<usize>>> {
        let mut shapes = base.to_vec();
        for ((shape, place), &ratio) in shapes.iter_mut().zip(places).zip(ratios) {
            if let Some(at) = *place {
                let change = change.checked_mul(isize::try_from(ratio).ok()?)?;
                shape[at] = shape[at]
                    .checked_add_signed(change)
                    .filter(|&length| length > 0)?;
            }
        }
        probe.shapes(&shapes)
    };
    let here = shapes_at(0)?;
    // Volumes of larger sizes would take too long.
    let largest = if is_volume { 32 } else { 128 };
    for step in STEPS.into_iter().filter(|&step| step <= largest) {
        let signed = isize::try_from(step).ok()?;
        let Some(first) = shapes_at(signed) else { continue };
        let mut is_fine = |change: isize| {
            shapes_at(change).is_some_and(|shapes| {
                let mut lengths = shapes.iter().flatten();
                lengths.all(|&length| length > 0) && is_on_line(&here, (&first, signed), (&shapes, change))
            })
        };
        // Sizes grow evenly: one that is rounded does not.
        let far = isize::try_from((largest / step).max(4)).ok()?;
        if to_test % step != 0 || ![2, 3, far].into_iter().all(|steps| is_fine(steps * signed)) {
            continue;
        }
        if !is_fine(isize::try_from(to_test).ok()?) {
            continue;
        }
        let lengths = base
            .iter()
            .zip(places)
            .filter_map(|(shape, place)| Some(shape[(*place)?]));
        let smallest = lengths.min()?;
        // What is too small stays too small.
        let (mut fine, mut not) = (0, (smallest - 1) / step + 1);
        while not - fine > 1 {
            let middle = fine + (not - fine) / 2;
            let change = isize::try_from(middle * step).ok()?;
            if is_fine(-change) {
                fine = middle;
            } else {
                not = middle;
            }
        }
        return Some(Found { step, down: fine });
    }
    None
}

/// Whether shapes for two changes of a size lie on one line with those for none.
fn is_on_line(
    zero: &[Vec<usize>],
    (one, first): (&[Vec<usize>], isize),
    (other, second): (&[Vec<usize>], isize),
) -> bool {
    let flat = |shapes: &[Vec<usize>]| -> Option<Vec<i128>> {
        shapes
            .iter()
            .flatten()
            .map(|&length| i128::try_from(length).ok())
            .collect()
    };
    let (Some(zero), Some(one), Some(other)) = (flat(zero), flat(one), flat(other)) else {
        return false;
    };
    let (first, second) = (first as i128, second as i128);
    zero.len() == one.len()
        && one.len() == other.len()
        && zero
            .iter()
            .zip(&one)
            .zip(&other)
            .all(|((&zero, &one), &other)| (other - zero) * first == (one - zero) * second)
}

/// How an output follows from the input that it refers to: one relation for each axis of the output, `None` for an axis
/// that the input does not have. `small` and `large` are shapes of both for two sizes.
pub(crate) fn relations(
    output: (&str, &str),
    input_axes: &str,
    small: (&[usize], &[usize]),
    large: (&[usize], &[usize]),
) -> Result<Vec<Option<Relation>>, BuildError> {
    let (name, axes) = output;
    let wrong = |reason: String| {
        BuildError::from(BuildErrorKind::Shape {
            output: name.to_owned(),
            reason,
        })
    };
    let shared: String = axes
        .chars()
        .filter(|&letter| input_axes.contains(letter))
        .collect();
    if shared != input_axes {
        return Err(wrong(format!(
            "it has the axes {axes}, which are not those of the input ({input_axes}) in the same order with others"
        )));
    }
    let relation = |(at, letter): (usize, char)| -> Result<Option<Relation>, BuildError> {
        let Some(from) = input_axes.find(letter) else {
            return Ok(None);
        };
        if letter == 'b' {
            return Ok(Some(Relation {
                scale: 1.0,
                offset: 0.0,
            }));
        }
        let (in0, in1) = (small.0[from] as f64, large.0[from] as f64);
        let (out0, out1) = (small.1[at] as f64, large.1[at] as f64);
        let scale = if in0 == in1 {
            if out0 == in0 { 1.0 } else { 0.0 }
        } else {
            (out1 - out0) / (in1 - in0)
        };
        let offset = (out0 - scale * in0) / 2.0;
        if (offset * 2.0).fract() != 0.0 {
            return Err(wrong(format!(
                "along {letter} it has {out0} elements for {in0}, and {scale} more for each further one: an offset of \
                 {offset} is no half number, as with pooling that leaves a rest; crop the test input along {letter} by an \
                 element or a few"
            )));
        }
        Ok(Some(Relation { scale, offset }))
    };
    axes.chars().enumerate().map(relation).collect()
}

/// How an output follows an input where both have one size only, as tiles of them are understood: with scale 1 if the
/// sizes are equal, with their ratio if one divides the other, otherwise with scale 1 and an offset.
pub(crate) fn fixed_relations(output: (&str, &[usize]), input: (&str, &[usize])) -> Vec<Option<Relation>> {
    let letters = output.0.chars().zip(output.1);
    letters
        .map(|(letter, &size)| {
            let whole = *input.1.get(input.0.find(letter)?)?;
            let is_ratio = whole > 0 && size > 0 && (whole % size == 0 || size % whole == 0);
            let scale = if is_ratio { size as f64 / whole as f64 } else { 1.0 };
            let offset = (size as f64 - scale * whole as f64) / 2.0;
            Some(Relation { scale, offset })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_follow_from_inputs() {
        let small = ([1, 1, 64, 64], [1, 2, 23, 55]);
        let large = ([1, 1, 80, 80], [1, 2, 31, 71]);
        let found = relations(
            ("out", "bcyx"),
            "bcyx",
            (&small.0, &small.1),
            (&large.0, &large.1),
        );
        let relation = |scale, offset| Some(Relation { scale, offset });
        let expected = vec![
            relation(1.0, 0.0),
            relation(0.0, 1.0),
            relation(0.5, -4.5),
            relation(1.0, -4.5),
        ];
        assert_eq!(found.unwrap(), expected);
        assert!(
            relations(
                ("out", "bxyc"),
                "bcyx",
                (&small.0, &small.1),
                (&large.0, &large.1)
            )
            .is_err()
        );
    }

    #[test]
    fn outputs_of_one_size_follow_by_their_ratio() {
        let found = fixed_relations(("bcyx", &[1, 2, 32, 50]), ("bcyx", &[1, 1, 64, 64]));
        let relation = |scale, offset| Some(Relation { scale, offset });
        assert_eq!(found[2..], [relation(0.5, 0.0), relation(1.0, -7.0)]);
        assert_eq!(fixed_relations(("bi", &[1, 9]), ("byx", &[1, 8, 8]))[1], None);
    }

    #[test]
    fn inputs_grow_alike_or_in_the_ratio_of_their_sizes() {
        let base = [vec![1, 64], vec![1, 32], vec![7]];
        let places = [Some(1), Some(1), None];
        assert_eq!(ratios(&base, &places), [vec![2, 1, 1], vec![1, 1, 1]]);
        assert_eq!(ratios(&base, &[Some(1), None, None]), [[1, 1, 1]]);
        assert_eq!(ratios(&[vec![64], vec![48]], &[Some(0), Some(0)]), [[1, 1]]);
    }

    #[test]
    fn evenly_growing_sizes_are_on_a_line() {
        let shapes = |length: usize| vec![vec![1, length]];
        assert!(is_on_line(&shapes(32), (&shapes(33), 2), (&shapes(35), 6)));
        assert!(!is_on_line(&shapes(32), (&shapes(33), 2), (&shapes(34), 6)));
        assert!(is_on_line(&shapes(32), (&shapes(33), 2), (&shapes(29), -6)));
        assert!(!is_on_line(&shapes(32), (&shapes(33), 2), (&shapes(30), -6)));
    }
}
