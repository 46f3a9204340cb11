//! Shapes and halos that the recipe leaves open.

use std::sync::Arc;

use rdf_spec::{WeightsFormat, Yaml};
use runners::Backends;
use tensor_ops::Tensor;

use super::draft::Draft;
use super::runner_format;
use crate::error::{BuildError, BuildErrorKind};
use crate::halo::{self, Seen};
use crate::probe::Probe;
use crate::sizes::{self, Relation, Sizes};
use crate::tree;

/// A test image that is smaller is repeated up to this size, so that the reach of a pixel ends inside.
const WIDE: usize = 192;
/// The same for volumes, of which larger ones would take too long.
const WIDE_VOLUME: usize = 48;

/// Finds the shapes of inputs that are searched, those of outputs that are not stated, and halos.
pub(super) fn complete(
    draft: &mut Draft,
    format: Option<WeightsFormat>,
    backends: &Arc<Backends>,
) -> Result<(), BuildError> {
    let searched: Vec<bool> = draft.inputs.iter().map(|input| input.is_searched).collect();
    let is_open = draft
        .outputs
        .iter()
        .any(|output| !output.has_shape || output.is_halo_searched);
    if !is_open && !searched.contains(&true) {
        return Ok(());
    }
    let tensors: Vec<(String, String, Tensor)> = draft
        .inputs
        .iter()
        .map(|input| (input.name.clone(), input.axes.clone(), input.tensor.clone()))
        .collect();
    let format = format.map(runner_format);
    let mut probe = Probe::new(&draft.tree, draft.files.to_vec(), &tensors, format, backends)?;
    if searched.contains(&true) {
        let (found, notes) = sizes::search(&mut probe, &searched)?;
        draft.notes.extend(notes);
        let inputs = tree::items_mut(&mut draft.tree, "inputs").iter_mut();
        for ((input, sizes), _) in inputs
            .zip(found)
            .zip(&searched)
            .filter(|(_, searched)| **searched)
        {
            if sizes.step.iter().any(|&step| step > 0) {
                tree::set(input, "shape", parametrized(&sizes));
            }
        }
    }
    let stated: Vec<Sizes> = tree::items(&draft.tree, "inputs").iter().map(sizes_of).collect();
    let here: Vec<Vec<usize>> = tensors
        .iter()
        .map(|(_, _, tensor)| tensor.shape().to_vec())
        .collect();
    let further: Vec<Vec<usize>> = here
        .iter()
        .zip(&stated)
        .map(|(shape, sizes)| {
            shape
                .iter()
                .zip(&sizes.step)
                .map(|(length, step)| length + step)
                .collect()
        })
        .collect();
    let run = |probe: &mut Probe, shapes: &[Vec<usize>]| -> Result<Vec<Vec<usize>>, BuildError> {
        probe.shapes(shapes).ok_or_else(|| {
            let reason = format!(
                "the network does not take inputs of the shapes {shapes:?}, which are stated to be fine"
            );
            BuildErrorKind::Package { reason }.into()
        })
    };
    let small = run(&mut probe, &here)?;
    let large = run(&mut probe, &further)?;
    if small.len() != draft.outputs.len() {
        let reason = format!(
            "the network has {} outputs, the recipe {}",
            small.len(),
            draft.outputs.len()
        );
        return Err(BuildErrorKind::Package { reason }.into());
    }
    for at in 0..draft.outputs.len() {
        let name = draft.outputs[at].name.clone();
        let axes = draft.outputs[at].axes.clone();
        if small[at].len() != axes.chars().count() {
            let reason = format!(
                "the network gives the shape {:?}, expected the axes {axes}",
                small[at]
            );
            return Err(BuildErrorKind::Shape { output: name, reason }.into());
        }
        let is_fixed = stated
            .iter()
            .all(|sizes| sizes.step.iter().all(|&step| step == 0));
        let reference = draft.inputs.iter().position(|input| {
            let shared: String = axes
                .chars()
                .filter(|&letter| input.axes.contains(letter))
                .collect();
            shared == input.axes
        });
        let relations = match reference {
            Some(from) => {
                let found = sizes::relations(
                    (&name, &axes),
                    &draft.inputs[from].axes,
                    (&here[from], &small[at]),
                    (&further[from], &large[at]),
                );
                match found {
                    Ok(relations) => Some((from, relations)),
                    Err(_) if is_fixed => None,
                    Err(error) => return Err(error),
                }
            }
            None if is_fixed => None,
            None => {
                let reason = "no input has the same axes in the same order".to_owned();
                return Err(BuildErrorKind::Shape { output: name, reason }.into());
            }
        };
        if !draft.outputs[at].has_shape {
            let shape = match &relations {
                Some((from, relations)) if !is_fixed => {
                    implicit(&draft.inputs[*from].name, relations, &small[at])
                }
                _ => tree::lengths(&small[at]),
            };
            set_output(draft, at, "shape", shape);
        }
        if draft.outputs[at].is_halo_searched {
            let Some((_, relations)) = &relations else {
                return Err(BuildErrorKind::Halo { output: name }.into());
            };
            let shapes = widened(&here, &stated, draft);
            let seen = Seen {
                index: at,
                name: &name,
                axes: &axes,
                relations,
            };
            let halo = halo::measure(&mut probe, &shapes, &seen)?;
            draft.notes.push(format!(
                "halo of `{name}`: {halo:?}, measured by changing the test input (`modelhub tiling-error` measures the effect)"
            ));
            set_output(draft, at, "halo", tree::lengths(&halo));
            make_room(draft, at, relations, &halo, reference.unwrap_or_default());
        } else if !is_fixed && tree::items(&draft.tree, "outputs")[at].get("halo").is_none() {
            draft.notes.push(format!(
                "output `{name}` has no halo: tiles of large images will show borders unless a pixel sees only itself; \
                 `halo = \"search\"` measures what is needed"
            ));
        }
    }
    Ok(())
}

fn set_output(draft: &mut Draft, at: usize, key: &str, value: Yaml) {
    if let Some(output) = tree::items_mut(&mut draft.tree, "outputs").get_mut(at) {
        tree::set(output, key, value);
    }
}

fn parametrized(sizes: &Sizes) -> Yaml {
    tree::mapping([
        ("min", tree::lengths(&sizes.min)),
        ("step", tree::lengths(&sizes.step)),
    ])
}

fn implicit(reference: &str, relations: &[Option<Relation>], lengths: &[usize]) -> Yaml {
    let scale = relations.iter().map(|relation| match relation {
        Some(relation) => Yaml::Float(relation.scale),
        None => Yaml::Null,
    });
    let offset = relations
        .iter()
        .zip(lengths)
        .map(|(relation, &length)| match relation {
            Some(relation) => relation.offset,
            None => length as f64 / 2.0,
        });
    tree::mapping([
        ("reference_tensor", tree::text(reference)),
        ("scale", Yaml::Sequence(scale.collect())),
        ("offset", tree::numbers(&offset.collect::<Vec<_>>())),
    ])
}

/// The sizes that an input is described with.
fn sizes_of(input: &Yaml) -> Sizes {
    let lengths = |items: &[Yaml]| -> Vec<usize> {
        let length = |item: &Yaml| match item {
            Yaml::Int(value) => usize::try_from(*value).unwrap_or(0),
            _ => 0,
        };
        items.iter().map(length).collect()
    };
    match input.get("shape") {
        Some(Yaml::Sequence(fixed)) => Sizes {
            min: lengths(fixed),
            step: vec![0; fixed.len()],
        },
        Some(shape) => Sizes {
            min: lengths(tree::items(shape, "min")),
            step: lengths(tree::items(shape, "step")),
        },
        None => Sizes {
            min: Vec::new(),
            step: Vec::new(),
        },
    }
}

/// Shapes of the test inputs, larger where they are small and may be larger.
fn widened(here: &[Vec<usize>], stated: &[Sizes], draft: &Draft) -> Vec<Vec<usize>> {
    let grown = |((shape, sizes), axes): ((&Vec<usize>, &Sizes), &str)| -> Vec<usize> {
        let wide = if axes.contains('z') { WIDE_VOLUME } else { WIDE };
        let each = shape.iter().zip(&sizes.step);
        each.map(|(&length, &step)| {
            if step == 0 || length >= wide {
                return length;
            }
            length + (wide - length).div_ceil(step) * step
        })
        .collect()
    };
    let axes = draft.inputs.iter().map(|input| input.axes.as_str());
    here.iter().zip(stated).zip(axes).map(grown).collect()
}

/// Raises the smallest size of the inputs until something is left of an output within its halo.
fn make_room(
    draft: &mut Draft,
    output: usize,
    relations: &[Option<Relation>],
    halo: &[usize],
    reference: usize,
) {
    let axes = draft.outputs[output].axes.clone();
    let mut raised: Vec<(char, usize)> = Vec::new();
    let Some(input) = tree::items(&draft.tree, "inputs").get(reference) else {
        return;
    };
    let sizes = sizes_of(input);
    let input_axes = draft.inputs[reference].axes.clone();
    for ((letter, relation), &halo) in axes.chars().zip(relations).zip(halo) {
        let (Some(relation), Some(from)) = (relation, input_axes.find(letter)) else {
            continue;
        };
        let step = sizes.step[from];
        let mut min = sizes.min[from];
        while step > 0 && min as f64 * relation.scale + 2.0 * relation.offset - 2.0 * (halo as f64) < 1.0 {
            min += step;
            raised.push((letter, min));
        }
    }
    for (at, input) in tree::items_mut(&mut draft.tree, "inputs").iter_mut().enumerate() {
        let mut sizes = sizes_of(input);
        let is_open = sizes.step.iter().any(|&step| step > 0);
        for &(letter, min) in &raised {
            if let Some(from) = draft.inputs[at].axes.find(letter)
                && sizes.step[from] > 0
            {
                sizes.min[from] = sizes.min[from].max(min);
            }
        }
        if is_open {
            tree::set(input, "shape", parametrized(&sizes));
        }
    }
}
