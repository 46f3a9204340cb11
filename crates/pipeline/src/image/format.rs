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
    /// OME-Zarr: a folder with an array in chunks, versions 2 and 3 of the Zarr format.
    Zarr,
}

impl ImageFormat {
    /// The extensions of all formats, with their dot.
    pub const EXTENSIONS: [&'static str; 5] = [".npy", ".png", ".tif", ".tiff", ".zarr"];

    /// The format that the extension of a path tells; upper and lower case are the same. A path without a known
    /// extension that goes on below a folder with the extension `.zarr` is one in it.
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
            Some("zarr") => Ok(Self::Zarr),
            _ if is_in_zarr(path) => Ok(Self::Zarr),
            _ => Err(ImageError::at(
                path,
                ImageErrorKind::UnknownExtension { extension },
            )),
        }
    }

    /// That this build lacks the format.
    #[cfg(not(all(feature = "png", feature = "tiff", feature = "zarr")))]
    pub(crate) fn not_built(self) -> ImageErrorKind {
        let feature = match self {
            Self::Npy => "npy",
            Self::Png => "png",
            Self::Tiff => "tiff",
            Self::Zarr => "zarr",
        };
        ImageErrorKind::NotBuilt {
            format: self,
            feature,
        }
    }

    /// Where an image fits that does not fit here.
    pub(crate) fn wider_format(self) -> &'static str {
        match self {
            Self::Npy | Self::Tiff | Self::Zarr => ".npy",
            Self::Png => ".tif or .npy",
        }
    }
}

/// Whether a path goes on below a folder of Zarr, to one of several images in it.
fn is_in_zarr(path: &Path) -> bool {
    path.ancestors().skip(1).any(|folder| {
        folder
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("zarr"))
    })
}

impl fmt::Display for ImageFormat {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Npy => "npy",
            Self::Png => "PNG",
            Self::Tiff => "TIFF",
            Self::Zarr => "OME-Zarr",
        })
    }
}
