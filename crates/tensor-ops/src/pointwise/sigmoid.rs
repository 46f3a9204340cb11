//! The logistic function, accurate to some units in the last place.

/// With `e = exp(-|x|)`, which cannot overflow, the result is `1 / (1 + e)` or `e / (1 + e)`.
///
/// There is no branch and no call, so that loops over it can be vectorised.
#[inline(always)]
pub(crate) fn logistic(x: f32) -> f32 {
    let e = exp_of_negative(x.abs());
    let numerator = if x < 0.0 { e } else { 1.0 };
    numerator / (1.0 + e)
}

/// `exp(-magnitude)` for a magnitude that is not negative.
///
/// `exp(-m) = 2^n * exp(r)` with `n` the integer nearest to `-m / ln 2` and `|r| <= ln 2 / 2`, where the
/// Taylor polynomial of degree 7 is exact to `6e-9`.
#[inline(always)]
fn exp_of_negative(magnitude: f32) -> f32 {
    /// `exp(-LARGEST)` is 0 in `f32`.
    const LARGEST: f32 = 104.0;
    /// Adding it moves the integer part of a small number to the lowest bits: `1.5 * 2^23`.
    const ROUND: f32 = 12_582_912.0;
    /// `ln 2` in two parts, of which the first has few bits, so that its product with `n` is exact.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = (std::f64::consts::LN_2 - 355.0 / 512.0) as f32;

    // Not `min`, which would lose a NaN.
    let x = if magnitude > LARGEST { -LARGEST } else { -magnitude };
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    let mut p = 1.0 / 5040.0;
    for coefficient in [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        p = p * r + coefficient;
    }
    // 2^n in two factors, since n goes down to -150, below the smallest exponent of a normal number. The
    // exponents are in range for every number; for NaN they wrap, and `p` is NaN.
    let n = rounded.to_bits().wrapping_sub(ROUND.to_bits()).cast_signed();
    let half = n >> 1;
    p * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// `2^n` for `-126 <= n <= 127`.
#[inline(always)]
fn power_of_two(n: i32) -> f32 {
    f32::from_bits(n.wrapping_add(127).cast_unsigned() << 23)
}

#[cfg(test)]
mod tests {
    use super::logistic;

    /// Distance in representable values; results are not negative.
    fn ulps(a: f32, b: f32) -> u32 {
        a.to_bits().abs_diff(b.to_bits())
    }

    #[test]
    fn is_accurate_over_all_magnitudes_and_signs() {
        let mut worst = (0, 0.0);
        for bits in (0..=f32::INFINITY.to_bits()).step_by(4099) {
            for x in [f32::from_bits(bits), -f32::from_bits(bits)] {
                let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
                worst = std::cmp::max_by_key(worst, (ulps(logistic(x), exact as f32), x), |entry| entry.0);
            }
        }
        assert!(worst.0 <= 4, "{} units in the last place at {}", worst.0, worst.1);
    }

    #[test]
    fn limits_and_nan() {
        assert_eq!(logistic(f32::INFINITY), 1.0);
        assert_eq!(logistic(f32::NEG_INFINITY), 0.0);
        assert_eq!(logistic(-103.0).to_bits(), 1); // the smallest subnormal number
        assert_eq!(logistic(-200.0), 0.0);
        assert_eq!(logistic(-0.0), 0.5);
        assert!(logistic(f32::NAN).is_nan() && logistic(-f32::NAN).is_nan());
    }
}
