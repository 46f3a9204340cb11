//! `clip`

use ndarray::ArrayViewMutD;

use crate::error::OpError;
use crate::ops::Operation;
use crate::statistics::{Need, Statistics};

/// Limits each element to an interval: `min(max(x, min), max)`, as `numpy.clip`.
///
/// The bounds are rounded to `f32`. NaN stays NaN; a NaN bound makes every element NaN; with `min > max`
/// every element that is not NaN becomes `max`.
pub fn clip(mut x: ArrayViewMutD<'_, f32>, min: f64, max: f64) {
    let (min, max) = (min as f32, max as f32);
    if min.is_nan() || max.is_nan() {
        x.fill(f32::NAN);
        return;
    }
    x.mapv_inplace(|value| {
        let raised = if value < min { min } else { value };
        if raised > max { max } else { raised }
    });
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

    fn needs(&self) -> &[Need] {
        &[]
    }

    fn apply(&self, x: ArrayViewMutD<'_, f32>, _: &Statistics) -> Result<(), OpError> {
        clip(x, self.min, self.max);
        Ok(())
    }
}
