//! Operations: what they need to know about the whole tensor, and an elementwise map.

pub(crate) mod binarize;
pub(crate) mod clip;
mod elementwise;
pub(crate) mod scale_linear;
pub(crate) mod sigmoid;
pub(crate) mod zero_mean_unit_variance;

use std::fmt::Debug;

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::statistics::{Need, Statistics};

/// A pre- or postprocessing operation on `f32` data: statistics of the whole tensor, then an elementwise map.
///
/// Because the map only sees single elements, applying it to a part of a tensor with the statistics of the
/// whole gives that part of the result for the whole, exactly.
pub trait Operation: Debug + Send + Sync {
    /// The name in the model description, such as `"scale_linear"`.
    fn name(&self) -> &'static str;

    /// What has to be measured on the whole tensor, before any part of it is changed.
    fn needs(&self) -> &[Need];

    /// Replaces each element of `x`, an array of any layout, by its result.
    ///
    /// # Errors
    /// An [`OpError`] if the statistics lack a [need](Self::needs), or statistics or constants do not fit
    /// the shape of `x`; then `x` is unchanged.
    fn apply(&self, x: ArrayViewMutD<'_, f32>, statistics: &Statistics) -> Result<(), OpError>;
}
