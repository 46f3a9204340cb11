//! What operations need to know about a whole tensor.

pub(crate) mod grouped;
pub(crate) mod moments;

use crate::error::OpError;
use crate::statistics::grouped::GroupedMoments;
use crate::tensor::view::TensorView;

/// Something that has to be measured on a whole tensor before an operation can be applied to it, or to a
/// part of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Need {
    /// Count, mean and variance.
    Moments {
        /// The axes reduced together, sorted and without repetition; an empty list makes every element a
        /// group of its own.
        axes: Vec<usize>,
    },
}

impl Need {
    /// Count, mean and variance over the given axes, in any order.
    #[must_use]
    pub fn moments(axes: &[usize]) -> Self {
        Self::Moments {
            axes: sorted_set(axes),
        }
    }
}

/// The measured values of a set of [`Need`]s; the default holds none, for operations that need none.
///
/// ```
/// use ndarray::{array, s};
/// use tensor_ops::{Need, Statistics, TensorView};
///
/// let image = array![[1.0_f32, 2.0, 3.0, 6.0]].into_dyn();
/// let needs = [Need::moments(&[1])];
/// let mut statistics = Statistics::measure(&needs, &TensorView::from(image.slice(s![.., ..2]).into_dyn()))?;
/// statistics.merge(&Statistics::measure(&needs, &TensorView::from(image.slice(s![.., 2..]).into_dyn()))?)?;
/// let moments = statistics.moments(&[1]).map(|grouped| grouped.groups()[0]);
/// assert_eq!(moments.map(|m| (m.count(), m.mean(), m.variance())), Some((4, 3.0, 3.5)));
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Statistics {
    moments: Vec<GroupedMoments>,
}

impl Statistics {
    /// Measures each need once.
    ///
    /// # Errors
    /// [`OpError::AxisOutOfRange`] if a need names an axis that `x` does not have,
    /// [`OpError::NoElements`] if `x` is empty and there is a need.
    pub fn measure(needs: &[Need], x: &TensorView<'_>) -> Result<Self, OpError> {
        let mut statistics = Self::default();
        for Need::Moments { axes } in needs {
            let axes = sorted_set(axes);
            if statistics.moments(&axes).is_none() {
                statistics.moments.push(GroupedMoments::measure(x, &axes)?);
            }
        }
        Ok(statistics)
    }

    /// Adds what was measured on another part, or another sample, as if both had been measured together.
    /// Nothing is changed on an error.
    ///
    /// # Errors
    /// [`OpError::MissingStatistics`] if one of the two lacks a need of the other,
    /// [`OpError::ShapeMismatch`] if the axes that are not reduced differ in length.
    pub fn merge(&mut self, other: &Self) -> Result<(), OpError> {
        for theirs in &other.moments {
            self.require_moments(theirs.reduced_axes())?
                .check_mergeable(theirs)?;
        }
        for ours in &self.moments {
            other.require_moments(ours.reduced_axes())?;
        }
        for ours in &mut self.moments {
            let theirs = other.require_moments(ours.reduced_axes())?;
            ours.merge(theirs)?;
        }
        Ok(())
    }

    /// The moments over `axes`, in any order, if they were measured.
    #[must_use]
    pub fn moments(&self, axes: &[usize]) -> Option<&GroupedMoments> {
        let axes = sorted_set(axes);
        self.moments.iter().find(|moments| moments.reduced_axes() == axes)
    }

    /// The moments over `axes`.
    pub(crate) fn require_moments(&self, axes: &[usize]) -> Result<&GroupedMoments, OpError> {
        self.moments(axes)
            .ok_or_else(|| OpError::MissingStatistics { axes: axes.to_vec() })
    }
}

/// The axes in ascending order, each once.
pub(crate) fn sorted_set(axes: &[usize]) -> Vec<usize> {
    let mut axes = axes.to_vec();
    axes.sort_unstable();
    axes.dedup();
    axes
}
