//! Exact ratios and what is needed of the arithmetic of integers.

use std::fmt;

use thiserror::Error;

/// The largest numerator and denominator of a [`Scale`].
const MAX_PART: u32 = 1 << 16;
/// How far a decimal number may be from a ratio that it is taken for, as a part of it. With denominators up to 64, one
/// arbitrary number in two hundred is that near to a ratio.
const TOLERANCE: f64 = 1e-6;
/// The largest denominator of such a ratio.
const MAX_ROUNDED: u32 = 64;
/// The largest denominator of a ratio that a decimal number has to equal.
const MAX_EXACT: u32 = 1024;

/// How many elements an output has for each element of an input: a positive ratio of integers, reduced.
///
/// ```
/// use tiling::Scale;
///
/// assert_eq!(Scale::from_f64(0.5)?, Scale::new(1, 2)?);
/// assert_eq!(Scale::from_f64(0.333333333)?.to_string(), "1/3");
/// assert!(Scale::from_f64(std::f64::consts::PI).is_err());
/// # Ok::<(), tiling::ScaleError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(try_from = "(u32, u32)", into = "(u32, u32)"))]
pub struct Scale {
    numerator: u32,
    denominator: u32,
}

/// A number that is no [`Scale`].
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ScaleError {
    /// A part is zero or too large.
    #[error("a scale has two parts from 1 to {MAX_PART}, found {numerator}/{denominator}")]
    Parts {
        /// The numerator.
        numerator: u32,
        /// The denominator.
        denominator: u32,
    },
    /// No ratio of small integers is near the number.
    #[error("the scale {0} is no ratio of small integers: give all its digits (0.3333333, not 0.33)")]
    NoRatio(f64),
}

impl Scale {
    /// Output and input have the same size.
    pub const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// `numerator / denominator`.
    ///
    /// # Errors
    ///
    /// [`ScaleError::Parts`] if one of both is zero or above 65536.
    pub fn new(numerator: u32, denominator: u32) -> Result<Self, ScaleError> {
        let valid = 1..=MAX_PART;
        if !valid.contains(&numerator) || !valid.contains(&denominator) {
            return Err(ScaleError::Parts {
                numerator,
                denominator,
            });
        }
        let common = gcd(i128::from(numerator), i128::from(denominator));
        let reduced = |part: u32| u32::try_from(i128::from(part) / common).unwrap_or(part);
        Ok(Self {
            numerator: reduced(numerator),
            denominator: reduced(denominator),
        })
    }

    /// The ratio with the smallest denominator that is within a millionth of `value`, if it is at most 64, or that equals
    /// `value`, if it is at most 1024. Descriptions hold scales as decimal numbers, so 1/3 comes as 0.333333.
    ///
    /// # Errors
    ///
    /// [`ScaleError::NoRatio`] if there is none: for zero, negative and not finite numbers, and for those with too few
    /// digits to tell.
    pub fn from_f64(value: f64) -> Result<Self, ScaleError> {
        for denominator in 1..=MAX_EXACT {
            let numerator = (value * f64::from(denominator)).round();
            if !(1.0..=f64::from(MAX_PART)).contains(&numerator) {
                continue;
            }
            let tolerance = if denominator <= MAX_ROUNDED {
                TOLERANCE * value
            } else {
                0.0
            };
            if (numerator / f64::from(denominator) - value).abs() <= tolerance {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "whole, 1 to 65536"
                )]
                return Self::new(numerator as u32, denominator);
            }
        }
        Err(ScaleError::NoRatio(value))
    }

    /// The upper part of the reduced ratio.
    #[must_use]
    pub fn numerator(self) -> u32 {
        self.numerator
    }

    /// The lower part of the reduced ratio.
    #[must_use]
    pub fn denominator(self) -> u32 {
        self.denominator
    }

    pub(crate) fn ratio(self) -> Ratio {
        Ratio {
            numerator: self.numerator.into(),
            denominator: self.denominator.into(),
        }
    }
}

impl TryFrom<(u32, u32)> for Scale {
    type Error = ScaleError;

    fn try_from((numerator, denominator): (u32, u32)) -> Result<Self, ScaleError> {
        Self::new(numerator, denominator)
    }
}

impl From<Scale> for (u32, u32) {
    fn from(scale: Scale) -> Self {
        (scale.numerator, scale.denominator)
    }
}

impl fmt::Display for Scale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

/// A positive ratio, reduced. Sizes are below [`MAX_SIZE`](crate::MAX_SIZE) and scales below 2^16, so products of a size
/// and two ratios stay far below the bounds of `i128`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ratio {
    pub(crate) numerator: i128,
    pub(crate) denominator: i128,
}

impl Ratio {
    pub(crate) const ONE: Self = Self {
        numerator: 1,
        denominator: 1,
    };

    /// The ratio of two positive numbers.
    pub(crate) fn of(numerator: i128, denominator: i128) -> Self {
        let common = gcd(numerator, denominator);
        Self {
            numerator: numerator / common,
            denominator: denominator / common,
        }
    }

    pub(crate) fn times(self, other: Self) -> Self {
        Self::of(
            self.numerator * other.numerator,
            self.denominator * other.denominator,
        )
    }

    /// The product with a number, rounded down.
    pub(crate) fn floor(self, value: i128) -> i128 {
        (value * self.numerator).div_euclid(self.denominator)
    }

    /// The quotient of a number and this ratio, rounded down.
    pub(crate) fn floor_quotient(self, value: i128) -> i128 {
        (value * self.denominator).div_euclid(self.numerator)
    }

    /// The quotient of a number and this ratio, rounded up.
    pub(crate) fn ceil_quotient(self, value: i128) -> i128 {
        -(-value * self.denominator).div_euclid(self.numerator)
    }
}

/// The greatest common divisor of two numbers that are not negative, not both zero.
pub(crate) fn gcd(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// The least common multiple of two positive numbers, unless it is too large.
pub(crate) fn lcm(a: i128, b: i128) -> Option<i128> {
    (a / gcd(a, b)).checked_mul(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_numbers_become_ratios() {
        let cases = [
            (1.0, (1, 1)),
            (0.25, (1, 4)),
            (4.0, (4, 1)),
            (1.5, (3, 2)),
            (0.666_666_7, (2, 3)),
            (0.0625, (1, 16)),
        ];
        for (value, parts) in cases {
            assert_eq!(
                <(u32, u32)>::from(Scale::from_f64(value).unwrap()),
                parts,
                "{value}"
            );
        }
        assert_eq!(
            Scale::from_f64(f64::from(1.0_f32 / 3.0)).unwrap().to_string(),
            "1/3"
        );
        for value in [0.0, -1.0, 0.3333, f64::NAN, f64::INFINITY, 1e-9, 1e9] {
            assert!(Scale::from_f64(value).is_err(), "{value}");
        }
    }

    #[test]
    fn rounding_goes_the_right_way_for_negative_numbers() {
        let half = Ratio::of(1, 2);
        assert_eq!((half.floor(5), half.floor(-5)), (2, -3));
        let thrice = Ratio::of(3, 1);
        assert_eq!(
            (
                thrice.ceil_quotient(7),
                thrice.ceil_quotient(-7),
                thrice.ceil_quotient(6)
            ),
            (3, -2, 2)
        );
        assert_eq!(half.ceil_quotient(3), 6);
    }
}
