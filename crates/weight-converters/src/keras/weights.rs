//! Which weights belong to which layer.
//!
//! A file stores the weights of a layer of the outermost model in one list. For a model within the model the list has
//! the trained weights of all its layers, and then the others (moving statistics, frozen layers), as
//! `Layer.trainable_weights` and `Layer.non_trainable_weights` of Keras give them.

use std::collections::HashMap;

use super::context::{Context, Weight};
use super::error::{ConvertError, LayerError};
use super::layers::{Slot, find, slots};
use super::model::{Layer, Model};
use crate::tensor::TensorData;

/// A weight that is asked for.
#[derive(Debug)]
pub(crate) struct WeightRequest<'a> {
    /// The layer of the outermost model.
    pub(crate) top: &'a str,
    /// Position in the list of that layer.
    pub(crate) position: usize,
    /// Length of the list.
    pub(crate) count: usize,
    /// The layer it belongs to, from the outermost model inwards; the first is `top`.
    #[cfg_attr(not(feature = "tfjs"), allow(dead_code, reason = "HDF5 goes by the position"))]
    pub(crate) path: &'a [String],
    /// What it is to its layer: `kernel`, `query/bias`.
    pub(crate) name: &'a str,
    /// Position among the weights of its layer, or of the part of the layer (`query`) that has it.
    pub(crate) own_index: usize,
    /// How many weights the layer, or the part of it, has.
    pub(crate) own_count: usize,
}

/// Where weights come from.
pub(crate) trait WeightSource {
    /// The elements of a weight.
    ///
    /// # Errors
    /// What is wrong: it is missing, too large, of another type, or the list of the layer has another length.
    fn weight(&self, request: &WeightRequest<'_>) -> Result<TensorData, String>;
}

/// Weights of all layers, by the path of the layer.
pub(crate) type Weights = HashMap<Vec<String>, Vec<Weight>>;

/// A weight that a layer has.
struct Wanted {
    path: Vec<String>,
    class: String,
    slot: Slot,
    /// place among the weights of its layer
    index: usize,
    /// place among the weights of its part of the layer, and their number
    own: (usize, usize),
}

/// The part of a layer that has a weight: `query` for `query/kernel`.
fn part(slot: &Slot) -> Option<&str> {
    slot.name.rsplit_once('/').map(|(part, _)| part)
}

/// Reads the weights of all layers.
///
/// # Errors
/// [`ConvertError::Weights`], and layers whose configuration is broken.
pub(crate) fn read_weights(
    cx: &mut Context,
    model: &Model,
    source: &dyn WeightSource,
) -> Result<Weights, ConvertError> {
    let mut weights = Weights::new();
    for layer in &model.layers {
        let mut wanted = Vec::new();
        trained(layer, &[], &mut wanted)?;
        others(layer, &[], &mut wanted)?;
        let count = wanted.len();
        let mut read: HashMap<Vec<String>, Vec<(usize, Weight)>> = HashMap::new();
        for (position, one) in wanted.into_iter().enumerate() {
            let request = WeightRequest {
                top: &layer.name,
                position,
                count,
                path: &one.path,
                name: &one.slot.name,
                own_index: one.own.0,
                own_count: one.own.1,
            };
            let short = one.slot.name.split('|').next().unwrap_or_default();
            let name = format!("{}/{short}", one.path.join("/"));
            let weight = source
                .weight(&request)
                .and_then(|data| cx.weight(name, data).map_err(|error| error.message));
            let weight = weight.map_err(|message| ConvertError::Weights {
                layer: one.path.join("/"),
                class: one.class,
                message,
            })?;
            read.entry(one.path).or_default().push((one.index, weight));
        }
        for (path, mut list) in read {
            list.sort_by_key(|(index, _)| *index);
            weights.insert(path, list.into_iter().map(|(_, weight)| weight).collect());
        }
    }
    Ok(weights)
}

fn extended(path: &[String], layer: &Layer) -> Vec<String> {
    path.iter().cloned().chain([layer.name.clone()]).collect()
}

fn own(layer: &Layer, path: &[String], keep: fn(&Slot) -> bool) -> Result<Vec<Wanted>, ConvertError> {
    let path = extended(path, layer);
    let failed = |error: LayerError| ConvertError::Layer {
        layer: path.join("/"),
        class: layer.class.clone(),
        message: error.message,
    };
    let row = find(layer).map_err(failed)?;
    let all = slots(row, layer.config()).map_err(failed)?;
    let same_part =
        |slots: &[Slot], slot: &Slot| slots.iter().filter(|other| part(other) == part(slot)).count();
    Ok(all
        .iter()
        .enumerate()
        .filter(|(_, slot)| keep(slot))
        .map(|(index, slot)| Wanted {
            path: path.clone(),
            class: layer.class.clone(),
            slot: slot.clone(),
            index,
            own: (same_part(&all[..index], slot), same_part(&all, slot)),
        })
        .collect())
}

fn trained(layer: &Layer, path: &[String], wanted: &mut Vec<Wanted>) -> Result<(), ConvertError> {
    if !layer.is_trainable() {
        return Ok(());
    }
    match &layer.model {
        Some(model) => {
            let path = extended(path, layer);
            model
                .layers
                .iter()
                .try_for_each(|inner| trained(inner, &path, wanted))
        }
        None => {
            wanted.extend(own(layer, path, |slot| slot.trained)?);
            Ok(())
        }
    }
}

fn others(layer: &Layer, path: &[String], wanted: &mut Vec<Wanted>) -> Result<(), ConvertError> {
    match &layer.model {
        Some(model) => {
            let path = extended(path, layer);
            for inner in &model.layers {
                if !layer.is_trainable() {
                    trained(inner, &path, wanted)?;
                }
                others(inner, &path, wanted)?;
            }
        }
        None => {
            if !layer.is_trainable() {
                wanted.extend(own(layer, path, |slot| slot.trained)?);
            }
            wanted.extend(own(layer, path, |slot| !slot.trained)?);
        }
    }
    Ok(())
}
