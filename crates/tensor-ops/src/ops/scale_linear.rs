//! `scale_linear`

use ndarray::ArrayViewMutD;

use crate::coefficients::Coefficients;
use crate::error::OpError;
use crate::ops::Operation;
use crate::ops::elementwise::map_with_parameters;
use crate::statistics::{Need, Statistics};

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
    let gain = gain.resolve(x.shape())?;
    let offset = offset.resolve(x.shape())?;
    map_with_parameters(x, &gain, &offset, |value, gain, offset| value * gain + offset)
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

    fn needs(&self) -> &[Need] {
        &[]
    }

    fn apply(&self, x: ArrayViewMutD<'_, f32>, _: &Statistics) -> Result<(), OpError> {
        scale_linear(x, &self.gain, &self.offset)
    }
}
