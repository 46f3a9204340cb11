//! Tagged Image File Format, by the `tiff` crate.
//!
//! The directories of a file are read here first ([`directory`], [`page`]): what they state is checked, and bounded,
//! before the decoder sees it. The decoder then only turns bytes into samples. Pages that are not compressed are written
//! without the crate ([`write`](mod@write)). Format: TIFF 6.0, and BigTIFF.

mod directory;
mod error;
mod imagej;
mod layout;
mod ome;
mod page;
mod page_axes;
mod planar_tiles;
mod read;
mod samples;
mod write;

pub use error::TiffFileError;
pub(super) use read::read;
pub(super) use write::write;
