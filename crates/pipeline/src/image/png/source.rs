//! Parts of a PNG file, which can only be read from its start.

use std::io::BufReader;
use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use super::{MAX_TILED_BYTES, PngError};
use crate::axes::ImageAxes;
use crate::image::paste::part;
use crate::image::{ImageError, ImageErrorKind, ImageFormat, ImageSource, PixelSize, regular_file};

/// An image that is in memory as a whole.
pub(in crate::image) struct PngSource {
    path: PathBuf,
    image: Tensor,
    axes: ImageAxes,
    pixel_size: PixelSize,
}

impl PngSource {
    pub(in crate::image) fn open(path: &Path) -> Result<Self, ImageErrorKind> {
        let (file, _) = regular_file::open(path)?;
        let (image, axes) =
            super::read(BufReader::new(file), MAX_TILED_BYTES).map_err(|error| match error {
                ImageErrorKind::Png(PngError::TooLarge { limit, .. }) => ImageErrorKind::LargeImage {
                    format: ImageFormat::Png,
                    limit,
                    done: "read",
                },
                other => other,
            })?;
        Ok(Self {
            path: path.to_path_buf(),
            image,
            axes,
            pixel_size: PixelSize::default(),
        })
    }
}

impl TileSource for PngSource {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        self.image.shape()
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        let read = || {
            region.check_within(self.image.shape())?;
            part(&self.image, region)
        };
        read().map_err(|kind| ImageError::at(&self.path, kind))
    }
}

impl ImageSource for PngSource {
    fn format(&self) -> ImageFormat {
        ImageFormat::Png
    }

    fn data_type(&self) -> DataType {
        self.image.data_type()
    }

    fn axes(&self) -> Option<&ImageAxes> {
        Some(&self.axes)
    }

    fn pixel_size(&self) -> &PixelSize {
        &self.pixel_size
    }
}
