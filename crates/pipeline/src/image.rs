//! Images in files: `.npy`, PNG and TIFF.
//!
//! [`read_image`] and [`write_image`] choose the format by the extension of the path. What a file claims about its
//! size is checked before memory is taken for it, and no file, however damaged, makes a reader panic.
//!
//! | format | elements | axes |
//! |---|---|---|
//! | `.npy` | all of [`DataType`](tensor_ops::DataType) | not in the file |
//! | PNG | `uint8`, `uint16` | `yx`, or `yxc` |
//! | TIFF | all but `bool`, which is written as `uint8` | `yx` and any of `t`, `z`, `c` |
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

use std::io::BufReader;
use std::path::Path;

use tensor_ops::Tensor;

use crate::atomic_file::write_atomically;
use crate::axes::ImageAxes;

mod arrays;
mod error;
mod format;
mod npy;
mod options;
mod png;
mod regular_file;
mod tiff;

pub use error::{ImageError, ImageErrorKind};
pub use format::ImageFormat;
pub use npy::{NpyError, read_npy, read_npy_file, write_npy};
pub use options::{PngScaling, TiffCompression, WriteOptions};
pub use png::PngError;
pub use tiff::TiffFileError;

/// The most bytes of decoded pixels that a PNG or TIFF file may have: 4 GiB.
///
/// Compression lets a file of a few bytes claim any size, so there is no bound in the file itself. A program that
/// reads larger images keeps them as `.npy`, where the bound is the size of the file.
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
    let (tensor, axes) = match format {
        ImageFormat::Npy => (read_npy_file(path)?, None),
        ImageFormat::Png | ImageFormat::Tiff => {
            let decoded = regular_file::open(path).and_then(|(file, _)| {
                let reader = BufReader::new(file);
                Ok(match format {
                    ImageFormat::Png => png::read(reader, MAX_DECODED_BYTES)?,
                    _ => tiff::read(reader, MAX_DECODED_BYTES)?,
                })
            });
            let (tensor, axes) = decoded.map_err(|kind| ImageError::at(path, kind))?;
            (tensor, Some(axes))
        }
    };
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
    write_atomically(path, |writer| match format {
        ImageFormat::Npy => npy::write(writer, tensor, axes),
        ImageFormat::Png => png::write(writer, tensor, axes, options.png_scaling),
        ImageFormat::Tiff => tiff::write(writer, tensor, axes, options.tiff_compression),
    })
    .map_err(|kind: ImageErrorKind| ImageError::at(path, kind))
}
