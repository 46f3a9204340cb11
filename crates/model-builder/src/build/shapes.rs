//! Shapes that the recipe leaves open.

use std::sync::Arc;

use rdf_spec::{WeightsFormat, Yaml};
use runners::Backends;
use tensor_ops::Tensor;

use super::draft::Draft;
use super::halos::{self, Wanted};
use super::runner_format;
use crate::error::{BuildError, BuildErrorKind};
use crate::probe::Probe;
use crate::sizes::{self, Relation, Sizes};
use crate::tree;

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
    let mut wanted = Vec::new();
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
            // Scores of a class, say: as many whatever the size of the image.
            None if is_fixed || small[at] == large[at] => None,
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
            let Some(reference) = reference else {
                let reason =
                    "no input has the same axes in the same order; state it, or leave it out".to_owned();
                return Err(BuildErrorKind::Halo { output: name, reason }.into());
            };
            let relations = match relations {
                Some((_, relations)) if !is_fixed => relations,
                _ => sizes::fixed_relations(
                    (&axes, &small[at]),
                    (&draft.inputs[reference].axes, &here[reference]),
                ),
            };
            wanted.push(Wanted {
                output: at,
                reference,
                relations,
            });
        } else if !is_fixed && tree::items(&draft.tree, "outputs")[at].get("halo").is_none() {
            draft.notes.push(format!(
                "output `{name}` has no halo: tiles of large images will show borders unless a pixel sees only itself; \
                 `halo = \"search\"` measures what is needed"
            ));
        }
    }
    halos::search(draft, &mut probe, &stated, &wanted)
}

pub(super) fn set_output(draft: &mut Draft, at: usize, key: &str, value: Yaml) {
    if let Some(output) = tree::items_mut(&mut draft.tree, "outputs").get_mut(at) {
        tree::set(output, key, value);
    }
}

pub(super) fn parametrized(sizes: &Sizes) -> Yaml {
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
pub(super) fn sizes_of(input: &Yaml) -> Sizes {
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
