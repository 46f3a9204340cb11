//! A percentile and the rank that it stands for.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use crate::error::OpError;

/// A number from 0 to 100: the percentage of a group of values that lies below.
///
/// ```
/// use tensor_ops::Percentile;
///
/// assert_eq!(Percentile::new(99.8)?.get(), 99.8);
/// assert!(Percentile::new(100.5).is_err() && Percentile::new(f64::NAN).is_err());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Percentile(f64);

impl Percentile {
    /// The smallest value of a group.
    pub const MIN: Self = Self(0.0);
    /// The largest value of a group.
    pub const MAX: Self = Self(100.0);

    /// The percentile, from 0 to 100.
    ///
    /// # Errors
    /// [`OpError::InvalidPercentile`] for a number outside that range, and for NaN.
    pub fn new(value: f64) -> Result<Self, OpError> {
        if (0.0..=100.0).contains(&value) {
            Ok(Self(value + 0.0)) // without the sign of -0
        } else {
            Err(OpError::InvalidPercentile {
                found: value.to_string(),
            })
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> f64 {
        self.0
    }

    /// Where the percentile lies among `count` sorted values, for a positive `count`.
    pub(crate) fn position(self, count: u64) -> Position {
        let last = count.saturating_sub(1);
        let exact = last as f64 * (self.0 / 100.0);
        let below = exact.floor();
        let lower = (below as u64).min(last);
        Position {
            lower,
            upper: lower.saturating_add(1).min(last),
            fraction: exact - below,
        }
    }
}

/// A position between the values of two ranks, counted from 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Position {
    pub(crate) lower: u64,
    pub(crate) upper: u64,
    /// Distance from the lower one, below 1.
    fraction: f64,
}

impl Position {
    /// The value at the position, from the values of its ranks: numpy's `_lerp` in `f64`, but that infinities
    /// next to finite values do not become NaN. Zero has no sign.
    pub(crate) fn interpolate(self, lower: f64, upper: f64) -> f64 {
        let value = if self.fraction == 0.0 || lower == upper {
            lower
        } else if lower.is_infinite() || upper.is_infinite() {
            lower + upper
        } else if (upper - lower).is_infinite() {
            lower * (1.0 - self.fraction) + upper * self.fraction
        } else if self.fraction < 0.5 {
            lower + (upper - lower) * self.fraction
        } else {
            upper - (upper - lower) * (1.0 - self.fraction)
        };
        value + 0.0
    }
}

impl PartialEq for Percentile {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Percentile {}

impl PartialOrd for Percentile {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Percentile {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Hash for Percentile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl fmt::Display for Percentile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<f64> for Percentile {
    type Error = OpError;

    fn try_from(value: f64) -> Result<Self, OpError> {
        Self::new(value)
    }
}
