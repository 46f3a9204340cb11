//! `zero_mean_unit_variance`

use ndarray::ArrayViewMutD;

use crate::coefficients::Coefficients;
use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::{PointwiseMap, constant, reciprocal};
use crate::statistics::Statistics;
use crate::statistics::grouped::GroupedMoments;
use crate::statistics::moments::Moments;
use crate::statistics::need::Need;

/// Subtracts the mean and divides by the standard deviation of the group of each element:
/// `(x - mean) / (std + eps)`, with the population standard deviation (`ddof` 0), computed in `f64` (as a product
/// with the reciprocal) and rounded to `f32`.
///
/// The moments may have been measured on more than `x`: on a whole image of which `x` is a part, or on a data
/// set. Elements of a constant group become 0 if `eps` is positive (NaN if it is 0). A NaN or an infinity
/// in what was measured makes the whole group NaN.
///
/// # Errors
/// [`OpError::ShapeMismatch`] if `x` does not have the groups of `moments`: its axes that are not reduced must
/// have the same lengths.
pub fn zero_mean_unit_variance(
    x: ArrayViewMutD<'_, f32>,
    moments: &GroupedMoments,
    eps: f64,
) -> Result<(), OpError> {
    measured_map(x.shape(), moments, eps)?.apply(x)
}

fn measured_map(shape: &[usize], moments: &GroupedMoments, eps: f64) -> Result<PointwiseMap, OpError> {
    let mean = moments.values_for(shape, Moments::mean)?;
    let factor = moments.values_for(shape, |group| reciprocal(group.std() + eps))?;
    PointwiseMap::affine(shape, mean, factor, constant(shape, 0.0))
}

/// [`zero_mean_unit_variance`](fn@zero_mean_unit_variance) with given constants: `(x - mean) / (std + eps)`,
/// computed in `f64` and rounded to `f32`.
///
/// # Errors
/// [`OpError::CoefficientLength`], [`OpError::AxisOutOfRange`] or [`OpError::RepeatedAxis`] if the mean or the
/// standard deviation does not fit the shape of `x`.
pub fn fixed_zero_mean_unit_variance(
    x: ArrayViewMutD<'_, f32>,
    mean: &Coefficients,
    std: &Coefficients,
    eps: f64,
) -> Result<(), OpError> {
    fixed_map(x.shape(), mean, std, eps)?.apply(x)
}

fn fixed_map(
    shape: &[usize],
    mean: &Coefficients,
    std: &Coefficients,
    eps: f64,
) -> Result<PointwiseMap, OpError> {
    let mean = mean.resolve(shape)?;
    let factor = std.resolve(shape)?.mapv_into(|std| reciprocal(std + eps));
    PointwiseMap::affine(shape, mean, factor, constant(shape, 0.0))
}

/// The operation `zero_mean_unit_variance` of the model description, with constants (mode `fixed`) or
/// with measured moments (modes `per_sample` and `per_dataset`, which differ in what the
/// [`Statistics`] were measured on).
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Coefficients, Operation, Statistics, ZeroMeanUnitVariance};
///
/// let mut x = array![[4.0_f32, 9.0], [4.0, 9.0]].into_dyn();
/// let mean = Coefficients::along(&[0], vec![4.0, 5.0]);
/// let normalize = ZeroMeanUnitVariance::fixed(mean, Coefficients::scalar(2.0), 0.0);
/// normalize.apply(x.view_mut(), &Statistics::default())?;
/// assert_eq!(x, array![[0.0, 2.5], [-0.5, 2.0]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ZeroMeanUnitVariance {
    mode: Mode,
    eps: f64,
}

#[derive(Debug, Clone, PartialEq)]
enum Mode {
    Fixed { mean: Coefficients, std: Coefficients },
    Measured { need: [Need; 1] },
}

impl ZeroMeanUnitVariance {
    /// Normalises with given constants, in the units of the data; see
    /// [`fixed_zero_mean_unit_variance`].
    #[must_use]
    pub fn fixed(mean: Coefficients, std: Coefficients, eps: f64) -> Self {
        Self {
            mode: Mode::Fixed { mean, std },
            eps,
        }
    }

    /// Normalises with the moments over `axes`, in any order; without any, each element is its own group. See
    /// [`zero_mean_unit_variance`](fn@zero_mean_unit_variance).
    #[must_use]
    pub fn measured(axes: &[usize], eps: f64) -> Self {
        Self {
            mode: Mode::Measured {
                need: [Need::moments(axes)],
            },
            eps,
        }
    }
}

impl Operation for ZeroMeanUnitVariance {
    fn name(&self) -> &'static str {
        "zero_mean_unit_variance"
    }

    fn needs(&self) -> &[Need] {
        match &self.mode {
            Mode::Fixed { .. } => &[],
            Mode::Measured { need } => need,
        }
    }

    fn bind(
        &self,
        shape: &[usize],
        statistics: &Statistics,
        _: &Statistics,
    ) -> Result<PointwiseMap, OpError> {
        match &self.mode {
            Mode::Fixed { mean, std } => fixed_map(shape, mean, std, self.eps),
            Mode::Measured { need: [need] } => {
                measured_map(shape, statistics.require_moments(need.axes())?, self.eps)
            }
        }
    }
}
