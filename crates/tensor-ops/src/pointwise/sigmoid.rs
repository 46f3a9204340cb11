//! The logistic function, accurate to some units in the last place.

/// `1 / (1 + exp(-x))`, as numpy computes it, without branches and calls, so that loops over it are vectorised. With
/// `FUSED`, products are not rounded before a sum, which is fast only where the processor can do it.
#[inline(always)]
pub(crate) fn logistic<const FUSED: bool>(x: f32) -> f32 {
    1.0 / one_plus_exp_of_negated::<FUSED>(x)
}

/// `a * b + c`
#[inline(always)]
fn multiply_add<const FUSED: bool>(a: f32, b: f32, c: f32) -> f32 {
    if FUSED { a.mul_add(b, c) } else { a * b + c }
}

/// `1 + exp(-x)`, where `exp(-x)` is infinite where it is above `2^127.5`, and some tiny number where it is below
/// `exp(-87)`.
///
/// `exp(t) = 2^n * exp(r)` with `n` the integer nearest to `t / ln 2` and `|r| <= ln 2 / 2`, where a polynomial of degree
/// 5 has a relative error of at most `1.05e-7` (found by Remez' algorithm for the relative error, with the
/// first two coefficients kept at 1).
#[inline(always)]
fn one_plus_exp_of_negated<const FUSED: bool>(x: f32) -> f32 {
    /// `exp(88.7)` counts as `2^128`, which is infinite.
    const LEAST: f32 = -88.7;
    /// Beside 1 `exp(-87)` is nothing.
    const MOST: f32 = 87.0;
    /// Adding it moves the integer part of a small number to the lowest bits: `1.5 * 2^23`.
    const ROUND: f32 = 12_582_912.0;
    /// `ln 2` in two parts, of which the first has few bits, so that its product with `n` is exact.
    const LN_2_HIGH: f32 = 355.0 / 512.0;
    const LN_2_LOW: f32 = (std::f64::consts::LN_2 - 355.0 / 512.0) as f32;
    const EXPONENT_OF_ONE: u32 = 127 << 23;

    // Not `clamp`: comparisons written in this way keep a NaN and are one instruction each.
    let x = if x < LEAST { LEAST } else { x };
    let x = if x > MOST { MOST } else { x };
    let rounded = multiply_add::<FUSED>(x, -std::f32::consts::LOG2_E, ROUND);
    let n = rounded - ROUND;
    let r = multiply_add::<FUSED>(n, -LN_2_LOW, multiply_add::<FUSED>(n, -LN_2_HIGH, -x));
    let mut p = 0.008_312_501;
    for coefficient in [0.041_890_33, 0.166_671_15, 0.499_992_3, 1.0, 1.0] {
        p = multiply_add::<FUSED>(p, r, coefficient);
    }
    // The bits of `rounded` below its exponent are `n`, which is above -127 and at most 128; for NaN they wrap, and
    // `p` is NaN.
    let power = (rounded.to_bits() << 23).wrapping_add(EXPONENT_OF_ONE);
    multiply_add::<FUSED>(p, f32::from_bits(power), 1.0)
}

#[cfg(test)]
mod tests {
    use super::logistic;

    /// Distance in representable values; results are not negative.
    fn ulps(a: f32, b: f32) -> u32 {
        a.to_bits().abs_diff(b.to_bits())
    }

    fn check_accuracy(logistic: fn(f32) -> f32) {
        let mut worst = (0, 0.0);
        for bits in (0..=f32::INFINITY.to_bits()).step_by(997) {
            for x in [f32::from_bits(bits), -f32::from_bits(bits)] {
                let exact = 1.0 / (1.0 + (-f64::from(x)).exp());
                if exact < f64::from(f32::MIN_POSITIVE) {
                    // Subnormal results may be 0.
                    assert!(logistic(x) <= f32::MIN_POSITIVE, "{x}");
                    continue;
                }
                worst = std::cmp::max_by_key(worst, (ulps(logistic(x), exact as f32), x), |entry| entry.0);
            }
        }
        assert!(worst.0 <= 3, "{} units in the last place at {}", worst.0, worst.1);
    }

    #[test]
    fn is_accurate_over_all_magnitudes_and_signs() {
        check_accuracy(logistic::<false>);
        check_accuracy(logistic::<true>);
    }

    #[test]
    fn limits_and_nan() {
        for logistic in [logistic::<false>, logistic::<true>] {
            assert_eq!(logistic(f32::INFINITY), 1.0);
            assert_eq!(logistic(f32::NEG_INFINITY), 0.0);
            assert_eq!(logistic(-89.0), 0.0);
            assert_eq!(logistic(-f32::MAX), 0.0);
            assert_eq!(logistic(f32::MAX), 1.0);
            assert_eq!(logistic(0.0), 0.5);
            assert_eq!(logistic(-0.0), 0.5);
            assert!(logistic(f32::NAN).is_nan() && logistic(-f32::NAN).is_nan());
        }
    }
}
