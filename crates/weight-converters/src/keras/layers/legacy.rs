//! Classes that there are no more.

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::Call;
use super::{Row, merging, no_slots, row};
use crate::graph::Binary;

pub(super) const LAYERS: &[Row] = &[row(
    &["Merge"],
    no_slots,
    merge,
    "the modes `sum`, `mul`, `ave`, `max`, `concat`",
)];

fn merge(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    match call.config.text("mode")?.unwrap_or("sum") {
        "sum" => merging::fold(cx, call, Binary::Add),
        "mul" => merging::fold(cx, call, Binary::Mul),
        "max" => merging::fold(cx, call, Binary::Max),
        "ave" => merging::average(cx, call),
        "concat" => {
            let axis = call.config.integers("concat_axis")?.unwrap_or_default();
            merging::along(cx, &call.inputs, axis.first().copied().unwrap_or(-1))
        }
        other => Err(LayerError::new(format!("the mode `{other}` is not supported"))),
    }
}
