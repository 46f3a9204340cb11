//! How far apart pixels are.

use std::fmt;

mod unit;

pub use unit::Unit;

/// The distance between neighbouring positions along one axis: finite and above 0.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spacing {
    value: f64,
    unit: Unit,
}

impl Spacing {
    /// A distance; `None` unless `value` is finite and above 0.
    #[must_use]
    pub fn new(value: f64, unit: Unit) -> Option<Self> {
        (value.is_finite() && value > 0.0).then_some(Self { value, unit })
    }

    /// The number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.value
    }

    /// What the number counts.
    #[must_use]
    pub fn unit(self) -> Unit {
        self.unit
    }

    /// The same distance in another unit of the same quantity; `None` between lengths and times, or if the number
    /// leaves the range of `f64`.
    ///
    /// ```
    /// use pipeline::image::{Spacing, Unit};
    ///
    /// let step = Spacing::new(250.0, Unit::Nanometer).unwrap();
    /// assert_eq!(step.to(Unit::Micrometer).map(Spacing::value), Some(0.25));
    /// assert_eq!(step.to(Unit::Second), None);
    /// ```
    #[must_use]
    pub fn to(self, unit: Unit) -> Option<Self> {
        if self.unit.is_time() != unit.is_time() {
            return None;
        }
        if self.unit == unit {
            return Some(self);
        }
        let ((from, from_power), (to, to_power)) = (self.unit.size(), unit.size());
        // Whole powers of ten are exact, so round numbers stay round.
        let power = 10_f64.powi((from_power - to_power).abs());
        let value = self.value * from / to;
        let value = if from_power < to_power {
            value / power
        } else {
            value * power
        };
        Self::new(value, unit)
    }
}

impl fmt::Display for Spacing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.value, self.unit.name())
    }
}

/// The distance between neighbouring pixels along the axes of an image, where it is known.
///
/// ```
/// use pipeline::image::{PixelSize, Spacing, Unit};
///
/// let mut size = PixelSize::default();
/// size.set('x', Spacing::new(0.25, Unit::Micrometer));
/// assert_eq!(size.get('x').map(|spacing| spacing.to_string()), Some("0.25 micrometer".to_owned()));
/// assert_eq!(size.get('z'), None);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PixelSize {
    known: Vec<(char, Spacing)>,
}

impl PixelSize {
    /// The distance along an axis.
    #[must_use]
    pub fn get(&self, axis: char) -> Option<Spacing> {
        self.known
            .iter()
            .find(|&&(letter, _)| letter == axis)
            .map(|&(_, spacing)| spacing)
    }

    /// Set or forget the distance along an axis.
    pub fn set(&mut self, axis: char, spacing: Option<Spacing>) {
        self.known.retain(|&(letter, _)| letter != axis);
        self.known.extend(spacing.map(|spacing| (axis, spacing)));
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known, in the order in which it was set.
    pub fn iter(&self) -> impl Iterator<Item = (char, Spacing)> + '_ {
        self.known.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_positive_numbers() {
        for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(Spacing::new(wrong, Unit::Meter), None);
        }
        let far = Spacing::new(f64::MAX, Unit::Meter).unwrap();
        assert_eq!(far.to(Unit::Nanometer), None);
    }

    #[test]
    fn units_are_converted() {
        let second = Spacing::new(1.5, Unit::Second).unwrap();
        assert_eq!(second.to(Unit::Millisecond).unwrap().value(), 1500.0);
        let inch = Spacing::new(1.0, Unit::Inch).unwrap();
        assert!((inch.to(Unit::Millimeter).unwrap().value() - 25.4).abs() < 1e-12);
    }
}
