//! The operations of `tensor-ops` on images and stacks of three types, on one and on all cores, next to a copy of the same
//! array; then groups and layouts that are harder, and casts.
//!
//! The figure of merit is the ratio of the throughput of an operation to that of `copy`, the least that any pass
//! costs on the machine at hand. The throughput counts the bytes of the array that is read; `float32` is changed in
//! place, other types are converted to `float32` on the way. `kernel_ratios` measures the same in turns with the copy, which is
//! better on a machine that does other things.
#![allow(missing_docs, reason = "criterion's macros generate public items")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use modelhub_benches::kernels::{DATA_TYPES, SHAPES, image, jobs};
use ndarray::{ArrayD, IxDyn};
use rayon::{ThreadPool, ThreadPoolBuilder};
use tensor_ops::{
    Coefficients, DataType, GroupedMoments, GroupedPercentiles, OpError, Percentile, Tensor, TensorView,
    Tolerance, compare, scale_linear, zero_mean_unit_variance,
};

fn bytes(tensor: &Tensor) -> Throughput {
    Throughput::Bytes((tensor.len() * tensor.data_type().item_size()) as u64)
}

/// Pools of one thread and of one for each core.
fn pools() -> Vec<ThreadPool> {
    let all = std::thread::available_parallelism().map_or(1, Into::into);
    let mut threads = vec![1, all];
    threads.dedup();
    threads
        .into_iter()
        .filter_map(|threads| ThreadPoolBuilder::new().num_threads(threads).build().ok())
        .collect()
}

fn operations(criterion: &mut Criterion) {
    for pool in pools() {
        for shape in SHAPES {
            for data_type in DATA_TYPES {
                let lengths: Vec<_> = shape[2..].iter().map(ToString::to_string).collect();
                let name = format!(
                    "{} {data_type}, {} threads",
                    lengths.join("x"),
                    pool.current_num_threads()
                );
                let source = image(shape, data_type);
                let mut group = criterion.benchmark_group(name);
                group.throughput(bytes(&source));
                group.sample_size(10).warm_up_time(Duration::from_millis(300));
                group.measurement_time(Duration::from_secs(1));
                let mut copied = source.clone();
                group.bench_function("copy", |bencher| {
                    bencher.iter(|| pool.install(|| copy(black_box(&source), black_box(&mut copied))));
                });
                for job in jobs(shape).unwrap_or_default() {
                    let mut target = match &source {
                        Tensor::Float32(values) => values.clone(),
                        _ => ArrayD::zeros(IxDyn(shape)),
                    };
                    group.bench_function(job.name, |bencher| {
                        bencher.iter(|| pool.install(|| job.run(black_box(&source), black_box(&mut target))));
                    });
                }
                group.finish();
            }
        }
    }
}

/// Copies the elements, in as many parts as there are threads.
fn copy(source: &Tensor, target: &mut Tensor) {
    match (source, target) {
        (Tensor::Float32(source), Tensor::Float32(target)) => {
            copy_slice(source.as_slice(), target.as_slice_mut())
        }
        (Tensor::Uint16(source), Tensor::Uint16(target)) => {
            copy_slice(source.as_slice(), target.as_slice_mut())
        }
        (Tensor::Uint8(source), Tensor::Uint8(target)) => {
            copy_slice(source.as_slice(), target.as_slice_mut())
        }
        _ => {}
    }
}

fn copy_slice<T: Copy + Send + Sync>(source: Option<&[T]>, target: Option<&mut [T]>) {
    let (Some(source), Some(target)) = (source, target) else {
        return;
    };
    let part = source.len().div_ceil(rayon::current_num_threads()).max(1);
    rayon::scope(|scope| {
        for (target, source) in target.chunks_mut(part).zip(source.chunks(part)) {
            scope.spawn(move |_| target.copy_from_slice(source));
        }
    });
}

fn layouts(criterion: &mut Criterion) {
    let Tensor::Float32(source) = image(&[1, 3, 1024, 1024], DataType::Float32) else {
        return;
    };
    let mut group = criterion.benchmark_group("1x3x1024x1024 float32");
    group.throughput(bytes(&Tensor::from(source.clone())));
    group.sample_size(10);
    let mut x = source.clone();
    group.bench_function("copy", |bencher| {
        bencher.iter(|| black_box(&mut x).assign(black_box(&source)))
    });
    let (per_channel, zero) = (
        Coefficients::along(&[1], vec![1.0, 1.0, 1.0]),
        Coefficients::scalar(0.0),
    );
    group.bench_function("scale_linear/per_channel", |bencher| {
        bencher.iter(|| scale_linear(black_box(x.view_mut()), &per_channel, &zero));
    });
    let channel_last = source
        .view()
        .permuted_axes(vec![0, 2, 3, 1])
        .as_standard_layout()
        .into_owned();
    let percentiles = [Percentile::MIN, Percentile::MAX];
    for (name, view, axes) in [
        ("yx", source.view(), &[2, 3][..]),
        ("c", source.view(), &[1]),
        ("yx_of_channel_last", channel_last.view(), &[1, 2]),
    ] {
        let view = TensorView::from(view);
        group.bench_function(format!("moments/{name}"), |bencher| {
            bencher.iter(|| GroupedMoments::measure(black_box(&view), axes));
        });
        group.bench_function(format!("percentiles/{name}"), |bencher| {
            bencher.iter(|| GroupedPercentiles::measure(black_box(&view), axes, &percentiles));
        });
        let Ok::<_, OpError>(moments) = GroupedMoments::measure(&view, axes) else {
            continue;
        };
        let mut x = ArrayD::zeros(IxDyn(view.shape()));
        group.bench_function(format!("zero_mean_unit_variance/{name}"), |bencher| {
            bencher.iter(|| zero_mean_unit_variance(black_box(x.view_mut()), &moments, 1e-6));
        });
    }
    let tensor = Tensor::from(source);
    let small = tensor.cast(DataType::Uint8);
    group.bench_function("cast/float32_to_uint8", |bencher| {
        bencher.iter(|| black_box(&tensor).cast(DataType::Uint8));
    });
    group.bench_function("cast/uint8_to_float32", |bencher| {
        bencher.iter(|| black_box(&small).cast(DataType::Float32));
    });
    group.bench_function("compare", |bencher| {
        bencher.iter(|| compare(black_box(&tensor), black_box(&tensor), &Tolerance::default()));
    });
    group.finish();
}

criterion_group!(benches, operations, layouts);
criterion_main!(benches);
