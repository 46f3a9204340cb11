//! `sigmoid`

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::PointwiseMap;
use crate::statistics::Statistics;

/// Replaces each element by its logistic function, `1 / (1 + exp(-x))`.
///
/// Accurate to 3 units in the last place, of which the last may differ between processors with and without fused
/// multiplication and addition; below about -88.3, where `exp(-x)` in `f32` has no finite value, the result
/// is 0, as in numpy; 0 and 1 at the infinities; NaN stays NaN.
pub fn sigmoid(x: ArrayViewMutD<'_, f32>) {
    PointwiseMap::sigmoid(x.shape()).apply_to_own_shape(x);
}

/// The operation `sigmoid` of the model description; see [`sigmoid`].
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Operation, Sigmoid, Statistics};
///
/// let mut x = array![f32::NEG_INFINITY, 0.0, f32::INFINITY].into_dyn();
/// Sigmoid.apply(x.view_mut(), &Statistics::default())?;
/// assert_eq!(x, array![0.0, 0.5, 1.0].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Sigmoid;

impl Operation for Sigmoid {
    fn name(&self) -> &'static str {
        "sigmoid"
    }

    fn bind(&self, shape: &[usize], _: &Statistics, _: &Statistics) -> Result<PointwiseMap, OpError> {
        Ok(PointwiseMap::sigmoid(shape))
    }
}
