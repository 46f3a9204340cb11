//! Arrays larger than memory that are needed for a while.

use std::fs::File;
use std::path::Path;

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink, TileSource};

use super::raw_array::{Filling, RawArray};
use super::{ImageError, ImageErrorKind};

/// An array in a temporary file, of which any part can be written and read; what was not written is 0.
///
/// The file has no name, or loses it, as soon as it is open: nothing is left of it, however the program ends. It takes
/// room on the disk only for what was written, where the file system can leave out the rest.
///
/// ```
/// use ndarray::array;
/// use pipeline::image::ScratchArray;
/// use tensor_ops::{DataType, Tensor};
/// use tiling::{Region, TileSink, TileSource};
///
/// let folder = tempfile::tempdir()?;
/// let mut scratch = ScratchArray::create_in(folder.path(), &[1000, 1000], DataType::Float32)?;
/// let tile = Tensor::from(array![[0.5_f32, 1.5]].into_dyn());
/// scratch.write(&Region::new([7, 9], [1, 2])?, &tile)?;
/// let again = scratch.read(&Region::new([7, 8], [1, 3])?)?;
/// assert_eq!(again, Tensor::from(array![[0.0_f32, 0.5, 1.5]].into_dyn()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct ScratchArray {
    file: File,
    array: RawArray,
    filling: Filling,
}

impl ScratchArray {
    /// An array of zeros, in a folder, such as that of the result: one that has room for it.
    ///
    /// # Errors
    ///
    /// [`ImageErrorKind::TooLarge`] or an error of the system.
    pub fn create_in(folder: &Path, shape: &[usize], data_type: DataType) -> Result<Self, ImageError> {
        let create = || -> Result<Self, ImageErrorKind> {
            let bytes = RawArray::byte_length(shape, data_type).ok_or_else(|| ImageErrorKind::TooLarge {
                shape: shape.to_vec(),
            })?;
            let file = tempfile::tempfile_in(folder)?;
            file.set_len(bytes)?;
            Ok(Self {
                file,
                array: RawArray {
                    start: 0,
                    shape: shape.to_vec(),
                    data_type,
                    big_endian: cfg!(target_endian = "big"),
                },
                filling: Filling::default(),
            })
        };
        create().map_err(|kind| ImageError::at(folder, kind))
    }

    /// The type of the elements.
    #[must_use]
    pub fn data_type(&self) -> DataType {
        self.array.data_type
    }
}

impl TileSource for ScratchArray {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.array.shape
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        Ok(self.array.read(&mut self.file, region)?)
    }
}

impl TileSink for ScratchArray {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.array.shape
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        Ok(self
            .array
            .write(&mut self.file, region, tile, &mut self.filling)?)
    }
}
