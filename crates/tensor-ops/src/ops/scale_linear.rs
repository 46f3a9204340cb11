//! `scale_linear`

use ndarray::ArrayViewMutD;

use crate::coefficients::Coefficients;
use crate::error::OpError;
use crate::ops::Operation;
use crate::pointwise::{PointwiseMap, constant};
use crate::statistics::Statistics;

/// Scales and shifts each element: `x * gain + offset`, computed in `f64` and rounded to `f32`.
///
/// NaN and infinities behave as in IEEE arithmetic.
///
/// # Errors
/// [`OpError::CoefficientLength`], [`OpError::AxisOutOfRange`] or [`OpError::RepeatedAxis`] if the gain or
/// the offset does not fit the shape of `x`.
pub fn scale_linear(
    x: ArrayViewMutD<'_, f32>,
    gain: &Coefficients,
    offset: &Coefficients,
) -> Result<(), OpError> {
    linear_map(x.shape(), gain, offset)?.apply(x)
}

fn linear_map(shape: &[usize], gain: &Coefficients, offset: &Coefficients) -> Result<PointwiseMap, OpError> {
    let (gain, offset) = (gain.resolve(shape)?, offset.resolve(shape)?);
    PointwiseMap::affine(shape, constant(shape, 0.0), gain, offset)
}

/// The operation `scale_linear` of the model description; see [`scale_linear`](fn@scale_linear) and the
/// example of [`Coefficients`].
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleLinear {
    /// Factor.
    pub gain: Coefficients,
    /// Term added to the product.
    pub offset: Coefficients,
}

impl Operation for ScaleLinear {
    fn name(&self) -> &'static str {
        "scale_linear"
    }

    fn bind(&self, shape: &[usize], _: &Statistics, _: &Statistics) -> Result<PointwiseMap, OpError> {
        linear_map(shape, &self.gain, &self.offset)
    }
}
