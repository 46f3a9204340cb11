//! Packages in zip files.

use std::collections::HashMap;
use std::io::{BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::error::{PackageError, PackageErrorKind};
use super::path;

/// A zip file whose entries have been looked through: no name leads out, none stands twice.
pub(super) struct Archive {
    path: PathBuf,
    zip: Mutex<zip::ZipArchive<BufReader<Box<dyn Bytes>>>>,
    /// Normalised name to the number of the entry and its declared size.
    entries: HashMap<String, (usize, u64)>,
}

/// What a zip file is read from.
trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

impl Archive {
    pub(super) fn open(bytes: impl Read + Seek + Send + 'static, path: &Path) -> Result<Self, PackageError> {
        let bytes: Box<dyn Bytes> = Box::new(bytes);
        let malformed = |error| unreadable(error, "its directory").at(path);
        let mut zip = zip::ZipArchive::new(BufReader::new(bytes)).map_err(malformed)?;
        let mut entries = HashMap::new();
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(malformed)?;
            let name = entry.name().map_err(malformed)?.into_owned();
            let Some(normal) = path::inside(&name) else {
                return Err(PackageError::new(PackageErrorKind::UnsafePath { path: name }).at(path));
            };
            if entry.is_dir() {
                continue;
            }
            if entries.insert(normal, (index, entry.size())).is_some() {
                return Err(PackageError::new(PackageErrorKind::DuplicateEntry { path: name }).at(path));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            zip: Mutex::new(zip),
            entries,
        })
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(super) fn size(&self, name: &str) -> Result<u64, PackageError> {
        self.entry(name).map(|(_, size)| size)
    }

    fn entry(&self, name: &str) -> Result<(usize, u64), PackageError> {
        self.entries.get(name).copied().ok_or_else(|| {
            PackageError::new(PackageErrorKind::MissingFile {
                file: name.to_owned(),
            })
            .at(&self.path)
        })
    }

    /// Hands the content of an entry to a function, as a stream.
    pub(super) fn with_reader<T>(
        &self,
        name: &str,
        read: impl FnOnce(&mut dyn Read) -> Result<T, PackageError>,
    ) -> Result<T, PackageError> {
        let (index, _) = self.entry(name)?;
        // A panic while the lock was held leaves an archive that can still be read from any entry's start.
        let mut zip = self.zip.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entry = zip
            .by_index(index)
            .map_err(|error| match unreadable(error, name) {
                error if matches!(error.kind(), PackageErrorKind::NotFetched { .. }) => error.at(&self.path),
                error => error.at(self.path.join(name)),
            })?;
        read(&mut entry)
    }
}

/// What cannot be read is damaged, unless its bytes are elsewhere and did not come.
fn unreadable(error: zip::result::ZipError, file: &str) -> PackageError {
    match error {
        zip::result::ZipError::Io(error) if error.kind() == std::io::ErrorKind::NotConnected => {
            let file = file.to_owned();
            PackageError::new(PackageErrorKind::NotFetched { file }).caused_by(error)
        }
        other => PackageError::new(PackageErrorKind::MalformedArchive).caused_by(other),
    }
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("path", &self.path)
            .field("entries", &self.entries.len())
            .finish()
    }
}
