//! Percentiles of every group of a tensor: of every index combination of the axes that are not reduced.

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis, IxDyn};

use crate::coefficients::check_axes;
use crate::data_type::{Element, with_array};
use crate::error::OpError;
use crate::percentile::Percentile;
use crate::statistics::groups::{Regroup, check_fit, kept_shape};
use crate::statistics::select::select;
use crate::tensor::view::TensorView;
use crate::threads::{GRAIN, join};

/// Percentiles of every index combination of the axes that are not reduced, exact, in `f64`.
///
/// A percentile `q` of `n` sorted values lies at position `(n - 1) * q / 100`, counted from 0; between two values it is
/// interpolated linearly, as by `numpy.percentile` with `method="linear"`, in `f64`. NaN is skipped, as by
/// `numpy.nanpercentile`; the percentiles of a group of nothing but NaN are NaN. An infinity counts as the smallest or
/// largest value; between it and a finite value lies the infinity, between both infinities NaN.
///
/// The result depends on the values alone, not on their order, layout or the number of threads. Percentiles of
/// parts say nothing about those of the whole, so they cannot be merged: [`Scan`](crate::Scan) measures a
/// tensor that comes in parts, or many samples together.
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{GroupedPercentiles, Percentile, TensorView};
///
/// let image = array![[4_u16, 1, 2, 3], [7, 7, 7, 7]].into_dyn();
/// let quartile = Percentile::new(25.0)?;
/// let measured = GroupedPercentiles::measure(&TensorView::from(image.view()), &[1], &[quartile, Percentile::MAX])?;
/// assert_eq!(measured.values(quartile), Some(vec![1.75, 7.0]));
/// assert_eq!(measured.values(Percentile::MAX), Some(vec![4.0, 7.0]));
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedPercentiles {
    reduced_axes: Vec<usize>,
    /// In ascending order, each once.
    percentiles: Vec<Percentile>,
    /// Numbers of values that are not NaN, of length 1 in the reduced axes.
    counts: ArrayD<u64>,
    /// The same axes and one more, over the percentiles.
    values: ArrayD<f64>,
}

impl GroupedPercentiles {
    /// Measures `x`, reducing the given axes together; without any, each element is its own group.
    ///
    /// # Errors
    /// [`OpError::AxisOutOfRange`] or [`OpError::RepeatedAxis`] for wrong axes, [`OpError::NoElements`] if `x` is
    /// empty.
    pub fn measure(
        x: &TensorView<'_>,
        reduced_axes: &[usize],
        percentiles: &[Percentile],
    ) -> Result<Self, OpError> {
        let mut reduced_axes = reduced_axes.to_vec();
        reduced_axes.sort_unstable();
        check_axes(&reduced_axes, x.ndim())?;
        if x.is_empty() {
            return Err(OpError::NoElements {
                shape: x.shape().to_vec(),
            });
        }
        let percentiles = sorted_percentiles(percentiles);
        let shape = kept_shape(x.shape(), &reduced_axes);
        let mut counts = ArrayD::zeros(IxDyn(&shape));
        let mut values = ArrayD::zeros(IxDyn(&with_last(&shape, percentiles.len())));
        with_array!(TensorView, x, array => {
            measure_groups(array.view(), &reduced_axes, &percentiles, counts.view_mut(), values.view_mut());
        });
        Ok(Self {
            reduced_axes,
            percentiles,
            counts,
            values,
        })
    }

    /// From parts; `counts` has length 1 in the reduced axes, `values` one more axis over the percentiles.
    pub(crate) fn from_parts(
        reduced_axes: Vec<usize>,
        percentiles: Vec<Percentile>,
        counts: ArrayD<u64>,
        values: ArrayD<f64>,
    ) -> Self {
        Self {
            reduced_axes,
            percentiles,
            counts,
            values,
        }
    }

    /// The axes that were reduced, in ascending order.
    #[must_use]
    pub fn reduced_axes(&self) -> &[usize] {
        &self.reduced_axes
    }

    /// The shape of the measured tensor with 1 for the reduced axes, as with numpy's `keepdims`.
    #[must_use]
    pub fn kept_shape(&self) -> &[usize] {
        self.counts.shape()
    }

    /// The percentiles that were measured, in ascending order.
    #[must_use]
    pub fn percentiles(&self) -> &[Percentile] {
        &self.percentiles
    }

    /// The number of values of each group that are not NaN, in row-major order over [`kept_shape`](Self::kept_shape).
    #[must_use]
    pub fn counts(&self) -> Vec<u64> {
        self.counts.iter().copied().collect()
    }

    /// A percentile of each group in units of the data, in row-major order over [`kept_shape`](Self::kept_shape);
    /// `None` if it was not measured.
    #[must_use]
    pub fn values(&self, percentile: Percentile) -> Option<Vec<f64>> {
        let at = self.percentiles.binary_search(&percentile).ok()?;
        Some(self.values.index_axis(self.last(), at).iter().copied().collect())
    }

    /// The axis over the percentiles.
    fn last(&self) -> Axis {
        Axis(self.counts.ndim())
    }

    /// A percentile of each group, as an array of [`kept_shape`](Self::kept_shape); an error unless a tensor
    /// of `shape` has the same groups.
    pub(crate) fn values_for(&self, shape: &[usize], percentile: Percentile) -> Result<ArrayD<f64>, OpError> {
        check_fit(self.kept_shape(), &self.reduced_axes, shape)?;
        let at = self
            .percentiles
            .binary_search(&percentile)
            .map_err(|_| OpError::MissingPercentile {
                percentile: percentile.to_string(),
                axes: self.reduced_axes.clone(),
            })?;
        Ok(self.values.index_axis(self.last(), at).to_owned())
    }

    /// Other groups, of which those over `reduced_axes` do not vary.
    pub(crate) fn regrouped(
        &self,
        reduced_axes: Vec<usize>,
        regroup: &impl Regroup,
    ) -> Result<Self, OpError> {
        let counts = regroup.regroup(&self.counts.view())?;
        let mut values = ArrayD::zeros(IxDyn(&with_last(counts.shape(), self.percentiles.len())));
        let last = Axis(counts.ndim());
        for at in 0..self.percentiles.len() {
            values
                .index_axis_mut(last, at)
                .assign(&regroup.regroup(&self.values.index_axis(self.last(), at))?);
        }
        Ok(Self {
            reduced_axes,
            percentiles: self.percentiles.clone(),
            counts,
            values,
        })
    }
}

/// In ascending order, each once.
pub(crate) fn sorted_percentiles(percentiles: &[Percentile]) -> Vec<Percentile> {
    let mut percentiles = percentiles.to_vec();
    percentiles.sort_unstable();
    percentiles.dedup();
    percentiles
}

pub(crate) fn with_last(shape: &[usize], last: usize) -> Vec<usize> {
    let mut shape = shape.to_vec();
    shape.push(last);
    shape
}

fn measure_groups<T: Element>(
    x: ArrayViewD<'_, T>,
    reduced_axes: &[usize],
    percentiles: &[Percentile],
    counts: ArrayViewMutD<'_, u64>,
    values: ArrayViewMutD<'_, f64>,
) {
    let (mut order, reduced): (Vec<_>, Vec<_>) = (0..x.ndim()).partition(|axis| !reduced_axes.contains(axis));
    let kept = order.len();
    order.extend(reduced);
    let x = x.permuted_axes(order.as_slice());
    let counts = counts.permuted_axes(order.as_slice());
    order.push(order.len());
    let values = values.permuted_axes(order);
    visit(x, kept, percentiles, counts, values);
}

/// Walks the first `kept` axes.
fn visit<T: Element>(
    x: ArrayViewD<'_, T>,
    kept: usize,
    percentiles: &[Percentile],
    mut counts: ArrayViewMutD<'_, u64>,
    mut values: ArrayViewMutD<'_, f64>,
) {
    let Some(inner) = kept.checked_sub(1) else {
        let mut results = vec![0.0; percentiles.len()];
        let count = select(&x, percentiles, &mut results);
        if let Some(place) = counts.first_mut() {
            *place = count;
        }
        values
            .iter_mut()
            .zip(results)
            .for_each(|(place, value)| *place = value);
        return;
    };
    let length = x.shape()[0];
    if x.len() >= 2 * GRAIN && length > 1 {
        let (x, other_x) = x.split_at(Axis(0), length / 2);
        let (counts, other_counts) = counts.split_at(Axis(0), length / 2);
        let (values, other_values) = values.split_at(Axis(0), length / 2);
        join(
            || visit(x, kept, percentiles, counts, values),
            || visit(other_x, kept, percentiles, other_counts, other_values),
        );
        return;
    }
    let results = counts.outer_iter_mut().zip(values.outer_iter_mut());
    for (x, (counts, values)) in x.outer_iter().zip(results) {
        visit(x, inner, percentiles, counts, values);
    }
}
