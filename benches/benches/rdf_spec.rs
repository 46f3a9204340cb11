//! Reading and checking descriptions. The figure of merit of one description is the ratio to a single pass over the
//! bytes of its text, measured in the same run; that of a folder of descriptions is the throughput on one core.
//!
//! With `MODELHUB_REFERENCE` set to a folder, all descriptions in its folder `documents` are read too.

use std::ffi::OsStr;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rdf_spec::{Document, ModelRdf, Rdf};

const TEXT: &str = include_str!("../../spec-fixtures/models/two-channels-two-outputs/rdf.yaml");

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("description");
    group.throughput(Throughput::Bytes(TEXT.len() as u64));
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

/// The texts of all descriptions in a folder and the folders in it; what is no UTF-8 text is left out.
fn descriptions(folder: &Path, texts: &mut Vec<String>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            descriptions(&path, texts);
        } else if path.extension() == Some(OsStr::new("yaml")) {
            texts.extend(std::fs::read_to_string(&path));
        }
    }
}

fn folders(criterion: &mut Criterion) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec-fixtures");
    let reference = std::env::var_os("MODELHUB_REFERENCE").map(|folder| Path::new(&folder).join("documents"));
    let mut group = criterion.benchmark_group("all descriptions");
    group.sample_size(20);
    for (name, folder) in [("fixtures", Some(fixtures)), ("reference", reference)] {
        let mut texts = Vec::new();
        if let Some(folder) = folder {
            descriptions(&folder, &mut texts);
        }
        if texts.is_empty() {
            continue;
        }
        let bytes = texts.iter().map(|text| text.len() as u64).sum();
        group.throughput(Throughput::Bytes(bytes));
        group.bench_function(format!("{name}, {} of them", texts.len()), |bencher| {
            bencher.iter(|| {
                let findings = texts.iter().map(|text| Rdf::from_yaml(text).diagnostics().len());
                findings.sum::<usize>()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, reading, folders);
criterion_main!(benches);
