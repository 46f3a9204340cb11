//! Kernels of `tensor-ops` on a 1x3x1024x1024 `f32` image (12 MiB), next to a copy of the same image.
//!
//! The figure of merit is the ratio of a kernel's time to that of `copy`, the least that any pass over the
//! image costs on the machine at hand. In-place kernels run on the same buffer again and again; their time
//! does not depend on the values, but for `sigmoid`, `clip` and `binarize`, which are free of branches.
#![allow(missing_docs, reason = "criterion's macros generate public items")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use ndarray::{ArrayD, IxDyn};
use tensor_ops::{
    Coefficients, DataType, GroupedMoments, Tensor, TensorView, binarize, clip, compare, scale_linear,
    sigmoid, zero_mean_unit_variance,
};

const SHAPE: [usize; 4] = [1, 3, 1024, 1024];

/// Noise of a few units around 100, the same in every run.
fn image() -> ArrayD<f32> {
    let mut state = 1_u64;
    ArrayD::from_shape_simple_fn(IxDyn(&SHAPE), || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        100.0 + (state >> 40) as f32 / (1 << 22) as f32
    })
}

fn kernels(criterion: &mut Criterion) {
    let source = image();
    let mut x = source.clone();
    let mut group = criterion.benchmark_group("tensor_ops");
    group.throughput(Throughput::Bytes(
        size_of_val(source.as_slice().unwrap_or_default()) as u64,
    ));

    let mut target = vec![0.0_f32; source.len()];
    let values = source.as_slice().unwrap_or_default();
    group.bench_function("copy", |bencher| {
        bencher.iter(|| black_box(&mut target).copy_from_slice(black_box(values)));
    });
    group.bench_function("binarize", |bencher| {
        bencher.iter(|| binarize(black_box(x.view_mut()), 0.5))
    });
    x.assign(&source);
    group.bench_function("clip", |bencher| {
        bencher.iter(|| clip(black_box(x.view_mut()), 101.0, 102.0))
    });
    x.assign(&source);
    // The inverse of the smallest step would overflow to infinity in the end, so the gain is 1.
    let (one, zero) = (Coefficients::scalar(1.0), Coefficients::scalar(0.0));
    group.bench_function("scale_linear/scalar", |bencher| {
        bencher.iter(|| scale_linear(black_box(x.view_mut()), &one, &zero));
    });
    let per_channel = Coefficients::along(&[1], vec![1.0, 1.0, 1.0]);
    group.bench_function("scale_linear/per_channel", |bencher| {
        bencher.iter(|| scale_linear(black_box(x.view_mut()), &per_channel, &zero));
    });
    group.bench_function("sigmoid", |bencher| {
        bencher.iter(|| sigmoid(black_box(x.view_mut())))
    });

    let channel_last = source
        .view()
        .permuted_axes(vec![0, 2, 3, 1])
        .as_standard_layout()
        .into_owned();
    for (name, view, axes) in [
        ("yx", source.view(), &[2, 3][..]),
        ("cyx", source.view(), &[1, 2, 3]),
        ("c", source.view(), &[1]),
        ("yx_of_channel_last", channel_last.view(), &[1, 2]),
    ] {
        let view = TensorView::from(view);
        group.bench_function(format!("moments/{name}"), |bencher| {
            bencher.iter(|| GroupedMoments::measure(black_box(&view), axes));
        });
        let Ok(moments) = GroupedMoments::measure(&view, axes) else {
            continue;
        };
        let mut x = ArrayD::zeros(IxDyn(view.shape()));
        group.bench_function(format!("zero_mean_unit_variance/{name}"), |bencher| {
            bencher.iter(|| zero_mean_unit_variance(black_box(x.view_mut()), &moments, 1e-6));
        });
    }

    let tensor = Tensor::from(source);
    let bytes = tensor.cast(DataType::Uint8);
    group.bench_function("cast/float32_to_uint8", |bencher| {
        bencher.iter(|| black_box(&tensor).cast(DataType::Uint8));
    });
    group.bench_function("cast/uint8_to_float32", |bencher| {
        bencher.iter(|| black_box(&bytes).cast(DataType::Float32));
    });
    group.bench_function("compare", |bencher| {
        bencher.iter(|| {
            compare(
                black_box(&tensor),
                black_box(&tensor),
                &tensor_ops::Tolerance::default(),
            )
        });
    });
    group.finish();
}

criterion_group!(benches, kernels);
criterion_main!(benches);
