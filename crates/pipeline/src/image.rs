//! Images in files: `.npy`, PNG, TIFF and OME-Zarr.
//!
//! [`read_image`] and [`write_image`] choose the format by the extension of the path. What a file claims about its
//! size is checked before memory is taken for it, and no file, however damaged, makes a reader panic.
//!
//! | format | elements | axes |
//! |---|---|---|
//! | `.npy` | all of [`DataType`](tensor_ops::DataType) | not in the file |
//! | PNG | `uint8`, `uint16` | `yx`, or `yxc` |
//! | TIFF | all but `bool`, which is written as `uint8` | `yx` and any of `t`, `z`, `c` |
//! | OME-Zarr | all | `yx` and any of `t`, `c`, `z` |
//!
//! Images larger than memory are read and written in parts: [`open_source`] and [`create_sink`] give a
//! [`TileSource`](tiling::TileSource) and a [`TileSink`](tiling::TileSink) of tensors, [`MappedSource`] presents a
//! source in the axis order of a model. Formats but `.npy` are features of this crate: `png`, `tiff`, `zarr`.
//!
//! ```
//! use ndarray::ArrayD;
//! use pipeline::image::{WriteOptions, read_image, write_image};
//! use tensor_ops::Tensor;
//!
//! let folder = tempfile::tempdir()?;
//! let path = folder.path().join("stack.tif");
//! let stack = Tensor::from(ArrayD::<f32>::zeros(vec![1, 5, 32, 48]));
//! write_image(&path, &stack, &"czyx".parse()?, &WriteOptions::default())?;
//!
//! let image = read_image(&path)?;
//! assert_eq!(image.axes.map(|axes| axes.to_string()), Some("zyx".to_owned()));
//! assert_eq!(image.tensor.shape(), [5, 32, 48]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::path::Path;

use tensor_ops::Tensor;

use crate::atomic_file::write_atomically;
use crate::axes::ImageAxes;

pub(crate) mod arrays;
#[cfg(any(feature = "tiff", feature = "zarr"))]
mod chunk_cache;
mod early_flush;
mod element;
mod error;
mod format;
mod mapped_sink;
mod mapped_source;
mod npy;
mod options;
pub(crate) mod paste;
mod pixel_size;
#[cfg(feature = "png")]
mod png;
mod raw_array;
mod regular_file;
mod scratch;
mod sink;
mod source;
#[cfg(feature = "tiff")]
mod tiff;
#[cfg(feature = "zarr")]
mod zarr;

pub use error::{ImageError, ImageErrorKind};
pub use format::ImageFormat;
pub use mapped_source::MappedSource;
pub use npy::{NpyError, read_npy, read_npy_file, write_npy};
pub use options::{PngScaling, TiffCompression, WriteOptions};
pub use pixel_size::{PixelSize, Spacing, Unit};
#[cfg(feature = "png")]
pub use png::PngError;
pub use scratch::ScratchArray;
pub use sink::{ImageSink, SinkOptions, create_sink};
pub use source::{ImageSource, MAX_PART_BYTES, SourceOptions, open_source, open_source_with};
#[cfg(feature = "tiff")]
pub use tiff::TiffFileError;
#[cfg(feature = "zarr")]
pub use zarr::{OmeZarrVersion, ZarrCompression, ZarrError, ZarrOptions, ZarrSink};

/// The most bytes of decoded pixels that [`read_image`] reads of a PNG, TIFF or Zarr image: 4 GiB.
///
/// Compression lets a file of a few bytes claim any size, so there is no bound in the file itself. A program that
/// reads larger images keeps them as `.npy`, where the bound is the size of the file, or reads them in parts, see
/// [`open_source`].
pub const MAX_DECODED_BYTES: u64 = 4 << 30;

/// An image that was read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The pixels, in row-major order.
    pub tensor: Tensor,
    /// The axes, where the format has any; `.npy` has none, see [`infer_axes`](crate::axes::infer_axes).
    pub axes: Option<ImageAxes>,
    /// The format of the file.
    pub format: ImageFormat,
}

/// Read an image; the extension of the path says in which format it is.
///
/// PNG: samples of 1, 2 and 4 bits are scaled to `0..=255`, palettes become `yxc`, a transparent colour becomes an
/// alpha channel; gamma and colour profiles are left alone. TIFF: pages become the axes that an ImageJ or OME
/// description states, otherwise `z`; a description states also axes of length 1, which are left out; pages marked as
/// reduced copies of others are skipped; samples of 1, 2 and 4 bits become `uint8`. Values are those of the file, also
/// where it says that 0 is white.
///
/// # Errors
///
/// An [`ImageError`] with the path: the extension is unknown, the path names something other than a regular file (a
/// folder, a pipe, a device: nothing is read from those), the file cannot be read, is damaged, uses something that is
/// not supported, or decodes to more than [`MAX_DECODED_BYTES`].
pub fn read_image(path: impl AsRef<Path>) -> Result<Image, ImageError> {
    let path = path.as_ref();
    let format = ImageFormat::from_path(path)?;
    let read = || -> Result<(Tensor, Option<ImageAxes>), ImageErrorKind> {
        match format {
            ImageFormat::Npy => Ok((npy::read_path(path)?, None)),
            #[cfg(feature = "png")]
            ImageFormat::Png => {
                let (file, _) = regular_file::open(path)?;
                let (tensor, axes) = png::read(std::io::BufReader::new(file), MAX_DECODED_BYTES)?;
                Ok((tensor, Some(axes)))
            }
            #[cfg(feature = "tiff")]
            ImageFormat::Tiff => {
                let (file, _) = regular_file::open(path)?;
                let (tensor, axes) = tiff::read(std::io::BufReader::new(file), MAX_DECODED_BYTES)?;
                Ok((tensor, Some(axes)))
            }
            #[cfg(feature = "zarr")]
            ImageFormat::Zarr => zarr::read(path, MAX_DECODED_BYTES),
            #[cfg(not(all(feature = "png", feature = "tiff", feature = "zarr")))]
            _ => Err(format.not_built()),
        }
    };
    let (tensor, axes) = read().map_err(|kind| ImageError::at(path, kind))?;
    Ok(Image { tensor, axes, format })
}

/// Write a tensor as an image; the extension of the path says in which format.
///
/// Axes are rearranged as in [`map_from_tensor`](crate::axes::map_from_tensor): axes of length 1 that the format has
/// no place for are dropped. The file appears whole or not at all, see [`write_atomically`].
///
/// TIFF files are BigTIFF if they do not fit into 4 GiB; the values of `bool` are written as `uint8`. If there is more
/// than one page, the first has an ImageJ description. Programs that know it, such as ImageJ and tifffile, read pages
/// that are not compressed as one block that starts at the first: so they are written, directly one behind the other,
/// with all directories at the end. Compressed pages they read directory by directory.
///
/// # Errors
///
/// An [`ImageError`] with the path: the extension is unknown, the format cannot hold these axes or, for PNG, this
/// data type without a [`PngScaling`], or the file cannot be written.
pub fn write_image(
    path: impl AsRef<Path>,
    tensor: &Tensor,
    axes: &ImageAxes,
    options: &WriteOptions,
) -> Result<(), ImageError> {
    let path = path.as_ref();
    let format = ImageFormat::from_path(path)?;
    let write = || match format {
        ImageFormat::Npy => write_atomically(path, |writer| npy::write(writer, tensor, axes)),
        #[cfg(feature = "png")]
        ImageFormat::Png => write_atomically(path, |writer| {
            png::write(writer, tensor, axes, options.png_scaling)
        }),
        #[cfg(feature = "tiff")]
        ImageFormat::Tiff => write_atomically(path, |writer| {
            tiff::write(writer, tensor, axes, options.tiff_compression)
        }),
        #[cfg(feature = "zarr")]
        ImageFormat::Zarr => zarr::write(path, tensor, axes),
        #[cfg(not(all(feature = "png", feature = "tiff", feature = "zarr")))]
        _ => Err(format.not_built()),
    };
    // Formats without choices do not look at them.
    let _ = options;
    write().map_err(|kind| ImageError::at(path, kind))
}
