//! Tagged Image File Format, by the `tiff` crate.
//!
//! The directories of a file are read here first ([`directory`], [`page`]): what they state is checked, and bounded,
//! before the decoder sees it. What is not compressed is read here as
//! well; the decoder turns one compressed strip or tile after the other into samples ([`decode`]). Pages that are not compressed are written
//! without the crate ([`write`](mod@write)). Format: TIFF 6.0, and BigTIFF.

mod array;
mod contents;
mod decode;
mod directory;
mod error;
mod imagej;
mod layout;
mod ome;
mod page;
mod page_axes;
mod parts;
mod paste;
mod read;
mod samples;
mod source;
mod table;
mod write;

use directory::MOST_PAGES;
pub use error::TiffFileError;
pub(super) use read::read;
pub(super) use source::TiffSource;
pub(super) use write::{TiffFile, write};
