//! Percentiles are those of sorting, whatever the type, layout, tiles, passes and threads.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use ndarray::{ArrayD, Axis, IxDyn, Slice};
use proptest::prelude::*;
use tensor_ops::{
    DataType, GroupedPercentiles, Need, OpError, Percentile, Scan, Statistics, Tensor, TensorView,
};

const PERCENTILES: [f64; 8] = [0.0, 0.1, 1.0, 25.0, 50.0, 75.0, 99.8, 100.0];

fn percentiles() -> Vec<Percentile> {
    PERCENTILES
        .iter()
        .map(|&value| Percentile::new(value).unwrap())
        .collect()
}

/// numpy's formula, of sorted values without NaN.
fn naive(sorted: &[f64], percentile: f64) -> f64 {
    if sorted.is_empty() {
        return f64::NAN;
    }
    let position = (sorted.len() - 1) as f64 * (percentile / 100.0);
    let below = position.floor();
    let fraction = position - below;
    let (a, b) = (
        sorted[below as usize],
        sorted[(below as usize + 1).min(sorted.len() - 1)],
    );
    if fraction == 0.0 || a == b {
        a
    } else if a.is_infinite() || b.is_infinite() {
        a + b // stated in the documentation
    } else if fraction < 0.5 {
        a + (b - a) * fraction
    } else {
        b - (b - a) * (1.0 - fraction)
    }
}

fn same(a: f64, b: f64) -> bool {
    a == b || (a.is_nan() && b.is_nan())
}

fn as_f64(tensor: &Tensor) -> ArrayD<f64> {
    ArrayD::try_from(tensor.cast(DataType::Float64)).unwrap()
}

/// The values of each group, in row-major order over the axes that are not in `axes`.
fn groups(x: &ArrayD<f64>, axes: &[usize]) -> Vec<Vec<f64>> {
    let kept: Vec<usize> = (0..x.ndim()).filter(|axis| !axes.contains(axis)).collect();
    let number = kept.iter().map(|&axis| x.shape()[axis]).product();
    let mut groups = vec![Vec::new(); number];
    for (index, &value) in x.indexed_iter() {
        let group = kept
            .iter()
            .fold(0, |group, &axis| group * x.shape()[axis] + index[axis]);
        groups[group].push(value);
    }
    groups
}

fn check(measured: &GroupedPercentiles, x: &ArrayD<f64>, axes: &[usize]) {
    let mut groups = groups(x, axes);
    for group in &mut groups {
        group.retain(|value| !value.is_nan());
        group.sort_unstable_by(f64::total_cmp);
    }
    let counts: Vec<u64> = groups.iter().map(|group| group.len() as u64).collect();
    assert_eq!(measured.counts(), counts);
    for (percentile, value) in percentiles().into_iter().zip(PERCENTILES) {
        let found = measured.values(percentile).unwrap();
        assert_eq!(found.len(), groups.len());
        for (group, found) in groups.iter().zip(found) {
            let expected = naive(group, value);
            assert!(same(found, expected), "{value}: {found}, not {expected}");
        }
    }
}

fn random(state: &mut u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    *state >> 33
}

/// Distributions that are hard for a selection.
const DISTRIBUTIONS: [&str; 8] = [
    "constant",
    "two values",
    "few values",
    "uniform",
    "ascending",
    "nearly all NaN",
    "special",
    "bits",
];

fn value(distribution: &str, position: usize, state: &mut u64) -> f64 {
    let number = random(state);
    match distribution {
        "constant" => 7.0,
        "two values" => (number % 1000 / 998) as f64,
        "few values" => (number % 5) as f64 - 2.0,
        "uniform" => number as f64 / 1e5 - 1000.0,
        "ascending" => position as f64 / 7.0,
        "nearly all NaN" => {
            if number.is_multiple_of(50) {
                number as f64
            } else {
                f64::NAN
            }
        }
        "special" => [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -0.0,
            0.0,
            1.5,
            f64::MIN_POSITIVE,
        ][number as usize % 7],
        "bits" => f64::from(f32::from_bits((number ^ random(state) << 3) as u32)),
        other => panic!("{other}"),
    }
}

#[test]
fn large_groups_of_every_type_equal_sorting() {
    for data_type in DataType::ALL {
        for distribution in DISTRIBUTIONS {
            let mut state = 5;
            let mut position = 0;
            let x = ArrayD::from_shape_simple_fn(IxDyn(&[2, 70, 71]), || {
                position += 1;
                value(distribution, position, &mut state)
            });
            let tensor = Tensor::from(x).into_cast(data_type);
            let x = as_f64(&tensor);
            for axes in [&[1, 2][..], &[0, 1, 2]] {
                let measured = GroupedPercentiles::measure(&tensor.view(), axes, &percentiles()).unwrap();
                check(&measured, &x, axes);
                let scan = Scan::new(&[Need::percentiles(axes, &percentiles())], x.shape()).unwrap();
                let scanned = scan.run(|scan| scan.add(&tensor.view(), &[0, 0, 0])).unwrap();
                let scanned = scanned.percentiles(axes).unwrap();
                check(scanned, &x, axes);
            }
        }
    }
}

/// A small tensor of any type and layout with special values, and axes.
fn tensors() -> impl Strategy<Value = (Tensor, Vec<usize>)> {
    let shape = prop::collection::vec(prop::sample::select(vec![1_usize, 2, 3, 5, 40]), 1..=4);
    shape
        .prop_flat_map(|shape| {
            let ndim = shape.len();
            (
                Just(shape),
                Just((0..ndim).collect::<Vec<_>>()).prop_shuffle(),
                prop::sample::subsequence((0..ndim).collect::<Vec<_>>(), 0..=ndim),
                any::<u64>(),
                prop::sample::select(DISTRIBUTIONS.to_vec()),
                prop::sample::select(DataType::ALL.to_vec()),
            )
        })
        .prop_map(|(shape, order, axes, mut state, distribution, data_type)| {
            let mut position = 0;
            let x = ArrayD::from_shape_simple_fn(IxDyn(&shape), || {
                position += 1;
                value(distribution, position, &mut state)
            });
            // Through f64 and back, so that casting tiles of `as_f64` gives these values again.
            let rounded = as_f64(&Tensor::from(x).into_cast(data_type));
            let tensor = Tensor::from(rounded).into_cast(data_type);
            (tensor.permuted_axes(&order).unwrap(), axes)
        })
}

/// Cuts a box into tiles at random places, in random order.
fn tiles(shape: &[usize], state: &mut u64) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut tiles = vec![(vec![0; shape.len()], shape.to_vec())];
    for axis in 0..shape.len() {
        let mut cut = Vec::new();
        for (start, tile) in tiles {
            let at = random(state) as usize % (tile[axis] + 1);
            let (mut first, mut second, mut middle) = (tile.clone(), tile.clone(), start.clone());
            first[axis] = at;
            second[axis] -= at;
            middle[axis] += at;
            cut.push((start, first));
            cut.push((middle, second));
        }
        tiles = cut;
    }
    for place in (1..tiles.len()).rev() {
        tiles.swap(place, random(state) as usize % (place + 1));
    }
    tiles
}

fn slice<'a>(x: &'a ArrayD<f64>, start: &[usize], shape: &[usize]) -> ndarray::ArrayViewD<'a, f64> {
    let mut view = x.view();
    for (axis, (&start, &length)) in start.iter().zip(shape).enumerate() {
        view.slice_axis_inplace(Axis(axis), Slice::from(start..start + length));
    }
    view
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_layout_equals_sorting((tensor, axes) in tensors()) {
        let measured = GroupedPercentiles::measure(&tensor.view(), &axes, &percentiles()).unwrap();
        check(&measured, &as_f64(&tensor), &axes);
    }

    #[test]
    fn any_tiles_in_any_order_equal_the_whole((tensor, axes) in tensors(), seed in any::<u64>(), other_axes in any::<u8>()) {
        let data_type = tensor.data_type();
        let x = as_f64(&tensor);
        // a second need, over other axes
        let other: Vec<usize> = (0..x.ndim()).filter(|axis| other_axes >> axis & 1 == 1).collect();
        let needs = [
            Need::percentiles(&axes, &percentiles()),
            Need::percentiles(&other, &percentiles()[2..4]),
            Need::moments(&axes),
        ];
        let whole = Statistics::measure(&needs, &tensor.view()).unwrap();
        let mut state = seed;
        let mut scan = match Scan::with_memory_limit(&needs, x.shape(), 16 << 20) {
            // Each element may be a group of its own, which is refused where they do not fit into the memory.
            Err(OpError::TooManyGroups { groups, .. }) if groups > 10_000 => return Ok(()),
            scan => scan.unwrap(),
        };
        while scan.needs_another_pass() {
            // Each tile goes to one of two scans, as if two threads read them.
            let mut fork = scan.fork();
            for (start, shape) in tiles(x.shape(), &mut state) {
                let tile = Tensor::from(slice(&x, &start, &shape).to_owned()).into_cast(data_type);
                let target = if random(&mut state).is_multiple_of(2) { &mut scan } else { &mut fork };
                target.add(&tile.view(), &start).unwrap();
            }
            scan.merge(&fork).unwrap();
            scan.finish_pass().unwrap();
        }
        let scanned = scan.finish().unwrap();
        for (axes, needed) in [(&axes, percentiles()), (&other, percentiles()[2..4].to_vec())] {
            let (scanned, whole) = (scanned.percentiles(axes).unwrap(), whole.percentiles(axes).unwrap());
            prop_assert_eq!(scanned.counts(), whole.counts());
            for percentile in needed {
                let (scanned, whole) = (scanned.values(percentile).unwrap(), whole.values(percentile).unwrap());
                // -0 and NaN included, bit by bit but for the payload of NaN
                prop_assert!(scanned.iter().zip(&whole).all(|(a, b)| a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())));
            }
        }
        let (scanned, whole) = (scanned.moments(&axes).unwrap(), whole.moments(&axes).unwrap());
        for (scanned, whole) in scanned.groups().iter().zip(whole.groups()) {
            prop_assert_eq!(scanned.count(), whole.count());
            if whole.m2().is_finite() {
                prop_assert!((scanned.mean() - whole.mean()).abs() <= 1e-14 * (whole.mean().abs() + whole.std()));
                prop_assert!((scanned.m2() - whole.m2()).abs() <= 1e-10 * whole.m2() + f64::MIN_POSITIVE, "{:?} {:?}", scanned, whole);
            }
        }
    }
}

#[test]
fn many_groups_are_counted_in_batches() {
    // 4096 groups in 1 MiB: tables of 8 bits for 170 groups at once
    let mut state = 9;
    let x = ArrayD::from_shape_simple_fn(IxDyn(&[4096, 9]), || random(&mut state) as f32);
    let needs = [Need::percentiles(&[1], &[Percentile::new(30.0).unwrap()])];
    let mut passes = 0;
    let scan = Scan::with_memory_limit(&needs, x.shape(), 1 << 20).unwrap();
    let scanned = scan
        .run(|scan| {
            passes += 1;
            scan.add(&TensorView::from(x.view()), &[0, 0])
        })
        .unwrap();
    assert!(passes > 4, "{passes}");
    assert_eq!(
        scanned,
        Statistics::measure(&needs, &TensorView::from(x.view())).unwrap()
    );
}

#[test]
fn samples_of_other_sizes_are_pooled() {
    let samples = [vec![5.0_f32, 1.0], vec![9.0, 2.0, 2.0, 7.0, 3.0], vec![4.0]];
    let needs = [Need::percentiles(&[0], &percentiles()), Need::moments(&[0])];
    let scan = Scan::new(&needs, &[2]).unwrap();
    let pooled = scan
        .run(|scan| {
            samples.iter().try_for_each(|sample| {
                scan.add(
                    &TensorView::from(ndarray::ArrayView1::from(sample.as_slice()).into_dyn()),
                    &[0],
                )
            })
        })
        .unwrap();
    let all: Vec<f64> = samples.iter().flatten().copied().map(f64::from).collect();
    let all = ArrayD::from_shape_vec(IxDyn(&[8]), all).unwrap();
    check(pooled.percentiles(&[0]).unwrap(), &all, &[0]);
    assert_eq!(pooled.moments(&[0]).unwrap().groups()[0].mean(), 4.125);
}

#[test]
fn scans_refuse_what_does_not_fit() {
    let x = ArrayD::<f32>::zeros(IxDyn(&[2, 3]));
    let view = TensorView::from(x.view());
    let needs = [Need::percentiles(&[1], &percentiles())];
    assert_eq!(
        Scan::new(&[Need::moments(&[2])], &[2, 3]).unwrap_err(),
        OpError::AxisOutOfRange { axis: 2, ndim: 2 }
    );
    let error = Scan::new(&needs, &[1 << 40, 3]).unwrap_err();
    assert!(
        matches!(error, OpError::TooManyGroups { groups, .. } if groups == 1 << 40),
        "{error}"
    );

    let mut scan = Scan::new(&needs, &[2, 3]).unwrap();
    assert_eq!(
        scan.clone().finish().unwrap_err(),
        OpError::ScanState { is_open: true }
    );
    assert!(matches!(scan.finish_pass(), Err(OpError::NoElements { .. })));
    // axis 1 is reduced, so only axis 0 has bounds
    scan.add(&view, &[0, 100]).unwrap();
    for start in [&[1, 0][..], &[usize::MAX, 0], &[0]] {
        assert!(
            matches!(scan.add(&view, start), Err(OpError::TileOutside { .. })),
            "{start:?}"
        );
    }
    let error = scan
        .add(&TensorView::from(x.mapv(f64::from).view()), &[0, 0])
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "a tile holds float64 but those before hold float32; cast it first"
    );
    let fork = scan.fork();
    scan.finish_pass().unwrap();
    assert_eq!(scan.merge(&fork), Err(OpError::ScansDiffer));
    // another value in the second pass
    scan.add(&TensorView::from(x.mapv(|_| 1e30_f32).view()), &[0, 0])
        .unwrap();
    assert_eq!(scan.finish_pass(), Err(OpError::PassesDiffer { pass: 2 }));

    let done = Scan::new(&[], &[2, 3]).unwrap();
    assert!(!done.needs_another_pass());
    assert_eq!(
        done.clone().add(&view, &[0, 0]),
        Err(OpError::ScanState { is_open: false })
    );
    assert_eq!(done.finish().unwrap(), Statistics::default());

    let measured = Statistics::measure(&needs, &view).unwrap();
    assert_eq!(
        measured.clone().merge(&measured),
        Err(OpError::PercentilesNotMergeable { axes: vec![1] })
    );
    assert!(measured.missing(&needs).is_none());
    assert_eq!(
        measured.missing(&[Need::moments(&[1])]),
        Some(&Need::moments(&[1]))
    );
    assert!(matches!(
        measured.part(&[1, 0], &[2, 3]),
        Err(OpError::PartOutside { .. })
    ));
    assert!(matches!(
        measured.part(&[1], &[1]),
        Err(OpError::PartOutside { .. })
    ));
    assert_eq!(
        measured
            .part(&[1, 0], &[1, 3])
            .unwrap()
            .percentiles(&[1])
            .unwrap()
            .kept_shape(),
        [1, 1]
    );
    let message = Percentile::new(-1.0).unwrap_err().to_string();
    assert_eq!(message, "-1 is not a percentile, expected a number from 0 to 100");
}
