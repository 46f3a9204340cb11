//! Covering large images with tiles so that the result equals the whole.
//!
//! A network that takes a whole image has to be given parts of it where the image is larger than memory. This crate has
//! the geometry of those parts as exact integers ([`Geometry`], [`TilePlan`]), padding ([`pad`]), and the traits through
//! which parts are read and written ([`TileSource`], [`TileSink`]). It knows no description format, no engine and no image
//! file: axes are indices.

mod array;
mod geometry;
mod io;
pub mod pad;
mod plan;
mod ratio;
mod region;
mod run;
mod sizes;

pub use geometry::{
    Dimension, Extent, Geometry, GeometryError, InputAxis, InputGeometry, OutputAxis, OutputGeometry,
};
pub use io::{TileSink, TileSource};
pub use pad::Padding;
pub use plan::{
    ChunkLength, DimensionPlan, InputPart, OutputPart, PlanError, Span, Tile, TilePlan, TileRequest,
};
pub use ratio::{Scale, ScaleError};
pub use region::{Region, RegionError};
pub use run::{Progress, RunError, RunOptions, Stage, on_arrays};
pub use sizes::{MAX_SIZE, Sizes};
