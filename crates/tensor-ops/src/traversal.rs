//! An order of the axes in which groups of elements are walked without jumping about in memory.

/// Shorter runs of neighbouring groups are walked group by group, with a stride.
const SHORTEST_ROW: usize = 32;

/// How the axes that are left after the outer ones are to be walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Inner {
    /// All belong to one group.
    Shared,
    /// The last one runs over groups that lie next to each other in memory, the others within them.
    NeighbouringGroups,
}

/// The axes of a tensor in the order: those over which groups vary, those that each group spans, and
/// possibly one more over which groups vary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Traversal {
    /// All axes, to be passed to `permuted_axes`.
    pub(crate) order: Vec<usize>,
    /// Number of leading axes to be walked index by index.
    pub(crate) outer: usize,
    /// What the others are.
    pub(crate) inner: Inner,
}

impl Traversal {
    /// Plans for a tensor with the given shape and strides; `shared` says which axes a group spans.
    pub(crate) fn new(shape: &[usize], strides: &[isize], shared: impl Fn(usize) -> bool) -> Self {
        Self::plan(shape, strides, shared, false)
    }

    /// The same, but short rows of groups are also walked as such where they follow each other without gaps.
    pub(crate) fn with_short_rows(
        shape: &[usize],
        strides: &[isize],
        shared: impl Fn(usize) -> bool,
    ) -> Self {
        Self::plan(shape, strides, shared, true)
    }

    fn plan(shape: &[usize], strides: &[isize], shared: impl Fn(usize) -> bool, short: bool) -> Self {
        let (mut order, mut long): (Vec<_>, Vec<_>) = (0..shape.len()).partition(|&axis| shape[axis] <= 1);
        long.sort_by_key(|&axis| std::cmp::Reverse(strides[axis].unsigned_abs()));
        let (spanned, mut varying): (Vec<_>, Vec<_>) = long.iter().partition(|&&axis| shared(axis));
        let is_row = |axis: usize| {
            let is_long = shape[axis] >= SHORTEST_ROW || spanned.is_empty();
            !shared(axis) && (is_long || (short && follow_each_other(shape, strides, &spanned, axis)))
        };
        let row = long.last().copied().filter(|&axis| is_row(axis));
        varying.retain(|&axis| Some(axis) != row);
        order.extend(varying);
        let outer = order.len();
        order.extend(spanned);
        order.extend(row);
        let inner = if row.is_some() {
            Inner::NeighbouringGroups
        } else {
            Inner::Shared
        };
        Self { order, outer, inner }
    }
}

/// Whether the elements along `spanned` and then `row` lie in memory one after the other.
fn follow_each_other(shape: &[usize], strides: &[isize], spanned: &[usize], row: usize) -> bool {
    let mut expected = 1;
    spanned.iter().chain([&row]).rev().all(|&axis| {
        let fits = strides[axis].unsigned_abs() == expected && strides[axis] > 0;
        expected = expected.saturating_mul(shape[axis]);
        fits
    })
}
