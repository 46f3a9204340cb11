//! Packages in zip files.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use zip::read::{ArchiveOffset, Config};

use super::error::{PackageError, PackageErrorKind};
use super::path;

/// A zip file whose entries have been looked through: no name leads out, none stands twice.
pub(super) struct Archive {
    path: PathBuf,
    zip: Mutex<zip::ZipArchive<BufReader<File>>>,
    /// Normalised name to the number of the entry and its declared size.
    entries: HashMap<String, (usize, u64)>,
    /// Entries that are symbolic links: their content is the path of another file.
    links: HashSet<String>,
    length: u64,
}

impl Archive {
    pub(super) fn open(path: &Path) -> Result<Self, PackageError> {
        let file = File::open(path)
            .map_err(|error| PackageError::new(PackageErrorKind::Io).at(path).caused_by(error))?;
        let malformed = |error: zip::result::ZipError| {
            PackageError::new(PackageErrorKind::MalformedArchive)
                .at(path)
                .caused_by(error)
        };
        let length = file
            .metadata()
            .map_err(|error| PackageError::new(PackageErrorKind::Io).at(path).caused_by(error))?
            .len();
        let mut zip = read_directory(file).map_err(malformed)?;
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
        let mut entry = zip.by_index(index).map_err(|error| {
            PackageError::new(PackageErrorKind::MalformedArchive)
                .at(self.path.join(name))
                .caused_by(error)
        })?;
        read(&mut entry)
    }
}

/// The directory of an archive. Packages begin where the file begins; only what is not read that way (an archive
/// behind something else) is looked for elsewhere. Looking from the start takes the records that large archives have
/// behind their directory for its entries, where the first name has 30 bytes.
fn read_directory(file: File) -> zip::result::ZipResult<zip::ZipArchive<BufReader<File>>> {
    let from_the_start = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let again = file.try_clone();
    zip::ZipArchive::with_config(from_the_start, BufReader::new(file)).or_else(|error| match again {
        Ok(file) => zip::ZipArchive::new(BufReader::new(file)).map_err(|_| error),
        Err(_) => Err(error),
    })
}

impl std::fmt::Debug for Archive {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Archive")
            .field("path", &self.path)
            .field("entries", &self.entries.len())
            .finish()
    }
}
