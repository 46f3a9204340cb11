//! A layer for each step of a sequence.

use super::super::config::Config;
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::super::model::{Layer, inner_layer};
use super::call::Call;
use super::{Row, Slot, find, row, slots};

pub(super) const LAYERS: &[Row] = &[row(
    &["TimeDistributed"],
    inner_slots,
    each_step,
    "of the layers of this table; of no models",
)];

/// The layer in a `TimeDistributed`, or `None` for other classes.
pub(crate) fn inner(layer: &Layer) -> Option<Result<Layer, LayerError>> {
    (layer.class == "TimeDistributed").then(|| wrapped(layer.config()))
}

fn wrapped(config: Config<'_>) -> Result<Layer, LayerError> {
    let entry = config
        .get("layer")
        .ok_or_else(|| LayerError::new("`layer` is missing in the configuration"))?;
    inner_layer(entry).map_err(|error| LayerError::new(error.to_string()))
}

fn inner_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    let layer = wrapped(config)?;
    slots(find(&layer)?, layer.config())
}

/// Steps become items of the batch.
fn each_step(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let layer = wrapped(call.config)?;
    let row = find(&layer)?;
    let x = call.input()?.get(&mut cx.graph, Layout::Plain)?;
    let &[batch, steps, ref rest @ ..] = &x.shape[..] else {
        return Err(LayerError::new(format!(
            "takes a sequence, found shape {:?}",
            x.shape
        )));
    };
    let items = batch
        .checked_mul(steps)
        .ok_or_else(|| LayerError::new("the sequence is too long"))?;
    let shape: Vec<usize> = [items].into_iter().chain(rest.iter().copied()).collect();
    let folded = Feature::plain(cx.graph.reshape(&x, &shape)?);
    let inner = Call {
        config: layer.config(),
        layer: &layer,
        weights: call.weights,
        inputs: vec![folded],
        args: Vec::new(),
        kwargs: Vec::new(),
    };
    let y = (row.lowering)(cx, &inner)?.get(&mut cx.graph, Layout::Plain)?;
    let shape: Vec<usize> = [batch, steps]
        .into_iter()
        .chain(y.shape[1..].iter().copied())
        .collect();
    Ok(Feature::plain(cx.graph.reshape(&y, &shape)?))
}
