//! From values of any type to the 8 bits of a PNG sample.

use ndarray::ArrayViewD;
use tensor_ops::DataType;

use super::PngError;
use crate::image::PngScaling;

/// Scale every value, in the order of the view.
///
/// `to_f64` need not be exact beyond 2^53: a sample has 8 bits.
pub(super) fn scale<T: Copy>(
    values: &ArrayViewD<'_, T>,
    data_type: DataType,
    scaling: PngScaling,
    to_f64: impl Fn(T) -> f64,
) -> Result<Vec<u8>, PngError> {
    let count_of = |wrong: fn(f64) -> bool| values.iter().filter(|&&value| wrong(to_f64(value))).count();
    let (low, high, count) = match scaling {
        PngScaling::None => return Err(PngError::NeedsScaling { data_type }),
        PngScaling::UnitInterval => (0.0, 1.0, count_of(f64::is_nan)),
        PngScaling::MinMax => {
            let (low, high) = values
                .iter()
                .map(|&value| to_f64(value))
                .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
                    (low.min(value), high.max(value))
                });
            (low, high, count_of(|value| !value.is_finite()))
        }
    };
    if count > 0 {
        return Err(PngError::NotFinite { count });
    }
    // Everything is halved, since the difference of two finite values can be infinite.
    let half_span = high / 2.0 - low / 2.0;
    if half_span == 0.0 {
        return Ok(vec![0; values.len()]);
    }
    Ok(values
        .iter()
        .map(|&value| {
            let fraction = (to_f64(value) / 2.0 - low / 2.0) / half_span;
            // In 0 ..= 255 after clamping, so nothing is cut off.
            (fraction.clamp(0.0, 1.0) * 255.0).round() as u8
        })
        .collect())
}
