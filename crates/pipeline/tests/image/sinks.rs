//! Files that are written in parts: each equals the file of the whole image.

use std::fs;
use std::path::Path;

use ndarray::ArrayD;
use pipeline::axes::ImageAxes;
use pipeline::image::{
    ImageErrorKind, ImageSink, OmeZarrVersion, PixelSize, PngScaling, ScratchArray, SinkOptions, Spacing,
    Unit, WriteOptions, ZarrCompression, ZarrOptions, create_sink, open_source, read_image, write_image,
};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink, TileSource};

use crate::sources::part;
use crate::tensors::numbered;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// Regions of at most this size that cover a shape.
pub(crate) fn tiles(shape: &[usize], size: &[usize]) -> Vec<Region> {
    let mut tiles = vec![Vec::new()];
    for (&length, &size) in shape.iter().zip(size) {
        tiles = tiles
            .into_iter()
            .flat_map(|ranges: Vec<std::ops::Range<usize>>| {
                (0..length).step_by(size).map(move |start| {
                    let mut ranges = ranges.clone();
                    ranges.push(start..length.min(start + size));
                    ranges
                })
            })
            .collect();
    }
    tiles.iter().map(|ranges| Region::from_ranges(ranges)).collect()
}

fn open(path: &Path, tensor: &Tensor, letters: &str, options: &SinkOptions) -> Box<dyn ImageSink> {
    let size = PixelSize::default();
    create_sink(
        path,
        tensor.shape(),
        tensor.data_type(),
        &axes(letters),
        &size,
        options,
    )
    .unwrap()
}

fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn tiles_in_any_order_make_the_whole(
        data_type in proptest::sample::select(DataType::ALL.to_vec()),
        shape in proptest::collection::vec(1_usize..9, 4),
        size in proptest::collection::vec(1_usize..9, 4),
        letters in Just("tcyx".chars().collect::<Vec<_>>()).prop_shuffle(),
        extension in proptest::sample::select(vec!["npy", "tif", "zarr"]),
        version in proptest::sample::select(vec![OmeZarrVersion::V0_4, OmeZarrVersion::V0_5]),
        compression in proptest::sample::select(vec![ZarrCompression::None, ZarrCompression::Deflate]),
        chunk in 1_usize..6,
        order in any::<u64>(),
    ) {
        let letters: String = letters.into_iter().collect();
        let folder = tempfile::tempdir().unwrap();
        let tensor = numbered(data_type, &shape);
        let zarr = ZarrOptions::default()
            .with_version(version)
            .with_compression(compression)
            .with_chunk('y', chunk)
            .with_chunk('x', chunk + 1)
            .with_chunk('c', 2);
        let path = folder.path().join("tiled").with_extension(extension);
        let mut sink = open(&path, &tensor, &letters, &SinkOptions::default().with_zarr(zarr));
        let mut regions = tiles(&shape, &size);
        let mut state = order;
        for place in (1..regions.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            regions.swap(place, (state >> 33) as usize % (place + 1));
        }
        for region in &regions {
            sink.write(region, &part(&tensor, region)).unwrap();
        }
        let whole = Region::whole(&shape);
        prop_assert_eq!(sink.read_back(&whole).unwrap(), tensor.clone());
        sink.finish().unwrap();
        prop_assert_eq!(entries(folder.path()), 1);

        let expected = folder.path().join("whole").with_extension(extension);
        write_image(&expected, &tensor, &axes(&letters), &WriteOptions::default()).unwrap();
        let (found, expected) = (read_image(&path).unwrap(), read_image(&expected).unwrap());
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn tiff_is_the_same_bytes_as_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let tensor = numbered(DataType::Uint16, &[3, 6, 7]);
    let (tiled, whole) = (folder.path().join("tiled.tif"), folder.path().join("whole.tif"));
    let mut sink = open(&tiled, &tensor, "zyx", &SinkOptions::default());
    for region in tiles(&[3, 6, 7], &[2, 4, 3]) {
        sink.write(&region, &part(&tensor, &region)).unwrap();
    }
    sink.finish().unwrap();
    write_image(&whole, &tensor, &axes("zyx"), &WriteOptions::default()).unwrap();
    assert_eq!(fs::read(tiled).unwrap(), fs::read(whole).unwrap());
}

#[test]
fn png_is_scaled_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    let tensor = Tensor::from(ArrayD::from_shape_fn(vec![1, 4, 6], |index| {
        (index[1] * 6 + index[2]) as f32
    }));
    let options = SinkOptions::default().with_png_scaling(PngScaling::MinMax);
    let mut sink = open(&path, &tensor, "cyx", &options);
    for region in tiles(&[1, 4, 6], &[1, 3, 4]) {
        sink.write(&region, &part(&tensor, &region)).unwrap();
    }
    sink.finish().unwrap();
    let whole = folder.path().join("whole.png");
    write_image(
        &whole,
        &tensor,
        &axes("cyx"),
        &WriteOptions::default().with_png_scaling(PngScaling::MinMax),
    )
    .unwrap();
    assert_eq!(fs::read(path).unwrap(), fs::read(whole).unwrap());
}

#[test]
fn nothing_is_left_of_a_sink_that_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let tensor = numbered(DataType::Uint8, &[5, 6]);
    for name in ["a.npy", "b.tif", "c.png", "d.zarr"] {
        let path = folder.path().join(name);
        let mut sink = open(&path, &tensor, "yx", &SinkOptions::default());
        sink.write(&Region::whole(&[5, 6]), &tensor).unwrap();
        assert!(!path.exists(), "{name}");
        drop(sink);
        assert_eq!(entries(folder.path()), 0, "{name}");
    }
}

#[test]
fn finished_results_replace_older_ones() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.npy", "b.tif", "c.png", "d.zarr"] {
        let path = folder.path().join(name);
        for shape in [[5, 6], [3, 4]] {
            let tensor = numbered(DataType::Uint8, &shape);
            let mut sink = open(&path, &tensor, "yx", &SinkOptions::default());
            sink.write(&Region::whole(&shape), &tensor).unwrap();
            sink.finish().unwrap();
            assert_eq!(read_image(&path).unwrap().tensor, tensor, "{name}");
        }
    }
    assert_eq!(entries(folder.path()), 4);
    let taken = folder.path().join("folder.zarr");
    fs::create_dir(&taken).unwrap();
    let tensor = numbered(DataType::Uint8, &[5, 6]);
    let error = write_image(&taken, &tensor, &axes("yx"), &WriteOptions::default()).unwrap_err();
    assert!(error.to_string().contains("no Zarr folder"), "{error}");
}

#[test]
fn wrong_tiles_are_errors() {
    let folder = tempfile::tempdir().unwrap();
    let tensor = numbered(DataType::Uint8, &[1, 5, 6]);
    for name in ["a.npy", "b.tif", "c.png", "d.zarr"] {
        let mut sink = open(&folder.path().join(name), &tensor, "cyx", &SinkOptions::default());
        let region = Region::new([0, 0, 0], [1, 2, 2]).unwrap();
        for (region, tile) in [
            (
                Region::new([0, 4, 0], [1, 2, 2]).unwrap(),
                numbered(DataType::Uint8, &[1, 2, 2]),
            ),
            (region.clone(), numbered(DataType::Uint8, &[1, 2, 3])),
            (region.clone(), numbered(DataType::Uint8, &[2, 2])),
            (region.clone(), numbered(DataType::Int8, &[1, 2, 2])),
        ] {
            let error = sink.write(&region, &tile).unwrap_err();
            let expected = matches!(
                error.kind(),
                ImageErrorKind::Region(_) | ImageErrorKind::OtherDataType { .. }
            );
            assert!(expected, "{name}: {error}");
        }
    }
}

#[test]
fn pixel_sizes_are_carried_over() {
    let folder = tempfile::tempdir().unwrap();
    let mut size = PixelSize::default();
    size.set('x', Spacing::new(250.0, Unit::Nanometer));
    size.set('y', Spacing::new(0.5, Unit::Micrometer));
    size.set('z', Spacing::new(2.0, Unit::Micrometer));
    size.set('t', Spacing::new(1.5, Unit::Second));
    let shape = [2, 3, 4, 5];
    let new_version =
        SinkOptions::default().with_zarr(ZarrOptions::default().with_version(OmeZarrVersion::V0_5));
    for (name, options) in [
        ("a.tif", SinkOptions::default()),
        ("b.zarr", SinkOptions::default()),
        ("c.zarr", new_version),
    ] {
        let path = folder.path().join(name);
        let sink = create_sink(&path, &shape, DataType::Uint8, &axes("tzyx"), &size, &options).unwrap();
        sink.finish().unwrap();
        let source = open_source(&path).unwrap();
        assert_eq!(source.axes(), Some(&axes("tzyx")));
        for letter in ['t', 'z', 'y', 'x'] {
            let (found, expected) = (
                source.pixel_size().get(letter).unwrap(),
                size.get(letter).unwrap(),
            );
            let found = found.to(expected.unit()).unwrap();
            assert!(
                (found.value() / expected.value() - 1.0).abs() < 1e-8,
                "{name}: {found}"
            );
        }
    }
}

#[test]
fn what_does_not_fit_is_an_error_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let none = PixelSize::default();
    for (name, shape, letters, words) in [
        ("a.tif", vec![2, 5, 6], "byx", "'b'"),
        ("a.zarr", vec![2, 5, 6], "byx", "'b'"),
        ("a.png", vec![2, 5, 6], "zyx", "'z'"),
        ("a.npy", vec![usize::MAX, 5, 6], "zyx", "larger than any file"),
        (
            "a.tif",
            vec![usize::MAX / 64, 5, 6],
            "zyx",
            "larger than any file",
        ),
        ("a.tif", vec![1 << 30, 5, 6], "zyx", "too large for TIFF"),
        ("a.tif", vec![5, 1 << 33], "yx", "too large for TIFF"),
        ("a.zarr", vec![usize::MAX, 5, 6], "zyx", "larger than any file"),
        ("a.png", vec![1 << 16, 1 << 16], "yx", "not written in tiles"),
    ] {
        let result = create_sink(
            folder.path().join(name),
            &shape,
            DataType::Uint8,
            &axes(letters),
            &none,
            &SinkOptions::default(),
        );
        let message = result.map(|_| ()).unwrap_err().to_string();
        assert!(message.contains(words), "{message}");
        assert_eq!(entries(folder.path()), 0);
    }
}

#[test]
fn scratch_arrays_are_read_as_written() {
    let folder = tempfile::tempdir().unwrap();
    let tensor = numbered(DataType::Float32, &[5, 6, 7]);
    let mut scratch = ScratchArray::create_in(folder.path(), &[5, 6, 7], DataType::Float32).unwrap();
    for region in tiles(&[5, 6, 7], &[2, 6, 3]) {
        scratch.write(&region, &part(&tensor, &region)).unwrap();
    }
    for region in tiles(&[5, 6, 7], &[3, 4, 5]) {
        assert_eq!(scratch.read(&region).unwrap(), part(&tensor, &region));
    }
    assert_eq!(entries(folder.path()), 0);
    let message = scratch
        .write(
            &Region::whole(&[5, 6, 7]),
            &numbered(DataType::Float64, &[5, 6, 7]),
        )
        .unwrap_err();
    assert!(message.to_string().contains("float64"), "{message}");
}
