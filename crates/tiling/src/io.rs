//! Where tiles come from and where they go.

use std::error::Error;

use crate::Region;

/// An image of which parts can be read.
///
/// What a tile is, is up to the source: an `ndarray` array, a tensor of any data type. Arrays of `ndarray` are sources
/// of parts of themselves.
///
/// ```
/// use ndarray::{ArrayD, IxDyn};
/// use tiling::{Region, TileSource};
///
/// let mut image = ArrayD::from_shape_fn(IxDyn(&[8, 8]), |index| index[0] * 8 + index[1]);
/// let tile = image.read(&Region::new([2, 4], [1, 3])?)?;
/// assert_eq!(tile.into_raw_vec_and_offset().0, [20, 21, 22]);
/// # Ok::<(), tiling::RegionError>(())
/// ```
pub trait TileSource {
    /// A part of the image in memory.
    type Tile;
    /// Why a part could not be read.
    type Error: Error + Send + Sync + 'static;

    /// The size of the image by axis.
    fn shape(&self) -> &[usize];

    /// Reads a part of the image. The tile has the shape of the region.
    ///
    /// # Errors
    ///
    /// Those of the source. A region that is not within [`shape`](Self::shape) is an error, never a panic.
    fn read(&mut self, region: &Region) -> Result<Self::Tile, Self::Error>;

    /// The size by axis of the parts in which the image is stored, where there are such parts. Reading regions that
    /// start and end at multiples of it is cheapest. A planner may use it; a source has to read every other region too.
    fn chunk_shape(&self) -> Option<&[usize]> {
        None
    }
}

/// An image of which parts can be written.
///
/// Within one run, regions do not overlap and cover the whole image; their order is that of the plan. A sink may
/// therefore keep what it has not enough of yet, and nothing that was written needs to be read again.
pub trait TileSink {
    /// A part of the image in memory.
    type Tile;
    /// Why a part could not be written.
    type Error: Error + Send + Sync + 'static;

    /// The size of the image by axis.
    fn shape(&self) -> &[usize];

    /// Writes a part of the image. The tile has the shape of the region.
    ///
    /// # Errors
    ///
    /// Those of the sink. A region that is not within [`shape`](Self::shape) and a tile of another shape than the region
    /// are errors, never a panic.
    fn write(&mut self, region: &Region, tile: &Self::Tile) -> Result<(), Self::Error>;

    /// Takes note that all that belongs to the tile of this number was written, here and to the other sinks of a run before
    /// this one. A sink that can be gone on with after an interruption keeps it in a journal; others do nothing.
    ///
    /// # Errors
    ///
    /// Those of the sink.
    fn tile_done(&mut self, tile: usize) -> Result<(), Self::Error> {
        let _ = tile;
        Ok(())
    }

    /// The size by axis of the parts in which the image is stored, where there are such parts. Writing regions that
    /// start and end at multiples of it is cheapest. A planner may use it; a sink has to write every other region too.
    fn chunk_shape(&self) -> Option<&[usize]> {
        None
    }
}

macro_rules! forward {
    ($pointer:ty) => {
        impl<S: TileSource + ?Sized> TileSource for $pointer {
            type Tile = S::Tile;
            type Error = S::Error;

            fn shape(&self) -> &[usize] {
                (**self).shape()
            }

            fn read(&mut self, region: &Region) -> Result<Self::Tile, Self::Error> {
                (**self).read(region)
            }

            fn chunk_shape(&self) -> Option<&[usize]> {
                (**self).chunk_shape()
            }
        }

        impl<S: TileSink + ?Sized> TileSink for $pointer {
            type Tile = S::Tile;
            type Error = S::Error;

            fn shape(&self) -> &[usize] {
                (**self).shape()
            }

            fn write(&mut self, region: &Region, tile: &Self::Tile) -> Result<(), Self::Error> {
                (**self).write(region, tile)
            }

            fn tile_done(&mut self, tile: usize) -> Result<(), Self::Error> {
                (**self).tile_done(tile)
            }

            fn chunk_shape(&self) -> Option<&[usize]> {
                (**self).chunk_shape()
            }
        }
    };
}

forward!(&mut S);
forward!(Box<S>);
