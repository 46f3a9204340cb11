//! Results do not depend on the number of threads, bit by bit.
#![cfg(feature = "rayon")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::{ArrayD, IxDyn, ShapeBuilder};
use tensor_ops::{
    DataType, Need, Operation, Percentile, ScaleRange, Sigmoid, Statistics, Tensor, TensorView,
    ZeroMeanUnitVariance,
};

/// The bits of everything that is computed.
fn bits(tensor: &Tensor, axes: &[usize]) -> Vec<u64> {
    let (min, max) = (Percentile::new(1.0).unwrap(), Percentile::new(99.8).unwrap());
    let needs = [Need::moments(axes), Need::percentiles(axes, &[min, max])];
    let statistics = Statistics::measure(&needs, &tensor.view()).unwrap();
    let mut bits = Vec::new();
    for group in statistics.moments(axes).unwrap().groups() {
        bits.extend([group.mean().to_bits(), group.m2().to_bits()]);
    }
    let percentiles = statistics.percentiles(axes).unwrap();
    for percentile in [min, max] {
        bits.extend(
            percentiles
                .values(percentile)
                .unwrap()
                .iter()
                .map(|value| value.to_bits()),
        );
    }
    let operations: [Box<dyn Operation>; 3] = [
        Box::new(ZeroMeanUnitVariance::measured(axes, 1e-6)),
        Box::new(ScaleRange::measured(axes, min, max, 1e-6)),
        Box::new(Sigmoid),
    ];
    for operation in operations {
        let mut result = ArrayD::zeros(tensor.shape());
        let map = operation
            .bind(tensor.shape(), &statistics, &Statistics::default())
            .unwrap();
        map.apply_to(&tensor.view(), result.view_mut()).unwrap();
        let mut in_place = tensor.to_f32();
        operation.apply(in_place.view_mut(), &statistics).unwrap();
        assert_eq!(in_place, result);
        bits.extend(result.iter().map(|value| u64::from(value.to_bits())));
    }
    bits
}

#[test]
fn one_and_many_threads_agree() {
    let mut state = 3_u64;
    // More elements than one thread takes.
    let shape = [8, 257, 263];
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        1000.0 + (state >> 40) as f32 / 65536.0
    };
    let rows = ArrayD::from_shape_simple_fn(IxDyn(&shape), &mut random);
    let columns = ArrayD::from_shape_simple_fn(IxDyn(&shape).f(), &mut random);
    let threads = [1, 2, 5].map(|threads| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    });
    for array in [rows, columns] {
        for data_type in [DataType::Float32, DataType::Uint16] {
            let tensor = TensorView::from(array.view()).cast(data_type);
            for axes in [&[0, 1, 2][..], &[1, 2], &[0, 1], &[0]] {
                let [first, others @ ..] = threads
                    .each_ref()
                    .map(|pool| pool.install(|| bits(&tensor, axes)));
                for other in others {
                    assert!(first == other, "{data_type} {axes:?}");
                }
            }
        }
    }
}
