//! Parts of images larger than memory take the memory of the part, and of a bounded cache.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what the tests share may fail like a test"
)]

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use ndarray::ArrayD;
use peak_alloc::PeakAlloc;
use pipeline::image::{PixelSize, SinkOptions, SourceOptions, create_sink, open_source, open_source_with};
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink, TileSource};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const MIB: usize = 1 << 20;

/// What is allocated at most while `run` runs, beyond what was before, in bytes.
fn peak_of<T>(run: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATED.current_usage();
    ALLOCATED.reset_peak_usage();
    let result = run();
    (result, ALLOCATED.peak_usage().saturating_sub(before))
}

/// An array of 20 GB that takes no room on the disk, with one element that is not 0.
fn sparse_npy(path: &Path) {
    let header = b"{'descr': '<u2', 'fortran_order': False, 'shape': (100000, 100000), }\n";
    let mut file = File::create(path).unwrap();
    file.write_all(b"\x93NUMPY\x01\x00").unwrap();
    file.write_all(&(header.len() as u16).to_le_bytes()).unwrap();
    file.write_all(header).unwrap();
    let start = 10 + header.len() as u64;
    file.seek(SeekFrom::Start(start + 2 * (70_000 * 100_000 + 50_000)))
        .unwrap();
    file.write_all(&777_u16.to_le_bytes()).unwrap();
    file.set_len(start + 2 * 100_000 * 100_000).unwrap();
}

/// All in one test: the allocator counts for the whole program.
#[test]
fn parts_take_the_memory_of_the_part() {
    let folder = tempfile::tempdir().unwrap();
    let region = Region::new([69_900, 49_900], [512, 512]).unwrap();
    let tile_bytes = 512 * 512 * 2;

    let path = folder.path().join("large.npy");
    sparse_npy(&path);
    let (tile, peak) = peak_of(|| open_source(&path).unwrap().read(&region).unwrap());
    let Tensor::Uint16(tile) = tile else {
        panic!("another type")
    };
    assert_eq!(
        (tile[[100, 100]], tile.iter().filter(|&&value| value != 0).count()),
        (777, 1)
    );
    assert!(peak < tile_bytes + 3 * MIB, "npy: {peak} bytes");

    // BigTIFF and npy of 6 GB, of which two tiles are written.
    let shape = [3, 40_000, 25_000];
    let place = Region::new([2, 39_500, 24_500], [1, 500, 500]).unwrap();
    let tile = Tensor::from(ArrayD::from_shape_fn(vec![1, 500, 500], |index| {
        (index[1] * 7 + index[2]) as u16
    }));
    for name in ["large.tif", "result.npy"] {
        let path = folder.path().join(name);
        let axes = "cyx".parse().unwrap();
        let (_, peak) = peak_of(|| {
            let (size, options) = (PixelSize::default(), SinkOptions::default());
            let mut sink = create_sink(&path, &shape, DataType::Uint16, &axes, &size, &options).unwrap();
            sink.write(&place, &tile).unwrap();
            sink.write(&Region::new([0, 0, 0], [1, 500, 500]).unwrap(), &tile)
                .unwrap();
            sink.finish().unwrap();
        });
        assert!(peak < 4 * MIB, "{name} written: {peak} bytes");
        let (read, peak) = peak_of(|| open_source(&path).unwrap().read(&place).unwrap());
        assert_eq!(read, tile, "{name}");
        assert!(peak < 500 * 500 * 2 + 7 * MIB, "{name} read: {peak} bytes");
    }
    let mut header = [0; 4];
    std::io::Read::read_exact(
        &mut File::open(folder.path().join("large.tif")).unwrap(),
        &mut header,
    )
    .unwrap();
    assert_eq!(header, *b"II\x2B\0");

    // An image in chunks: no more than the cache is kept of it, however much is read.
    let path = folder.path().join("image.zarr");
    let shape = [4096, 4096];
    let axes = "yx".parse().unwrap();
    let (_, peak) = peak_of(|| {
        let (size, options) = (PixelSize::default(), SinkOptions::default());
        let mut sink = create_sink(&path, &shape, DataType::Float32, &axes, &size, &options).unwrap();
        let rows = Tensor::from(ArrayD::from_elem(vec![512, 4096], 1.5_f32));
        for row in (0..4096).step_by(512) {
            sink.write(&Region::new([row, 0], [512, 4096]).unwrap(), &rows)
                .unwrap();
        }
        sink.finish().unwrap();
    });
    // A row of chunks, 64 MiB of chunks that may be needed again, and one of them encoded.
    assert!(peak < (8 + 64 + 6) * MIB, "zarr written: {peak} bytes");
    let options = SourceOptions::default().with_cache_bytes(4 * MIB);
    let (_, peak) = peak_of(|| {
        let mut source = open_source_with(&path, &options).unwrap();
        for row in (0..4096).step_by(256) {
            source.read(&Region::new([row, 0], [256, 4096]).unwrap()).unwrap();
        }
    });
    assert!(peak < (4 + 4 + 4) * MIB, "zarr read: {peak} bytes");
}
