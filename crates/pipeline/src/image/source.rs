//! Images that are read in parts.

use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::TileSource;

use super::{ImageError, ImageErrorKind, ImageFormat, PixelSize, npy};
use crate::axes::ImageAxes;

/// An image in a file, of which parts are read: a [`TileSource`] of tensors.
pub trait ImageSource: TileSource<Tile = Tensor, Error = ImageError> + Send {
    /// The format of the file.
    fn format(&self) -> ImageFormat;

    /// The type of the elements.
    fn data_type(&self) -> DataType;

    /// The axes, where the file has any; `.npy` has none, see [`infer_axes`](crate::axes::infer_axes).
    fn axes(&self) -> Option<&ImageAxes>;

    /// How far apart pixels are, where the file says so.
    fn pixel_size(&self) -> &PixelSize;

    /// Whether decoded strips, tiles or chunks are kept for the next read, for which
    /// [`SourceOptions::cache_bytes`] are taken. Formats that are read as they are keep nothing.
    fn keeps_decoded_parts(&self) -> bool {
        false
    }
}

/// Choices for reading images in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SourceOptions {
    /// How many bytes of decoded strips, tiles or chunks are kept for the next read: 256 MiB by default. A single one
    /// that is larger is kept, too.
    pub cache_bytes: usize,
}

impl Default for SourceOptions {
    fn default() -> Self {
        Self {
            cache_bytes: 256 << 20,
        }
    }
}

impl SourceOptions {
    /// The same with another size of the cache.
    #[must_use]
    pub fn with_cache_bytes(mut self, bytes: usize) -> Self {
        self.cache_bytes = bytes;
        self
    }
}

/// The largest strip, tile or chunk that is decoded: 1 GiB. What is not compressed has no such limit.
pub const MAX_PART_BYTES: u64 = 1 << 30;

/// Open an image of any size to read parts of it; the extension of the path says in which format it is.
///
/// What is read is what [`read_image`](super::read_image) reads. Only metadata are read here; a part then takes the
/// memory of its pixels, and that of the decoded strips, tiles or chunks that are kept for the next
/// ([`SourceOptions::cache_bytes`], for one of them at most [`MAX_PART_BYTES`]). PNG files can only be read from their
/// start: small ones are kept in memory, others unpacked to a temporary file.
///
/// # Errors
///
/// Those of [`read_image`](super::read_image), but for the size of the image.
///
/// # Examples
///
/// ```
/// use ndarray::Array2;
/// use pipeline::image::{open_source, write_npy};
/// use tensor_ops::Tensor;
/// use tiling::{Region, TileSource};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("image.npy");
/// let image = Array2::from_shape_fn((40, 50), |(y, x)| (y * 100 + x) as u16);
/// write_npy(&path, &Tensor::from(image.into_dyn()))?;
///
/// let mut source = open_source(&path)?;
/// assert_eq!(source.shape(), [40, 50]);
/// let tile = source.read(&Region::new([7, 9], [1, 2])?)?;
/// assert_eq!(tile, Tensor::from(ndarray::array![[709_u16, 710]].into_dyn()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn open_source(path: impl AsRef<Path>) -> Result<Box<dyn ImageSource>, ImageError> {
    open_source_with(path, &SourceOptions::default())
}

/// Open an image as [`open_source`] does, with choices.
///
/// # Errors
///
/// Those of [`open_source`].
pub fn open_source_with(
    path: impl AsRef<Path>,
    options: &SourceOptions,
) -> Result<Box<dyn ImageSource>, ImageError> {
    let path = path.as_ref();
    let format = ImageFormat::from_path(path)?;
    let opened: Result<Box<dyn ImageSource>, ImageErrorKind> = match format {
        ImageFormat::Npy => npy::NpySource::open(path).map(|source| Box::new(source) as _),
        #[cfg(feature = "png")]
        ImageFormat::Png => super::png::PngSource::open(path).map(|source| Box::new(source) as _),
        #[cfg(feature = "tiff")]
        ImageFormat::Tiff => super::tiff::TiffSource::open(path, options).map(|source| Box::new(source) as _),
        #[cfg(feature = "zarr")]
        ImageFormat::Zarr => super::zarr::ZarrSource::open(path, options).map(|source| Box::new(source) as _),
        #[cfg(not(all(feature = "png", feature = "tiff", feature = "zarr")))]
        _ => Err(format.not_built()),
    };
    // Formats without a cache do not look at them.
    let _ = options;
    opened.map_err(|kind| ImageError::at(path, kind))
}
