//! How far a result is from what was expected.

use ndarray::{CowArray, IxDyn};

use crate::data_type::with_array;
use crate::error::TensorError;
use crate::tensor::Tensor;
use crate::tensor::cast::cast_array;

/// The largest difference that still counts as equal: `absolute + relative * |expected|`, as in
/// `numpy.isclose` and `numpy.testing.assert_allclose`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tolerance {
    /// In units of the data.
    pub absolute: f64,
    /// As a fraction of the magnitude of the expected value.
    pub relative: f64,
}

impl Default for Tolerance {
    /// `1e-3` for both.
    fn default() -> Self {
        Self {
            absolute: 1e-3,
            relative: 1e-3,
        }
    }
}

/// The outcome of [`compare`].
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Number of elements compared.
    pub elements: u64,
    /// Number of elements that differ by more than the tolerance.
    pub mismatched: u64,
    /// Largest absolute difference; infinite if a NaN or an infinity meets another value.
    pub max_abs_diff: f64,
    /// Largest difference relative to the magnitude of the expected value. Where that is 0, a difference
    /// within the absolute tolerance is left out and a larger one counts as infinite.
    pub max_rel_diff: f64,
    /// Index of the largest absolute difference, the first in row-major order if there are several;
    /// `None` if no element differs at all.
    pub worst_index: Option<Vec<usize>>,
    /// The result and the expected value at [`worst_index`](Self::worst_index).
    pub worst: Option<(f64, f64)>,
    /// Number of elements that are NaN in one tensor and not in the other; part of
    /// [`mismatched`](Self::mismatched).
    pub nan_mismatched: u64,
}

impl Comparison {
    /// Mismatched elements per million elements; 0 for empty tensors.
    #[must_use]
    pub fn mismatched_ppm(&self) -> f64 {
        if self.elements == 0 {
            0.0
        } else {
            self.mismatched as f64 / self.elements as f64 * 1e6
        }
    }

    /// Whether every element is within the tolerance.
    #[must_use]
    pub fn is_match(&self) -> bool {
        self.mismatched == 0
    }
}

/// Compares a result with what was expected, element by element in `f64`; data types may differ.
///
/// An element is mismatched if `|actual - expected| > absolute + relative * |expected|`. NaN matches NaN
/// and an infinity matches itself; NaN or an infinity against anything else differs infinitely and is a
/// mismatch whatever the tolerance. 64-bit integers beyond 2^53 are rounded to `f64` first.
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Tensor, Tolerance, compare};
///
/// let actual = Tensor::from(array![1.0_f32, 2.5].into_dyn());
/// let expected = Tensor::from(array![1.0_f64, 2.0].into_dyn());
/// let comparison = compare(&actual, &expected, &Tolerance::default())?;
/// assert!(!comparison.is_match());
/// assert_eq!(comparison.mismatched_ppm(), 500_000.0);
/// assert_eq!(comparison.worst, Some((2.5, 2.0)));
/// # Ok::<(), tensor_ops::TensorError>(())
/// ```
///
/// # Errors
/// [`TensorError::ShapesDiffer`] if the shapes are not equal.
pub fn compare(actual: &Tensor, expected: &Tensor, tolerance: &Tolerance) -> Result<Comparison, TensorError> {
    if actual.shape() != expected.shape() {
        return Err(TensorError::ShapesDiffer {
            actual: actual.shape().to_vec(),
            expected: expected.shape().to_vec(),
        });
    }
    let mut comparison = Comparison {
        elements: expected.len() as u64,
        mismatched: 0,
        max_abs_diff: 0.0,
        max_rel_diff: 0.0,
        worst_index: None,
        worst: None,
        nan_mismatched: 0,
    };
    let mut worst_position = 0;
    let (actual, expected) = (as_f64(actual), as_f64(expected));
    for (position, (&a, &e)) in actual.iter().zip(expected.iter()).enumerate() {
        if a == e || (a.is_nan() && e.is_nan()) {
            continue;
        }
        comparison.nan_mismatched += u64::from(a.is_nan() || e.is_nan());
        let difference = if a.is_finite() && e.is_finite() {
            (a - e).abs()
        } else {
            f64::INFINITY
        };
        if difference > tolerance.absolute + tolerance.relative * e.abs() || difference == f64::INFINITY {
            comparison.mismatched += 1;
        }
        if difference > comparison.max_abs_diff {
            comparison.max_abs_diff = difference;
            comparison.worst = Some((a, e));
            worst_position = position;
        }
        comparison.max_rel_diff =
            comparison
                .max_rel_diff
                .max(relative_difference(difference, e, tolerance.absolute));
    }
    if comparison.worst.is_some() {
        comparison.worst_index = Some(index_at(worst_position, expected.shape()));
    }
    Ok(comparison)
}

/// `difference / |expected|`, where `difference` is not 0.
fn relative_difference(difference: f64, expected: f64, absolute_tolerance: f64) -> f64 {
    if difference == f64::INFINITY {
        f64::INFINITY
    } else if expected == 0.0 && difference <= absolute_tolerance {
        0.0
    } else {
        difference / expected.abs()
    }
}

fn as_f64(tensor: &Tensor) -> CowArray<'_, f64, IxDyn> {
    if let Tensor::Float64(array) = tensor {
        return CowArray::from(array.view());
    }
    with_array!(Tensor, tensor, array => CowArray::from(cast_array::<_, f64>(&array.view())))
}

/// The index of the element at `position` in row-major order.
fn index_at(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (place, &length) in index.iter_mut().zip(shape).rev() {
        *place = position % length;
        position /= length;
    }
    index
}
