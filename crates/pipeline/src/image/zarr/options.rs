//! How Zarr is written.

/// The version of the OME-NGFF metadata, and with it of Zarr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum OmeZarrVersion {
    /// OME-NGFF 0.4 with Zarr 2, which most programs read.
    #[default]
    V0_4,
    /// OME-NGFF 0.5 with Zarr 3.
    V0_5,
}

/// How chunks are compressed, always without loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ZarrCompression {
    /// Not at all.
    None,
    /// Deflate at its fastest level: `zlib` in Zarr 2, `gzip` in Zarr 3, which every program reads.
    #[default]
    Deflate,
}

/// Choices for writing Zarr.
///
/// ```
/// use pipeline::image::{OmeZarrVersion, ZarrOptions};
///
/// let options = ZarrOptions::default().with_version(OmeZarrVersion::V0_5).with_chunk('y', 256).with_chunk('x', 256);
/// assert_eq!(options.chunk_length('x'), Some(256));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ZarrOptions {
    /// The version of the metadata.
    pub version: OmeZarrVersion,
    /// How chunks are compressed.
    pub compression: ZarrCompression,
    chunk: Vec<(char, usize)>,
}

impl ZarrOptions {
    /// The same with another version of the metadata.
    #[must_use]
    pub fn with_version(mut self, version: OmeZarrVersion) -> Self {
        self.version = version;
        self
    }

    /// The same with another compression.
    #[must_use]
    pub fn with_compression(mut self, compression: ZarrCompression) -> Self {
        self.compression = compression;
        self
    }

    /// The same with chunks of another length along an axis. Without this, chunks have 512 pixels along `y` and `x`,
    /// and 1 along all other axes; they are never longer than the image.
    #[must_use]
    pub fn with_chunk(mut self, axis: char, length: usize) -> Self {
        self.chunk.retain(|&(letter, _)| letter != axis);
        self.chunk.push((axis, length));
        self
    }

    /// The chosen length of chunks along an axis.
    #[must_use]
    pub fn chunk_length(&self, axis: char) -> Option<usize> {
        self.chunk
            .iter()
            .find(|&&(letter, _)| letter == axis)
            .map(|&(_, length)| length)
    }
}
