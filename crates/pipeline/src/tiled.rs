//! Images of any size: tile by tile, with the result of the whole.
//!
//! [`Pipeline::plan_tiles`](crate::Pipeline::plan_tiles) chooses tiles for a model and images of given sizes,
//! [`Pipeline::predict_tiled`](crate::Pipeline::predict_tiled) runs them from sources to sinks in bounded memory. What tiles
//! do, and when their result equals that of the whole image, is in `docs/tile-geometry.md`.

mod blocks;
mod choice;
mod ends;
mod error;
mod kept;
mod memory;
mod memory_image;
mod options;
mod plan;
#[cfg(feature = "zarr")]
mod resumption;
mod run;
mod statistics;

pub use error::TiledError;
pub(crate) use memory::MemoryModel;
pub use memory_image::MemoryImage;
pub use options::{TileChoice, TileOptions, TiledProgress, TiledReport, TiledRun};
#[cfg(feature = "zarr")]
pub use resumption::Resumption;
