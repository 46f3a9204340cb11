//! Moments of every group of a tensor: of every index combination of the axes that are not reduced.

use ndarray::{ArrayD, ArrayView1, ArrayViewD, ArrayViewMutD, Axis, IxDyn, Slice};

use crate::coefficients::check_axes;
use crate::data_type::{Element, with_array};
use crate::error::OpError;
use crate::statistics::groups::{Regroup, check_fit, kept_shape};
use crate::statistics::moments::Moments;
use crate::tensor::view::TensorView;
use crate::threads::{GRAIN, join};
use crate::traversal::{Inner, Traversal};

/// Number of neighbouring groups that are measured side by side where groups lie next to each other in
/// memory; their sums stay in the first-level cache.
const COLUMNS: usize = 256;
/// Number of rows summed up at once; such blocks are then merged.
const ROWS: usize = 1024;

/// The [`Moments`] of every index combination of the axes that are not reduced.
///
/// Measured in `f64` from values shifted to near their mean and merged pairwise, in whatever order the
/// elements have in memory. For 16 million values of 60000 ± 10 the mean is within `4e-11` and the variance
/// within `1e-13` of its value.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedMoments {
    reduced_axes: Vec<usize>,
    /// In standard layout, of length 1 in the reduced axes.
    groups: ArrayD<Moments>,
}

impl GroupedMoments {
    /// Measures `x`, reducing the given axes together; without any, each element is its own group.
    ///
    /// # Errors
    /// [`OpError::AxisOutOfRange`] or [`OpError::RepeatedAxis`] for wrong axes, [`OpError::NoElements`]
    /// if `x` is empty.
    pub fn measure(x: &TensorView<'_>, reduced_axes: &[usize]) -> Result<Self, OpError> {
        let mut reduced_axes = reduced_axes.to_vec();
        reduced_axes.sort_unstable();
        check_axes(&reduced_axes, x.ndim())?;
        if x.is_empty() {
            return Err(OpError::NoElements {
                shape: x.shape().to_vec(),
            });
        }
        let kept = kept_shape(x.shape(), &reduced_axes);
        let mut groups = ArrayD::from_elem(IxDyn(&kept), Moments::default());
        with_array!(TensorView, x, array => measure_groups(array.view(), &reduced_axes, groups.view_mut()));
        Ok(Self { reduced_axes, groups })
    }

    /// Adds what was measured on another part, or another sample, as if both had been measured together.
    ///
    /// # Errors
    /// [`OpError::ReducedAxesDiffer`] or [`OpError::ShapeMismatch`] if the groups are not the same.
    pub fn merge(&mut self, other: &Self) -> Result<(), OpError> {
        self.check_mergeable(other)?;
        self.groups.zip_mut_with(&other.groups, Moments::merge);
        Ok(())
    }

    /// The groups as an array of [`kept_shape`](Self::kept_shape).
    pub(crate) fn array(&self) -> &ArrayD<Moments> {
        &self.groups
    }

    pub(crate) fn check_mergeable(&self, other: &Self) -> Result<(), OpError> {
        if self.reduced_axes != other.reduced_axes {
            return Err(OpError::ReducedAxesDiffer {
                expected: self.reduced_axes.clone(),
                found: other.reduced_axes.clone(),
            });
        }
        if self.kept_shape() != other.kept_shape() {
            return Err(OpError::ShapeMismatch {
                expected: self.kept_shape().to_vec(),
                found: other.kept_shape().to_vec(),
            });
        }
        Ok(())
    }

    /// The axes that were reduced, in ascending order.
    #[must_use]
    pub fn reduced_axes(&self) -> &[usize] {
        &self.reduced_axes
    }

    /// The shape of the measured tensor with 1 for the reduced axes, as with numpy's `keepdims`.
    #[must_use]
    pub fn kept_shape(&self) -> &[usize] {
        self.groups.shape()
    }

    /// One entry for each group, in row-major order over [`kept_shape`](Self::kept_shape).
    #[must_use]
    pub fn groups(&self) -> &[Moments] {
        self.groups.as_slice().unwrap_or_default()
    }

    /// A value of each group, as an array of [`kept_shape`](Self::kept_shape); an error unless a tensor
    /// of `shape` has the same groups.
    pub(crate) fn values_for(
        &self,
        shape: &[usize],
        value: impl Fn(&Moments) -> f64,
    ) -> Result<ArrayD<f64>, OpError> {
        check_fit(self.kept_shape(), &self.reduced_axes, shape)?;
        Ok(self.groups.map(value))
    }

    /// From parts; `groups` is in standard layout and has length 1 in the reduced axes.
    pub(crate) fn from_parts(reduced_axes: Vec<usize>, groups: ArrayD<Moments>) -> Self {
        Self { reduced_axes, groups }
    }

    /// Other groups, of which those over `reduced_axes` do not vary.
    pub(crate) fn regrouped(
        &self,
        reduced_axes: Vec<usize>,
        regroup: &impl Regroup,
    ) -> Result<Self, OpError> {
        Ok(Self {
            reduced_axes,
            groups: regroup.regroup(&self.groups.view())?,
        })
    }
}

/// Fills `groups`, whose shape is that of `x` with 1 for the reduced axes.
fn measure_groups<T: Element>(
    x: ArrayViewD<'_, T>,
    reduced_axes: &[usize],
    groups: ArrayViewMutD<'_, Moments>,
) {
    let traversal = Traversal::new(x.shape(), x.strides(), |axis| reduced_axes.contains(&axis));
    let x = x.permuted_axes(traversal.order.as_slice());
    let groups = groups.permuted_axes(traversal.order.as_slice());
    visit(x, groups, &traversal, traversal.outer);
}

/// Walks the outer axes, none of which is reduced.
fn visit<T: Element>(
    x: ArrayViewD<'_, T>,
    mut groups: ArrayViewMutD<'_, Moments>,
    traversal: &Traversal,
    outer: usize,
) {
    if outer > 0 && x.len() >= 2 * GRAIN && x.len_of(Axis(0)) > 1 {
        let middle = x.len_of(Axis(0)) / 2;
        let (x, other_x) = x.split_at(Axis(0), middle);
        let (groups, other_groups) = groups.split_at(Axis(0), middle);
        join(
            || visit(x, groups, traversal, outer),
            || visit(other_x, other_groups, traversal, outer),
        );
    } else if outer > 0 {
        for (x, groups) in x.outer_iter().zip(groups.outer_iter_mut()) {
            visit(x, groups, traversal, outer - 1);
        }
    } else if traversal.inner == Inner::Shared {
        if let Some(group) = groups.first_mut() {
            *group = Moments::from_view(&x);
        }
    } else {
        measure_columns(&x, groups);
    }
}

/// Measures groups that lie side by side along the last axis; all other axes of `x` are reduced.
fn measure_columns<T: Element>(x: &ArrayViewD<'_, T>, mut groups: ArrayViewMutD<'_, Moments>) {
    let Some(last) = x.ndim().checked_sub(1).map(Axis) else {
        return;
    };
    let mut sums = ColumnSums::default();
    let columns = x.len_of(last);
    for start in (0..columns).step_by(COLUMNS) {
        let range = Slice::from(start..columns.min(start + COLUMNS));
        let x = x.slice_axis(last, range);
        let mut groups = groups.slice_axis_mut(last, range);
        let mut rows = x.rows().into_iter();
        loop {
            let block: Vec<_> = rows.by_ref().take(ROWS).collect();
            if block.is_empty() {
                break;
            }
            for (group, moments) in groups.iter_mut().zip(sums.measure(&block)) {
                group.merge(moments);
            }
        }
    }
}

/// The sums of `x - shift` and `(x - shift)^2` of each column of a block of rows.
#[derive(Default)]
struct ColumnSums {
    shifts: Vec<f64>,
    sums: Vec<f64>,
    squares: Vec<f64>,
    moments: Vec<Moments>,
}

impl ColumnSums {
    /// The moments of each column: relative to its first value, and again relative to its mean if too many
    /// digits cancel in one of the columns.
    fn measure<T: Element>(&mut self, block: &[ArrayView1<'_, T>]) -> &[Moments] {
        self.moments.clear();
        let Some(first) = block.first() else {
            return &self.moments;
        };
        self.shifts.clear();
        self.shifts.extend(first.iter().map(|value| value.to_f64()));
        self.sum(block);
        let precise: Option<Vec<_>> = self
            .columns()
            .map(|(shift, sum, squares)| Moments::from_shifted_sums(block.len(), shift, sum, squares))
            .collect();
        if let Some(precise) = precise {
            self.moments = precise;
            return &self.moments;
        }
        for (shift, &sum) in self.shifts.iter_mut().zip(&self.sums) {
            *shift += sum / block.len() as f64;
        }
        self.sum(block);
        let moments = self
            .columns()
            .map(|(shift, sum, squares)| Moments::from_mean_sums(block.len(), shift, sum, squares))
            .collect();
        self.moments = moments;
        &self.moments
    }

    fn columns(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let sums = self.sums.iter().zip(&self.squares);
        self.shifts
            .iter()
            .zip(sums)
            .map(|(&shift, (&sum, &squares))| (shift, sum, squares))
    }

    fn sum<T: Element>(&mut self, block: &[ArrayView1<'_, T>]) {
        self.sums.clear();
        self.sums.resize(self.shifts.len(), 0.0);
        self.squares.clear();
        self.squares.resize(self.shifts.len(), 0.0);
        for row in block {
            match row.as_slice() {
                Some(values) => self.add(values.iter()),
                None => self.add(row.iter()),
            }
        }
    }

    fn add<'a, T: Element>(&mut self, row: impl Iterator<Item = &'a T>) {
        let sums = self.sums.iter_mut().zip(&mut self.squares);
        for ((value, &shift), (sum, square)) in row.zip(&self.shifts).zip(sums) {
            let deviation = value.to_f64() - shift;
            *sum += deviation;
            *square += deviation * deviation;
        }
    }
}
