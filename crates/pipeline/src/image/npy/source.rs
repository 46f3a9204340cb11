//! Parts of an `.npy` file.

use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use super::{Header, NpyError};
use crate::axes::ImageAxes;
use crate::image::raw_array::RawArray;
use crate::image::{ImageError, ImageErrorKind, ImageFormat, ImageSource, PixelSize, regular_file};

/// An array in a file, in either memory order.
pub(in crate::image) struct NpySource {
    path: PathBuf,
    file: File,
    shape: Vec<usize>,
    /// The array as it lies in the file: with the axes turned around if that is in Fortran order.
    array: RawArray,
    fortran_order: bool,
    pixel_size: PixelSize,
}

impl NpySource {
    pub(in crate::image) fn open(path: &Path) -> Result<Self, ImageErrorKind> {
        let (mut file, length) = regular_file::open(path)?;
        let header = Header::read(&mut BufReader::new(&file), length)?;
        file.seek(SeekFrom::Start(0)).map_err(ImageErrorKind::Open)?;
        let data_type = header.element.data_type;
        if header.data_start.checked_add(header.data_bytes) != Some(length) {
            let shape = header.shape;
            return Err(NpyError::TrailingBytes { shape, data_type }.into());
        }
        // The product is the length of a file, but there may be a length of 0 beside large ones.
        let shape: Option<Vec<usize>> = header
            .shape
            .iter()
            .map(|&length| usize::try_from(length).ok())
            .collect();
        let shape = shape.ok_or(NpyError::TooLarge {
            shape: header.shape,
            data_type,
            needed: header.data_bytes.into(),
            available: length,
        })?;
        let mut file_shape = shape.clone();
        if header.fortran_order {
            file_shape.reverse();
        }
        Ok(Self {
            path: path.to_path_buf(),
            file,
            shape,
            array: RawArray {
                start: header.data_start,
                shape: file_shape,
                data_type,
                big_endian: header.element.big_endian,
            },
            fortran_order: header.fortran_order,
            pixel_size: PixelSize::default(),
        })
    }

    fn read_part(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        region.check_within(&self.shape)?;
        if !self.fortran_order {
            return self.array.read(&mut self.file, region);
        }
        let turned: Vec<_> = (0..region.rank()).rev().map(|axis| region.range(axis)).collect();
        let tensor = self.array.read(&mut self.file, &Region::from_ranges(&turned))?;
        let order: Vec<usize> = (0..region.rank()).rev().collect();
        let tensor = tensor
            .permuted_axes(&order)
            .map_err(crate::axes::AxesError::from)?;
        Ok(tensor.into_standard_layout())
    }
}

impl TileSource for NpySource {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        self.read_part(region)
            .map_err(|kind| ImageError::at(&self.path, kind))
    }
}

impl ImageSource for NpySource {
    fn format(&self) -> ImageFormat {
        ImageFormat::Npy
    }

    fn data_type(&self) -> DataType {
        self.array.data_type
    }

    fn axes(&self) -> Option<&ImageAxes> {
        None
    }

    fn pixel_size(&self) -> &PixelSize {
        &self.pixel_size
    }
}
