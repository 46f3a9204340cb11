//! Shapes that a description allows.

use std::fmt;

use rdf_spec::{Axes, Axis, InputShape};

/// Why a shape is not one that the description allows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ShapeProblem {
    /// Another number of axes.
    Rank {
        /// How many are described.
        expected: usize,
    },
    /// An axis has another size than the only one described.
    Fixed {
        /// The letter of the axis.
        axis: char,
        /// The size that was found.
        found: usize,
        /// The size that is described.
        expected: usize,
    },
    /// The size of an axis is not `min + k * step`.
    NotOnLattice {
        /// The letter of the axis.
        axis: char,
        /// The size that was found.
        found: usize,
        /// The smallest size.
        min: usize,
        /// The step between sizes.
        step: usize,
    },
}

impl ShapeProblem {
    /// The nearest sizes that are allowed: the next smaller one, if there is one, and the next larger one.
    #[must_use]
    pub fn nearest_sizes(&self) -> Option<(Option<usize>, usize)> {
        match *self {
            Self::Rank { .. } => None,
            Self::Fixed { expected, .. } => Some((None, expected)),
            Self::NotOnLattice { found, min, .. } if found < min => Some((None, min)),
            Self::NotOnLattice { found, min, step, .. } => {
                let steps = found.checked_sub(min)?.checked_div(step)?;
                let below = steps.checked_mul(step)?.checked_add(min)?;
                Some((Some(below), below.checked_add(step)?))
            }
        }
    }
}

impl fmt::Display for ShapeProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rank { expected } => write!(f, "expected {expected} axes"),
            Self::Fixed {
                axis,
                found,
                expected,
            } => {
                write!(
                    f,
                    "axis `{axis}` has the size {found}, only {expected} is possible"
                )
            }
            Self::NotOnLattice {
                axis,
                found,
                min,
                step,
            } => {
                write!(
                    f,
                    "axis `{axis}` has the size {found}, possible are {min} + k * {step}"
                )?;
                match self.nearest_sizes() {
                    Some((Some(below), above)) => write!(f, " (crop to {below} or pad to {above})"),
                    Some((None, above)) => write!(f, " (pad to {above})"),
                    None => Ok(()),
                }
            }
        }
    }
}

/// Whether an input may have a shape. The batch axis may have any size: what is described is a placeholder.
pub(crate) fn check_input(shape: &[usize], axes: &Axes, described: &InputShape) -> Result<(), ShapeProblem> {
    if shape.len() != axes.len() || shape.len() != described.rank() {
        return Err(ShapeProblem::Rank { expected: axes.len() });
    }
    for (at, (axis, &found)) in axes.iter().zip(shape).enumerate() {
        if axis == Axis::Batch {
            continue;
        }
        let min = described.minimum()[at];
        let step = match described {
            InputShape::Explicit(_) => 0,
            InputShape::Parametrized { step, .. } => step.get(at).copied().unwrap_or(0),
        };
        let axis = axis.letter();
        match (found.checked_sub(min), step) {
            (Some(0), _) => {}
            (_, 0) => {
                return Err(ShapeProblem::Fixed {
                    axis,
                    found,
                    expected: min,
                });
            }
            (Some(more), step) if more % step == 0 => {}
            _ => {
                return Err(ShapeProblem::NotOnLattice {
                    axis,
                    found,
                    min,
                    step,
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lattice_and_fixed_sizes() {
        let axes: Axes = "bcyx".parse().unwrap();
        let described = InputShape::Parametrized {
            min: vec![1, 1, 32, 32],
            step: vec![0, 0, 16, 16],
        };
        assert_eq!(check_input(&[3, 1, 48, 64], &axes, &described), Ok(()));
        let small = check_input(&[1, 1, 16, 32], &axes, &described).unwrap_err();
        assert_eq!(small.nearest_sizes(), Some((None, 32)));
        let between = check_input(&[1, 1, 50, 32], &axes, &described).unwrap_err();
        assert_eq!(between.nearest_sizes(), Some((Some(48), 64)));
        assert!(between.to_string().contains("crop to 48 or pad to 64"));
        assert!(matches!(
            check_input(&[1, 2, 32, 32], &axes, &described),
            Err(ShapeProblem::Fixed {
                axis: 'c',
                expected: 1,
                ..
            })
        ));
        assert!(matches!(
            check_input(&[1, 32, 32], &axes, &described),
            Err(ShapeProblem::Rank { expected: 4 })
        ));
        let explicit = InputShape::Explicit(vec![1, 1, 8, 8]);
        assert_eq!(check_input(&[5, 1, 8, 8], &axes, &explicit), Ok(()));
        assert!(check_input(&[1, 1, 8, 9], &axes, &explicit).is_err());
    }
}
