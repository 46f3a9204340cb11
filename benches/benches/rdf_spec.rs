//! Reading and checking descriptions. The figure of merit is the ratio to a single pass over the bytes of the
//! text, measured in the same run.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use rdf_spec::{Document, ModelRdf};

const TEXT: &str = include_str!("../../spec-fixtures/models/two-channels-two-outputs/rdf.yaml");

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("description");
    group.bench_function("pass over the bytes", |bencher| {
        bencher.iter(|| black_box(TEXT).bytes().map(u64::from).sum::<u64>());
    });
    group.bench_function("positioned tree", |bencher| {
        bencher.iter(|| Document::parse(black_box(TEXT)))
    });
    group.bench_function("read and check", |bencher| {
        bencher.iter(|| ModelRdf::from_yaml(black_box(TEXT)))
    });
    group.finish();
}

criterion_group!(benches, reading);
criterion_main!(benches);
