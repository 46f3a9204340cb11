//! Parts of an OME-Zarr image.

use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use super::array::ZarrArray;
use super::folder::Folder;
use super::ome::OmeImage;
use crate::axes::ImageAxes;
use crate::image::raw_array::RawArray;
use crate::image::{ImageError, ImageErrorKind, ImageFormat, ImageSource, PixelSize, SourceOptions};

/// The array of an image, or an array by itself.
pub(in crate::image) struct ZarrSource {
    path: PathBuf,
    array: ZarrArray,
    axes: Option<ImageAxes>,
    pixel_size: PixelSize,
}

impl ZarrSource {
    pub(in crate::image) fn open(path: &Path, options: &SourceOptions) -> Result<Self, ImageErrorKind> {
        let image = OmeImage::find(&Folder::open(path)?)?;
        Ok(Self {
            path: path.to_path_buf(),
            array: ZarrArray::new(image.folder, image.metadata, options.cache_bytes),
            axes: image.axes,
            pixel_size: image.pixel_size,
        })
    }
}

/// Read all of an image of at most `limit` bytes.
pub(in crate::image) fn read(path: &Path, limit: u64) -> Result<(Tensor, Option<ImageAxes>), ImageErrorKind> {
    let mut source = ZarrSource::open(path, &SourceOptions::default().with_cache_bytes(0))?;
    let metadata = source.array.metadata();
    let (shape, data_type) = (metadata.shape.clone(), metadata.data_type);
    if RawArray::byte_length(&shape, data_type).is_none_or(|bytes| bytes > limit) {
        return Err(ImageErrorKind::TooLargeAtOnce { shape, limit });
    }
    let tensor = source.array.read(&Region::whole(&shape))?;
    Ok((tensor, source.axes))
}

impl TileSource for ZarrSource {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.array.metadata().shape
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        self.array
            .read(region)
            .map_err(|kind| ImageError::at(&self.path, kind))
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        Some(&self.array.metadata().chunk_shape)
    }
}

impl ImageSource for ZarrSource {
    fn format(&self) -> ImageFormat {
        ImageFormat::Zarr
    }

    fn data_type(&self) -> DataType {
        self.array.metadata().data_type
    }

    fn axes(&self) -> Option<&ImageAxes> {
        self.axes.as_ref()
    }

    fn pixel_size(&self) -> &PixelSize {
        &self.pixel_size
    }

    fn keeps_decoded_parts(&self) -> bool {
        true
    }
}
