//! The lowering table: what each class of layers becomes in ONNX, one file a family.
//!
//! A lowering reads its settings from the configuration of the layer, its weights in the order of its slots, and returns
//! one tensor. Nothing is assumed about the order of axes: a [`Feature`] gives them as they are wanted.

mod activation;
mod activation_layers;
mod attention;
mod call;
mod convolution;
mod core;
mod functions;
mod identity;
mod kernel;
mod legacy;
mod listing;
mod merging;
mod normalization;
mod padding;
mod pooling;
mod preprocessing;
mod resampling;
mod shape;
mod time_distributed;
mod transposed;
mod upsampling;
mod window;

use std::collections::HashMap;
use std::sync::OnceLock;

pub(crate) use call::{Call, Operand};
pub(crate) use core::input_dtype;
pub use listing::{SupportedLayer, supported_layers};
pub(crate) use time_distributed::inner as wrapped;

use super::config::Config;
use super::context::Context;
use super::error::LayerError;
use super::feature::Feature;
use super::model::Layer;

/// Adds the nodes of one call of a layer to the graph and returns its result.
pub(crate) type Lowering = fn(&mut Context, &Call<'_>) -> Result<Feature, LayerError>;

/// The weights of a layer, in its own order.
pub(crate) type Slots = fn(Config<'_>) -> Result<Vec<Slot>, LayerError>;

/// A weight that a layer has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Slot {
    /// What Keras calls it; older or newer names behind `|`.
    pub(crate) name: String,
    /// Whether it is trained; statistics are not.
    pub(crate) trained: bool,
}

impl Slot {
    /// A weight that is trained.
    pub(crate) fn trained(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            trained: true,
        }
    }

    /// A weight that is measured.
    pub(crate) fn measured(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            trained: false,
        }
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Row {
    /// The names of the class, that of the newest Keras first.
    pub(crate) classes: &'static [&'static str],
    /// Restrictions, and what it becomes where that is not obvious.
    pub(crate) notes: &'static str,
    slots: Slots,
    lowering: Lowering,
}

const fn row(classes: &'static [&'static str], slots: Slots, lowering: Lowering, notes: &'static str) -> Row {
    Row {
        classes,
        notes,
        slots,
        lowering,
    }
}

/// No weights.
fn no_slots(_: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    Ok(Vec::new())
}

/// The families, in the order of the documentation.
const FAMILIES: &[(&str, &[Row])] = &[
    ("convolution", convolution::LAYERS),
    ("transposed convolution", transposed::LAYERS),
    ("pooling", pooling::LAYERS),
    ("normalisation", normalization::LAYERS),
    ("activation layers", activation_layers::LAYERS),
    ("upsampling", upsampling::LAYERS),
    ("cropping and padding", padding::LAYERS),
    ("merging", merging::LAYERS),
    ("attention", attention::LAYERS),
    ("shape", shape::LAYERS),
    ("core", core::LAYERS),
    ("images", preprocessing::LAYERS),
    ("identity in inference", identity::LAYERS),
    ("wrappers", time_distributed::LAYERS),
    ("Keras 1", legacy::LAYERS),
];

/// All classes with the name of their family.
pub(crate) fn table() -> impl Iterator<Item = (&'static str, &'static Row)> {
    FAMILIES
        .iter()
        .flat_map(|(family, rows)| rows.iter().map(move |row| (*family, row)))
}

/// Why recurrent layers are not converted.
const RECURRENT: &str = "recurrent layers are not converted: export the network to ONNX with tf2onnx, or run its Keras file with \
                         the backend `python`";

/// Classes of which it is known why they cannot be converted.
const REFUSED: &[(&str, &str)] = &[
    ("Bidirectional", RECURRENT),
    ("ConvLSTM1D", RECURRENT),
    ("ConvLSTM2D", RECURRENT),
    ("ConvLSTM3D", RECURRENT),
    ("CuDNNGRU", RECURRENT),
    ("CuDNNLSTM", RECURRENT),
    ("GRU", RECURRENT),
    (
        "Lambda",
        "it holds Python code, which is not run: write it with layers of Keras, or export the network to ONNX",
    ),
    ("LSTM", RECURRENT),
    ("Masking", "masks are not converted"),
    ("RNN", RECURRENT),
    ("SimpleRNN", RECURRENT),
    ("StringLookup", "text has no place in the converted network"),
    ("TextVectorization", "text has no place in the converted network"),
];

/// The row of a layer.
///
/// # Errors
/// When there is none; [`unsupported`] says it better before.
pub(crate) fn find(layer: &Layer) -> Result<&'static Row, LayerError> {
    static BY_CLASS: OnceLock<HashMap<&'static str, &'static Row>> = OnceLock::new();
    let by_class = BY_CLASS.get_or_init(|| {
        table()
            .flat_map(|(_, row)| row.classes.iter().map(move |class| (*class, row)))
            .collect()
    });
    if functions::is_function(layer) {
        return Ok(functions::ROW);
    }
    by_class
        .get(layer.class.as_str())
        .copied()
        .ok_or_else(|| LayerError::new("is not supported"))
}

/// The weights of a layer.
///
/// # Errors
/// When the configuration is broken.
pub(crate) fn slots(row: &Row, config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    (row.slots)(config)
}

/// Adds the nodes of a call.
///
/// # Errors
/// What the lowering reports.
pub(crate) fn lower(cx: &mut Context, row: &Row, call: &Call<'_>) -> Result<Vec<Feature>, LayerError> {
    if call.inputs.is_empty() {
        return Err(LayerError::new("is called without a tensor"));
    }
    core::note_precision(cx, call);
    let result = (row.lowering)(cx, call)?;
    if result.shape().contains(&0) {
        return Err(LayerError::new(format!(
            "its result has the shape {:?}, so no elements",
            result.shape()
        )));
    }
    Ok(vec![result])
}

/// The class of a layer that cannot be converted, and why, where that is known.
pub(crate) fn unsupported(layer: &Layer) -> Option<(String, Option<&'static str>)> {
    if let Some(inner) = time_distributed::inner(layer) {
        let (class, reason) = match inner {
            Ok(inner) if inner.model.is_some() => {
                let reason = "models are not supported in it, put the layers in one by one";
                return Some((format!("TimeDistributed({})", inner.class), Some(reason)));
            }
            Ok(inner) => unsupported(&inner)?,
            Err(_) => return Some(("TimeDistributed".into(), Some("its layer is missing"))),
        };
        return Some((format!("TimeDistributed({class})"), reason));
    }
    if functions::is_function(layer) {
        return functions::unsupported(layer).map(|class| (class, None));
    }
    if find(layer).is_ok() {
        return None;
    }
    let reason = REFUSED
        .iter()
        .find(|(class, _)| *class == layer.class)
        .map(|(_, reason)| *reason);
    Some((layer.class.clone(), reason))
}
