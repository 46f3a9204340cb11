//! PNG: sample sizes, colours, scaling, damaged files.

use ndarray::{ArrayD, array};
use pipeline::axes::ImageAxes;
use pipeline::image::{Image, ImageError, PngScaling, WriteOptions, read_image, write_image};
use png::{BitDepth, ColorType};
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};

use crate::tensors::any_tensor;

fn axes(text: &str) -> ImageAxes {
    text.parse().unwrap()
}

/// Read these bytes as a file.
fn read(bytes: &[u8]) -> Result<Image, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    std::fs::write(&path, bytes).unwrap();
    read_image(&path)
}

fn encode(
    size: (u32, u32),
    color: ColorType,
    depth: BitDepth,
    data: &[u8],
    palette: &[u8],
    alpha: &[u8],
) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, size.0, size.1);
    encoder.set_color(color);
    encoder.set_depth(depth);
    if !palette.is_empty() {
        encoder.set_palette(palette);
    }
    if !alpha.is_empty() {
        encoder.set_trns(alpha);
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(data).unwrap();
    writer.finish().unwrap();
    bytes
}

/// Write with a scaling and read again.
fn scaled(tensor: &Tensor, scaling: PngScaling) -> Result<Tensor, ImageError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.png");
    write_image(
        &path,
        tensor,
        &axes("yx"),
        &WriteOptions::default().with_png_scaling(scaling),
    )?;
    Ok(read_image(&path)?.tensor)
}

#[test]
fn few_bits_are_scaled_to_eight() {
    let image = read(&encode(
        (3, 2),
        ColorType::Grayscale,
        BitDepth::One,
        &[0b1010_0000, 0b0110_0000],
        &[],
        &[],
    ));
    let image = image.unwrap();
    assert_eq!(image.axes, Some(axes("yx")));
    assert_eq!(
        image.tensor,
        Tensor::from(array![[255_u8, 0, 255], [0, 255, 255]].into_dyn())
    );
}

#[test]
fn palettes_become_colours() {
    let palette = [10, 20, 30, 40, 50, 60];
    let file = encode(
        (3, 1),
        ColorType::Indexed,
        BitDepth::Eight,
        &[1, 0, 1],
        &palette,
        &[],
    );
    let image = read(&file).unwrap();
    assert_eq!(image.axes, Some(axes("yxc")));
    assert_eq!(
        image.tensor,
        Tensor::from(array![[[40_u8, 50, 60], [10, 20, 30], [40, 50, 60]]].into_dyn())
    );
    let file = encode(
        (1, 1),
        ColorType::Indexed,
        BitDepth::Eight,
        &[1],
        &palette,
        &[255, 7],
    );
    assert_eq!(
        read(&file).unwrap().tensor,
        Tensor::from(array![[[40_u8, 50, 60, 7]]].into_dyn())
    );
}

#[test]
fn sixteen_bits_are_big_endian() {
    let file = encode(
        (2, 1),
        ColorType::GrayscaleAlpha,
        BitDepth::Sixteen,
        &[1, 2, 3, 4, 5, 6, 7, 8],
        &[],
        &[],
    );
    let image = read(&file).unwrap();
    assert_eq!(
        image.tensor,
        Tensor::from(array![[[0x0102_u16, 0x0304], [0x0506, 0x0708]]].into_dyn())
    );
}

#[test]
fn other_types_need_a_scaling() {
    for data_type in DataType::ALL {
        let tensor = Tensor::from(array![[0_u8, 1], [1, 0]].into_dyn()).into_cast(data_type);
        let plain = scaled(&tensor, PngScaling::None);
        if matches!(data_type, DataType::Uint8 | DataType::Uint16) {
            assert_eq!(plain.unwrap(), tensor);
        } else {
            let message = plain.unwrap_err().to_string();
            assert!(
                message.contains(data_type.name()) && message.contains("scaling"),
                "{message}"
            );
        }
        let expected = Tensor::from(array![[0_u8, 255], [255, 0]].into_dyn());
        assert_eq!(scaled(&tensor, PngScaling::UnitInterval).unwrap(), expected);
        assert_eq!(scaled(&tensor, PngScaling::MinMax).unwrap(), expected);
    }
}

#[test]
fn scalings_round_and_clamp() {
    let tensor = Tensor::from(array![[-1.0_f32, 0.5, 0.25, f32::INFINITY]].into_dyn());
    let bytes = Tensor::from(array![[0_u8, 128, 64, 255]].into_dyn());
    assert_eq!(scaled(&tensor, PngScaling::UnitInterval).unwrap(), bytes);
    assert!(
        scaled(&tensor, PngScaling::MinMax)
            .unwrap_err()
            .to_string()
            .contains("1 values are NaN or infinite")
    );
    let wide = Tensor::from(array![[f64::MIN, 0.0, f64::MAX]].into_dyn());
    assert_eq!(
        scaled(&wide, PngScaling::MinMax).unwrap(),
        Tensor::from(array![[0_u8, 128, 255]].into_dyn())
    );
    let flat = Tensor::from(array![[7_i32, 7]].into_dyn());
    assert_eq!(
        scaled(&flat, PngScaling::MinMax).unwrap(),
        Tensor::from(array![[0_u8, 0]].into_dyn())
    );
    let unknown = Tensor::from(array![[f64::NAN, 0.0, f64::NAN]].into_dyn());
    for scaling in [PngScaling::UnitInterval, PngScaling::MinMax] {
        assert!(
            scaled(&unknown, scaling)
                .unwrap_err()
                .to_string()
                .contains("2 values are NaN")
        );
    }
}

#[test]
fn axes_of_a_network_are_mapped() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.PNG");
    let tensor = Tensor::from(ArrayD::from_shape_fn(vec![1, 2, 3, 4], |place| {
        (place[1] * 100 + place[2] * 10 + place[3]) as u8
    }));
    write_image(&path, &tensor, &axes("bcyx"), &WriteOptions::default()).unwrap();
    let image = read_image(&path).unwrap();
    assert_eq!(image.axes, Some(axes("yxc")));
    let Tensor::Uint8(values) = image.tensor else {
        panic!("not uint8")
    };
    assert_eq!(values.shape(), [3, 4, 2]);
    assert_eq!(values[[2, 3, 1]], 123);
}

#[test]
fn damaged_and_huge_files_are_errors() {
    let good = encode((40, 30), ColorType::Rgb, BitDepth::Eight, &[9; 3600], &[], &[]);
    assert!(read(&good).is_ok());
    for length in [0, 7, 20, good.len() / 2, good.len() - 12] {
        assert!(read(&good[..length]).is_err(), "{length}");
    }
    let mut animated = Vec::new();
    let mut encoder = png::Encoder::new(&mut animated, 1, 1);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&[1]).unwrap();
    writer.write_image_data(&[2]).unwrap();
    writer.finish().unwrap();
    assert!(
        read(&animated)
            .unwrap_err()
            .to_string()
            .contains("animation of 2 frames")
    );
    // A few bytes that claim 14 gigabytes.
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 70_000, 70_000);
    encoder.set_color(ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_chunk(png::chunk::IDAT, &[]).unwrap();
    drop(writer);
    let message = read(&bytes).unwrap_err().to_string();
    assert!(
        message.contains("14700000000 bytes") && message.contains("4294967296"),
        "{message}"
    );
}

proptest! {
    // Each case goes through the disk.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_written_is_read(
        tensor in any_tensor(&[DataType::Uint8, DataType::Uint16], 3..=3, 1),
        order in proptest::sample::select(vec!["yxc", "cyx", "xyc", "ycx"]),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image.png");
        let order = axes(order);
        let channels = tensor.shape()[order.position('c').unwrap()];
        let written = write_image(&path, &tensor, &order, &WriteOptions::default());
        if channels > 4 {
            prop_assert!(written.unwrap_err().to_string().contains(".tif or .npy"));
        } else {
            written.unwrap();
            let image = read_image(&path).unwrap();
            let again = pipeline::axes::map_to_tensor(image.tensor, &image.axes.unwrap(), &order).unwrap();
            prop_assert_eq!(again, tensor);
        }
    }

}

proptest! {
    #[test]
    fn no_damage_makes_it_panic(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let palette = [10, 20, 30, 40, 50, 60];
        let mut bytes = encode((9, 5), ColorType::Indexed, BitDepth::Two, &[0b0001_0001; 15], &palette, &[3]);
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = read(&bytes);
    }
}
