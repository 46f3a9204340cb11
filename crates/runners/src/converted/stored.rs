//! Where weights that are converted are.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::path::Path;
#[cfg(any(feature = "tensorflow", feature = "tfjs"))]
use std::path::PathBuf;
use std::sync::Arc;

use crate::{LoadError, LoadErrorKind, WeightsData};

/// Where the weights are. A file stays open, so that each conversion reads the same one.
pub(super) enum Stored {
    File(File),
    Bytes(Arc<[u8]>),
    /// A folder, or the file in a folder that stands for it.
    #[cfg(any(feature = "tensorflow", feature = "tfjs"))]
    Folder(PathBuf),
}

/// What a converter reads.
pub(super) trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

impl Stored {
    /// Opens a regular file, or keeps a copy of the bytes.
    pub(super) fn open(data: WeightsData<'_>) -> Result<Self, LoadError> {
        match data {
            WeightsData::Bytes(bytes) => Ok(Self::Bytes(bytes.into())),
            WeightsData::File(path) => {
                let opened = open(path).map(Self::File);
                opened.map_err(|error| {
                    let path = path.to_owned();
                    LoadError::with_source(LoadErrorKind::Io { path }, error)
                })
            }
        }
    }

    /// The same, of a model that may also be a folder.
    #[cfg(any(feature = "tensorflow", feature = "tfjs"))]
    pub(super) fn open_or_folder(data: WeightsData<'_>) -> Result<Self, LoadError> {
        if let WeightsData::File(path) = data {
            let stands_for_a_folder = path
                .file_name()
                .is_some_and(|name| name == "saved_model.pb" || name == "model.json");
            if path.is_dir() || stands_for_a_folder {
                return Ok(Self::Folder(path.to_owned()));
            }
        }
        Self::open(data)
    }

    /// The weights from their beginning on.
    pub(super) fn reader(&self) -> io::Result<Box<dyn Source + '_>> {
        match self {
            Self::File(file) => {
                let mut file = file;
                file.rewind()?;
                Ok(Box::new(file))
            }
            Self::Bytes(bytes) => Ok(Box::new(Cursor::new(&bytes[..]))),
            #[cfg(any(feature = "tensorflow", feature = "tfjs"))]
            Self::Folder(path) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("{} is a folder", path.display()),
            )),
        }
    }

    /// The files of a model.
    #[cfg(any(feature = "tensorflow", feature = "tfjs"))]
    pub(super) fn files(&self) -> Result<weight_converters::ModelFiles<'_>, super::network::Cause> {
        use weight_converters::ModelFiles;
        Ok(match self {
            Self::Folder(path) => ModelFiles::open(path)?,
            _ => ModelFiles::read(self.reader()?)?,
        })
    }
}

/// Opens a regular file: opening a pipe could wait for ever.
fn open(path: &Path) -> io::Result<File> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "it is not a regular file",
        ));
    }
    File::open(path)
}
