//! Images in memory as sources and sinks.

use tensor_ops::{DataType, Tensor};
use tiling::{Region, RegionError, TileSink, TileSource};

use crate::image::arrays::zeros;
use crate::image::paste::{part, paste};
use crate::image::{ImageError, ImageErrorKind};

/// A tensor of which parts are read and written, as of a file.
///
/// ```
/// use pipeline::tiled::MemoryImage;
/// use tensor_ops::Tensor;
/// use tiling::{Region, TileSource};
///
/// let mut image = MemoryImage::new(Tensor::from(ndarray::array![[1_u8, 2, 3]].into_dyn()));
/// let tile = image.read(&Region::new([0, 1], [1, 2])?)?;
/// assert_eq!(tile, Tensor::from(ndarray::array![[2_u8, 3]].into_dyn()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct MemoryImage {
    tensor: Tensor,
}

impl MemoryImage {
    /// The image that a tensor is.
    #[must_use]
    pub fn new(tensor: Tensor) -> Self {
        Self { tensor }
    }

    /// An image to be written, of zeros.
    ///
    /// # Errors
    ///
    /// There is not that much memory.
    pub fn zeros(data_type: DataType, shape: &[usize]) -> Result<Self, ImageError> {
        let tensor = zeros(data_type, shape).map_err(in_memory)?;
        Ok(Self { tensor })
    }

    /// The whole image.
    #[must_use]
    pub fn into_tensor(self) -> Tensor {
        self.tensor
    }
}

impl TileSource for MemoryImage {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        part(&self.tensor, region).map_err(in_memory)
    }
}

impl TileSink for MemoryImage {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        self.tensor.shape()
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        if tile.shape() != region.shape() {
            let error = RegionError::TileShape {
                found: tile.shape().to_vec(),
                region: region.clone(),
            };
            return Err(in_memory(error.into()));
        }
        paste(
            &mut self.tensor,
            region.start(),
            tile,
            &Region::whole(tile.shape()),
        )
        .map_err(in_memory)
    }
}

fn in_memory(kind: ImageErrorKind) -> ImageError {
    ImageError::at(std::path::Path::new("(memory)"), kind)
}
