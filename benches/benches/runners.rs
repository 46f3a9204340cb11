//! A network on inputs of a shape that it has met, against inputs of a new shape, for which a plan is prepared first.
//!
//! Only the ratio of the two says something: `prepared plan` is what tiles after the first cost, `first call` is loading,
//! preparing and running.

#![allow(clippy::expect_used, reason = "a benchmark fails by panicking")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use ndarray::{ArrayD, IxDyn};
use runners::{Backends, LoadOptions, Runner, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

const UNET: &[u8] = include_bytes!("../../crates/runners/tests/networks/unet.onnx");

fn load(backends: &Backends) -> Box<dyn Runner> {
    backends
        .load(
            WeightsFormat::Onnx,
            WeightsData::Bytes(UNET),
            &LoadOptions::default(),
        )
        .expect("the U-Net of the tests loads")
}

fn unet(criterion: &mut Criterion) {
    let backends = Backends::built_in();
    let image = Tensor::Float32(ArrayD::from_shape_fn(IxDyn(&[1, 1, 256, 256]), |index| {
        ((index[2] * 37 + index[3] * 11) % 101) as f32 / 101.0
    }));
    let mut group = criterion.benchmark_group("unet 256x256");
    group.sample_size(20);
    group.bench_function("first call", |bencher| {
        bencher.iter(|| {
            load(&backends)
                .run(black_box(&[image.view()]))
                .expect("the U-Net runs")
        });
    });
    let mut runner = load(&backends);
    runner.run(&[image.view()]).expect("the U-Net runs");
    group.bench_function("prepared plan", |bencher| {
        bencher.iter(|| runner.run(black_box(&[image.view()])).expect("the U-Net runs"));
    });
    group.finish();
}

#[allow(
    missing_docs,
    reason = "the function that the macro makes is no part of an interface"
)]
mod group {
    use super::{criterion_group, unet};
    criterion_group!(runners, unet);
}
use group::runners;

criterion_main!(runners);
