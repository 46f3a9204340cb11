//! Packages in zip files.

mod duplicate;

use std::collections::{HashMap, HashSet};
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use zip::read::{ArchiveOffset, Config};

use super::error::{PackageError, PackageErrorKind};
use super::path;

/// A zip file whose entries have been looked through: no name leads out, none stands twice.
pub(super) struct Archive {
    path: PathBuf,
    zip: Mutex<zip::ZipArchive<BufReader<Box<dyn Bytes>>>>,
    /// Normalised name to the number of the entry and its declared size.
    entries: HashMap<String, (usize, u64)>,
    /// Entries that are symbolic links: their content is the path of another file.
    links: HashSet<String>,
    length: u64,
}

/// What a zip file is read from.
trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

impl Archive {
    pub(super) fn open(bytes: impl Read + Seek + Send + 'static, path: &Path) -> Result<Self, PackageError> {
        let mut bytes: Box<dyn Bytes> = Box::new(bytes);
        let malformed = |error| unreadable(error, "its directory").at(path);
        let length = bytes
            .seek(SeekFrom::End(0))
            .map_err(|error| malformed(error.into()))?;
        let offset = archive_offset(&mut bytes);
        let mut zip = zip::ZipArchive::with_config(offset, BufReader::new(bytes)).map_err(malformed)?;
        if zip.has_duplicate_names() {
            let start = zip.central_directory_start();
            let name = duplicate::first(zip.into_inner(), start);
            let path_of_entry = name.unwrap_or_else(|| "a name".to_owned());
            let kind = PackageErrorKind::DuplicateEntry { path: path_of_entry };
            return Err(PackageError::new(kind).at(path));
        }
        let mut entries = HashMap::new();
        let mut links = HashSet::new();
        for index in 0..zip.len() {
            let entry = zip.by_index_raw(index).map_err(malformed)?;
            let name = entry.name().map_err(malformed)?.into_owned();
            let Some(normal) = path::inside(&name) else {
                return Err(PackageError::new(PackageErrorKind::UnsafePath { path: name }).at(path));
            };
            if entry.is_dir() {
                continue;
            }
            if entry.is_symlink() {
                links.insert(normal.clone());
            }
            if entries.insert(normal, (index, entry.size())).is_some() {
                return Err(PackageError::new(PackageErrorKind::DuplicateEntry { path: name }).at(path));
            }
        }
        Ok(Self {
            path: path.to_owned(),
            zip: Mutex::new(zip),
            entries,
            links,
            length,
        })
    }

    /// The size of the zip file.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    pub(super) fn size(&self, name: &str) -> Result<u64, PackageError> {
        self.entry(name).map(|(_, size)| size)
    }

    fn entry(&self, name: &str) -> Result<(usize, u64), PackageError> {
        if self.links.contains(name) {
            let link = PackageErrorKind::Link {
                file: name.to_owned(),
            };
            return Err(PackageError::new(link).at(&self.path));
        }
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

/// Where the archive begins. Packages begin where the file begins; only what is not read that way (an archive behind
/// something else) is looked for elsewhere. Looking from the start takes the records that large archives have behind their
/// directory for its entries, where the first name has 30 bytes.
fn archive_offset(bytes: &mut Box<dyn Bytes>) -> Config {
    let from_the_start = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    match zip::ZipArchive::with_config(from_the_start, BufReader::new(bytes)) {
        Ok(_) => from_the_start,
        Err(_) => Config::default(),
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
