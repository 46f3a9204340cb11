//! Large and degenerate groups, where sums in `f32` or of raw squares go wrong.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::{Array2, ArrayD, ArrayView, IxDyn, ShapeBuilder};
use tensor_ops::{
    DataType, GroupedMoments, Moments, Operation, Statistics, Tensor, TensorView, ZeroMeanUnitVariance,
};

/// Values `60000 + k / 64` with `|k| <= 640`, all exact in `f32`, and the exact sums of `k` and `k^2`.
fn sixty_thousand_plus_minus_ten(count: usize) -> (Vec<f32>, i64, i64) {
    let mut state = 1_u64;
    let (mut sum, mut squares) = (0, 0);
    let values = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let k = i64::try_from((state >> 33) % 1281).unwrap() - 640;
        sum += k;
        squares += k * k;
        60000.0 + k as f32 / 64.0
    });
    (values.take(count).collect(), sum, squares)
}

fn check(moments: &Moments, count: usize, sum: i64, squares: i64) {
    let n = count as f64;
    let mean = 60000.0 + sum as f64 / n / 64.0;
    // n * sum(k^2) - sum(k)^2 in integers; only the division is rounded.
    let numerator = i128::from(squares) * count as i128 - i128::from(sum) * i128::from(sum);
    let variance = numerator as f64 / (n * n * 4096.0);
    assert_eq!(moments.count(), count as u64);
    assert!(
        (moments.mean() - mean).abs() <= 4e-11,
        "{} {mean}",
        moments.mean()
    );
    assert!(
        (moments.variance() / variance - 1.0).abs() <= 1e-13,
        "{} {variance}",
        moments.variance()
    );
}

#[test]
fn a_large_group_far_from_zero() {
    const SIDE: usize = 4096;
    let (values, sum, squares) = sixty_thousand_plus_minus_ten(SIDE * SIDE);
    check(&Moments::from_slice(&values), values.len(), sum, squares);
    // contiguous, transposed, and as columns of which each is a group
    let image = Array2::from_shape_vec((SIDE, SIDE), values).unwrap().into_dyn();
    for view in [image.view(), image.t()] {
        let moments = GroupedMoments::measure(&TensorView::from(view), &[0, 1]).unwrap();
        check(&moments.groups()[0], SIDE * SIDE, sum, squares);
    }
    let columns = GroupedMoments::measure(&TensorView::from(image.view()), &[0]).unwrap();
    let mut all = Moments::default();
    columns.groups().iter().for_each(|column| all.merge(column));
    check(&all, SIDE * SIDE, sum, squares);
}

#[test]
fn an_outlier_at_the_start_does_not_cost_digits() {
    let (mut values, ..) = sixty_thousand_plus_minus_ten(5000);
    values[0] = -1e6;
    let wide: Vec<f64> = values.iter().copied().map(f64::from).collect();
    let mean = wide.iter().sum::<f64>() / 5000.0;
    let m2 = wide.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    let moments = Moments::from_slice(&values);
    assert!((moments.mean() - mean).abs() < 1e-10);
    assert!((moments.m2() / m2 - 1.0).abs() < 1e-13);
    // A column whose first value is far from the others forces the second pass.
    let columns = ArrayView::from_shape(IxDyn(&[100, 50]), &values).unwrap();
    let grouped = GroupedMoments::measure(&TensorView::from(columns.view()), &[0]).unwrap();
    let column: Vec<f64> = columns.iter().step_by(50).copied().map(f64::from).collect();
    let mean = column.iter().sum::<f64>() / 100.0;
    let m2 = column.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
    assert!((grouped.groups()[0].m2() / m2 - 1.0).abs() < 1e-13);
}

#[test]
fn constant_groups_become_exactly_zero() {
    let normalize = ZeroMeanUnitVariance::measured(&[1, 2], 1e-6);
    for side in [1, 7, 64, 513] {
        for constant in [3.3333_f32, 65535.3, 1234.567, -0.1, 1e-30, 3e38] {
            let mut x = ArrayD::from_elem(IxDyn(&[2, side, side]), constant);
            let statistics = Statistics::measure(normalize.needs(), &TensorView::from(x.view())).unwrap();
            normalize.apply(x.view_mut(), &statistics).unwrap();
            assert!(x.iter().all(|&value| value == 0.0), "{side} {constant}");
        }
    }
    // also for values that f64 sums cannot hold exactly
    let moments = Moments::from_slice(&vec![u64::MAX - 12345; 3000]);
    assert_eq!((moments.mean(), moments.m2()), ((u64::MAX - 12345) as f64, 0.0));
    assert_eq!(Moments::from_slice(&vec![0.1_f64; 3000]).mean(), 0.1);
}

#[test]
fn a_nan_or_an_infinity_makes_its_group_nan_and_no_other() {
    for (shape, axes) in [([2, 3000], [1]), ([3000, 2], [0]), ([3000, 40], [0])] {
        for special in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for at in [0, 1700] {
                let mut x =
                    ArrayD::from_shape_fn(IxDyn(&shape), |index| (index[0] * 7 + index[1] * 3) as f32);
                let index = if axes == [1] { [1, at] } else { [at, 1] };
                x[index.as_slice()] = special;
                let normalize = ZeroMeanUnitVariance::measured(&axes, 1e-6);
                let statistics = Statistics::measure(normalize.needs(), &TensorView::from(x.view())).unwrap();
                normalize.apply(x.view_mut(), &statistics).unwrap();
                let kept = 1 - axes[0];
                for (index, value) in x.indexed_iter() {
                    assert_eq!(
                        value.is_nan(),
                        index[kept] == 1,
                        "{shape:?} {special} at {index:?}: {value}"
                    );
                }
            }
        }
    }
}

#[test]
fn the_mean_is_subtracted_before_digits_are_lost() {
    // In `f32`, neighbours of 10^9 are 64 apart.
    let x = ArrayD::from_shape_fn(IxDyn(&[64, 101]), |index| 1e9 + index[1] as f64);
    let deviation = f64::from(101 * 101 - 1) / 12.0;
    let expected = |index: &IxDyn| ((index[1] as f64 - 50.0) / deviation.sqrt()) as f32;
    // one group, and the same group as a row for each index that is kept
    for axes in [&[0, 1][..], &[1]] {
        let normalize = ZeroMeanUnitVariance::measured(axes, 0.0);
        for data_type in [
            DataType::Float64,
            DataType::Int32,
            DataType::Uint32,
            DataType::Int64,
            DataType::Uint64,
        ] {
            let source = TensorView::from(x.view()).cast(data_type);
            let statistics = Statistics::measure(normalize.needs(), &source.view()).unwrap();
            let map = normalize
                .bind(x.shape(), &statistics, &Statistics::default())
                .unwrap();
            let rows = ArrayD::zeros(IxDyn(&[64, 101]));
            let columns = ArrayD::zeros(IxDyn(&[64, 101]).f());
            for mut result in [rows, columns] {
                map.apply_to(&source.view(), result.view_mut()).unwrap();
                for (index, &value) in result.indexed_iter() {
                    let expected = expected(&index);
                    assert!(
                        (value - expected).abs() <= 1e-6,
                        "{data_type} {axes:?} at {index:?}: {value}, not {expected}"
                    );
                }
            }
        }
    }
}

#[test]
fn integers_are_measured_as_they_are() {
    let tensor = Tensor::from(ndarray::array![[1_u8, 255], [3, 255]].into_dyn());
    let grouped = GroupedMoments::measure(&tensor.view(), &[0]).unwrap();
    let values: Vec<_> = grouped
        .groups()
        .iter()
        .map(|group| (group.mean(), group.std()))
        .collect();
    assert_eq!(values, [(2.0, 1.0), (255.0, 0.0)]);
    let flags = Tensor::from(ndarray::array![true, false, true, true].into_dyn());
    let grouped = GroupedMoments::measure(&flags.view(), &[0]).unwrap();
    assert_eq!(
        (grouped.groups()[0].mean(), grouped.groups()[0].variance()),
        (0.75, 0.1875)
    );
}
