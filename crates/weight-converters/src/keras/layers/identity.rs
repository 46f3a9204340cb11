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
    row(&["RandomFlip"], no_slots, identity, ""),
    row(&["RandomRotation"], no_slots, identity, ""),
    row(&["RandomZoom"], no_slots, identity, ""),
    row(&["RandomTranslation"], no_slots, identity, ""),
    row(&["RandomContrast"], no_slots, identity, ""),
    row(&["RandomBrightness"], no_slots, identity, ""),
];

fn identity(_: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    call.input().cloned()
}
