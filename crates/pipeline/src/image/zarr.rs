//! OME-Zarr: images as folders of chunks.
//!
//! Formats: Zarr 2 with OME-NGFF 0.1 to 0.4 and Zarr 3 with OME-NGFF 0.5; arrays without OME metadata, too. Metadata are
//! read and checked by [`metadata`], chunks are decoded by [`codec`] within bounds that the metadata set, [`array`] reads
//! and writes parts, [`store`] makes the folder appear whole. See `docs/design.md` on why no library is used.

mod array;
mod codec;
mod error;
mod folder;
mod journal;
mod metadata;
mod ome;
mod options;
mod sharding;
mod sink;
mod source;
mod store;

pub use error::ZarrError;
pub use options::{OmeZarrVersion, ZarrCompression, ZarrOptions};
pub use sink::ZarrSink;
pub(super) use source::{ZarrSource, read};
pub(super) use store::{ZarrFile, write};
