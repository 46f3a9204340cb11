//! Laws that hold for every tensor, tested with random ones.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "laws/cast_model.rs"]
mod cast_model;
#[path = "laws/naive.rs"]
mod naive;

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use proptest::prelude::*;
use tensor_ops::{
    Binarize, Clip, Coefficients, DataType, GroupedMoments, Moments, OpError, Operation, Percentile,
    ReferenceAxes, ScaleLinear, ScaleMeanVariance, ScaleRange, Sigmoid, Statistics, Tensor, TensorView,
    Tolerance, ZeroMeanUnitVariance, compare,
};

/// Shapes of up to four axes that take every way of walking a tensor: long and short rows, length 1.
fn shapes() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(prop::sample::select(vec![1_usize, 2, 3, 5, 40]), 1..=4)
}

/// An array of random layout (order of the axes in memory, steps, direction) and a subset of its axes.
fn arrays() -> impl Strategy<Value = (ArrayD<f32>, Vec<usize>)> {
    shapes()
        .prop_flat_map(|shape| {
            let ndim = shape.len();
            let order = Just((0..ndim).collect::<Vec<_>>()).prop_shuffle();
            let steps = prop::collection::vec(prop::sample::select(vec![1_isize, 2, -1, -2]), ndim);
            let axes = prop::sample::subsequence((0..ndim).collect::<Vec<_>>(), 0..=ndim);
            (
                Just(shape),
                order,
                steps,
                axes,
                any::<u64>(),
                prop::sample::select(vec![0.0_f32, 1000.0, 60000.0]),
            )
        })
        .prop_map(|(shape, order, steps, axes, seed, offset)| {
            let stored: Vec<_> = order
                .iter()
                .map(|&axis| shape[axis] * steps[axis].unsigned_abs())
                .collect();
            let mut state = seed;
            let mut array = ArrayD::from_shape_simple_fn(stored, || {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                offset + (state >> 40) as f32 / 65536.0
            });
            for (axis, &source) in order.iter().enumerate() {
                array.slice_axis_inplace(Axis(axis), Slice::new(0, None, steps[source]));
            }
            let mut inverse = vec![0; order.len()];
            for (axis, &source) in order.iter().enumerate() {
                inverse[source] = axis;
            }
            let array = array.permuted_axes(inverse);
            assert_eq!(array.shape(), shape);
            (array, axes)
        })
}

/// The operations, with constants that run along the axes that are not in `axes`.
fn operations(shape: &[usize], axes: &[usize]) -> Vec<Box<dyn Operation>> {
    let kept: Vec<_> = (0..shape.len()).filter(|axis| !axes.contains(axis)).collect();
    let count = kept.iter().map(|&axis| shape[axis]).product::<usize>();
    let values =
        |start: f64| Coefficients::along(&kept, (0..count).map(|i| start + i as f64 * 0.25).collect());
    vec![
        Box::new(Binarize { threshold: 60100.1 }),
        Box::new(Clip {
            min: 10.5,
            max: 60000.5,
        }),
        Box::new(ScaleLinear {
            gain: values(-3.0),
            offset: Coefficients::scalar(0.5),
        }),
        Box::new(ScaleLinear {
            gain: Coefficients::scalar(1.5),
            offset: values(2.0),
        }),
        Box::new(Sigmoid),
        Box::new(ZeroMeanUnitVariance::fixed(values(100.0), values(2.0), 1e-6)),
        Box::new(ZeroMeanUnitVariance::measured(axes, 1e-6)),
        Box::new(ScaleRange::measured(
            axes,
            percentile(10.0),
            percentile(75.0),
            1e-6,
        )),
    ]
}

fn percentile(value: f64) -> Percentile {
    Percentile::new(value).unwrap()
}

fn run(operation: &dyn Operation, x: &ArrayD<f32>) -> ArrayD<f32> {
    let statistics = Statistics::measure(operation.needs(), &TensorView::from(x.view())).unwrap();
    let mut x = x.clone();
    operation.apply(x.view_mut(), &statistics).unwrap();
    x
}

fn close(a: &Moments, b: &Moments) -> bool {
    let scale = b.mean().abs() + b.std();
    a.count() == b.count()
        && (a.mean() - b.mean()).abs() <= 1e-14 * scale
        && (a.m2() - b.m2()).abs() <= 1e-12 * b.m2() + b.count() as f64 * (1e-15 * scale).powi(2)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn moments_equal_the_textbook_formula((x, axes) in arrays()) {
        let grouped = GroupedMoments::measure(&TensorView::from(x.view()), &axes).unwrap();
        let expected = naive::moments(&x, &axes);
        prop_assert_eq!(grouped.kept_shape(), naive::kept_shape(x.shape(), &axes));
        prop_assert_eq!(grouped.groups().len(), expected.len());
        for (group, (count, mean, m2)) in grouped.groups().iter().zip(expected) {
            prop_assert_eq!(group.count(), count);
            prop_assert!((group.mean() - mean).abs() <= 1e-13 * mean.abs(), "{:?} {}", group, mean);
            prop_assert!((group.m2() - m2).abs() <= 1e-9 * m2 + 1e-12, "{:?} {}", group, m2);
        }
    }

    #[test]
    fn merging_any_split_equals_the_whole((x, axes) in arrays(), at in any::<prop::sample::Index>(), which in any::<prop::sample::Index>()) {
        prop_assume!(!axes.is_empty());
        let axis = axes[which.index(axes.len())];
        prop_assume!(x.shape()[axis] > 1);
        let (left, right) = x.view().split_at(Axis(axis), 1 + at.index(x.shape()[axis] - 1));
        let [left, right, whole] =
            [left, right, x.view()].map(|part| GroupedMoments::measure(&TensorView::from(part), &axes).unwrap());
        let (mut forward, mut backward) = (left.clone(), right.clone());
        forward.merge(&right).unwrap();
        backward.merge(&left).unwrap();
        for merged in [forward, backward] {
            prop_assert_eq!(merged.kept_shape(), whole.kept_shape());
            for (merged, whole) in merged.groups().iter().zip(whole.groups()) {
                prop_assert!(close(merged, whole), "{:?} {:?}", merged, whole);
            }
        }
    }

    #[test]
    fn moments_of_a_slice_merge((x, _) in arrays(), at in any::<prop::sample::Index>()) {
        let values: Vec<f32> = x.iter().copied().collect();
        let at = at.index(values.len() + 1);
        let mut merged = Moments::from_slice(&values[..at]);
        merged.merge(&Moments::from_slice(&values[at..]));
        prop_assert!(close(&merged, &Moments::from_slice(&values)));
    }

    #[test]
    fn permuting_then_operating_equals_operating_then_permuting((x, axes) in arrays(), seed in any::<u64>()) {
        let mut order: Vec<_> = (0..x.ndim()).collect();
        order.sort_by_key(|&axis| (seed >> (8 * axis)) & 0xff);
        let permuted_axes: Vec<_> = (0..x.ndim()).filter(|&axis| axes.contains(&order[axis])).collect();
        // A copy in standard layout, so that memory is walked in another order.
        let permuted = x.clone().permuted_axes(order.clone()).as_standard_layout().into_owned();
        // Constants are listed in the order of the axes, so the lists only agree where that order is kept.
        let kept: Vec<_> = order.iter().filter(|axis| !axes.contains(axis)).collect();
        let in_order = kept.is_sorted();
        let pairs = operations(x.shape(), &axes).into_iter().zip(operations(permuted.shape(), &permuted_axes));
        for (operation, permuted_operation) in pairs {
            if !in_order && (operation.name() == "scale_linear" || operation.needs().is_empty() && operation.name() == "zero_mean_unit_variance") {
                continue;
            }
            let expected = Tensor::from(run(operation.as_ref(), &x).permuted_axes(order.clone()));
            let result = Tensor::from(run(permuted_operation.as_ref(), &permuted));
            // Means may be rounded differently in f64, which shows where a deviation is nearly 0.
            let tolerance = Tolerance { absolute: 1e-9, relative: 2e-7 };
            let comparison = compare(&result, &expected, &tolerance).unwrap();
            prop_assert!(comparison.is_match(), "{:?}: {:?}", operation, comparison);
        }
    }

    #[test]
    fn operating_on_a_part_with_the_statistics_of_the_whole_gives_the_part_of_the_result((x, axes) in arrays(), at in any::<prop::sample::Index>()) {
        let Some(&axis) = axes.first() else { return Ok(()) };
        let half = Slice::from(at.index(x.shape()[axis])..);
        for operation in operations(x.shape(), &axes) {
            let statistics = Statistics::measure(operation.needs(), &TensorView::from(x.view())).unwrap();
            let whole = run(operation.as_ref(), &x);
            let mut part = x.clone();
            operation.apply(part.slice_axis_mut(Axis(axis), half), &statistics).unwrap();
            prop_assert_eq!(part.slice_axis(Axis(axis), half), whole.slice_axis(Axis(axis), half));
        }
    }

    #[test]
    fn operations_equal_their_formulas((x, axes) in arrays()) {
        for (operation, formula) in operations(x.shape(), &axes).iter().zip(naive::formulas(&x, &axes)) {
            let expected = Tensor::from(naive::map(&x, &axes, &formula));
            let result = Tensor::from(run(operation.as_ref(), &x));
            let comparison = compare(&result, &expected, &Tolerance { absolute: 1e-9, relative: 5e-7 }).unwrap();
            prop_assert!(comparison.is_match(), "{:?}: {:?}", operation, comparison);
        }
    }

    #[test]
    fn converting_equals_casting_and_operating((x, axes) in arrays(), which in prop::sample::select(DataType::ALL.to_vec()), seed in any::<u64>()) {
        let source = Tensor::from(x).into_cast(which);
        let mut order: Vec<_> = (0..source.ndim()).collect();
        order.sort_by_key(|&axis| (seed >> (8 * axis)) & 0xff);
        let stored: Vec<_> = order.iter().map(|&axis| source.shape()[axis]).collect();
        let mut inverse = order.clone();
        order.iter().enumerate().for_each(|(place, &axis)| inverse[axis] = place);
        for operation in operations(source.shape(), &axes) {
            let statistics = Statistics::measure(operation.needs(), &source.view()).unwrap();
            let mut expected = source.to_f32();
            operation.apply(expected.view_mut(), &statistics).unwrap();
            // into an array with another order of the axes in memory
            let mut result = ArrayD::zeros(stored.clone()).permuted_axes(inverse.clone());
            let map = operation.bind(source.shape(), &statistics, &Statistics::default()).unwrap();
            map.apply_to(&source.view(), result.view_mut()).unwrap();
            let same = result.iter().zip(&expected).all(|(a, b)| a.to_bits() == b.to_bits());
            prop_assert!(same, "{:?}", operation);
        }
    }

    #[test]
    fn a_tile_with_its_part_of_the_statistics_is_the_part_of_the_result((x, axes) in arrays(), cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 4)) {
        let ranges: Vec<_> = x.shape().iter().zip(cuts).map(|(&length, (start, end))| {
            let start = start.index(length);
            (start, start + 1 + end.index(length - start))
        }).collect();
        let start: Vec<_> = ranges.iter().map(|range| range.0).collect();
        let shape: Vec<_> = ranges.iter().map(|range| range.1 - range.0).collect();
        let cut = |mut view: ndarray::ArrayViewD<'_, f32>| {
            for (axis, &(start, end)) in ranges.iter().enumerate() {
                view.slice_axis_inplace(Axis(axis), Slice::from(start..end));
            }
            view.to_owned()
        };
        for operation in [
            Box::new(ZeroMeanUnitVariance::measured(&axes, 1e-6)) as Box<dyn Operation>,
            Box::new(ScaleRange::measured(&axes, percentile(10.0), percentile(75.0), 1e-6)),
        ] {
            let statistics = Statistics::measure(operation.needs(), &TensorView::from(x.view())).unwrap();
            let mut tile = cut(x.view());
            operation.apply(tile.view_mut(), &statistics.part(&start, &shape).unwrap()).unwrap();
            prop_assert_eq!(tile, cut(run(operation.as_ref(), &x).view()));
        }
    }

    #[test]
    fn the_order_of_the_axes_of_a_reference_does_not_matter((x, axes) in arrays(), (_, seed) in (0..1, any::<u64>())) {
        let reference = x.mapv(|value| (value * 12.9898).sin() * 100.0);
        let mut order: Vec<_> = (0..x.ndim()).collect();
        order.sort_by_key(|&axis| (seed >> (8 * axis)) & 0xff);
        let place = |axis: usize| order.iter().position(|&other| other == axis).unwrap();
        let reduced: Vec<_> = axes.iter().map(|&axis| place(axis)).collect();
        let kept: Vec<_> = (0..x.ndim()).filter(|axis| !axes.contains(axis)).map(|axis| Some(place(axis))).collect();
        let permuted = reference.clone().permuted_axes(order.clone());
        let (low, high) = (percentile(10.0), percentile(75.0));
        let same = ReferenceAxes::same(&axes, x.ndim());
        let other = ReferenceAxes::new(&reduced, &kept);
        let pairs: [[Box<dyn Operation>; 2]; 2] = [
            [same.clone(), other.clone()].map(|reference| Box::new(ScaleMeanVariance::new(&axes, reference, 1e-3)) as Box<dyn Operation>),
            [same, other].map(|reference| Box::new(ScaleRange::by_reference(&axes, reference, low, high, 1e-3)) as Box<dyn Operation>),
        ];
        for [same, other] in pairs {
            let own = Statistics::measure(same.needs(), &TensorView::from(x.view())).unwrap();
            let run = |operation: &dyn Operation, reference: &ArrayD<f32>| {
                let measured = Statistics::measure(operation.reference_needs(), &TensorView::from(reference.view())).unwrap();
                let mut x = x.clone();
                operation.apply_with_reference(x.view_mut(), &own, &measured).unwrap();
                Tensor::from(x)
            };
            let comparison = compare(&run(other.as_ref(), &permuted), &run(same.as_ref(), &reference), &Tolerance { absolute: 1e-6, relative: 3e-7 }).unwrap();
            prop_assert!(comparison.is_match(), "{:?}: {:?}", same, comparison);
            // without the statistics of the reference
            let missing = same.apply(x.clone().view_mut(), &own).unwrap_err();
            let names_it = matches!(missing, OpError::MissingStatistics { .. } | OpError::MissingPercentile { .. });
            prop_assert!(names_it, "{}", missing);
        }
    }

    #[test]
    fn casts_follow_the_model(bits in any::<u64>(), small in any::<bool>()) {
        for from in DataType::ALL {
            let bits = if small { cast_model::near_an_edge(from, bits) } else { bits };
            let (tensor, value) = cast_model::from_bits(from, bits);
            for to in DataType::ALL {
                let result = cast_model::value_of(&tensor.cast(to));
                let expected = cast_model::cast(value, to);
                prop_assert!(result.same(expected), "{from} {value:?} to {to}: {result:?}, not {expected:?}");
            }
        }
    }

    #[test]
    fn comparing_is_symmetric_without_relative_tolerance((x, _) in arrays(), noise in 0.0_f32..2.0, special in any::<prop::sample::Index>()) {
        let mut y = x.mapv(|value| value + noise * (value * 12.9898).sin());
        if let Some(value) = y.iter_mut().nth(special.index(x.len())) {
            *value = [f32::NAN, f32::INFINITY, *value][special.index(3)];
        }
        let tolerance = Tolerance { absolute: 0.7, relative: 0.0 };
        let (x, y) = (Tensor::from(x), Tensor::from(y));
        let forward = compare(&x, &y, &tolerance).unwrap();
        let backward = compare(&y, &x, &tolerance).unwrap();
        prop_assert_eq!(forward.mismatched, backward.mismatched);
        prop_assert_eq!(forward.nan_mismatched, backward.nan_mismatched);
        prop_assert_eq!(forward.max_abs_diff, backward.max_abs_diff);
        prop_assert_eq!(&forward.worst_index, &backward.worst_index);
        prop_assert_eq!(forward.mismatched == 0, forward.max_abs_diff <= 0.7);
        for same in [&x, &y] {
            let comparison = compare(same, same, &Tolerance { absolute: 0.0, relative: 0.0 }).unwrap();
            prop_assert!(comparison.is_match() && comparison.worst_index.is_none());
        }
    }
}

#[test]
fn every_element_is_its_own_group_without_axes() {
    let x = ArrayD::from_shape_fn(IxDyn(&[2, 40]), |index| index[1] as f32);
    let result = run(&ZeroMeanUnitVariance::measured(&[], 1e-6), &x);
    assert!(result.iter().all(|&value| value == 0.0));
}
