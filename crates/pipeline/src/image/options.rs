//! Choices that a writer leaves to its caller.

/// How [`write_image`](super::write_image) writes; each choice concerns one format and is ignored by the others.
///
/// ```
/// use pipeline::image::{PngScaling, WriteOptions};
///
/// let options = WriteOptions::default().with_png_scaling(PngScaling::UnitInterval);
/// assert_eq!(options.png_scaling, PngScaling::UnitInterval);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// How values become the 8 bits of PNG.
    pub png_scaling: PngScaling,
    /// How TIFF pages are compressed.
    pub tiff_compression: TiffCompression,
}

impl WriteOptions {
    /// The same with another scaling for PNG.
    #[must_use]
    pub fn with_png_scaling(mut self, scaling: PngScaling) -> Self {
        self.png_scaling = scaling;
        self
    }

    /// The same with another compression for TIFF.
    #[must_use]
    pub fn with_tiff_compression(mut self, compression: TiffCompression) -> Self {
        self.tiff_compression = compression;
        self
    }
}

/// How values become samples of a PNG file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum PngScaling {
    /// Not at all: `uint8` and `uint16` are stored as they are, every other data type is an error.
    #[default]
    None,
    /// 0 becomes 0 and 1 becomes 255, rounded to the nearest, ties away from zero; what is outside, infinities
    /// included, is clamped; NaN is an error.
    UnitInterval,
    /// The smallest value of the image becomes 0 and the largest 255, rounded to the nearest, ties away from zero;
    /// an image of a single value becomes 0; NaN and infinities are errors.
    MinMax,
}

/// How the pages of a TIFF file are compressed, always without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum TiffCompression {
    /// Not at all, which every program reads: all pixels are one block, page after page.
    #[default]
    None,
    /// Deflate (zlib), compression 8.
    Deflate,
    /// LZW, compression 5.
    Lzw,
}
