//! A scan of a source larger than its memory takes no more memory than it may.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use ndarray::{ArrayD, IxDyn};
use peak_alloc::PeakAlloc;
use tensor_ops::{Need, Operation, Percentile, ScaleRange, Scan, TensorView};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const ROWS: usize = 8192;
const COLUMNS: usize = 8192;
const TILE: usize = 32;

/// Rows of an image that exists nowhere as a whole: 256 MiB of `f32`.
fn fill(tile: &mut ArrayD<f32>, first_row: usize) {
    let mut state = first_row as u64 + 1;
    for value in tile.iter_mut() {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *value = 1000.0 + (state >> 40) as f32 / 1024.0;
    }
}

#[test]
fn a_large_source_fits_into_the_memory_of_a_scan() {
    const LIMIT: usize = 8 << 20;
    let (min, max) = (Percentile::new(1.0).unwrap(), Percentile::new(99.8).unwrap());
    let scale = ScaleRange::measured(&[0, 1], min, max, 1e-6);
    let needs = [scale.needs(), &[Need::moments(&[0, 1])]].concat();
    let mut tile = ArrayD::zeros(IxDyn(&[TILE, COLUMNS]));

    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let scan = Scan::with_memory_limit(&needs, &[ROWS, COLUMNS], LIMIT).unwrap();
    let mut passes = 0;
    let statistics = scan
        .run(|scan| {
            passes += 1;
            for row in (0..ROWS).step_by(TILE) {
                fill(&mut tile, row);
                scan.add(&TensorView::from(tile.view()), &[row, 0])?;
            }
            Ok::<(), tensor_ops::OpError>(())
        })
        .unwrap();
    let mut between = 0_u64;
    for row in (0..ROWS).step_by(TILE) {
        fill(&mut tile, row);
        scale.apply(tile.view_mut(), &statistics).unwrap();
        between += tile.iter().filter(|value| (0.0..=1.0).contains(*value)).count() as u64;
    }
    let peak = MEMORY.peak_usage() - before;
    println!("{passes} passes, {peak} bytes at most");
    assert_eq!(passes, 2);
    assert!(peak <= LIMIT + (1 << 20), "{peak} bytes");

    let elements = (ROWS * COLUMNS) as f64;
    let fraction = between as f64 / elements;
    assert!((fraction - 0.988).abs() < 1e-5, "{fraction}");
    let mean = statistics.moments(&[0, 1]).unwrap().groups()[0].mean();
    assert!((mean - 9192.0).abs() < 10.0, "{mean}");
}
