//! Operations: what they need to know about the whole tensor, and a map of single elements.

pub(crate) mod binarize;
pub(crate) mod clip;
pub(crate) mod scale_linear;
pub(crate) mod scale_mean_variance;
pub(crate) mod scale_range;
pub(crate) mod sigmoid;
pub(crate) mod zero_mean_unit_variance;

use std::fmt::Debug;

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::pointwise::PointwiseMap;
use crate::statistics::Statistics;
use crate::statistics::need::Need;

/// A pre- or postprocessing operation on `f32` data: statistics of the whole tensor, then a map of single elements.
///
/// Because the map only sees single elements, applying it to a part of a tensor with the statistics of the
/// whole gives that part of the result for the whole, exactly. Where a tile is cut along axes that are not
/// reduced, [`Statistics::part`] gives its statistics.
pub trait Operation: Debug + Send + Sync {
    /// The name in the model description, such as `"scale_linear"`.
    fn name(&self) -> &'static str;

    /// What has to be measured on the whole tensor, before any part of it is changed.
    fn needs(&self) -> &[Need] {
        &[]
    }

    /// What has to be measured on the whole reference tensor, the `reference_tensor` of the description. Its axes are
    /// indices of that tensor.
    fn reference_needs(&self) -> &[Need] {
        &[]
    }

    /// The map of the elements of a tensor of the given shape, from the statistics of the tensor and those of the
    /// reference tensor.
    ///
    /// # Errors
    /// An [`OpError`] if the statistics lack one of the [needs](Self::needs) or [of the
    /// reference](Self::reference_needs), or statistics or constants do not fit the shape.
    fn bind(
        &self,
        shape: &[usize],
        statistics: &Statistics,
        reference: &Statistics,
    ) -> Result<PointwiseMap, OpError>;

    /// Replaces each element of `x`, an array of any layout, by its result, for an operation without a reference
    /// tensor.
    ///
    /// # Errors
    /// Those of [`bind`](Self::bind); then `x` is unchanged.
    fn apply(&self, x: ArrayViewMutD<'_, f32>, statistics: &Statistics) -> Result<(), OpError> {
        self.apply_with_reference(x, statistics, &Statistics::default())
    }

    /// Replaces each element of `x`, an array of any layout, by its result.
    ///
    /// # Errors
    /// Those of [`bind`](Self::bind); then `x` is unchanged.
    fn apply_with_reference(
        &self,
        x: ArrayViewMutD<'_, f32>,
        statistics: &Statistics,
        reference: &Statistics,
    ) -> Result<(), OpError> {
        self.bind(x.shape(), statistics, reference)?.apply(x)
    }
}
