//! From a tensor to a TIFF file.
//!
//! Pages that are not compressed are written here ([`contiguous`]): programs that find an ImageJ description take all
//! of them from one block of pixels, which the `tiff` crate does not write.

use std::io::{Seek, Write};

use ::tiff::encoder::compression::DeflateLevel;
use ::tiff::encoder::{Compression, TiffValue};
use ndarray::ArrayViewD;
use tensor_ops::Tensor;

use super::TiffFileError;
use crate::axes::{FileAxes, ImageAxes};
use crate::image::arrays::in_file_order;
use crate::image::{ImageErrorKind, ImageFormat, PixelSize, TiffCompression};

mod compressed;
mod contiguous;
mod pages;
mod sample;
mod sink;

use contiguous::Block;
use pages::Pages;
use sample::{Sample, SampleType};
pub(in crate::image) use sink::TiffFile;

/// Encode the pages of a tensor.
pub(in crate::image) fn write(
    writer: impl Write + Seek,
    tensor: &Tensor,
    axes: &ImageAxes,
    compression: TiffCompression,
) -> Result<(), ImageErrorKind> {
    let plan = FileAxes::plan(tensor.shape(), axes, ImageFormat::Tiff)?;
    let pixel_bytes = (tensor.len() as u64).saturating_mul(tensor.data_type().item_size() as u64);
    let size = needed_size(pixel_bytes, pages::count(&plan)?, compression);
    let pages = Pages::new(&plan, tensor.data_type(), &PixelSize::default(), size)?;
    encode(writer, tensor, &plan, &pages, compression, size)?;
    Ok(())
}

/// The largest classic file has 4 GiB, since places in it are numbers of 32 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Classic,
    Big,
}

fn needed_size(pixel_bytes: u64, pages: usize, compression: TiffCompression) -> Size {
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

fn encode(
    writer: impl Write + Seek,
    tensor: &Tensor,
    plan: &FileAxes,
    pages: &Pages,
    compression: TiffCompression,
    size: Size,
) -> Result<(), TiffFileError> {
    macro_rules! encode_any {
        ($($variant:ident),+) => {
            match tensor {
                $(Tensor::$variant(array) => {
                    encode_pages(writer, &in_file_order(array, plan), pages, compression, size)
                })+
                Tensor::Bool(array) => {
                    let numbers = array.mapv(u8::from);
                    encode_pages(writer, &in_file_order(&numbers, plan), pages, compression, size)
                }
                _ => Err(TiffFileError::UnsupportedDataType { data_type: tensor.data_type() }),
            }
        };
    }
    encode_any!(
        Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    )
}

fn encode_pages<T: Sample>(
    writer: impl Write + Seek,
    array: &ArrayViewD<'_, T>,
    pages: &Pages,
    compression: TiffCompression,
    size: Size,
) -> Result<(), TiffFileError>
where
    [T]: TiffValue,
{
    let compression = match compression {
        TiffCompression::None => return Block::new(pages, size).write_all(writer, array),
        TiffCompression::Deflate => Compression::Deflate(DeflateLevel::Balanced),
        TiffCompression::Lzw => Compression::Lzw,
    };
    compressed::encode(writer, array, pages, compression, size)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use ndarray::ArrayD;

    #[test]
    fn big_files_are_big_tiff() {
        let size = |bytes, compression| needed_size(bytes, 10, compression);
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
        let pages = Pages::new(&plan, tensor.data_type(), &PixelSize::default(), Size::Big).unwrap();
        for compression in [TiffCompression::Lzw, TiffCompression::None] {
            let mut file = Cursor::new(Vec::new());
            encode(&mut file, &tensor, &plan, &pages, compression, Size::Big).unwrap();
            assert_eq!(file.get_ref()[2], 43);
            let again = super::super::read(file, 1 << 20).unwrap();
            assert_eq!(again, (tensor.clone(), axes.clone()));
        }
    }
}
