//! Covering large images with tiles.
//!
//! A network that takes a whole image of any size has to be given parts of it where the image is larger than memory.
//! This crate has the geometry of those parts and the traits through which they are read and written. It knows no
//! description format, no engine and no image file: axes are indices, sizes are integers.

mod array;
mod io;
mod region;

pub use io::{TileSink, TileSource};
pub use region::{Region, RegionError};
