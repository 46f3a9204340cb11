//! Padding and cropping around a computation on arrays.

use ndarray::ArrayD;

use super::AnyError;
use crate::Tile;

/// What [`TilePlan::run`](crate::TilePlan::run) takes, from a function that takes whole inputs and returns whole outputs:
/// inputs are padded before it where the plan pads them, outputs are cropped after it. `constant` stands outside the
/// image with [`Padding::Constant`](crate::Padding::Constant).
///
/// The computation fails if `network` does, or if it does not deliver the shapes of the plan.
pub fn on_arrays<T: Clone, U: Clone, E: Into<AnyError>>(
    constant: T,
    mut network: impl FnMut(Vec<ArrayD<T>>) -> Result<Vec<ArrayD<U>>, E>,
) -> impl FnMut(&Tile, Vec<ArrayD<T>>) -> Result<Vec<ArrayD<U>>, AnyError> {
    move |tile, parts| {
        let mut inputs = Vec::with_capacity(parts.len());
        for (part, read) in tile.inputs.iter().zip(parts) {
            inputs.push(if part.is_padded() {
                part.pad(&read, constant.clone())?
            } else {
                read
            });
        }
        let outputs = network(inputs).map_err(Into::into)?;
        let mut kept = Vec::with_capacity(outputs.len());
        for (part, output) in tile.outputs.iter().zip(&outputs) {
            kept.push(part.crop(output)?.to_owned());
        }
        Ok(kept)
    }
}
