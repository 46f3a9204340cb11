//! `scale_range`

use ndarray::{ArrayD, ArrayViewMutD};

use crate::error::OpError;
use crate::ops::Operation;
use crate::percentile::Percentile;
use crate::pointwise::{PointwiseMap, constant, reciprocal};
use crate::reference::ReferenceAxes;
use crate::statistics::Statistics;
use crate::statistics::need::Need;
use crate::statistics::percentiles::GroupedPercentiles;

/// Scales each element so that two percentiles of its group become 0 and 1: `(x - low) / (high - low + eps)`, computed
/// in `f64` (as a product with the reciprocal) and rounded to `f32`. Values beyond the percentiles are not clipped.
///
/// The percentiles may have been measured on more than `x`: on a whole image of which `x` is a part, or on a data set. A
/// constant group becomes 0 if `eps` is positive (NaN if it is 0). NaN stays NaN and does not count among the
/// percentiles; an infinite percentile makes finite elements 0, NaN or infinite, as in IEEE arithmetic.
///
/// # Errors
/// [`OpError::ShapeMismatch`] if `x` does not have the groups of `percentiles`: its axes that are not reduced must
/// have the same lengths; [`OpError::MissingPercentile`] if one of the two was not measured.
pub fn scale_range(
    x: ArrayViewMutD<'_, f32>,
    percentiles: &GroupedPercentiles,
    min_percentile: Percentile,
    max_percentile: Percentile,
    eps: f64,
) -> Result<(), OpError> {
    range_map(x.shape(), percentiles, min_percentile, max_percentile, eps)?.apply(x)
}

fn range_map(
    shape: &[usize],
    percentiles: &GroupedPercentiles,
    min_percentile: Percentile,
    max_percentile: Percentile,
    eps: f64,
) -> Result<PointwiseMap, OpError> {
    let low = percentiles.values_for(shape, min_percentile)?;
    let high: ArrayD<f64> = percentiles.values_for(shape, max_percentile)?;
    let factor = (high - &low).mapv_into(|range| reciprocal(range + eps));
    PointwiseMap::affine(shape, low, factor, constant(shape, 0.0))
}

/// The operation `scale_range` of the model description, by percentiles of the tensor itself or of a reference
/// tensor; see [`scale_range`](fn@scale_range). The modes `per_sample` and `per_dataset` differ in what the
/// [`Statistics`] were measured on.
///
/// ```
/// use ndarray::array;
/// use tensor_ops::{Operation, Percentile, ScaleRange, Statistics, TensorView};
///
/// let mut x = array![[1.0_f32, 2.0, 3.0], [50.0, 10.0, 30.0]].into_dyn();
/// let scale = ScaleRange::measured(&[1], Percentile::MIN, Percentile::MAX, 0.0);
/// let statistics = Statistics::measure(scale.needs(), &TensorView::from(x.view()))?;
/// scale.apply(x.view_mut(), &statistics)?;
/// assert_eq!(x, array![[0.0, 0.5, 1.0], [1.0, 0.0, 0.5]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleRange {
    /// The axes over which groups of the tensor itself are taken together, in ascending order.
    axes: Vec<usize>,
    /// Of the tensor itself, or of the reference.
    need: [Need; 1],
    reference: Option<ReferenceAxes>,
    min_percentile: Percentile,
    max_percentile: Percentile,
    eps: f64,
}

impl ScaleRange {
    /// Scales by the percentiles of the tensor itself over `axes`, in any order; without any, each element is its own
    /// group.
    #[must_use]
    pub fn measured(
        axes: &[usize],
        min_percentile: Percentile,
        max_percentile: Percentile,
        eps: f64,
    ) -> Self {
        let need = Need::percentiles(axes, &[min_percentile, max_percentile]);
        Self {
            axes: need.axes().to_vec(),
            need: [need],
            reference: None,
            min_percentile,
            max_percentile,
            eps,
        }
    }

    /// Scales by the percentiles of a reference tensor. `axes` are the axes of the tensor itself over which one
    /// statistic holds; the others are matched with axes of the reference as `reference` says. See
    /// [`ReferenceAxes`] for an example.
    #[must_use]
    pub fn by_reference(
        axes: &[usize],
        reference: ReferenceAxes,
        min_percentile: Percentile,
        max_percentile: Percentile,
        eps: f64,
    ) -> Self {
        Self {
            need: [Need::percentiles(
                reference.reduced(),
                &[min_percentile, max_percentile],
            )],
            reference: Some(reference),
            ..Self::measured(axes, min_percentile, max_percentile, eps)
        }
    }
}

impl Operation for ScaleRange {
    fn name(&self) -> &'static str {
        "scale_range"
    }

    fn needs(&self) -> &[Need] {
        if self.reference.is_none() { &self.need } else { &[] }
    }

    fn reference_needs(&self) -> &[Need] {
        if self.reference.is_some() { &self.need } else { &[] }
    }

    fn bind(
        &self,
        shape: &[usize],
        statistics: &Statistics,
        reference: &Statistics,
    ) -> Result<PointwiseMap, OpError> {
        let (min, max) = (self.min_percentile, self.max_percentile);
        match &self.reference {
            None => {
                let measured = statistics.require_percentiles(&self.axes, min)?;
                range_map(shape, measured, min, max, self.eps)
            }
            Some(axes) => {
                let measured = reference.require_percentiles(axes.reduced(), min)?;
                let (alignment, constant) = axes.alignment(&self.axes, shape.len())?;
                let aligned = measured.regrouped(constant, &alignment)?;
                range_map(shape, &aligned, min, max, self.eps)
            }
        }
    }
}
