//! `scale_mean_variance`

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::{PointwiseMap, reciprocal};
use crate::reference::ReferenceAxes;
use crate::statistics::Statistics;
use crate::statistics::grouped::GroupedMoments;
use crate::statistics::moments::Moments;
use crate::statistics::need::Need;

/// Gives each group the mean and the standard deviation of a reference:
/// `(x - mean) / (std + eps) * (reference_std + eps) + reference_mean`, with the population standard deviation (`ddof`
/// 0), computed in `f64` (as a product with the quotient of the two) and rounded to `f32`.
///
/// Both moments may have been measured on more than `x` and a reference of its size. A constant group becomes the
/// mean of its reference if `eps` is positive (NaN if it is 0). A NaN or an infinity in what was measured
/// makes the whole group NaN.
///
/// # Errors
/// [`OpError::ShapeMismatch`] if `x` does not have the groups of `moments` and of `reference`: the axes that are not
/// reduced must have the same lengths. For a reference with other axes see [`ScaleMeanVariance`].
pub fn scale_mean_variance(
    x: ArrayViewMutD<'_, f32>,
    moments: &GroupedMoments,
    reference: &GroupedMoments,
    eps: f64,
) -> Result<(), OpError> {
    variance_map(x.shape(), moments, reference, eps)?.apply(x)
}

fn variance_map(
    shape: &[usize],
    moments: &GroupedMoments,
    reference: &GroupedMoments,
    eps: f64,
) -> Result<PointwiseMap, OpError> {
    let mean = moments.values_for(shape, Moments::mean)?;
    let inverse = moments.values_for(shape, |group| reciprocal(group.std() + eps))?;
    let reference_mean = reference.values_for(shape, Moments::mean)?;
    let reference_std = reference.values_for(shape, |group| group.std() + eps)?;
    PointwiseMap::affine_of_product(shape, mean, [&inverse, &reference_std], reference_mean)
}

/// The operation `scale_mean_variance` of the model description; see
/// [`scale_mean_variance`](fn@scale_mean_variance). The modes `per_sample` and `per_dataset` differ in what the
/// [`Statistics`] were measured on.
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Operation, ReferenceAxes, ScaleMeanVariance, Statistics, TensorView};
///
/// // both with the axes c, x
/// let reference = array![[1.0_f32, 5.0], [100.0, 102.0]].into_dyn();
/// let mut x = array![[0.0_f32, 1.0, 0.0, 1.0], [8.0, 8.0, 4.0, 4.0]].into_dyn();
/// let scale = ScaleMeanVariance::new(&[1], ReferenceAxes::same(&[1], 2), 0.0);
/// let own = Statistics::measure(scale.needs(), &TensorView::from(x.view()))?;
/// let of_reference = Statistics::measure(scale.reference_needs(), &TensorView::from(reference.view()))?;
/// scale.apply_with_reference(x.view_mut(), &own, &of_reference)?;
/// assert_eq!(x, array![[1.0, 5.0, 1.0, 5.0], [102.0, 102.0, 100.0, 100.0]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleMeanVariance {
    need: [Need; 1],
    reference_need: [Need; 1],
    reference: ReferenceAxes,
    eps: f64,
}

impl ScaleMeanVariance {
    /// Takes the moments over `axes`, in any order, and those of a reference tensor, whose axes are matched as
    /// `reference` says.
    #[must_use]
    pub fn new(axes: &[usize], reference: ReferenceAxes, eps: f64) -> Self {
        Self {
            need: [Need::moments(axes)],
            reference_need: [Need::moments(reference.reduced())],
            reference,
            eps,
        }
    }
}

impl Operation for ScaleMeanVariance {
    fn name(&self) -> &'static str {
        "scale_mean_variance"
    }

    fn needs(&self) -> &[Need] {
        &self.need
    }

    fn reference_needs(&self) -> &[Need] {
        &self.reference_need
    }

    fn bind(
        &self,
        shape: &[usize],
        statistics: &Statistics,
        reference: &Statistics,
    ) -> Result<PointwiseMap, OpError> {
        let [need] = &self.need;
        let own = statistics.require_moments(need.axes())?;
        let (alignment, constant) = self.reference.alignment(need.axes(), shape.len())?;
        let reference = reference
            .require_moments(self.reference.reduced())?
            .regrouped(constant, &alignment)?;
        variance_map(shape, own, &reference, self.eps)
    }
}
