//! What operations need to know about a whole tensor.

pub(crate) mod grouped;
pub(crate) mod groups;
mod integer_sums;
pub(crate) mod moments;
pub(crate) mod need;
pub(crate) mod percentiles;
mod radix;
pub(crate) mod scan;
mod select;

use crate::error::OpError;
use crate::percentile::Percentile;
use crate::statistics::grouped::GroupedMoments;
use crate::statistics::groups::Part;
use crate::statistics::need::{Need, merged_needs};
use crate::statistics::percentiles::GroupedPercentiles;
use crate::tensor::view::TensorView;

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
    percentiles: Vec<GroupedPercentiles>,
}

impl Statistics {
    /// Measures each need once, on a tensor in memory. A [`Scan`](crate::Scan) measures a tensor that comes in
    /// tiles, or many samples together.
    ///
    /// # Errors
    /// [`OpError::AxisOutOfRange`] if a need names an axis that `x` does not have,
    /// [`OpError::NoElements`] if `x` is empty and there is a need.
    pub fn measure(needs: &[Need], x: &TensorView<'_>) -> Result<Self, OpError> {
        let mut statistics = Self::default();
        for need in merged_needs(needs) {
            match need {
                Need::Moments { axes } => statistics.moments.push(GroupedMoments::measure(x, &axes)?),
                Need::Percentiles { axes, percentiles } => {
                    let measured = GroupedPercentiles::measure(x, &axes, &percentiles)?;
                    statistics.percentiles.push(measured);
                }
            }
        }
        Ok(statistics)
    }

    /// Statistics that were measured elsewhere, or read; of several over the same axes the first counts.
    #[must_use]
    pub fn from_parts(moments: Vec<GroupedMoments>, percentiles: Vec<GroupedPercentiles>) -> Self {
        Self { moments, percentiles }
    }

    /// Adds moments that were measured on another part, or another sample, as if both had been measured
    /// together. Nothing is changed on an error.
    ///
    /// # Errors
    /// [`OpError::MissingStatistics`] if one of the two lacks a need of the other,
    /// [`OpError::ShapeMismatch`] if the axes that are not reduced differ in length,
    /// [`OpError::PercentilesNotMergeable`] if there are percentiles, for which see [`Scan`](crate::Scan).
    pub fn merge(&mut self, other: &Self) -> Result<(), OpError> {
        if let Some(percentiles) = self.percentiles.iter().chain(&other.percentiles).next() {
            return Err(OpError::PercentilesNotMergeable {
                axes: percentiles.reduced_axes().to_vec(),
            });
        }
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

    /// The statistics for a part of the measured tensor: `start` and `shape` say where it lies. Groups that do not
    /// occur in the part are left out, so that an operation can be applied to a tile that was cut along axes
    /// that are not reduced. Where an axis is reduced, start and length do not matter.
    ///
    /// ```
    /// use ndarray::{Axis, Slice, array};
    /// use tensor_ops::{Operation, Statistics, TensorView, ZeroMeanUnitVariance};
    ///
    /// // axes t, x: a mean for each point in time
    /// let mut movie = array![[1.0_f32, 3.0], [10.0, 30.0], [5.0, 7.0]].into_dyn();
    /// let normalize = ZeroMeanUnitVariance::measured(&[1], 0.0);
    /// let statistics = Statistics::measure(normalize.needs(), &TensorView::from(movie.view()))?;
    ///
    /// let tile = movie.slice_axis_mut(Axis(0), Slice::from(1..3));
    /// normalize.apply(tile, &statistics.part(&[1, 0], &[2, 2])?)?;
    /// assert_eq!(movie, array![[1.0, 3.0], [-1.0, 1.0], [-1.0, 1.0]].into_dyn());
    /// # Ok::<(), tensor_ops::OpError>(())
    /// ```
    ///
    /// # Errors
    /// [`OpError::PartOutside`] if the part does not lie in what was measured.
    pub fn part(&self, start: &[usize], shape: &[usize]) -> Result<Self, OpError> {
        let part = |reduced_axes| Part {
            reduced_axes,
            start,
            shape,
        };
        let moments = self.moments.iter().map(|grouped| {
            let axes = grouped.reduced_axes();
            grouped.regrouped(axes.to_vec(), &part(axes))
        });
        let percentiles = self.percentiles.iter().map(|grouped| {
            let axes = grouped.reduced_axes();
            grouped.regrouped(axes.to_vec(), &part(axes))
        });
        Ok(Self {
            moments: moments.collect::<Result<_, _>>()?,
            percentiles: percentiles.collect::<Result<_, _>>()?,
        })
    }

    /// The moments over `axes`, in any order, if they were measured.
    #[must_use]
    pub fn moments(&self, axes: &[usize]) -> Option<&GroupedMoments> {
        let axes = sorted_set(axes);
        self.moments.iter().find(|moments| moments.reduced_axes() == axes)
    }

    /// The percentiles over `axes`, in any order, if any were measured.
    #[must_use]
    pub fn percentiles(&self, axes: &[usize]) -> Option<&GroupedPercentiles> {
        let axes = sorted_set(axes);
        let mut all = self.percentiles.iter();
        all.find(|percentiles| percentiles.reduced_axes() == axes)
    }

    /// All moments, one entry for each set of axes.
    #[must_use]
    pub fn all_moments(&self) -> &[GroupedMoments] {
        &self.moments
    }

    /// All percentiles, one entry for each set of axes.
    #[must_use]
    pub fn all_percentiles(&self) -> &[GroupedPercentiles] {
        &self.percentiles
    }

    /// The first of `needs` that was not measured, if there is one.
    #[must_use]
    pub fn missing<'a>(&self, needs: &'a [Need]) -> Option<&'a Need> {
        needs.iter().find(|need| match need {
            Need::Moments { axes } => self.moments(axes).is_none(),
            Need::Percentiles { axes, percentiles } => self.percentiles(axes).is_none_or(|measured| {
                let known = measured.percentiles();
                percentiles.iter().any(|percentile| !known.contains(percentile))
            }),
        })
    }

    /// The moments over `axes`.
    pub(crate) fn require_moments(&self, axes: &[usize]) -> Result<&GroupedMoments, OpError> {
        self.moments(axes)
            .ok_or_else(|| OpError::MissingStatistics { axes: axes.to_vec() })
    }

    /// The percentiles over `axes`, of which `percentile` is needed.
    pub(crate) fn require_percentiles(
        &self,
        axes: &[usize],
        percentile: Percentile,
    ) -> Result<&GroupedPercentiles, OpError> {
        self.percentiles(axes).ok_or_else(|| OpError::MissingPercentile {
            percentile: percentile.to_string(),
            axes: axes.to_vec(),
        })
    }
}

/// The axes in ascending order, each once.
pub(crate) fn sorted_set(axes: &[usize]) -> Vec<usize> {
    let mut axes = axes.to_vec();
    axes.sort_unstable();
    axes.dedup();
    axes
}
