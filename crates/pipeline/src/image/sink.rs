//! Images that are written in parts.

use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink};

use super::mapped_sink::MappedSink;
use super::{ImageError, ImageErrorKind, ImageFormat, PixelSize, PngScaling, npy};
use crate::axes::{FileAxes, ImageAxes};

/// An image that is written to a file part by part: a [`TileSink`] of tensors.
///
/// The file appears under its name with [`finish`](Self::finish), whole; dropped before that, nothing of it is left.
/// A [resumable](super::ZarrSink) Zarr sink is the exception.
pub trait ImageSink: TileSink<Tile = Tensor, Error = ImageError> + Send {
    /// The format of the file.
    fn format(&self) -> ImageFormat;

    /// The type of the elements.
    fn data_type(&self) -> DataType;

    /// Read a part again that was written. What was not written yet is 0.
    ///
    /// # Errors
    ///
    /// The region is not within the image, or the unfinished file cannot be read.
    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageError>;

    /// Write what is missing and give the file its name.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    fn finish(self: Box<Self>) -> Result<(), ImageError>;
}

/// Choices for writing images in parts; each concerns one format and is ignored by the others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SinkOptions {
    /// How values become the 8 bits of PNG.
    pub png_scaling: PngScaling,
    /// How Zarr is written.
    #[cfg(feature = "zarr")]
    pub zarr: super::ZarrOptions,
}

impl SinkOptions {
    /// The same with another scaling for PNG.
    #[must_use]
    pub fn with_png_scaling(mut self, scaling: PngScaling) -> Self {
        self.png_scaling = scaling;
        self
    }

    /// The same with other choices for Zarr.
    #[cfg(feature = "zarr")]
    #[must_use]
    pub fn with_zarr(mut self, zarr: super::ZarrOptions) -> Self {
        self.zarr = zarr;
        self
    }
}

/// Make an image to be written part by part; the extension of the path says in which format.
///
/// `shape` and `axes` are those of the tiles, such as the axes of a model's output. They are rearranged as in
/// [`map_from_tensor`](crate::axes::map_from_tensor), but tile by tile. `.npy` has no place for `pixel_size`, and PNG
/// for none that could be told from a resolution on paper: both leave it out. TIFF files are not compressed, so that
/// any part can be written at any time; the values of `bool` are written as `uint8`.
///
/// # Errors
///
/// An [`ImageError`] with the path: the extension is unknown, the format cannot hold these axes, this size or this
/// data type, or the file cannot be made.
///
/// # Examples
///
/// ```
/// use ndarray::ArrayD;
/// use pipeline::image::{PixelSize, SinkOptions, Spacing, Unit, create_sink, read_image};
/// use tensor_ops::{DataType, Tensor};
/// use tiling::{Region, TileSink};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("result.tif");
/// let mut size = PixelSize::default();
/// size.set('x', Spacing::new(0.5, Unit::Micrometer));
/// let mut sink =
///     create_sink(&path, &[1, 2, 8, 8], DataType::Float32, &"bcyx".parse()?, &size, &SinkOptions::default())?;
/// for column in [0, 4] {
///     let tile = Tensor::from(ArrayD::from_elem(vec![1, 2, 8, 4], column as f32));
///     sink.write(&Region::new([0, 0, 0, column], [1, 2, 8, 4])?, &tile)?;
/// }
/// assert!(!path.exists());
/// sink.finish()?;
/// assert_eq!(read_image(&path)?.tensor.shape(), [2, 8, 8]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn create_sink(
    path: impl AsRef<Path>,
    shape: &[usize],
    data_type: DataType,
    axes: &ImageAxes,
    pixel_size: &PixelSize,
    options: &SinkOptions,
) -> Result<Box<dyn ImageSink>, ImageError> {
    let path = path.as_ref();
    let format = ImageFormat::from_path(path)?;
    let create = || -> Result<Box<dyn ImageSink>, ImageErrorKind> {
        let plan = FileAxes::plan(shape, axes, format)?;
        // Formats without a place for them do not look at them.
        let _ = (pixel_size, options);
        match format {
            ImageFormat::Npy => {
                let file = npy::NpyFile::create(path, &plan.shape(), data_type)?;
                Ok(Box::new(MappedSink::new(path, file, shape, plan)))
            }
            #[cfg(feature = "png")]
            ImageFormat::Png => {
                let file = super::png::PngFile::create(path, &plan, data_type, options.png_scaling)?;
                Ok(Box::new(MappedSink::new(path, file, shape, plan)))
            }
            #[cfg(feature = "tiff")]
            ImageFormat::Tiff => {
                let file = super::tiff::TiffFile::create(path, &plan, data_type, pixel_size)?;
                Ok(Box::new(MappedSink::new(path, file, shape, plan)))
            }
            #[cfg(feature = "zarr")]
            ImageFormat::Zarr => {
                let file = super::zarr::ZarrFile::create(path, &plan, data_type, pixel_size, &options.zarr)?;
                Ok(Box::new(MappedSink::new(path, file, shape, plan)))
            }
            #[cfg(not(all(feature = "png", feature = "tiff", feature = "zarr")))]
            _ => Err(format.not_built()),
        }
    };
    create().map_err(|kind| ImageError::at(path, kind))
}
