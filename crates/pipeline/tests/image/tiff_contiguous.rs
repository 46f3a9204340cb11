//! TIFF: where the pixels of written pages are, for programs that read all pages from where the first begins.

use std::fs::File;
use std::path::Path;

use ndarray::ArrayD;
use pipeline::axes::ImageAxes;
use pipeline::image::{TiffCompression, WriteOptions, read_image, write_image};
use tensor_ops::{DataType, Tensor};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::tags::Tag;

use crate::tensors::numbered;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// The places and the lengths of the strips of each page, one after the other.
fn strips(path: &Path) -> Vec<Vec<(u64, u64)>> {
    let mut decoder = Decoder::new(File::open(path).unwrap()).unwrap();
    let mut pages = Vec::new();
    loop {
        let offsets = decoder.get_tag_u64_vec(Tag::StripOffsets).unwrap();
        let lengths = decoder.get_tag_u64_vec(Tag::StripByteCounts).unwrap();
        assert_eq!(offsets.len(), lengths.len());
        pages.push(offsets.into_iter().zip(lengths).collect());
        if !decoder.more_images() {
            return pages;
        }
        decoder.next_image().unwrap();
    }
}

#[test]
fn planes_follow_each_other_without_a_gap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.tif");
    for data_type in DataType::ALL {
        // Planes of an odd number of bytes, and planes that are larger than what is buffered.
        let stacks: [(&str, &[usize]); 3] = [
            ("zyx", &[7, 3, 5]),
            ("czyx", &[2, 3, 5, 3]),
            ("yxc", &[203, 401, 3]),
        ];
        for (order, shape) in stacks {
            let tensor = numbered(data_type, shape);
            write_image(&path, &tensor, &axes(order), &WriteOptions::default()).unwrap();
            let strips = strips(&path);
            let mut end = strips[0][0].0;
            for &(offset, length) in strips.iter().flatten() {
                assert_eq!(offset, end, "{data_type} {order}");
                end += length;
            }
            let bytes = (tensor.len() * data_type.item_size()) as u64;
            assert_eq!(end - strips[0][0].0, bytes, "{data_type} {order}");
        }
    }
}

/// What a program sees that only looks at the first directory and at the number of planes.
fn read_without_directories(path: &Path, planes: usize, plane_samples: usize) -> Vec<f32> {
    let bytes = std::fs::read(path).unwrap();
    let first = strips(path)[0][0].0 as usize;
    bytes[first..first + 4 * planes * plane_samples]
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

#[test]
fn all_planes_can_be_read_from_where_the_first_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.tif");
    // Axes in an order that is not that of the file: channels run fastest among the pages.
    let value = |c: usize, z: usize, y: usize, x: usize| (1000 * c + 100 * z + 10 * y + x) as f32 + 0.5;
    let array = ArrayD::from_shape_fn(vec![1, 2, 4, 5, 3], |at| value(at[1], at[4], at[2], at[3]));
    write_image(
        &path,
        &Tensor::from(array),
        &axes("bcyxz"),
        &WriteOptions::default(),
    )
    .unwrap();
    let mut expected = Vec::new();
    for z in 0..3 {
        for c in 0..2 {
            for y in 0..4 {
                expected.extend((0..5).map(|x| value(c, z, y, x)));
            }
        }
    }
    assert_eq!(read_without_directories(&path, 6, 20), expected);

    // Who goes from directory to directory sees the same.
    let mut decoder = Decoder::new(File::open(&path).unwrap()).unwrap();
    for plane in expected.chunks(20) {
        let DecodingResult::F32(samples) = decoder.read_image().unwrap() else {
            panic!("not float32")
        };
        assert_eq!(samples, plane);
        if decoder.more_images() {
            decoder.next_image().unwrap();
        }
    }
}

#[test]
fn directories_are_complete_and_behind_the_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.tif");
    let tensor = numbered(DataType::Int16, &[3, 4, 5]);
    write_image(&path, &tensor, &axes("zyx"), &WriteOptions::default()).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    let first_directory = u32::from_le_bytes(bytes[4..8].try_into().unwrap());
    assert!(first_directory >= 8 + 3 * 4 * 5 * 2);
    // The format wants directories at even places.
    assert_eq!(first_directory % 2, 0);

    let mut decoder = Decoder::new(File::open(&path).unwrap()).unwrap();
    for page in 0..3 {
        for (tag, value) in [
            (Tag::ImageWidth, 5),
            (Tag::ImageLength, 4),
            (Tag::BitsPerSample, 16),
            (Tag::Compression, 1),
            (Tag::PhotometricInterpretation, 1),
            (Tag::SamplesPerPixel, 1),
            (Tag::RowsPerStrip, 4),
            (Tag::ResolutionUnit, 1),
            (Tag::SampleFormat, 2),
        ] {
            assert_eq!(decoder.get_tag_u32(tag).unwrap(), value, "page {page} {tag:?}");
        }
        for tag in [Tag::XResolution, Tag::YResolution] {
            let resolution = decoder.get_tag(tag).unwrap();
            assert_eq!(resolution, tiff::decoder::ifd::Value::Rational(1, 1));
        }
        let description = decoder.find_tag(Tag::ImageDescription).unwrap();
        assert_eq!(description.is_some(), page == 0);
        if decoder.more_images() {
            decoder.next_image().unwrap();
        }
    }
}

#[test]
fn compressed_stacks_ask_to_be_read_by_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stack.tif");
    let tensor = numbered(DataType::Uint16, &[2, 3, 20, 30]);
    for (compression, number) in [(TiffCompression::Deflate, 8), (TiffCompression::Lzw, 5)] {
        let options = WriteOptions::default().with_tiff_compression(compression);
        write_image(&path, &tensor, &axes("zcyx"), &options).unwrap();
        let mut decoder = Decoder::new(File::open(&path).unwrap()).unwrap();
        assert_eq!(decoder.get_tag_u32(Tag::Compression).unwrap(), number);
        assert_eq!(decoder.get_tag_u32(Tag::Orientation).unwrap(), 1);
        let description = decoder.get_tag_ascii_string(Tag::ImageDescription).unwrap();
        assert!(description.starts_with("ImageJ="), "{description}");
        assert_eq!(read_image(&path).unwrap().tensor, tensor);
    }
}
