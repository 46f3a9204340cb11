//! `binarize`

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::PointwiseMap;
use crate::statistics::Statistics;

/// Replaces each element by 1 if it is larger than `threshold`, else by 0: `x > threshold`.
///
/// The comparison is strict and made in `f32`, to which the threshold is rounded first, as numpy does with
/// Python scalars. NaN gives 0.
pub fn binarize(x: ArrayViewMutD<'_, f32>, threshold: f64) {
    PointwiseMap::binarize(x.shape(), threshold).apply_to_own_shape(x);
}

/// The operation `binarize` of the model description; see [`binarize`].
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Binarize, Operation, Statistics};
///
/// let mut x = array![0.4_f32, 0.5, 0.6, f32::NAN].into_dyn();
/// Binarize { threshold: 0.5 }.apply(x.view_mut(), &Statistics::default())?;
/// assert_eq!(x, array![0.0, 0.0, 1.0, 0.0].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Binarize {
    /// Elements above it become 1.
    pub threshold: f64,
}

impl Operation for Binarize {
    fn name(&self) -> &'static str {
        "binarize"
    }

    fn bind(&self, shape: &[usize], _: &Statistics, _: &Statistics) -> Result<PointwiseMap, OpError> {
        Ok(PointwiseMap::binarize(shape, self.threshold))
    }
}
