//! Images in the axis order of a file, read in that of a model.

use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSource};

use super::{ImageError, ImageErrorKind, ImageSource, PixelSize};
use crate::axes::{AxesError, ImageAxes, TensorAxes, rearrange};

/// A source whose axes are those that a model wants: [`map_to_tensor`](crate::axes::map_to_tensor), tile by tile.
///
/// ```
/// use ndarray::Array3;
/// use pipeline::image::{MappedSource, open_source, write_npy};
/// use tensor_ops::Tensor;
/// use tiling::{Region, TileSource};
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("stack.npy");
/// let stack = Array3::from_shape_fn((4, 30, 20), |(t, y, x)| (1000 * t + 20 * y + x) as f32);
/// write_npy(&path, &Tensor::from(stack.into_dyn()))?;
///
/// // One time point of a film, for a model of single images.
/// let film = open_source(&path)?;
/// let mut source = MappedSource::new(film, &"tyx".parse()?, &"bcyx".parse()?, &[('t', 2)])?;
/// assert_eq!(source.shape(), [1, 1, 30, 20]);
/// let tile = source.read(&Region::new([0, 0, 1, 5], [1, 1, 1, 1])?)?;
/// assert_eq!(tile, Tensor::from(ndarray::array![[[[2025_f32]]]].into_dyn()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct MappedSource<S> {
    source: S,
    plan: TensorAxes,
    axes: ImageAxes,
    shape: Vec<usize>,
    chunk_shape: Option<Vec<usize>>,
}

impl<S: ImageSource> MappedSource<S> {
    /// Read `source`, which has the axes `image_axes`, as an array with the axes `wanted`.
    ///
    /// Axes that the model lacks must have length 1, or a position along them is in `selected`.
    ///
    /// # Errors
    ///
    /// Those of [`map_to_tensor`](crate::axes::map_to_tensor), and [`AxesError::Selection`] if `selected` has a
    /// position that is not in the image, or along an axis that the model has or the image lacks.
    pub fn new(
        source: S,
        image_axes: &ImageAxes,
        wanted: &ImageAxes,
        selected: &[(char, usize)],
    ) -> Result<Self, AxesError> {
        let plan = TensorAxes::plan(source.shape(), image_axes, wanted, selected)?;
        let lengths = |shape: &[usize]| {
            let length = |axis: usize| shape.get(axis).copied().unwrap_or(1);
            plan.sources
                .iter()
                .map(|source| source.map_or(1, length))
                .collect::<Vec<usize>>()
        };
        let shape = lengths(source.shape());
        let chunk_shape = source.chunk_shape().map(lengths);
        Ok(Self {
            source,
            plan,
            axes: wanted.clone(),
            shape,
            chunk_shape,
        })
    }

    /// The source as it was given.
    pub fn into_inner(self) -> S {
        self.source
    }

    fn file_region(&self, region: &Region) -> Result<Region, ImageErrorKind> {
        region.check_within(&self.shape)?;
        let mut start = vec![0; self.source.shape().len()];
        let mut shape = vec![1; start.len()];
        for (axis, source) in self.plan.sources.iter().enumerate() {
            if let Some(place) = source {
                start[*place] = region.start()[axis];
                shape[*place] = region.shape()[axis];
            }
        }
        for &(axis, position) in &self.plan.dropped {
            start[axis] = position;
        }
        Ok(Region::new(start, shape)?)
    }
}

impl<S: ImageSource> TileSource for MappedSource<S> {
    type Tile = Tensor;
    type Error = ImageError;

    fn shape(&self) -> &[usize] {
        &self.shape
    }

    fn read(&mut self, region: &Region) -> Result<Tensor, ImageError> {
        let file_region = self.file_region(region)?;
        if region.is_empty() {
            // An axis that the image lacks may be empty, too.
            return Ok(super::arrays::zeros(self.data_type(), region.shape())?);
        }
        let part = self.source.read(&file_region)?;
        let tile = rearrange(part, &self.plan).map_err(ImageErrorKind::from)?;
        Ok(tile.into_standard_layout())
    }

    fn chunk_shape(&self) -> Option<&[usize]> {
        self.chunk_shape.as_deref()
    }
}

impl<S: ImageSource> ImageSource for MappedSource<S> {
    fn format(&self) -> super::ImageFormat {
        self.source.format()
    }

    fn data_type(&self) -> DataType {
        self.source.data_type()
    }

    fn axes(&self) -> Option<&ImageAxes> {
        Some(&self.axes)
    }

    fn pixel_size(&self) -> &PixelSize {
        self.source.pixel_size()
    }

    fn keeps_decoded_parts(&self) -> bool {
        self.source.keeps_decoded_parts()
    }
}

impl<S: ImageSource + ?Sized> ImageSource for Box<S> {
    fn format(&self) -> super::ImageFormat {
        (**self).format()
    }

    fn data_type(&self) -> DataType {
        (**self).data_type()
    }

    fn axes(&self) -> Option<&ImageAxes> {
        (**self).axes()
    }

    fn pixel_size(&self) -> &PixelSize {
        (**self).pixel_size()
    }

    fn keeps_decoded_parts(&self) -> bool {
        (**self).keeps_decoded_parts()
    }
}
