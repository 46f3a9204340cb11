//! Tiles in the axis order of a model, written in that of a file.

use std::path::{Path, PathBuf};

use ndarray::ArrayD;
use tensor_ops::{DataType, Tensor};
use tiling::{Region, RegionError, TileSink};

use super::arrays::{in_file_order, with_array};
use super::{ImageError, ImageErrorKind, ImageFormat, ImageSink};
use crate::axes::FileAxes;

/// An unfinished file of any format. Shapes, regions and tiles have the axes of the file.
pub(super) trait UnfinishedFile: Send {
    fn format(&self) -> ImageFormat;

    fn data_type(&self) -> DataType;

    fn chunk_shape(&self) -> Option<&[usize]> {
        None
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind>;

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind>;

    fn finish(self) -> Result<(), ImageErrorKind>;
}

/// A sink whose axes are those of the tiles.
pub(super) struct MappedSink<F> {
    path: PathBuf,
    file: F,
    shape: Vec<usize>,
    chunk_shape: Option<Vec<usize>>,
    plan: FileAxes,
}

impl<F: UnfinishedFile> MappedSink<F> {
    pub(super) fn new(path: &Path, file: F, shape: &[usize], plan: FileAxes) -> Self {
        let chunk_shape = file.chunk_shape().map(|chunk| {
            let mut mapped = vec![1; shape.len()];
            for (axis, &length) in plan.order().into_iter().zip(chunk) {
                if let Some(mapped) = mapped.get_mut(axis) {
                    *mapped = length;
                }
            }
            mapped
        });
        Self {
            path: path.to_path_buf(),
            file,
            shape: shape.to_vec(),
            chunk_shape,
            plan,
        }
    }

    #[cfg(feature = "zarr")]
    pub(super) fn file(&self) -> &F {
        &self.file
    }

    #[cfg(feature = "zarr")]
    pub(super) fn file_mut(&mut self) -> &mut F {
        &mut self.file
    }

    #[cfg(feature = "zarr")]
    pub(super) fn into_file(self) -> F {
        self.file
    }

    /// The region in the axes of the file, once it is known to be within the shape.
    fn file_region(&self, region: &Region) -> Result<Region, ImageErrorKind> {
        region.check_within(&self.shape)?;
        let ranges: Vec<_> = self
            .plan
            .order()
            .into_iter()
            .map(|axis| region.range(axis))
            .collect();
        Ok(Region::from_ranges(&ranges))
    }

    pub(super) fn write_tile(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageErrorKind> {
        let file_region = self.file_region(region)?;
        if tile.shape() != region.shape() {
            return Err(RegionError::TileShape {
                found: tile.shape().to_vec(),
                region: region.clone(),
            }
            .into());
        }
        if region.is_empty() {
            return Ok(());
        }
        let is_file_order =
            tile.ndim() == file_region.rank() && self.plan.order().into_iter().eq(0..tile.ndim());
        if is_file_order {
            return self.file.write(&file_region, tile);
        }
        let data_type = tile.data_type();
        let rearranged = with_array!(
            tile,
            array => Tensor::from(in_file_order(array, &self.plan).as_standard_layout().into_owned()),
            _ => return Err(ImageErrorKind::OtherDataType { found: data_type, expected: self.file.data_type() })
        );
        self.file.write(&file_region, &rearranged)
    }

    fn read_tile(&mut self, region: &Region) -> Result<Tensor, ImageErrorKind> {
        let file_region = self.file_region(region)?;
        if region.is_empty() {
            return super::arrays::zeros(self.file.data_type(), region.shape());
        }
        let tile = self.file.read_back(&file_region)?;
        let order = self.plan.order();
        Ok(with_array!(
            tile,
            array => Tensor::from(in_tile_order(array, &order, region.shape())),
            _ => return Err(ImageErrorKind::TooLarge { shape: region.shape().to_vec() })
        ))
    }
}

/// The inverse of [`in_file_order`]: axis `order[i]` of the result is axis `i` of the array, all others have length 1.
fn in_tile_order<T: Clone>(array: ArrayD<T>, order: &[usize], shape: &[usize]) -> ArrayD<T> {
    let mut axes: Vec<usize> = order.to_vec();
    let mut array = array;
    for axis in 0..shape.len() {
        if !axes.contains(&axis) {
            array = array.insert_axis(ndarray::Axis(axes.len()));
            axes.push(axis);
        }
    }
    // Every axis is there by now.
    let permutation: Vec<usize> = (0..axes.len())
        .filter_map(|axis| axes.iter().position(|&have| have == axis))
        .collect();
    array.permuted_axes(permutation).as_standard_layout().into_owned()
}

impl<F: UnfinishedFile> TileSink for MappedSink<F> {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn write(&mut self, region: &Region, tile: &Tensor) -> Result<(), ImageError> {
        self.write_tile(region, tile)
            .map_err(|kind| ImageError::at(&self.path, kind))
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        self.chunk_shape.as_deref()
    }
}

impl<F: UnfinishedFile> ImageSink for MappedSink<F> {
    fn format(&self) -> ImageFormat {
        self.file.format()
    }

    fn data_type(&self) -> DataType {
        self.file.data_type()
    }

    fn read_back(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        self.read_tile(region)
            .map_err(|kind| ImageError::at(&self.path, kind))
    }

    fn finish(self: Box<Self>) -> Result<(), ImageError> {
        let Self { path, file, .. } = *self;
        file.finish().map_err(|kind| ImageError::at(&path, kind))
    }
}
