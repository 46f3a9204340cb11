//! `scale_range` on a file of `float32` values larger than the memory that it takes: writes a file of the given size,
//! scans it in tiles, scales each tile, and prints the peak of the resident memory.
//!
//! ```text
//! large_source FILE [MEBIBYTES]
//! ```
//!
//! The file has 4096 MiB unless told otherwise, and is removed at the end. The peak is that of Linux (`VmHWM`).
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, Write};
use std::path::Path;
use std::time::Instant;

use ndarray::ArrayViewMut2;
use tensor_ops::{Operation, Percentile, ScaleRange, Scan, TensorView};

/// Values in a row of the image.
const COLUMNS: usize = 16384;
/// Rows in a tile.
const ROWS: usize = 64;

/// What is done with a tile, which begins at the given row.
type Visit<'a> = dyn FnMut(usize, ArrayViewMut2<'_, f32>) -> Result<(), Box<dyn Error>> + 'a;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: large_source FILE [MEBIBYTES]")?;
    let mebibytes: usize = arguments.next().map_or(Ok(4096), |number| number.parse())?;
    let result = measure(Path::new(&path), mebibytes);
    std::fs::remove_file(&path)?;
    result
}

fn measure(path: &Path, mebibytes: usize) -> Result<(), Box<dyn Error>> {
    let tiles = (mebibytes << 20).div_ceil(COLUMNS * ROWS * size_of::<f32>());
    let rows = tiles * ROWS;
    write(path, tiles)?;
    let mut file = File::open(path)?;
    let mut bytes = vec![0; COLUMNS * ROWS * size_of::<f32>()];
    let mut values = vec![0.0_f32; COLUMNS * ROWS];
    let mut each_tile = |visit: &mut Visit<'_>| {
        file.rewind()?;
        for tile in 0..tiles {
            file.read_exact(&mut bytes)?;
            for (value, bytes) in values.iter_mut().zip(bytes.as_chunks::<4>().0) {
                *value = f32::from_le_bytes(*bytes);
            }
            visit(
                tile * ROWS,
                ArrayViewMut2::from_shape((ROWS, COLUMNS), &mut values)?,
            )?;
        }
        Ok::<(), Box<dyn Error>>(())
    };

    let begin = Instant::now();
    let scale = ScaleRange::measured(&[0, 1], Percentile::new(1.0)?, Percentile::new(99.8)?, 1e-6);
    let mut passes = 0;
    let scan = Scan::new(scale.needs(), &[rows, COLUMNS])?;
    let statistics = scan.run(|scan| {
        passes += 1;
        each_tile(&mut |row, tile| Ok(scan.add(&TensorView::from(tile.view().into_dyn()), &[row, 0])?))
    })?;
    let scanned = begin.elapsed();
    let mut inside = 0_u64;
    each_tile(&mut |_, mut tile| {
        scale.apply(tile.view_mut().into_dyn(), &statistics)?;
        inside += tile.iter().filter(|value| (0.0..=1.0).contains(*value)).count() as u64;
        Ok(())
    })?;
    println!(
        "{} MiB, {passes} passes in {:.1} s, then one to scale",
        (rows * COLUMNS * 4) >> 20,
        scanned.as_secs_f64()
    );
    println!(
        "{:.4} % of the values between 0 and 1, expected 98.8",
        100.0 * inside as f64 / (rows * COLUMNS) as f64
    );
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap_or("VmHWM: unknown");
    println!(
        "peak of the resident memory: {}",
        peak.trim_start_matches("VmHWM:").trim()
    );
    Ok(())
}

/// Noise of four numbers at random around 1000.
fn write(path: &Path, tiles: usize) -> Result<(), Box<dyn Error>> {
    let mut writer = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut state = 1_u64;
    for _ in 0..tiles * ROWS * COLUMNS {
        let mut sum = 0.0;
        for _ in 0..2 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            sum += (state >> 40) as f32 / (1 << 24) as f32;
        }
        writer.write_all(&(1000.0 + 100.0 * sum).to_le_bytes())?;
    }
    writer.flush()?;
    Ok(())
}
