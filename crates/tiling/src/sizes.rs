//! Which sizes an axis may have.

use std::fmt;

use crate::ratio::{Ratio, gcd, lcm};

/// The largest size, step, minimum, halo and offset that is taken for one: a terabyte along one axis.
pub const MAX_SIZE: usize = 1 << 40;

/// The sizes that an axis of an input may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(rename_all = "snake_case"))]
pub enum Sizes {
    /// Only this one.
    Fixed(usize),
    /// `min + k * step` for every whole `k` from zero up; `step` is at least 1.
    Stepped {
        /// The smallest size.
        min: usize,
        /// The distance between sizes.
        step: usize,
    },
}

impl Sizes {
    /// Whether an axis may have this size.
    #[must_use]
    pub fn allows(self, size: usize) -> bool {
        match self {
            Self::Fixed(only) => size == only,
            Self::Stepped { min, step } => size
                .checked_sub(min)
                .is_some_and(|more| more.checked_rem(step) == Some(0)),
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(size) => write!(f, "{size}"),
            Self::Stepped { min, step } => write!(f, "{min} + k * {step}"),
        }
    }
}

/// The numbers `first + k * period` for every whole `k` from zero up; only `first` where the period is zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lattice {
    pub(crate) first: i128,
    pub(crate) period: i128,
}

impl Lattice {
    /// The numbers `t`, at least 1, for which `t * ratio` is one of `sizes`. Nothing if there is none.
    pub(crate) fn of(sizes: Sizes, ratio: Ratio) -> Option<Self> {
        let Ratio {
            numerator,
            denominator,
        } = ratio;
        match sizes {
            Sizes::Fixed(size) => {
                let product = size as i128 * denominator;
                (product % numerator == 0 && size > 0).then_some(Self {
                    first: product / numerator,
                    period: 0,
                })
            }
            Sizes::Stepped { min, step } => {
                let (min, step) = (min.max(1) as i128, step as i128);
                // t = denominator * u with numerator * u = min (mod step)
                let common = gcd(numerator, step);
                if min % common != 0 {
                    return None;
                }
                let modulus = step / common;
                let residue = (min / common) * inverse(numerator / common, modulus) % modulus;
                let at_least = -(-min).div_euclid(numerator);
                let u = at_least + (residue - at_least).rem_euclid(modulus);
                Some(Self {
                    first: denominator * u,
                    period: denominator * modulus,
                })
            }
        }
    }

    /// The positive multiples of a number.
    pub(crate) fn multiples(of: i128) -> Self {
        Self {
            first: of,
            period: of,
        }
    }

    pub(crate) fn contains(self, value: i128) -> bool {
        let more = value - self.first;
        if self.period == 0 {
            more == 0
        } else {
            more >= 0 && more % self.period == 0
        }
    }

    /// The smallest number that is not below `value`.
    pub(crate) fn at_least(self, value: i128) -> Option<i128> {
        let more = value - self.first;
        match self.period {
            _ if more <= 0 => Some(self.first),
            0 => None,
            period => Some(self.first + -(-more).div_euclid(period) * period),
        }
    }

    /// The largest number that is not above `value`.
    pub(crate) fn at_most(self, value: i128) -> Option<i128> {
        let more = value - self.first;
        match self.period {
            _ if more < 0 => None,
            0 => Some(self.first),
            period => Some(self.first + more / period * period),
        }
    }

    /// The numbers from `value` up.
    pub(crate) fn from(self, value: i128) -> Option<Self> {
        Some(Self {
            first: self.at_least(value)?,
            period: self.period,
        })
    }

    /// The numbers that are in both. Nothing if there is none, or if their period is too large.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        if self.period == 0 {
            return other.contains(self.first).then_some(self);
        }
        if other.period == 0 {
            return self.contains(other.first).then_some(other);
        }
        let period = lcm(self.period, other.period)?;
        let common = gcd(self.period, other.period);
        let distance = other.first - self.first;
        if distance % common != 0 {
            return None;
        }
        // self.first + k * self.period = other.first (mod other.period)
        let modulus = other.period / common;
        let k = (distance / common)
            .rem_euclid(modulus)
            .checked_mul(inverse(self.period / common, modulus))?
            % modulus;
        let met = self.first.checked_add(k.checked_mul(self.period)?)?;
        Self { first: met, period }.from(self.first.max(other.first))
    }
}

/// The number `x` from 0 to `modulus - 1` with `value * x = 1 (mod modulus)`; both have no common divisor.
fn inverse(value: i128, modulus: i128) -> i128 {
    let (mut r, mut next_r) = (modulus, value.rem_euclid(modulus));
    let (mut t, mut next_t) = (0, 1);
    while next_r != 0 {
        let quotient = r / next_r;
        (r, next_r) = (next_r, r - quotient * next_r);
        (t, next_t) = (next_t, t - quotient * next_t);
    }
    t.rem_euclid(modulus)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All members up to a bound.
    fn members(lattice: Option<Lattice>, bound: i128) -> Vec<i128> {
        (1..=bound)
            .filter(|&value| lattice.is_some_and(|lattice| lattice.contains(value)))
            .collect()
    }

    proptest! {
        #[test]
        fn scaled_sizes_are_those_that_trying_finds(min in 0_usize..40, step in 1_usize..20, p in 1_i128..7, q in 1_i128..7) {
            let sizes = Sizes::Stepped { min, step };
            let ratio = Ratio::of(p, q);
            let expected: Vec<i128> = (1..=300)
                .filter(|t| t * ratio.numerator % ratio.denominator == 0)
                .filter(|t| sizes.allows(usize::try_from(t * ratio.numerator / ratio.denominator).unwrap()))
                .collect();
            // A minimum of zero allows an empty axis, which no tile has.
            prop_assume!(min > 0);
            prop_assert_eq!(members(Lattice::of(sizes, ratio), 300), expected);
        }

        #[test]
        fn common_numbers_are_those_that_trying_finds(a in 1_i128..40, p in 0_i128..20, b in 1_i128..40, q in 0_i128..20) {
            let (one, other) = (Lattice { first: a, period: p }, Lattice { first: b, period: q });
            let expected: Vec<i128> = (1..=500).filter(|&v| one.contains(v) && other.contains(v)).collect();
            prop_assert_eq!(members(one.and(other), 500), expected);
        }

        #[test]
        fn neighbours_are_the_nearest(first in 1_i128..40, period in 0_i128..20, value in 0_i128..200) {
            let lattice = Lattice { first, period };
            let all: Vec<i128> = (1..=400).filter(|&v| lattice.contains(v)).collect();
            prop_assert_eq!(lattice.at_most(value), all.iter().copied().rfind(|&v| v <= value));
            prop_assert_eq!(lattice.at_least(value), all.iter().copied().find(|&v| v >= value));
        }
    }
}
