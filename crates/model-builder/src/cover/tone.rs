//! From values to brightness and colour.

use std::collections::HashSet;

use ndarray::{Array2, Array3, ArrayView2, Axis};

/// Percentiles that become black and white.
const CONTRAST: [f64; 2] = [0.01, 0.998];
/// Values that differ by less than this part of the largest one are the same.
const FLAT: f64 = 1e-5;
/// Channels whose ranges differ by more are stretched by themselves: they are no photograph.
const ALIKE: f64 = 4.0;
/// The range of all channels of a photograph is not wider than this multiple of the widest of one.
const OVERLAP: f64 = 2.0;
/// The most values that labels are counted to.
const MAX_LABELS: usize = 20_000;
/// The part of neighbours in a row that have the same label.
const SAME: f64 = 0.75;
/// Probabilities that use so much of 0 to 1 are shown as they are.
const PROBABLE: f64 = 0.3;

/// Pixels as `y`, `x` and one or three channels, from 0 to 1.
pub(super) fn toned(values: &Array3<f32>) -> Array3<f32> {
    let channel = |at| values.index_axis(Axis(2), at);
    match values.dim().2 {
        2 => two(&stretched(channel(0)), &stretched(channel(1))),
        3 => {
            let ranges: Vec<(f64, f64)> = (0..3).map(|at| contrast(channel(at))).collect();
            let widths = ranges.iter().map(|(low, high)| high - low);
            let (least, most) = widths.fold((f64::INFINITY, 0.0_f64), |(least, most), width| {
                (least.min(width), most.max(width))
            });
            // The colours of a photograph keep their relation.
            let together = ranges
                .iter()
                .fold((f64::INFINITY, f64::NEG_INFINITY), |all, one| {
                    (all.0.min(one.0), all.1.max(one.1))
                });
            let is_photograph = most <= least * ALIKE && together.1 - together.0 <= most * OVERLAP;
            let mut pixels = values.clone();
            for (mut pixels, range) in pixels.axis_iter_mut(Axis(2)).zip(ranges) {
                let range = if is_photograph { together } else { range };
                pixels.mapv_inplace(|value| within(value, range));
            }
            pixels
        }
        _ if is_labels(channel(0)) => labels(channel(0)),
        _ => stretched(channel(0)).insert_axis(Axis(2)),
    }
}

/// Green and magenta, which together are white.
fn two(first: &Array2<f32>, second: &Array2<f32>) -> Array3<f32> {
    let (height, width) = first.dim();
    Array3::from_shape_fn((height, width, 3), |(y, x, channel)| match channel {
        1 => first[[y, x]],
        _ => second[[y, x]],
    })
}

fn stretched(values: ArrayView2<'_, f32>) -> Array2<f32> {
    let range = contrast(values);
    values.mapv(|value| within(value, range))
}

/// A value within a range as a number from 0 to 1; what is no number is black, a range without width grey.
fn within(value: f32, (low, high): (f64, f64)) -> f32 {
    if !value.is_finite() {
        return 0.0;
    }
    if high <= low {
        return 0.5;
    }
    ((f64::from(value) - low) / (high - low)).clamp(0.0, 1.0) as f32
}

/// The values that become black and white.
fn contrast(values: ArrayView2<'_, f32>) -> (f64, f64) {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let at = |part: f64| {
        let last = sorted.len().saturating_sub(1);
        f64::from(
            sorted
                .get((part * last as f64).round() as usize)
                .copied()
                .unwrap_or(0.0),
        )
    };
    let (least, most) = (at(0.0), at(1.0));
    if most - least <= FLAT * least.abs().max(most.abs()) {
        return (least, least);
    }
    if least >= 0.0 && most <= 1.0 && most - least >= PROBABLE {
        return (0.0, 1.0);
    }
    let (low, high) = (at(CONTRAST[0]), at(CONTRAST[1]));
    // A mask with few pixels that are set has all between its percentiles alike.
    if high - low <= FLAT * (most - least) {
        (least, most)
    } else {
        (low, high)
    }
}

/// Whether values number regions: whole, more than two of them, and the same in large parts.
fn is_labels(values: ArrayView2<'_, f32>) -> bool {
    if values.len() < 16 || values.iter().any(|value| value.fract() != 0.0 || *value < 0.0) {
        return false;
    }
    let mut known = HashSet::new();
    for value in values {
        known.insert(value.to_bits());
        if known.len() > MAX_LABELS {
            return false;
        }
    }
    let (mut same, mut all) = (0_usize, 0_usize);
    for row in values.rows() {
        for (one, next) in row.iter().zip(row.iter().skip(1)) {
            same += usize::from(one == next);
            all += 1;
        }
    }
    known.len() > 2 && same as f64 >= SAME * all as f64
}

/// A colour for each label, far from those of the labels next to it; 0 is black.
fn labels(values: ArrayView2<'_, f32>) -> Array3<f32> {
    let (height, width) = values.dim();
    Array3::from_shape_fn((height, width, 3), |(y, x, channel)| {
        let label = f64::from(values[[y, x]]);
        if label == 0.0 {
            return 0.0;
        }
        // Steps of the golden ratio never come near a hue that they just had.
        let hue = (label * 0.618_033_988_749_895).fract();
        let lightness = if label % 2.0 == 0.0 { 1.0 } else { 0.75 };
        let distance = ((hue + channel as f64 / 3.0).fract() * 6.0 - 3.0).abs() - 1.0;
        (lightness * (0.25 + 0.75 * distance.clamp(0.0, 1.0))) as f32
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(of: impl Fn(usize, usize) -> f32) -> Array3<f32> {
        Array3::from_shape_fn((20, 20, 1), |(y, x, _)| of(y, x))
    }

    #[test]
    fn labels_are_coloured_and_masks_are_not() {
        let quarters = plane(|y, x| ((y / 10) * 2 + x / 10) as f32);
        let pixels = toned(&quarters);
        assert_eq!(pixels.dim(), (20, 20, 3));
        let colour = |y, x| [0, 1, 2].map(|channel| pixels[[y, x, channel]]);
        assert_eq!(colour(0, 0), [0.0; 3]);
        assert!(colour(0, 15) != colour(15, 0) && colour(15, 15) != colour(15, 0));
        assert_eq!(toned(&plane(|y, _| (y / 10) as f32)).dim(), (20, 20, 1));
        // Counts of a camera are whole, too.
        assert_eq!(
            toned(&plane(|y, x| ((y * 7 + x * 13) % 11) as f32)).dim(),
            (20, 20, 1)
        );
    }

    #[test]
    fn what_is_alike_is_grey_and_not_noise() {
        let pixels = toned(&plane(|y, x| 0.5 + 1e-7 * ((y + x) % 2) as f32));
        assert!(pixels.iter().all(|value| *value == 0.5));
        let mut pixels = plane(|_, _| f32::NAN);
        pixels[[3, 3, 0]] = 2.0;
        assert_eq!(toned(&pixels)[[0, 0, 0]], 0.0);
    }

    #[test]
    fn probabilities_keep_their_scale_and_counts_are_stretched() {
        let pixels = toned(&plane(|y, x| if y * x == 100 { 0.9 } else { 0.25 }));
        assert!((pixels[[0, 0, 0]] - 0.25).abs() < 1e-6 && (pixels[[10, 10, 0]] - 0.9).abs() < 1e-6);
        let pixels = toned(&plane(|y, x| 1000.0 + (y * 20 + x) as f32));
        assert!(pixels[[0, 0, 0]] == 0.0 && pixels[[19, 19, 0]] == 1.0);
    }

    #[test]
    fn two_channels_are_green_and_magenta_and_three_keep_their_colours() {
        let of = |channels, scale: [f32; 3]| {
            Array3::from_shape_fn((20, 20, channels), move |(y, x, c)| {
                2.0 + scale[c] * ((y * 20 + x) as f32)
            })
        };
        let pixels = toned(&of(2, [1.0, 1.0, 0.0]));
        assert_eq!([0, 1, 2].map(|channel| pixels[[19, 19, channel]]), [1.0; 3]);
        let photograph = toned(&of(3, [1.0, 0.5, 0.5]));
        assert!(photograph[[19, 19, 0]] > 1.5 * photograph[[19, 19, 1]]);
        let apart = Array3::from_shape_fn((20, 20, 3), |(y, x, c)| (1000 * c + y * 20 + x) as f32);
        assert_eq!(toned(&apart)[[19, 19, 0]], 1.0);
        let channels = toned(&of(3, [1.0, 0.01, 0.01]));
        assert_eq!(channels[[19, 19, 0]], channels[[19, 19, 1]]);
    }
}
