//! Parts of a TIFF file.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use super::array::TiffArray;
use crate::axes::ImageAxes;
use crate::image::{
    ImageError, ImageErrorKind, ImageFormat, ImageSource, MAX_PART_BYTES, PixelSize, SourceOptions,
    regular_file,
};

/// The pages of a file as one array.
pub(in crate::image) struct TiffSource {
    path: PathBuf,
    array: TiffArray<BufReader<File>>,
}

impl TiffSource {
    pub(in crate::image) fn open(path: &Path, options: &SourceOptions) -> Result<Self, ImageErrorKind> {
        let (file, _) = regular_file::open(path)?;
        let array = TiffArray::open(BufReader::new(file), isize::MAX as u64, options.cache_bytes)?;
        if let Some(bytes) = array.largest_part()
            && bytes > u128::from(MAX_PART_BYTES)
        {
            return Err(ImageErrorKind::LargePart {
                bytes,
                limit: MAX_PART_BYTES,
            });
        }
        Ok(Self {
            path: path.to_path_buf(),
            array,
        })
    }
}

impl TileSource for TiffSource {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        self.array.shape()
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        self.array
            .read(region)
            .map_err(|kind| ImageError::at(&self.path, kind))
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        self.array.chunk_shape()
    }
}

impl ImageSource for TiffSource {
    fn format(&self) -> ImageFormat {
        ImageFormat::Tiff
    }

    fn data_type(&self) -> DataType {
        self.array.data_type()
    }

    fn axes(&self) -> Option<&ImageAxes> {
        Some(self.array.axes())
    }

    fn pixel_size(&self) -> &PixelSize {
        self.array.pixel_size()
    }

    fn keeps_decoded_parts(&self) -> bool {
        self.array.largest_part().is_some()
    }
}
