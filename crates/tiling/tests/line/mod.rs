//! One line of elements, cut into tiles, and sources and sinks that fail.

use ndarray::{Array1, ArrayD};
use tiling::{
    Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Region, RegionError,
    Scale, Sizes, TilePlan, TileRequest, TileSink, TileSource,
};

/// `length` elements in tiles of 16 with a halo of 2.
pub(crate) fn plan(length: usize) -> TilePlan {
    let geometry = Geometry::new(
        vec![Dimension {
            name: "x".into(),
            extent: Extent::Tiled,
        }],
        vec![InputGeometry {
            name: "in".into(),
            axes: vec![InputAxis {
                dimension: 0,
                sizes: Sizes::Stepped { min: 8, step: 1 },
            }],
        }],
        vec![OutputGeometry {
            name: "out".into(),
            reference: 0,
            axes: vec![OutputAxis::Follows {
                axis: 0,
                scale: Scale::ONE,
                twice_offset: 0,
                halo: 2,
            }],
        }],
    )
    .unwrap();
    TilePlan::new(
        &geometry,
        &[vec![length]],
        &TileRequest::default().with_tile(0, 16),
    )
    .unwrap()
}

/// A source or sink that fails at an element.
pub(crate) struct Failing(pub(crate) Array1<i32>, pub(crate) usize);

impl TileSource for Failing {
    type Tile = ArrayD<i32>;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        TileSource::shape(&self.0)
    }

    fn read(&mut self, region: &Region) -> Result<ArrayD<i32>, RegionError> {
        if region.range(0).contains(&self.1) {
            region.check_within(&[0]).map(|()| unreachable!())
        } else {
            self.0.read(region)
        }
    }
}

impl TileSink for Failing {
    type Tile = ArrayD<i32>;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        TileSink::shape(&self.0)
    }

    fn write(&mut self, region: &Region, tile: &ArrayD<i32>) -> Result<(), RegionError> {
        if region.range(0).contains(&self.1) {
            region.check_within(&[0])
        } else {
            self.0.write(region, tile)
        }
    }
}
