//! From a tensor to a TIFF file.
//!
//! Pages that are not compressed are written here ([`contiguous`]): programs that find an ImageJ description take all
//! of them from one block of pixels, which the `tiff` crate does not write.

use std::io::{Seek, Write};

use ::tiff::encoder::compression::DeflateLevel;
use ::tiff::encoder::{Compression, TiffValue};
use ndarray::ArrayViewD;
use tensor_ops::Tensor;

use super::{TiffFileError, imagej};
use crate::axes::{FileAxes, ImageAxes};
use crate::image::arrays::in_file_order;
use crate::image::{ImageErrorKind, ImageFormat, TiffCompression};

mod compressed;
mod contiguous;
mod sample;

use sample::Sample;

/// Encode the pages of a tensor.
pub(in crate::image) fn write(
    writer: impl Write + Seek,
    tensor: &Tensor,
    axes: &ImageAxes,
    compression: TiffCompression,
) -> Result<(), ImageErrorKind> {
    let plan = FileAxes::plan(tensor.shape(), axes, ImageFormat::Tiff)?;
    let pixel_bytes = (tensor.len() as u64).saturating_mul(tensor.data_type().item_size() as u64);
    let pages = Pages::new(&plan)?;
    let size = needed_size(pixel_bytes, pages.count, compression);
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

/// What the directories of a file have to state.
struct Pages {
    width: u32,
    height: u32,
    count: usize,
    /// What tells the axes of the pages, if there is more than one.
    description: Option<String>,
}

impl Pages {
    fn new(plan: &FileAxes) -> Result<Self, TiffFileError> {
        let shape = || {
            plan.kept
                .iter()
                .map(|&(_, length)| length)
                .collect::<Vec<usize>>()
        };
        let length = |letter| {
            let axis = plan.axes.position(letter).and_then(|axis| plan.kept.get(axis));
            axis.map_or(1, |&(_, length)| length)
        };
        let side =
            |letter| u32::try_from(length(letter)).map_err(|_| TiffFileError::Dimensions { shape: shape() });
        let (frames, slices, channels) = (length('t'), length('z'), length('c'));
        // The elements are in memory, so the product is a usize.
        let count = frames * slices * channels;
        Ok(Self {
            width: side('x')?,
            height: side('y')?,
            count,
            description: (count > 1).then(|| imagej::description(frames, slices, channels)),
        })
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
                    // TIFF has no type for truth values that every program reads.
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
        TiffCompression::None => return contiguous::encode(writer, array, pages, size),
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
        let pages = Pages::new(&plan).unwrap();
        for compression in [TiffCompression::Lzw, TiffCompression::None] {
            let mut file = Cursor::new(Vec::new());
            encode(&mut file, &tensor, &plan, &pages, compression, Size::Big).unwrap();
            assert_eq!(file.get_ref()[2], 43);
            let again = super::super::read(file, 1 << 20).unwrap();
            assert_eq!(again, (tensor.clone(), axes.clone()));
        }
    }
}
