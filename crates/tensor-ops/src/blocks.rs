//! Folding over the elements of a view as blocks of contiguous values, whatever its strides.

use ndarray::{ArrayViewD, Axis};

use crate::data_type::Element;
use crate::threads::{GRAIN, join};

/// Number of elements that are gathered at once from a view with gaps.
const GATHERED: usize = 4096;

/// Folds over all elements of `x` as blocks of contiguous values, in memory order as far as possible. Large
/// views are split, where depends on shape and strides alone, and the results of the two halves merged.
pub(crate) fn fold_blocks<T, A, L, M>(x: &ArrayViewD<'_, T>, leaf: &L, merge: &M) -> A
where
    T: Element,
    A: Default + Send,
    L: Fn(&mut A, &[T]) + Sync,
    M: Fn(&mut A, A) + Sync,
{
    if let Some(values) = x.as_slice_memory_order() {
        return fold_slice(values, leaf, merge);
    }
    fold_ordered(x.view().permuted_axes(memory_order(x)), leaf, merge)
}

fn fold_ordered<T, A, L, M>(x: ArrayViewD<'_, T>, leaf: &L, merge: &M) -> A
where
    T: Element,
    A: Default + Send,
    L: Fn(&mut A, &[T]) + Sync,
    M: Fn(&mut A, A) + Sync,
{
    if x.len() >= 2 * GRAIN
        && let Some(axis) = x.shape().iter().position(|&length| length > 1)
    {
        let middle = x.shape()[axis] / 2;
        let (left, right) = x.split_at(Axis(axis), middle);
        let (mut left, right) = join(
            || fold_ordered(left, leaf, merge),
            || fold_ordered(right, leaf, merge),
        );
        merge(&mut left, right);
        return left;
    }
    let mut result = A::default();
    gather_blocks(&x, &mut |values: &[T]| leaf(&mut result, values));
    result
}

/// Calls `each` with all elements of `x` as blocks of contiguous values, in memory order as far as possible.
pub(crate) fn each_block<T: Element>(x: &ArrayViewD<'_, T>, each: &mut dyn FnMut(&[T])) {
    match x.as_slice_memory_order() {
        Some(values) => each(values),
        None => gather_blocks(&x.view().permuted_axes(memory_order(x)), each),
    }
}

/// The axes with those of large strides first, and those of length 1 before them.
fn memory_order<T>(x: &ArrayViewD<'_, T>) -> Vec<usize> {
    let mut order: Vec<_> = (0..x.ndim()).collect();
    order.sort_by_key(|&axis| {
        (
            x.shape()[axis] > 1,
            std::cmp::Reverse(x.strides()[axis].unsigned_abs()),
        )
    });
    order
}

fn gather_blocks<T: Element>(x: &ArrayViewD<'_, T>, each: &mut dyn FnMut(&[T])) {
    if let Some(values) = x.as_slice() {
        each(values);
        return;
    }
    let mut gathered = Vec::with_capacity(GATHERED.min(x.len()));
    for row in x.rows() {
        match row.to_slice() {
            Some(values) if values.len() >= GATHERED / 8 => each(values),
            _ => {
                for &value in row {
                    gathered.push(value);
                    if gathered.len() == GATHERED {
                        each(&gathered);
                        gathered.clear();
                    }
                }
            }
        }
    }
    each(&gathered);
}

fn fold_slice<T, A, L, M>(values: &[T], leaf: &L, merge: &M) -> A
where
    T: Element,
    A: Default + Send,
    L: Fn(&mut A, &[T]) + Sync,
    M: Fn(&mut A, A) + Sync,
{
    if values.len() >= 2 * GRAIN {
        // A multiple of the grain, so that only the last part is shorter.
        let (left, right) = values.split_at(values.len() / 2 / GRAIN * GRAIN);
        let (mut left, right) = join(
            || fold_slice(left, leaf, merge),
            || fold_slice(right, leaf, merge),
        );
        merge(&mut left, right);
        return left;
    }
    let mut result = A::default();
    leaf(&mut result, values);
    result
}
