//! How the axes of a reference tensor correspond to those of the tensor that an operation changes.

use ndarray::{ArrayD, ArrayViewD, Axis};

use crate::error::OpError;
use crate::statistics::groups::Regroup;

/// The axes of a reference tensor, the `reference_tensor` of a description: which are reduced together, and which of
/// the others correspond to the axes over which the groups of the changed tensor vary.
///
/// The reference may have another order of axes and other lengths of the reduced ones.
///
/// ```
/// use ndarray::{ArrayD, array};
/// use tensor_ops::{Operation, Percentile, ReferenceAxes, ScaleRange, Statistics, TensorView};
///
/// // the changed tensor has the axes c, x; the reference has x, c and is longer
/// let reference = array![[0.0_f32, 10.0], [4.0, 30.0], [8.0, 20.0]].into_dyn();
/// let axes = ReferenceAxes::new(&[0], &[Some(1)]);
/// let scale = ScaleRange::by_reference(&[1], axes, Percentile::MIN, Percentile::MAX, 0.0);
/// let measured = Statistics::measure(scale.reference_needs(), &TensorView::from(reference.view()))?;
///
/// let mut x = array![[2.0_f32, 8.0], [20.0, 15.0]].into_dyn();
/// scale.apply_with_reference(x.view_mut(), &Statistics::default(), &measured)?;
/// assert_eq!(x, array![[0.25, 1.0], [0.5, 0.25]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceAxes {
    reduced: Vec<usize>,
    kept: Vec<Option<usize>>,
}

impl ReferenceAxes {
    /// `reduced` are the axes of the reference that are reduced together, in any order. `kept` has one entry for each
    /// axis of the changed tensor that is not reduced, in the order of that tensor: the axis of the
    /// reference that corresponds to it, or `None` if it has none, so that its statistics hold for every index.
    ///
    /// Axes of the reference that are in neither list must have length 1. All is checked where statistics are
    /// known, by the operation.
    #[must_use]
    pub fn new(reduced: &[usize], kept: &[Option<usize>]) -> Self {
        Self {
            reduced: crate::statistics::sorted_set(reduced),
            kept: kept.to_vec(),
        }
    }

    /// The axes of a reference with the same axes as the changed tensor, of which `reduced` are reduced and `ndim`
    /// is the number.
    #[must_use]
    pub fn same(reduced: &[usize], ndim: usize) -> Self {
        let kept: Vec<_> = (0..ndim)
            .filter(|axis| !reduced.contains(axis))
            .map(Some)
            .collect();
        Self::new(reduced, &kept)
    }

    /// The axes of the reference that are reduced, in ascending order.
    #[must_use]
    pub fn reduced(&self) -> &[usize] {
        &self.reduced
    }

    /// For each axis of the changed tensor that is not reduced, the corresponding axis of the reference.
    #[must_use]
    pub fn kept(&self) -> &[Option<usize>] {
        &self.kept
    }

    /// The regrouping of statistics of the reference for a tensor with `ndim` axes, of which `own_reduced` are
    /// reduced, and the axes over which the result does not vary.
    pub(crate) fn alignment(
        &self,
        own_reduced: &[usize],
        ndim: usize,
    ) -> Result<(Alignment<'_>, Vec<usize>), OpError> {
        let own_kept: Vec<_> = (0..ndim).filter(|axis| !own_reduced.contains(axis)).collect();
        if own_kept.len() != self.kept.len() {
            return Err(OpError::ReferenceAxesDiffer {
                expected: own_kept.len(),
                found: self.kept.len(),
            });
        }
        let mut sources = vec![None; ndim];
        for (axis, source) in own_kept.into_iter().zip(&self.kept) {
            sources[axis] = *source;
        }
        let constant = (0..ndim).filter(|&axis| sources[axis].is_none()).collect();
        Ok((Alignment { axes: self, sources }, constant))
    }
}

/// Groups of a reference in the order of the axes of the changed tensor.
pub(crate) struct Alignment<'a> {
    axes: &'a ReferenceAxes,
    /// For each axis of the changed tensor, that of the reference.
    sources: Vec<Option<usize>>,
}

impl Regroup for Alignment<'_> {
    fn regroup<T: Clone>(&self, groups: &ArrayViewD<'_, T>) -> Result<ArrayD<T>, OpError> {
        let ndim = groups.ndim();
        let mut order: Vec<usize> = self.sources.iter().copied().flatten().collect();
        for (place, &axis) in order.iter().enumerate() {
            if axis >= ndim {
                return Err(OpError::AxisOutOfRange { axis, ndim });
            }
            if order[..place].contains(&axis) || self.axes.reduced.contains(&axis) {
                return Err(OpError::RepeatedAxis { axis });
            }
        }
        let matched = order.len();
        for axis in 0..ndim {
            if !order[..matched].contains(&axis) {
                if groups.shape()[axis] != 1 {
                    return Err(OpError::UnmatchedReferenceAxis {
                        axis,
                        length: groups.shape()[axis],
                    });
                }
                order.push(axis);
            }
        }
        let mut aligned = groups.view().permuted_axes(order);
        for axis in (matched..ndim).rev() {
            aligned = aligned.index_axis_move(Axis(axis), 0);
        }
        for (axis, source) in self.sources.iter().enumerate() {
            if source.is_none() {
                aligned = aligned.insert_axis(Axis(axis));
            }
        }
        Ok(aligned.as_standard_layout().into_owned())
    }
}
