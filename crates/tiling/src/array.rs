//! Arrays of `ndarray` as sources and sinks: owned ones and views, of any number of axes.

use ndarray::{ArrayBase, ArrayD, Data, DataMut, Dimension, Slice};

use crate::{Region, RegionError, TileSink, TileSource};

/// The part of an axis that a region takes, as `ndarray` wants it.
fn slice_of(region: &Region, axis: usize) -> Slice {
    Slice::from(region.range(axis))
}

impl<T: Clone, S: Data<Elem = T>, D: Dimension> TileSource for ArrayBase<S, D> {
    type Tile = ArrayD<T>;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        ArrayBase::shape(self)
    }

    fn read(&mut self, region: &Region) -> Result<ArrayD<T>, RegionError> {
        region.check_within(ArrayBase::shape(self))?;
        Ok(self
            .slice_each_axis(|axis| slice_of(region, axis.axis.index()))
            .to_owned()
            .into_dyn())
    }
}

impl<T: Clone, S: DataMut<Elem = T>, D: Dimension> TileSink for ArrayBase<S, D> {
    type Tile = ArrayD<T>;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        ArrayBase::shape(self)
    }

    fn write(&mut self, region: &Region, tile: &ArrayD<T>) -> Result<(), RegionError> {
        region.check_within(ArrayBase::shape(self))?;
        if tile.shape() != region.shape() {
            return Err(RegionError::TileShape {
                found: tile.shape().to_vec(),
                region: region.clone(),
            });
        }
        let mut part = self
            .slice_each_axis_mut(|axis| slice_of(region, axis.axis.index()))
            .into_dyn();
        part.assign(tile);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, ArrayD, IxDyn};

    use super::*;

    #[test]
    fn parts_are_read_and_written() {
        let mut image = Array2::from_shape_fn((4, 5), |(y, x)| 10 * y + x);
        let region = Region::new([1, 2], [2, 3]).unwrap();
        let tile = image.read(&region).unwrap();
        assert_eq!(tile, ndarray::array![[12, 13, 14], [22, 23, 24]].into_dyn());

        let mut copy = ArrayD::<usize>::zeros(IxDyn(&[4, 5]));
        copy.write(&region, &tile).unwrap();
        assert_eq!(copy.sum(), tile.sum());
        assert_eq!(copy[[2, 4]], 24);
        // A view of an image is a source, and what is behind a reference or in a box as well.
        let mut view = image.view();
        let boxed: Box<dyn TileSource<Tile = ArrayD<usize>, Error = RegionError> + '_> = Box::new(&mut view);
        assert_eq!(boxed.shape(), [4, 5]);
        assert_eq!({ boxed }.read(&region).unwrap(), tile);
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let mut image = Array2::<u8>::zeros((4, 5));
        let outside = Region::new([1, 3], [2, 3]).unwrap();
        assert!(matches!(
            image.read(&outside),
            Err(RegionError::OutOfBounds { .. })
        ));
        let tile = ArrayD::zeros(IxDyn(&[2, 3]));
        assert!(matches!(
            image.write(&outside, &tile),
            Err(RegionError::OutOfBounds { .. })
        ));
        let narrow = Region::new([1, 3], [2, 2]).unwrap();
        assert!(matches!(
            image.write(&narrow, &tile),
            Err(RegionError::TileShape { .. })
        ));
    }
}
