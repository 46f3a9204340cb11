//! Layers that do something in training only.

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::Call;
use super::{Row, no_slots, row};

pub(super) const LAYERS: &[Row] = &[
    row(&["Dropout"], no_slots, identity, ""),
    row(&["SpatialDropout1D"], no_slots, identity, ""),
    row(&["SpatialDropout2D"], no_slots, identity, ""),
    row(&["SpatialDropout3D"], no_slots, identity, ""),
    row(&["GaussianNoise"], no_slots, identity, ""),
    row(&["GaussianDropout"], no_slots, identity, ""),
    row(&["AlphaDropout"], no_slots, identity, ""),
    row(&["ActivityRegularization"], no_slots, identity, ""),
    row(&["Identity"], no_slots, identity, ""),
    row(&["RandomFlip"], no_slots, augmentation, ""),
    row(&["RandomRotation"], no_slots, augmentation, ""),
    row(&["RandomZoom"], no_slots, augmentation, ""),
    row(&["RandomTranslation"], no_slots, augmentation, ""),
    row(&["RandomContrast"], no_slots, augmentation, ""),
    row(&["RandomBrightness"], no_slots, augmentation, ""),
];

fn identity(_: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    call.refuse_training()?;
    call.input().cloned()
}

/// Layers that change images at random are called with `training=True` by default, which `Model.predict` overrules.
fn augmentation(_: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    call.input().cloned()
}
