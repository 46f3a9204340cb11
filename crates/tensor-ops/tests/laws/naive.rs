//! The formulas, element by element with index arithmetic and in `f64`.

use ndarray::{ArrayD, Dimension};

pub(crate) fn kept_shape(shape: &[usize], axes: &[usize]) -> Vec<usize> {
    shape
        .iter()
        .enumerate()
        .map(|(axis, &length)| if axes.contains(&axis) { 1 } else { length })
        .collect()
}

/// The number of the group of an element, in row-major order over the axes that are not in `axes`.
fn group_of(index: &[usize], shape: &[usize], axes: &[usize]) -> usize {
    kept_shape(shape, axes)
        .iter()
        .zip(index)
        .fold(0, |group, (&length, &i)| {
            group * length + if length == 1 { 0 } else { i }
        })
}

/// The values of each group.
fn members(x: &ArrayD<f32>, axes: &[usize]) -> Vec<Vec<f64>> {
    let groups = kept_shape(x.shape(), axes).iter().product();
    let mut members = vec![Vec::new(); groups];
    for (index, &value) in x.indexed_iter() {
        members[group_of(index.slice(), x.shape(), axes)].push(f64::from(value));
    }
    members
}

fn percentile(sorted: &[f64], percentile: f64) -> f64 {
    let position = (sorted.len() - 1) as f64 * percentile / 100.0;
    let below = position.floor() as usize;
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - position.floor()) * (sorted[above] - sorted[below])
}

/// Count, mean and sum of squared deviations of each group, with two passes.
pub(crate) fn moments(x: &ArrayD<f32>, axes: &[usize]) -> Vec<(u64, f64, f64)> {
    members(x, axes)
        .into_iter()
        .map(|values| {
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            (
                values.len() as u64,
                mean,
                values.iter().map(|value| (value - mean).powi(2)).sum(),
            )
        })
        .collect()
}

pub(crate) type Formula = Box<dyn Fn(f64, usize) -> f64>;

/// The formulas of the operations in `super::operations`, as functions of an element and its group.
pub(crate) fn formulas(x: &ArrayD<f32>, axes: &[usize]) -> Vec<Formula> {
    let values = |start: f64| move |group: usize| start + group as f64 * 0.25;
    let (gain, offset, mean, std) = (values(-3.0), values(2.0), values(100.0), values(2.0));
    let moments = moments(x, axes);
    let mut sorted = members(x, axes);
    sorted
        .iter_mut()
        .for_each(|values| values.sort_by(f64::total_cmp));
    vec![
        Box::new(|x, _| f64::from(u8::from(x as f32 > 60100.1_f32))),
        Box::new(|x, _| x.clamp(10.5, 60000.5)),
        Box::new(move |x, group| x * gain(group) + 0.5),
        Box::new(move |x, group| x * 1.5 + offset(group)),
        Box::new(|x, _| 1.0 / (1.0 + (-x).exp())),
        Box::new(move |x, group| (x - mean(group)) / (std(group) + 1e-6)),
        Box::new(move |x, group| {
            let (count, mean, m2) = moments[group];
            (x - mean) / ((m2 / count as f64).sqrt() + 1e-6)
        }),
        Box::new(move |x, group| {
            let (low, high) = (percentile(&sorted[group], 10.0), percentile(&sorted[group], 75.0));
            (x - low) / (high - low + 1e-6)
        }),
    ]
}

pub(crate) fn map(x: &ArrayD<f32>, axes: &[usize], formula: &Formula) -> ArrayD<f64> {
    let mut result = x.mapv(f64::from);
    for (index, value) in result.indexed_iter_mut() {
        *value = formula(*value, group_of(index.slice(), x.shape(), axes));
    }
    result
}
