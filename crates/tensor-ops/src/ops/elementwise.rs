//! Elementwise maps with two parameters that are constant or vary along some axes.

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use crate::error::OpError;
use crate::traversal::{Inner, Traversal};

/// Replaces each element `v` of `x` by `f(v, a, b)`, where `a` and `b` have as many axes as `x`, of its
/// length or of length 1. The arithmetic of `f` is in `f64`, its result is rounded to `f32` once.
pub(crate) fn map_with_parameters(
    x: ArrayViewMutD<'_, f32>,
    a: &ArrayD<f64>,
    b: &ArrayD<f64>,
    f: impl Fn(f64, f64, f64) -> f64 + Copy,
) -> Result<(), OpError> {
    let traversal = Traversal::new(x.shape(), x.strides(), |axis| {
        a.shape().get(axis) == Some(&1) && b.shape().get(axis) == Some(&1)
    });
    let order = traversal.order.as_slice();
    let mismatch = |parameter: &ArrayD<f64>| OpError::ShapeMismatch {
        expected: parameter.shape().to_vec(),
        found: x.shape().to_vec(),
    };
    let a = a
        .broadcast(x.raw_dim())
        .ok_or_else(|| mismatch(a))?
        .permuted_axes(order);
    let b = b
        .broadcast(x.raw_dim())
        .ok_or_else(|| mismatch(b))?
        .permuted_axes(order);
    visit(x.permuted_axes(order), a, b, &traversal, traversal.outer, f);
    Ok(())
}

/// Walks the outer axes.
fn visit(
    mut x: ArrayViewMutD<'_, f32>,
    a: ArrayViewD<'_, f64>,
    b: ArrayViewD<'_, f64>,
    traversal: &Traversal,
    outer: usize,
    f: impl Fn(f64, f64, f64) -> f64 + Copy,
) {
    if outer > 0 {
        for ((x, a), b) in x.outer_iter_mut().zip(a.outer_iter()).zip(b.outer_iter()) {
            visit(x, a, b, traversal, outer - 1, f);
        }
    } else if traversal.inner == Inner::Shared {
        if let (Some(&a), Some(&b)) = (a.first(), b.first()) {
            x.mapv_inplace(|value| f(f64::from(value), a, b) as f32);
        }
    } else {
        for ((mut x, a), b) in x.rows_mut().into_iter().zip(a.rows()).zip(b.rows()) {
            match (x.as_slice_mut(), a.as_slice(), b.as_slice()) {
                (Some(x), Some(a), Some(b)) => map_row(x.iter_mut(), a.iter(), b.iter(), f),
                _ => map_row(x.iter_mut(), a.iter(), b.iter(), f),
            }
        }
    }
}

fn map_row<'a>(
    x: impl Iterator<Item = &'a mut f32>,
    a: impl Iterator<Item = &'a f64>,
    b: impl Iterator<Item = &'a f64>,
    f: impl Fn(f64, f64, f64) -> f64,
) {
    for ((value, &a), &b) in x.zip(a).zip(b) {
        *value = f(f64::from(*value), a, b) as f32;
    }
}
