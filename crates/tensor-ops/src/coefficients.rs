//! Constants of an operation: one for the whole tensor, or one for each index of some axes.

use ndarray::{ArrayD, IxDyn};

use crate::error::OpError;

/// A scalar, or values that run along given axes; the `gain`, `offset`, `mean` and `std` of a description.
///
/// ```
/// use ndarray::{ArrayD, array};
/// use tensor_ops::{Coefficients, Operation, ScaleLinear, Statistics};
///
/// // axes c, x: channel 0 is doubled, channel 1 is halved
/// let scale = ScaleLinear { gain: Coefficients::along(&[0], vec![2.0, 0.5]), offset: Coefficients::scalar(1.0) };
/// let mut x = array![[1.0_f32, 2.0], [4.0, 8.0]].into_dyn();
/// scale.apply(x.view_mut(), &Statistics::default())?;
/// assert_eq!(x, array![[3.0, 5.0], [3.0, 5.0]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Coefficients {
    axes: Vec<usize>,
    values: Vec<f64>,
}

impl Coefficients {
    /// One value for every element.
    #[must_use]
    pub fn scalar(value: f64) -> Self {
        Self {
            axes: Vec::new(),
            values: vec![value],
        }
    }

    /// Values that run along `axes`, in row-major order over the lengths of these axes in the order of
    /// the tensor (the order within `axes` has no meaning). A single value is a scalar whatever the
    /// lengths. Axes and number are checked where a shape is known, by the operation.
    #[must_use]
    pub fn along(axes: &[usize], values: Vec<f64>) -> Self {
        let mut axes = axes.to_vec();
        axes.sort_unstable();
        Self { axes, values }
    }

    /// The axes that the values run along, sorted; empty for a scalar.
    #[must_use]
    pub fn axes(&self) -> &[usize] {
        &self.axes
    }

    /// The values in row-major order over the axes.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The values as an array with as many axes as `shape`, of length 1 where they do not run.
    pub(crate) fn resolve(&self, shape: &[usize]) -> Result<ArrayD<f64>, OpError> {
        check_axes(&self.axes, shape.len())?;
        let mut resolved = vec![1; shape.len()];
        if self.values.len() != 1 {
            for &axis in &self.axes {
                resolved[axis] = shape[axis];
            }
        }
        // Saturating: a product beyond usize can only belong to an empty tensor, and fits no list.
        let expected = self
            .axes
            .iter()
            .fold(1_usize, |product, &axis| product.saturating_mul(shape[axis]));
        ArrayD::from_shape_vec(IxDyn(&resolved), self.values.clone()).map_err(|_| {
            OpError::CoefficientLength {
                axes: self.axes.clone(),
                expected,
                found: self.values.len(),
            }
        })
    }
}

/// Checks that the axes exist and that none occurs twice; `axes` is sorted.
pub(crate) fn check_axes(axes: &[usize], ndim: usize) -> Result<(), OpError> {
    if let Some(&axis) = axes.iter().find(|&&axis| axis >= ndim) {
        return Err(OpError::AxisOutOfRange { axis, ndim });
    }
    match axes.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(OpError::RepeatedAxis { axis: pair[0] }),
        None => Ok(()),
    }
}
