//! Axes of tensors.

use std::fmt;

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// One axis of a tensor (field `axes` of the model description).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Axis {
    /// `b`: groups several samples.
    Batch,
    /// `i`: instance, index or element.
    Index,
    /// `t`: time.
    Time,
    /// `c`: channel.
    Channel,
    /// `z`, in space.
    Z,
    /// `y`, in space.
    Y,
    /// `x`, in space.
    X,
}

impl Axis {
    /// All axes, in the order in which the specification names their letters.
    pub const ALL: [Self; 7] = [
        Self::Batch,
        Self::Index,
        Self::Time,
        Self::Channel,
        Self::Z,
        Self::Y,
        Self::X,
    ];

    /// The letter: one of `bitczyx`.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::Batch => 'b',
            Self::Index => 'i',
            Self::Time => 't',
            Self::Channel => 'c',
            Self::Z => 'z',
            Self::Y => 'y',
            Self::X => 'x',
        }
    }

    /// The axis of a letter.
    #[must_use]
    pub fn from_letter(letter: char) -> Option<Self> {
        Self::ALL.into_iter().find(|axis| axis.letter() == letter)
    }

    /// True for `z`, `y` and `x`.
    #[must_use]
    pub fn is_spatial(self) -> bool {
        matches!(self, Self::Z | Self::Y | Self::X)
    }
}

impl fmt::Display for Axis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.letter())
    }
}

/// Distinct axes in the order of a tensor's dimensions, written as their letters: `bcyx`.
///
/// ```
/// use rdf_spec::{Axes, Axis};
///
/// let axes: Axes = "bcyx".parse()?;
/// assert_eq!(axes.len(), 4);
/// assert_eq!(axes.position(Axis::Y), Some(2));
/// assert!("bcyy".parse::<Axes>().is_err());
/// # Ok::<(), rdf_spec::ValueError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Axes {
    axes: Vec<Axis>,
    letters: String,
}

impl Axes {
    /// Reads letters out of `bitczyx`, each at most once.
    ///
    /// # Errors
    /// Names the first letter that is unknown or repeated.
    pub fn parse(letters: &str) -> Result<Self, ValueError> {
        let mut axes = Vec::new();
        for letter in letters.chars() {
            let Some(axis) = Axis::from_letter(letter) else {
                let reason = format!(
                    "axes are letters out of `bitczyx`, found {letter:?} in {}",
                    quoted(letters)
                );
                return Err(ValueError::new(Code::InvalidAxes, reason));
            };
            if axes.contains(&axis) {
                let reason = format!("the axis `{axis}` stands twice in {}", quoted(letters));
                return Err(ValueError::new(Code::InvalidAxes, reason));
            }
            axes.push(axis);
        }
        Ok(Self {
            axes,
            letters: letters.to_owned(),
        })
    }

    /// The letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.letters
    }

    /// The number of axes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.axes.len()
    }

    /// True if there is no axis.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.axes.is_empty()
    }

    /// The axes in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Axis> + ExactSizeIterator + '_ {
        self.axes.iter().copied()
    }

    /// The index of an axis.
    #[must_use]
    pub fn position(&self, axis: Axis) -> Option<usize> {
        self.axes.iter().position(|&own| own == axis)
    }

    /// True if the axis is one of these.
    #[must_use]
    pub fn contains(&self, axis: Axis) -> bool {
        self.axes.contains(&axis)
    }
}

checked_text!(Axes);
