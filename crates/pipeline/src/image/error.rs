//! Why an image cannot be read or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use tensor_ops::DataType;
use tiling::RegionError;

#[cfg(feature = "png")]
use super::PngError;
#[cfg(feature = "tiff")]
use super::TiffFileError;
#[cfg(feature = "zarr")]
use super::ZarrError;
use super::{ImageFormat, NpyError};
use crate::axes::AxesError;

/// Why an image cannot be read or written, and which.
#[derive(Debug)]
pub struct ImageError {
    path: Option<PathBuf>,
    kind: ImageErrorKind,
}

impl ImageError {
    pub(crate) fn at(path: &Path, kind: impl Into<ImageErrorKind>) -> Self {
        Self {
            path: Some(path.to_path_buf()),
            kind: kind.into(),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &ImageErrorKind {
        &self.kind
    }

    /// The file; `None` if the image came from a reader without a name.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl fmt::Display for ImageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Some(path) => write!(formatter, "{}: {}", path.display(), self.kind),
            None => self.kind.fmt(formatter),
        }
    }
}

impl std::error::Error for ImageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        // The kind is part of the message already.
        std::error::Error::source(&self.kind)
    }
}

impl From<NpyError> for ImageError {
    fn from(error: NpyError) -> Self {
        ImageErrorKind::from(error).into()
    }
}

impl From<ImageErrorKind> for ImageError {
    fn from(kind: ImageErrorKind) -> Self {
        Self { path: None, kind }
    }
}

/// Why an image cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImageErrorKind {
    /// The extension of the path is that of no known format.
    #[error(
        "the {found} tells no image format, expected one of {known}",
        found = describe(extension.as_deref()),
        known = ImageFormat::EXTENSIONS.join(", ")
    )]
    UnknownExtension {
        /// The extension without its dot; `None` if there is none.
        extension: Option<String>,
    },
    /// The file cannot be opened.
    #[error("the file cannot be opened")]
    Open(#[source] io::Error),
    /// The file cannot be written.
    #[error("the file cannot be written")]
    Write(#[from] io::Error),
    /// A part of the file cannot be read.
    #[error("a part of the file cannot be read")]
    Read(#[source] io::Error),
    /// The file ends before the pixels that it should have.
    #[error("the file ends before the last of its pixels")]
    Truncated,
    /// The format cannot hold these axes.
    #[error(transparent)]
    Axes(#[from] AxesError),
    /// An `.npy` file cannot be read or written.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// The format is not part of this build.
    #[error(
        "this build cannot read or write {format}, use one with the feature '{feature}' of the crate pipeline"
    )]
    NotBuilt {
        /// The format.
        format: ImageFormat,
        /// The feature that has it.
        feature: &'static str,
    },
    /// A part that is not one of the image.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// A tile of another type than the image.
    #[error("a tile of type {found} was given for an image of type {expected}, cast it first")]
    OtherDataType {
        /// The type of the tile.
        found: DataType,
        /// The type of the image.
        expected: DataType,
    },
    /// A truth value that is none.
    #[error("the file has the byte {byte} where a bool is, expected 0 or 1")]
    InvalidBool {
        /// The byte.
        byte: u8,
    },
    /// An array that no file can hold.
    #[error("an array of shape {shape:?} is larger than any file")]
    TooLarge {
        /// The shape.
        shape: Vec<usize>,
    },
    /// An image that is larger than what is read at once.
    #[error("an image of shape {shape:?} has more than the {limit} bytes that are read at once")]
    TooLargeAtOnce {
        /// The shape.
        shape: Vec<usize>,
        /// The most bytes that are read.
        limit: u64,
    },
    /// More pixels at once than there is memory for.
    #[error("there is no memory for {bytes} bytes of pixels, take smaller tiles")]
    OutOfMemory {
        /// How many bytes were asked for.
        bytes: u128,
    },
    /// A part of a compressed file that has to be decoded as a whole, and is too large for that.
    #[error(
        "the file is compressed in parts of {bytes} bytes, of which at most {limit} are decoded at once, save it in \
         smaller strips, tiles or chunks, or without compression"
    )]
    LargePart {
        /// The size of a decoded part.
        bytes: u128,
        /// The most that is decoded.
        limit: u64,
    },
    /// An image that has to be decoded as a whole, and is too large for that.
    #[error(
        "{format} images of more than {limit} bytes are not {done} in tiles, use .tif, .npy or .zarr instead"
    )]
    LargeImage {
        /// The format.
        format: ImageFormat,
        /// The most bytes.
        limit: u64,
        /// `read` or `written`.
        done: &'static str,
    },
    /// A PNG file cannot be read or written.
    #[cfg(feature = "png")]
    #[error(transparent)]
    Png(#[from] PngError),
    /// A TIFF file cannot be read or written.
    #[cfg(feature = "tiff")]
    #[error(transparent)]
    Tiff(#[from] TiffFileError),
    /// A Zarr array or the OME metadata around it cannot be read or written.
    #[cfg(feature = "zarr")]
    #[error(transparent)]
    Zarr(#[from] ZarrError),
}

fn describe(extension: Option<&str>) -> String {
    match extension {
        Some(extension) => format!("extension '.{extension}'"),
        None => "missing extension".to_owned(),
    }
}
