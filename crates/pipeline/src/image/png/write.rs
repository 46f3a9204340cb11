//! From a tensor to a PNG file.

use std::io::Write;

use ::png::{BitDepth, ColorType, Encoder};
use tensor_ops::Tensor;

use super::PngError;
use super::scale::scale;
use crate::axes::{FileAxes, ImageAxes};
use crate::image::arrays::{in_file_order, with_array};
use crate::image::{ImageErrorKind, ImageFormat, PngScaling};

/// Encode one image.
pub(in crate::image) fn write(
    writer: impl Write,
    tensor: &Tensor,
    axes: &ImageAxes,
    scaling: PngScaling,
) -> Result<(), ImageErrorKind> {
    let plan = FileAxes::plan(tensor.shape(), axes, ImageFormat::Png)?;
    let shape: Vec<usize> = plan.kept.iter().map(|&(_, length)| length).collect();
    let side = |axis: usize| {
        let length = shape
            .get(axis)
            .copied()
            .and_then(|length| u32::try_from(length).ok());
        // Sizes are 31 bits, PNG specification 7.1.
        length.filter(|&length| i32::try_from(length).is_ok())
    };
    let (Some(height), Some(width)) = (side(0), side(1)) else {
        return Err(PngError::Dimensions { shape }.into());
    };
    let (bytes, depth) = samples(tensor, &plan, scaling)?;
    let mut encoder = Encoder::new(writer, width, height);
    encoder.set_color(match shape.get(2) {
        None | Some(1) => ColorType::Grayscale,
        Some(2) => ColorType::GrayscaleAlpha,
        Some(3) => ColorType::Rgb,
        // The plan allows no more than four.
        Some(_) => ColorType::Rgba,
    });
    encoder.set_depth(depth);
    let mut encoder = encoder.write_header().map_err(PngError::from)?;
    encoder.write_image_data(&bytes).map_err(PngError::from)?;
    encoder.finish().map_err(PngError::from)?;
    Ok(())
}

/// The samples as they are in the file.
fn samples(tensor: &Tensor, plan: &FileAxes, scaling: PngScaling) -> Result<(Vec<u8>, BitDepth), PngError> {
    match (tensor, scaling) {
        (Tensor::Uint8(array), PngScaling::None) => Ok((
            in_file_order(array, plan).iter().copied().collect(),
            BitDepth::Eight,
        )),
        (Tensor::Uint16(array), PngScaling::None) => {
            let bytes = in_file_order(array, plan)
                .iter()
                .flat_map(|sample| sample.to_be_bytes())
                .collect();
            Ok((bytes, BitDepth::Sixteen))
        }
        _ => {
            let data_type = tensor.data_type();
            let bytes = with_array!(
                tensor,
                array => scale(&in_file_order(array, plan), data_type, scaling, ToF64::to_f64),
                _ => Err(PngError::UnsupportedDataType { data_type })
            )?;
            Ok((bytes, BitDepth::Eight))
        }
    }
}

/// Any element as `f64`, rounded if it is a 64-bit integer beyond 2^53.
trait ToF64 {
    fn to_f64(self) -> f64;
}

macro_rules! implement_to_f64 {
    ($($element:ty),+) => {$(
        impl ToF64 for $element {
            fn to_f64(self) -> f64 {
                self as f64
            }
        }
    )+};
}
implement_to_f64!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl ToF64 for bool {
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
}
