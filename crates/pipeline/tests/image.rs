//! Images in files and their axes.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "what the tests share may fail like a test"
)]

#[path = "image/axes.rs"]
mod axes;
#[path = "image/files.rs"]
mod files;
#[path = "image/npy.rs"]
mod npy;
#[path = "image/png.rs"]
mod png;
#[path = "image/sinks.rs"]
mod sinks;
#[path = "image/sources.rs"]
mod sources;
#[path = "image/tensors.rs"]
mod tensors;
#[path = "image/tiff_builder.rs"]
mod tiff_builder;
#[path = "image/tiff_contiguous.rs"]
mod tiff_contiguous;
#[path = "image/tiff_hostile.rs"]
mod tiff_hostile;
#[path = "image/tiff_layouts.rs"]
mod tiff_layouts;
#[path = "image/tiff_pages.rs"]
mod tiff_pages;
#[path = "image/zarr.rs"]
mod zarr;
