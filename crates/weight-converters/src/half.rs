//! Half-precision numbers as bits: IEEE 754 binary16 and bfloat16.

/// The value of a binary16.
pub(crate) fn float16_to_f64(bits: u16) -> f64 {
    let sign = if bits & 0x8000 == 0 { 1.0 } else { -1.0 };
    let exponent = i32::from(bits >> 10 & 0x1f);
    let fraction = f64::from(bits & 0x3ff);
    match exponent {
        0 => sign * fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => sign * f64::INFINITY,
        31 => f64::NAN,
        _ => sign * (1024.0 + fraction) * 2_f64.powi(exponent - 25),
    }
}

/// The nearest binary16, ties to even; beyond its range infinity.
pub(crate) fn to_float16(value: f64) -> u16 {
    let sign = if value.is_sign_negative() { 0x8000 } else { 0 };
    let magnitude = value.abs();
    if magnitude.is_nan() {
        return sign | 0x7e00;
    }
    if magnitude >= 65520.0 {
        return sign | 0x7c00;
    }
    if magnitude < 2_f64.powi(-14) {
        // subnormal; a fraction rounded up to 1024 is the smallest normal number, with the same bits
        return sign | (magnitude * 2_f64.powi(24)).round_ties_even() as u16;
    }
    let exponent = (magnitude.to_bits() >> 52) as i32 - 1023;
    let fraction = (magnitude * 2_f64.powi(10 - exponent)).round_ties_even() as u16; // 1024 ..= 2048
    sign | (((exponent + 15) as u16) << 10).wrapping_add(fraction - 1024)
}

/// The value of a bfloat16.
pub(crate) fn bfloat16_to_f64(bits: u16) -> f64 {
    f32::from_bits(u32::from(bits) << 16).into()
}

/// The nearest bfloat16 of the nearest `f32`, ties to even.
pub(crate) fn to_bfloat16(value: f64) -> u16 {
    let bits = (value as f32).to_bits();
    if value.is_nan() {
        return 0x7fc0;
    }
    let rounded = u64::from(bits) + 0x7fff + u64::from(bits >> 16 & 1);
    (rounded >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_float16_comes_back() {
        for bits in 0..=u16::MAX {
            let value = float16_to_f64(bits);
            if value.is_nan() {
                assert!(float16_to_f64(to_float16(value)).is_nan());
            } else {
                assert_eq!(to_float16(value), bits, "{value}");
            }
        }
    }

    #[test]
    fn ties_go_to_even() {
        assert_eq!(to_float16(2049.0), to_float16(2048.0));
        assert_eq!(to_float16(2051.0), to_float16(2052.0));
        assert_eq!(to_float16(65519.0), 0x7bff);
        assert_eq!(to_float16(65520.0), 0x7c00);
        assert_eq!(to_bfloat16(1.0 + 2_f64.powi(-8)), 0x3f80);
        assert_eq!(to_bfloat16(1.0 + 3.0 * 2_f64.powi(-8)), 0x3f82);
    }
}
