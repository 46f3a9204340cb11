//! `clip`

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::PointwiseMap;
use crate::statistics::Statistics;

/// Limits each element to an interval: `min(max(x, min), max)`, as `numpy.clip`.
///
/// The bounds are rounded to `f32`. NaN stays NaN; a NaN bound makes every element NaN; with `min > max`
/// every element that is not NaN becomes `max`.
pub fn clip(x: ArrayViewMutD<'_, f32>, min: f64, max: f64) {
    PointwiseMap::clip(x.shape(), min, max).apply_to_own_shape(x);
}

/// The operation `clip` of the model description; see [`clip`].
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Clip, Operation, Statistics};
///
/// let mut x = array![-1.0_f32, 0.5, 300.0].into_dyn();
/// Clip { min: 0.0, max: 255.0 }.apply(x.view_mut(), &Statistics::default())?;
/// assert_eq!(x, array![0.0, 0.5, 255.0].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// Smaller elements become this.
    pub min: f64,
    /// Larger elements become this.
    pub max: f64,
}

impl Operation for Clip {
    fn name(&self) -> &'static str {
        "clip"
    }

    fn bind(&self, shape: &[usize], _: &Statistics, _: &Statistics) -> Result<PointwiseMap, OpError> {
        Ok(PointwiseMap::clip(shape, self.min, self.max))
    }
}
