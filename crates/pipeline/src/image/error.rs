//! Why an image cannot be read or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::{ImageFormat, NpyError, PngError, TiffFileError};
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
        Self {
            path: None,
            kind: error.into(),
        }
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
    /// The format cannot hold these axes.
    #[error(transparent)]
    Axes(#[from] AxesError),
    /// An `.npy` file cannot be read or written.
    #[error(transparent)]
    Npy(#[from] NpyError),
    /// A PNG file cannot be read or written.
    #[error(transparent)]
    Png(#[from] PngError),
    /// A TIFF file cannot be read or written.
    #[error(transparent)]
    Tiff(#[from] TiffFileError),
}

fn describe(extension: Option<&str>) -> String {
    match extension {
        Some(extension) => format!("extension '.{extension}'"),
        None => "missing extension".to_owned(),
    }
}
