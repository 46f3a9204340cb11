//! Halos that are searched: measured, written into the description, and said how sure they are.

use super::draft::Draft;
use super::shapes::{parametrized, set_output, sizes_of};
use crate::error::{BuildError, BuildErrorKind};
use crate::halo::{self, Along, Line, Measured, Seen};
use crate::probe::Probe;
use crate::sizes::{Relation, Sizes};
use crate::tree;

/// Elements of the inputs along the axis that is looked at, smallest first: the farthest that a pixel sees has to lie
/// within. Those of volumes are fewer, since they take longer.
const WIDE: [usize; 4] = [192, 384, 768, 1536];
const WIDE_VOLUME: [usize; 3] = [48, 96, 192];
/// Elements along the other axes of space, at least.
const NARROW: usize = 64;
const NARROW_VOLUME: usize = 24;

/// An output whose halo is searched.
pub(super) struct Wanted {
    pub(super) output: usize,
    /// The input that it follows.
    pub(super) reference: usize,
    /// How, one for each axis.
    pub(super) relations: Vec<Option<Relation>>,
}

/// Measures the halos of outputs. `stated` are the sizes of the inputs.
pub(super) fn search(
    draft: &mut Draft,
    probe: &mut Probe,
    stated: &[Sizes],
    wanted: &[Wanted],
) -> Result<(), BuildError> {
    let mut halos: Vec<Vec<Option<usize>>> = wanted
        .iter()
        .map(|wanted| vec![Some(0); wanted.relations.len()])
        .collect();
    let mut unbounded: Vec<Vec<String>> = vec![Vec::new(); wanted.len()];
    for reference in 0..draft.inputs.len() {
        for letter in ['z', 'y', 'x'] {
            let axis_of = |wanted: &Wanted| draft.outputs[wanted.output].axes.find(letter);
            let followers: Vec<(usize, Seen)> = wanted
                .iter()
                .enumerate()
                .filter(|(_, wanted)| wanted.reference == reference)
                .filter_map(|(at, wanted)| {
                    let axis = axis_of(wanted)?;
                    let relation = wanted.relations[axis].filter(|relation| relation.scale > 0.0)?;
                    let index = wanted.output;
                    Some((
                        at,
                        Seen {
                            index,
                            axis,
                            relation,
                        },
                    ))
                })
                .collect();
            if followers.is_empty() {
                continue;
            }
            let seen: Vec<Seen> = followers.iter().map(|(_, seen)| *seen).collect();
            let name = draft.outputs[seen[0].index].name.clone();
            let Some((found, length)) = along(draft, probe, stated, (reference, letter), &seen)? else {
                continue;
            };
            let has_halo = found.halo.iter().any(Option::is_some);
            if found.stride > 1 && has_halo {
                stride_found(draft, &name, (reference, letter), stated, found.stride);
            }
            for ((at, seen), halo) in followers.into_iter().zip(found.halo) {
                halos[at][seen.axis] = halo;
                if halo.is_none() {
                    unbounded[at].push(format!("{letter} ({length} elements)"));
                }
            }
        }
    }
    for ((wanted, halo), unbounded) in wanted.iter().zip(halos).zip(unbounded) {
        let name = draft.outputs[wanted.output].name.clone();
        let Some(halo) = halo.into_iter().collect::<Option<Vec<usize>>>() else {
            draft.notes.push(format!(
                "`{name}` gets no halo, and none is exact: along {} every pixel depends on everything, as with \
                 global pooling, attention, or normalisation over the image inside the network; run images in one \
                 piece, or state a halo and measure its error with `modelhub tiling-error`",
                unbounded.join(" and ")
            ));
            continue;
        };
        let is_tried = stated[wanted.reference].step.iter().any(|&step| step > 0);
        let grounds = if is_tried {
            "with it tiles of the test image and of noise gave the whole output"
        } else {
            "as far as a change of the input reaches; tiles could not be tried, since the network takes one size only"
        };
        draft
            .notes
            .push(format!("halo of `{name}`: {halo:?}, measured: {grounds}"));
        set_output(draft, wanted.output, "halo", tree::lengths(&halo));
        make_room(draft, wanted, &halo)?;
    }
    Ok(())
}

/// What is found along an axis, and the elements that were looked at; more and more of them until there is an end.
fn along(
    draft: &Draft,
    probe: &mut Probe,
    stated: &[Sizes],
    (reference, letter): (usize, char),
    seen: &[Seen],
) -> Result<Option<(Measured, usize)>, BuildError> {
    let is_volume = draft.inputs.iter().any(|input| input.axes.contains('z'));
    let widths: &[usize] = if is_volume { &WIDE_VOLUME } else { &WIDE };
    let along: Vec<Option<Along>> = draft
        .inputs
        .iter()
        .zip(stated)
        .map(|(input, sizes)| {
            let axis = input.axes.find(letter)?;
            let (min, step) = (sizes.min[axis], sizes.step[axis]);
            Some(Along { axis, min, step })
        })
        .collect();
    let mut last = None;
    for &wide in widths {
        let shapes = narrow(draft, stated, if is_volume { NARROW_VOLUME } else { NARROW });
        let Some(line) = Line::new(shapes, &along, reference, wide) else {
            return Ok(None);
        };
        let Some(found) = halo::measure(probe, &line, seen) else {
            if last.is_some() {
                break;
            }
            let output = draft.outputs[seen[0].index].name.clone();
            let reason = format!(
                "the network does not run on {} elements along {letter}, which its sizes allow; state the halo, or \
                 the sizes",
                line.length()
            );
            return Err(BuildErrorKind::Halo { output, reason }.into());
        };
        let is_complete = found.halo.iter().all(Option::is_some);
        let is_fixed = line.is_fixed();
        last = Some((found, line.length()));
        if is_complete || is_fixed {
            break;
        }
    }
    Ok(last)
}

/// Shapes of all inputs that are small, so that runs are short.
fn narrow(draft: &Draft, stated: &[Sizes], wide: usize) -> Vec<Vec<usize>> {
    // Axes of the same letter grow by the same number of steps.
    let steps = |letter: char| {
        let each = draft.inputs.iter().zip(stated).filter_map(|(input, sizes)| {
            let axis = input.axes.find(letter)?;
            let (min, step) = (sizes.min[axis], sizes.step[axis]);
            (step > 0).then(|| wide.saturating_sub(min).div_ceil(step))
        });
        each.max().unwrap_or(0)
    };
    let shapes = draft.inputs.iter().zip(stated).map(|(input, sizes)| {
        let letters = input.axes.chars().zip(sizes.min.iter().zip(&sizes.step));
        letters
            .map(|(letter, (min, step))| min + steps(letter) * step)
            .collect()
    });
    shapes.collect()
}

/// A stride that sizes do not show: the step is raised where it is ours to choose, otherwise it is said.
fn stride_found(
    draft: &mut Draft,
    output: &str,
    (reference, letter): (usize, char),
    stated: &[Sizes],
    stride: usize,
) {
    let Some(axis) = draft.inputs[reference].axes.find(letter) else {
        return;
    };
    let step = stated[reference].step[axis];
    let elements = stride * step.max(1);
    if step == 0 {
        draft.notes.push(format!(
            "axis {letter}: `{output}` has a stride of {elements} that one size cannot show: give `--stride {letter}={elements}` \
             where images are cut into tiles"
        ));
        return;
    }
    let all_searched = draft
        .inputs
        .iter()
        .all(|input| input.is_searched || !input.axes.contains(letter));
    if !all_searched {
        draft.notes.push(format!(
            "axis {letter}: tiles equal the whole only where they start at multiples of {elements}, and the step is {step}: \
             state a step of {elements}"
        ));
        return;
    }
    draft.notes.push(format!(
        "axis {letter}: sizes in steps of {step} work, but tiles equal the whole only where they start at multiples of \
         {elements}: the step is {elements}"
    ));
    let inputs = tree::items_mut(&mut draft.tree, "inputs").iter_mut();
    for (input, known) in inputs.zip(&draft.inputs) {
        let mut sizes = sizes_of(input);
        let Some(axis) = known.axes.find(letter) else {
            continue;
        };
        if sizes.step[axis] == 0 {
            continue;
        }
        // The test input keeps a size that is allowed.
        let larger = sizes.step[axis] * stride;
        sizes.min[axis] = smallest_of(known.tensor.shape()[axis], sizes.min[axis], larger);
        sizes.step[axis] = larger;
        tree::set(input, "shape", parametrized(&sizes));
    }
}

/// The smallest size that is not below `min` and a number of steps from `length`.
fn smallest_of(length: usize, min: usize, step: usize) -> usize {
    if length < min {
        return min;
    }
    length - (length - min) / step * step
}

/// Raises the smallest size of the inputs until something is left of an output within its halo.
fn make_room(draft: &mut Draft, wanted: &Wanted, halo: &[usize]) -> Result<(), BuildError> {
    let axes = draft.outputs[wanted.output].axes.clone();
    let mut raised: Vec<(char, usize)> = Vec::new();
    let Some(input) = tree::items(&draft.tree, "inputs").get(wanted.reference) else {
        return Ok(());
    };
    let sizes = sizes_of(input);
    let input_axes = draft.inputs[wanted.reference].axes.clone();
    for ((letter, relation), &halo) in axes.chars().zip(&wanted.relations).zip(halo) {
        let (Some(relation), Some(from)) = (relation, input_axes.find(letter)) else {
            continue;
        };
        let step = sizes.step[from];
        let needed = (1.0 + 2.0 * halo as f64 - 2.0 * relation.offset) / relation.scale;
        if step > 0 && relation.scale > 0.0 && needed > sizes.min[from] as f64 {
            let missing = needed.ceil() as usize - sizes.min[from];
            raised.push((letter, missing.div_ceil(step)));
        }
    }
    let inputs = tree::items_mut(&mut draft.tree, "inputs").iter_mut();
    for (input, known) in inputs.zip(&draft.inputs) {
        let mut sizes = sizes_of(input);
        if sizes.step.iter().all(|&step| step == 0) {
            continue;
        }
        for &(letter, steps) in &raised {
            let Some(from) = known.axes.find(letter) else {
                continue;
            };
            sizes.min[from] += steps * sizes.step[from];
            let length = known.tensor.shape()[from];
            if length < sizes.min[from] {
                let reason = format!(
                    "with the halo {halo:?} that was measured the input `{}` needs {} elements along {letter}, and the \
                     test input has {length}: give a larger test input, or leave the halo out",
                    known.name, sizes.min[from]
                );
                return Err(BuildErrorKind::Halo {
                    output: draft.outputs[wanted.output].name.clone(),
                    reason,
                }
                .into());
            }
        }
        tree::set(input, "shape", parametrized(&sizes));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_size_in_a_larger_step() {
        assert_eq!(smallest_of(64, 5, 4), 8);
        assert_eq!(smallest_of(65, 5, 4), 5);
        assert_eq!(smallest_of(3, 5, 4), 5);
    }
}
