//! From a tensor to a TIFF file.

use std::io::{Seek, Write};

use ::tiff::encoder::colortype::{self, ColorType};
use ::tiff::encoder::compression::DeflateLevel;
use ::tiff::encoder::{Compression, TiffEncoder, TiffKind, TiffValue};
use ::tiff::tags::Tag;
use ndarray::{ArrayViewD, Axis};
use tensor_ops::Tensor;

use super::{TiffFileError, imagej};
use crate::axes::{FileAxes, ImageAxes};
use crate::image::arrays::in_file_order;
use crate::image::{ImageErrorKind, ImageFormat, TiffCompression};

/// Encode the pages of a tensor.
pub(in crate::image) fn write(
    writer: impl Write + Seek,
    tensor: &Tensor,
    axes: &ImageAxes,
    compression: TiffCompression,
) -> Result<(), ImageErrorKind> {
    let plan = FileAxes::plan(tensor.shape(), axes, ImageFormat::Tiff)?;
    let pixel_bytes = (tensor.len() as u64).saturating_mul(tensor.data_type().item_size() as u64);
    let big = needs_big_tiff(pixel_bytes, pages(&plan), compression);
    encode(writer, tensor, &plan, compression, big)?;
    Ok(())
}

/// The largest classic file has 4 GiB, since places in it are numbers of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Classic,
    Big,
}

fn needs_big_tiff(pixel_bytes: u64, pages: usize, compression: TiffCompression) -> Size {
    // Noise grows when it is compressed, by at most a half with LZW.
    let growth = if compression == TiffCompression::None {
        0
    } else {
        pixel_bytes / 2
    };
    const DIRECTORY_BYTES: u64 = 1024;
    let directories = (pages as u64 + 1024).saturating_mul(DIRECTORY_BYTES);
    let bytes = pixel_bytes.saturating_add(growth).saturating_add(directories);
    if bytes > u64::from(u32::MAX) {
        Size::Big
    } else {
        Size::Classic
    }
}

/// The number of pages: everything but `y` and `x`.
fn pages(plan: &FileAxes) -> usize {
    // The elements are in memory, so the product is a usize.
    plan.kept
        .iter()
        .rev()
        .skip(2)
        .map(|&(_, length)| length)
        .product()
}

fn encode(
    writer: impl Write + Seek,
    tensor: &Tensor,
    plan: &FileAxes,
    compression: TiffCompression,
    size: Size,
) -> Result<(), TiffFileError> {
    macro_rules! encode_any {
        ($($variant:ident),+) => {
            match tensor {
                $(Tensor::$variant(array) => {
                    encode_sized(writer, &in_file_order(array, plan), plan, compression, size)
                })+
                Tensor::Bool(array) => {
                    // TIFF has no type for truth values that every program reads.
                    let numbers = array.mapv(u8::from);
                    encode_sized(writer, &in_file_order(&numbers, plan), plan, compression, size)
                }
                _ => Err(TiffFileError::UnsupportedDataType { data_type: tensor.data_type() }),
            }
        };
    }
    encode_any!(
        Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    )
}

fn encode_sized<T: Sample>(
    writer: impl Write + Seek,
    array: &ArrayViewD<'_, T>,
    plan: &FileAxes,
    compression: TiffCompression,
    size: Size,
) -> Result<(), TiffFileError>
where
    [T]: TiffValue,
{
    match size {
        Size::Classic => encode_pages(TiffEncoder::new(writer)?, array, plan, compression),
        Size::Big => encode_pages(TiffEncoder::new_big(writer)?, array, plan, compression),
    }
}

fn encode_pages<T: Sample, W: Write + Seek, K: TiffKind>(
    encoder: TiffEncoder<W, K>,
    array: &ArrayViewD<'_, T>,
    plan: &FileAxes,
    compression: TiffCompression,
) -> Result<(), TiffFileError>
where
    [T]: TiffValue,
{
    let mut encoder = encoder.with_compression(match compression {
        TiffCompression::None => Compression::Uncompressed,
        TiffCompression::Deflate => Compression::Deflate(DeflateLevel::Balanced),
        TiffCompression::Lzw => Compression::Lzw,
    });
    let shape = array.shape();
    let [outer @ .., height, width] = shape else {
        return Err(TiffFileError::Dimensions {
            shape: shape.to_vec(),
        });
    };
    let (Ok(height), Ok(width)) = (u32::try_from(*height), u32::try_from(*width)) else {
        return Err(TiffFileError::Dimensions {
            shape: shape.to_vec(),
        });
    };
    let pages = pages(plan);
    for page in 0..pages {
        let mut plane = array.view();
        let mut remainder = page;
        let mut plane_pages = pages;
        for &length in outer {
            plane_pages /= length;
            plane = plane.index_axis_move(Axis(0), remainder / plane_pages);
            remainder %= plane_pages;
        }
        let mut image = encoder.new_image::<T::Color>(width, height)?;
        if page == 0 && pages > 1 {
            let length = |letter| {
                let axis = plan.axes.position(letter);
                axis.and_then(|axis| shape.get(axis)).copied().unwrap_or(1)
            };
            let description = imagej::description(length('t'), length('z'), length('c'));
            image
                .encoder()
                .write_tag(Tag::ImageDescription, description.as_str())?;
        }
        let plane = plane.as_standard_layout();
        // In standard layout there is a slice.
        image.write_data(plane.as_slice().unwrap_or_default())?;
    }
    Ok(())
}

/// An element that TIFF has a type for.
trait Sample: Copy {
    /// One gray sample of this type.
    type Color: ColorType<Inner = Self>;
}

macro_rules! implement_sample {
    ($($element:ty => $color:ident),+) => {$(
        impl Sample for $element {
            type Color = colortype::$color;
        }
    )+};
}
implement_sample! {
    u8 => Gray8, i8 => GrayI8, u16 => Gray16, i16 => GrayI16, u32 => Gray32, i32 => GrayI32,
    u64 => Gray64, i64 => GrayI64, f32 => Gray32Float, f64 => Gray64Float
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use ndarray::ArrayD;

    #[test]
    fn big_files_are_big_tiff() {
        let size = |bytes, compression| needs_big_tiff(bytes, 10, compression);
        assert_eq!(size(1 << 20, TiffCompression::None), Size::Classic);
        assert_eq!(size(4_200_000_000, TiffCompression::None), Size::Classic);
        assert_eq!(size(4_200_000_000, TiffCompression::Lzw), Size::Big);
        assert_eq!(size(1 << 32, TiffCompression::None), Size::Big);
        assert_eq!(size(u64::MAX, TiffCompression::Deflate), Size::Big);
    }

    #[test]
    fn big_tiff_is_read_back() {
        let values = (0..60_u32).map(|value| f64::from(value) / 7.0).collect();
        let tensor = Tensor::from(ArrayD::from_shape_vec(vec![3, 4, 5], values).unwrap());
        let axes: ImageAxes = "tyx".parse().unwrap();
        let plan = FileAxes::plan(tensor.shape(), &axes, ImageFormat::Tiff).unwrap();
        let mut file = Cursor::new(Vec::new());
        encode(&mut file, &tensor, &plan, TiffCompression::Lzw, Size::Big).unwrap();
        assert_eq!(file.get_ref()[2], 43);
        let (again, read_axes) = super::super::read(file, 1 << 20).unwrap();
        assert_eq!((again, read_axes), (tensor, axes));
    }
}
