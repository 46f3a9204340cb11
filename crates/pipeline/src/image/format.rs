//! File formats of images.

use std::fmt;
use std::path::Path;

use super::{ImageError, ImageErrorKind};

/// A file format of images.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageFormat {
    /// An array as `numpy.save` writes it.
    Npy,
    /// Portable Network Graphics.
    Png,
    /// Tagged Image File Format, with or without the descriptions of ImageJ and OME.
    Tiff,
}

impl ImageFormat {
    /// The extensions of all formats, with their dot.
    pub const EXTENSIONS: [&'static str; 4] = [".npy", ".png", ".tif", ".tiff"];

    /// The format that the extension of a path tells; upper and lower case are the same.
    ///
    /// # Errors
    ///
    /// [`ImageErrorKind::UnknownExtension`].
    pub fn from_path(path: &Path) -> Result<Self, ImageError> {
        let extension = path
            .extension()
            .map(|extension| extension.to_string_lossy().into_owned());
        match extension.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("npy") => Ok(Self::Npy),
            Some("png") => Ok(Self::Png),
            Some("tif" | "tiff") => Ok(Self::Tiff),
            _ => Err(ImageError::at(
                path,
                ImageErrorKind::UnknownExtension { extension },
            )),
        }
    }

    /// Where an image fits that does not fit here.
    pub(crate) fn wider_format(self) -> &'static str {
        match self {
            Self::Npy | Self::Tiff => ".npy",
            Self::Png => ".tif or .npy",
        }
    }
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Npy => "npy",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
        })
    }
}
