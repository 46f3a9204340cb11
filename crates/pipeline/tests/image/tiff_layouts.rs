//! TIFF: where samples are in a file, and of which type.

use ndarray::{ArrayD, array};
use pipeline::axes::ImageAxes;
use pipeline::image::{Image, ImageError, TiffCompression, WriteOptions, read_image, write_image};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};

use crate::tensors::{any_tensor, numbered};
use crate::tiff_builder::{CLASSIC, Page, Style, Values, build};

/// Read these bytes as a file.
pub(crate) fn read(bytes: &[u8]) -> Result<Image, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tif");
    std::fs::write(&path, bytes).unwrap();
    read_image(&path)
}

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

const STYLES: [Style; 4] = [
    CLASSIC,
    Style {
        big_endian: true,
        big_tiff: false,
    },
    Style {
        big_endian: false,
        big_tiff: true,
    },
    Style {
        big_endian: true,
        big_tiff: true,
    },
];

fn bytes_of(style: Style, values: impl IntoIterator<Item = u16>) -> Vec<u8> {
    let bytes = |value: u16| {
        if style.big_endian {
            value.to_be_bytes()
        } else {
            value.to_le_bytes()
        }
    };
    values.into_iter().flat_map(bytes).collect()
}

#[test]
fn strips_in_every_style() {
    for style in STYLES {
        let strips = vec![
            bytes_of(style, 0..6),
            bytes_of(style, 6..12),
            bytes_of(style, 12..15),
        ];
        let file = build(style, &[Page::new(3, 5, 1, 16).strips(2, strips)]);
        let image = read(&file).unwrap();
        assert_eq!(image.axes, Some(axes("yx")));
        assert_eq!(
            image.tensor,
            Tensor::from(ArrayD::from_shape_vec(vec![5, 3], (0..15_u16).collect()).unwrap())
        );
    }
}

/// Value `100 * sample + 10 * row + column`, and 0 where a tile lies outside of the page.
fn tile(
    style: Style,
    size: (u16, u16),
    samples: &[u16],
    rows: std::ops::Range<u16>,
    columns: std::ops::Range<u16>,
) -> Vec<u8> {
    let mut values = Vec::new();
    for row in rows {
        for column in columns.clone() {
            for &sample in samples {
                let inside = row < size.0 && column < size.1;
                values.push(if inside {
                    100 * sample + 10 * row + column
                } else {
                    0
                });
            }
        }
    }
    bytes_of(style, values)
}

#[test]
fn tiles_that_stick_out() {
    for style in STYLES {
        let size = (5, 7);
        let mut interleaved = Vec::new();
        let mut planes = Vec::new();
        for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
            let (rows, columns) = (down * 4..down * 4 + 4, across * 4..across * 4 + 4);
            interleaved.push(tile(style, size, &[0, 1, 2], rows, columns));
        }
        for sample in 0..3 {
            for (down, across) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let (rows, columns) = (down * 4..down * 4 + 4, across * 4..across * 4 + 4);
                planes.push(tile(style, size, &[sample], rows, columns));
            }
        }
        let expected = ArrayD::from_shape_fn(vec![3, 5, 7], |at| (100 * at[0] + 10 * at[1] + at[2]) as u16);

        let image = read(&build(style, &[Page::new(7, 5, 3, 16).tiles(4, 4, interleaved)])).unwrap();
        assert_eq!(image.axes, Some(axes("yxc")));
        let channels_last = expected.view().permuted_axes(vec![1, 2, 0]).to_owned();
        assert_eq!(image.tensor, Tensor::from(channels_last));

        let page = Page::new(7, 5, 3, 16)
            .tiles(4, 4, planes)
            .with(284, Values::Short(vec![2]));
        let image = read(&build(style, &[page])).unwrap();
        assert_eq!(image.axes, Some(axes("cyx")));
        assert_eq!(image.tensor, Tensor::from(expected));
    }
}

#[test]
fn strips_in_planes() {
    let planes = vec![vec![1, 2, 3, 4], vec![5, 6], vec![11, 12, 13, 14], vec![15, 16]];
    let page = Page::new(2, 3, 2, 8)
        .strips(2, planes)
        .with(284, Values::Short(vec![2]));
    let image = read(&build(CLASSIC, &[page])).unwrap();
    assert_eq!(image.axes, Some(axes("cyx")));
    let expected = array![[[1_u8, 2], [3, 4], [5, 6]], [[11, 12], [13, 14], [15, 16]]].into_dyn();
    assert_eq!(image.tensor, Tensor::from(expected));
}

#[test]
fn few_bits_keep_their_values() {
    let page = Page::new(3, 2, 1, 1).strips(2, vec![vec![0b1010_0000, 0b0110_0000]]);
    let image = read(&build(CLASSIC, std::slice::from_ref(&page))).unwrap();
    assert_eq!(
        image.tensor,
        Tensor::from(array![[1_u8, 0, 1], [0, 1, 1]].into_dyn())
    );
    // That 0 is shown as white changes no value.
    let white_is_zero = read(&build(CLASSIC, &[page.with(262, Values::Short(vec![0]))])).unwrap();
    assert_eq!(white_is_zero.tensor, image.tensor);
    let page = Page::new(2, 1, 1, 16)
        .strips(1, vec![bytes_of(CLASSIC, [1, 1000])])
        .with(262, Values::Short(vec![0]));
    assert_eq!(
        read(&build(CLASSIC, &[page])).unwrap().tensor,
        Tensor::from(array![[1_u16, 1000]].into_dyn())
    );
    let page = Page::new(3, 1, 1, 4).strips(1, vec![vec![0xAB, 0xC0]]);
    assert_eq!(
        read(&build(CLASSIC, &[page])).unwrap().tensor,
        Tensor::from(array![[10_u8, 11, 12]].into_dyn())
    );
}

#[test]
fn every_type_and_compression_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tif");
    for data_type in DataType::ALL {
        for compression in [
            TiffCompression::None,
            TiffCompression::Deflate,
            TiffCompression::Lzw,
        ] {
            // More than a megabyte of the wider types, so that there are several strips.
            let tensor = numbered(data_type, &[400, 401]);
            let options = WriteOptions::default().with_tiff_compression(compression);
            write_image(&path, &tensor, &axes("yx"), &options).unwrap();
            let image = read_image(&path).unwrap();
            let expected = if data_type == DataType::Bool {
                tensor.into_cast(DataType::Uint8)
            } else {
                tensor
            };
            assert_eq!(image.tensor, expected, "{data_type} {compression:?}");
        }
    }
}

const NUMBERS: &[DataType] = &[
    DataType::Uint8,
    DataType::Int8,
    DataType::Uint16,
    DataType::Int16,
    DataType::Uint32,
    DataType::Int32,
    DataType::Uint64,
    DataType::Int64,
    DataType::Float32,
    DataType::Float64,
];

proptest! {
    // Each case goes through the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(
        tensor in any_tensor(NUMBERS, 5..=5, 1),
        order in proptest::sample::select(vec!["tzcyx", "xyzct", "czytx", "yxtzc"]),
        compression in proptest::sample::select(vec![TiffCompression::None, TiffCompression::Deflate, TiffCompression::Lzw]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.tif");
        let order = axes(order);
        write_image(&path, &tensor, &order, &WriteOptions::default().with_tiff_compression(compression)).unwrap();
        let image = read_image(&path).unwrap();
        let again = pipeline::axes::map_to_tensor(image.tensor, &image.axes.unwrap(), &order).unwrap();
        prop_assert_eq!(again, tensor);
    }
}

#[test]
fn samples_that_are_no_colours_are_read_too() {
    let page = Page::new(2, 1, 4, 8)
        .strips(1, vec![(1..=8).collect()])
        .with(262, Values::Short(vec![2]))
        .with(338, Values::Short(vec![0]));
    let image = read(&build(CLASSIC, &[page])).unwrap();
    assert_eq!(image.axes, Some(axes("yxc")));
    let expected: Vec<u8> = (1..=8).collect();
    assert_eq!(
        image.tensor,
        Tensor::from(ArrayD::from_shape_vec(vec![1, 2, 4], expected).unwrap())
    );
}
