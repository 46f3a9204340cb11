//! Handing contiguous elements to the kernels, whatever the strides of a tensor.

use ndarray::{ArrayView1, ArrayViewD, ArrayViewMut1, ArrayViewMutD, Axis};

use crate::data_type::Element;
use crate::pointwise::convert::Convert;
use crate::pointwise::kernel::{Constants, InPlace, Uniform};
use crate::simd::dispatch;
use crate::threads::{GRAIN, join};
use crate::traversal::{Inner, Traversal};

/// Number of elements that are gathered at once from a row with gaps.
const GATHERED: usize = 1024;
/// The size of a cache line in elements.
const LINE: usize = 16;
/// Longer runs of elements are written from the start of a cache line on.
const ALIGNED: usize = 4096;
/// Constants of short rows are repeated to rows of at least this length.
const PATTERN: usize = 384;

/// The constants of a map.
pub(crate) enum Parameters<'a> {
    /// The same for all elements.
    Uniform(Uniform),
    /// `[shift, factor, offset]`, all of one shape, of length 1 where they do not vary.
    Varying(Box<[ArrayViewD<'a, f64>; 3]>),
}

/// Replaces each element of `x` by the result for it or, if there is a source, for the element of the source, which has
/// the same shape.
pub(crate) fn walk<T: Element + Convert>(
    source: Option<ArrayViewD<'_, T>>,
    x: ArrayViewMutD<'_, f32>,
    parameters: &Parameters<'_>,
) {
    let varies = |axis| match parameters {
        Parameters::Uniform(_) => false,
        Parameters::Varying(parameters) => parameters[0].shape().get(axis) != Some(&1),
    };
    let traversal = Traversal::with_short_rows(x.shape(), x.strides(), |axis| !varies(axis));
    let order = traversal.order.as_slice();
    let source = source.map(|source| source.permuted_axes(order));
    let x = x.permuted_axes(order);
    match parameters {
        Parameters::Uniform(map) => uniform(source, x, *map),
        Parameters::Varying(parameters) => {
            let parameters = parameters
                .each_ref()
                .map(|values| values.view().permuted_axes(order));
            varying(source, x, parameters, traversal.outer, traversal.inner);
        }
    }
}

/// The first axis of a large array that is worth splitting, and where.
fn split_point(x: &ArrayViewMutD<'_, f32>) -> Option<(Axis, usize)> {
    if x.len() < 2 * GRAIN {
        return None;
    }
    let axis = x.shape().iter().position(|&length| length > 1)?;
    Some((Axis(axis), x.shape()[axis] / 2))
}

type Halves<'a, T> = (Option<ArrayViewD<'a, T>>, Option<ArrayViewD<'a, T>>);

fn split_source<T>(source: Option<ArrayViewD<'_, T>>, axis: Axis, at: usize) -> Halves<'_, T> {
    source.map(|source| source.split_at(axis, at)).unzip()
}

fn uniform<T: Element + Convert>(
    source: Option<ArrayViewD<'_, T>>,
    mut x: ArrayViewMutD<'_, f32>,
    map: Uniform,
) {
    if let Some((axis, at)) = split_point(&x) {
        let (source, other_source) = split_source(source, axis, at);
        let (x, other_x) = x.split_at(axis, at);
        join(|| uniform(source, x, map), || uniform(other_source, other_x, map));
        return;
    }
    match (x.as_slice_mut(), &source) {
        (Some(x), None) => run(None::<&[T]>, x, Constants::Uniform(map)),
        (Some(target), Some(values)) if values.as_slice().is_some() => {
            run(values.as_slice(), target, Constants::Uniform(map));
        }
        _ => each_row(source, x, |source, x| row(source, x, Constants::Uniform(map))),
    }
}

fn varying<T: Element + Convert>(
    source: Option<ArrayViewD<'_, T>>,
    x: ArrayViewMutD<'_, f32>,
    parameters: [ArrayViewD<'_, f64>; 3],
    outer: usize,
    inner: Inner,
) {
    if outer == 0 && inner == Inner::Shared {
        if let [Some(&shift), Some(&factor), Some(&offset)] =
            parameters.each_ref().map(|values| values.first())
        {
            let map = Uniform::Affine {
                shift,
                factor,
                offset,
            };
            uniform(source, x, map);
        }
        return;
    }
    if let Some((axis, at)) = split_point(&x) {
        let (source, other_source) = split_source(source, axis, at);
        let (x, other_x) = x.split_at(axis, at);
        let is_split = parameters[0].len_of(axis) > 1;
        let [first, second] = [true, false].map(|first| {
            parameters.each_ref().map(|values| match is_split {
                true if first => values.view().split_at(axis, at).0,
                true => values.view().split_at(axis, at).1,
                false => values.view(),
            })
        });
        join(
            || varying(source, x, first, outer, inner),
            || varying(other_source, other_x, second, outer, inner),
        );
        return;
    }
    if outer == 0 {
        neighbouring(source, x, &parameters);
        return;
    }
    let mut sources = source.as_ref().map(|source| source.outer_iter());
    let [shift, factor, offset] = &parameters;
    let parameters = shift
        .outer_iter()
        .zip(factor.outer_iter())
        .zip(offset.outer_iter());
    let mut x = x;
    for (x, ((shift, factor), offset)) in x.outer_iter_mut().zip(parameters) {
        let source = sources.as_mut().and_then(Iterator::next);
        varying(source, x, [shift, factor, offset], outer - 1, inner);
    }
}

/// Constants vary along the last axis only.
fn neighbouring<T: Element + Convert>(
    source: Option<ArrayViewD<'_, T>>,
    mut x: ArrayViewMutD<'_, f32>,
    parameters: &[ArrayViewD<'_, f64>; 3],
) {
    let Some(&length) = x.shape().last().filter(|&&length| length > 0) else {
        return;
    };
    let mut rows = parameters
        .each_ref()
        .map(|values| values.iter().copied().collect::<Vec<_>>());
    let is_flat = source.as_ref().is_none_or(|source| source.as_slice().is_some());
    if let Some(x) = x.as_slice_mut().filter(|_| is_flat) {
        let repeated = PATTERN.div_ceil(length).min(x.len() / length).max(1);
        rows.iter_mut().for_each(|row| *row = row.repeat(repeated));
        let chunk = length * repeated;
        let source = source.as_ref().and_then(|source| source.as_slice());
        for (number, x) in x.chunks_mut(chunk).enumerate() {
            let source = source.and_then(|values| values.get(number * chunk..number * chunk + x.len()));
            let constants = rows.each_ref().map(|row| &row[..x.len()]);
            run(source, x, Constants::Varying(constants));
        }
        return;
    }
    each_row(source, x, |source, x| {
        row(source, x, Constants::Varying(rows.each_ref().map(Vec::as_slice)));
    });
}

fn each_row<T: Element>(
    source: Option<ArrayViewD<'_, T>>,
    mut x: ArrayViewMutD<'_, f32>,
    mut f: impl FnMut(Option<ArrayView1<'_, T>>, ArrayViewMut1<'_, f32>),
) {
    let mut sources = source.as_ref().map(|source| source.rows().into_iter());
    for x in x.rows_mut() {
        f(sources.as_mut().and_then(Iterator::next), x);
    }
}

/// One row, with or without gaps; constants that vary have its length.
fn row<T: Element + Convert>(
    source: Option<ArrayView1<'_, T>>,
    mut x: ArrayViewMut1<'_, f32>,
    constants: Constants<'_>,
) {
    match (x.as_slice_mut(), &source) {
        (Some(x), None) => return run(None::<&[T]>, x, constants),
        (Some(x), Some(source)) if source.as_slice().is_some() => {
            return run(source.as_slice(), x, constants);
        }
        _ => {}
    }
    let mut gathered = [0.0; GATHERED];
    let mut elements: Vec<T> = Vec::new();
    for (number, mut x) in x.axis_chunks_iter_mut(Axis(0), GATHERED).enumerate() {
        let start = number * GATHERED;
        let gathered = &mut gathered[..x.len()];
        let elements = source.as_ref().map(|source| {
            elements.clear();
            elements.extend(source.iter().skip(start).take(x.len()));
            elements.as_slice()
        });
        if elements.is_none() {
            gathered
                .iter_mut()
                .zip(&x)
                .for_each(|(place, value)| *place = *value);
        }
        run(elements, gathered, constants.part(start, x.len()));
        x.iter_mut()
            .zip(gathered)
            .for_each(|(place, value)| *place = *value);
    }
}

/// Contiguous elements. Vectors of the size of a cache line that do not start with one take two writes each, so the
/// elements before the first whole line are for themselves.
fn run<T: Element + Convert>(source: Option<&[T]>, x: &mut [f32], constants: Constants<'_>) {
    let before = x.as_ptr().align_offset(LINE * size_of::<f32>());
    if before == 0 || before >= LINE || x.len() < ALIGNED {
        return run_at_once(source, x, constants);
    }
    let (head, rest) = x.split_at_mut(before);
    let (source_head, source_rest) = source.map(|source| source.split_at(before)).unzip();
    let (constants_head, constants_rest) = (constants.part(0, before), constants.part(before, rest.len()));
    run_at_once(source_head, head, constants_head);
    run_at_once(source_rest, rest, constants_rest);
}

fn run_at_once<T: Element + Convert>(source: Option<&[T]>, x: &mut [f32], constants: Constants<'_>) {
    match source {
        None => dispatch(InPlace { x, constants }),
        Some(source) => T::convert(source, x, constants),
    }
}
