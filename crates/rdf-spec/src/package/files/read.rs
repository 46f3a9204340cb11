//! Sizes, contents and digests of files.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::failure::not_a_file;
use super::{Digest, Kind, Look, PackageFiles, Place};
use crate::package::error::{PackageError, PackageErrorKind};
use crate::package::provider::ProvidedFile;
use crate::value::Sha256;

impl PackageFiles {
    /// The path of a file in the file system, for reading; `None` for a file in a zip file. A file that a provider
    /// has to bring is fetched. To write, see [`folder`](Self::folder).
    ///
    /// # Errors
    /// If the path leads out of the package, or the file could not be fetched.
    pub fn file_path(&self, file: &str) -> Result<Option<PathBuf>, PackageError> {
        let place = self.place(file)?;
        match (&place, &self.kind) {
            (Place::Inside(inside), Kind::Folder) => Ok(Some(self.location.join(inside))),
            (Place::Inside(_), Kind::Archive(_)) => Ok(None),
            (Place::Inside(inside), Kind::Gathered(files)) => {
                Ok(Some(self.gathered_file(files, file, inside)?.to_owned()))
            }
            _ => self.fetched(file, &place).map(Some),
        }
    }

    /// The size of a file in bytes; in a zip file the size that it declares.
    ///
    /// # Errors
    /// If the path leads out of the package, or there is no such file.
    pub fn size(&self, file: &str) -> Result<u64, PackageError> {
        let place = self.place(file)?;
        match (&place, &self.kind) {
            (Place::Inside(inside), Kind::Archive(archive)) => archive.size(inside),
            (Place::Inside(inside), Kind::Folder) => self.size_of(file, &self.location.join(inside)),
            (Place::Inside(inside), Kind::Gathered(files)) => {
                self.size_of(file, self.gathered_file(files, file, inside)?)
            }
            _ => match &self.provider {
                Some(provider) => {
                    let size = provider.size(place.as_provided());
                    size.map_err(|error| self.not_fetched(file, error))
                }
                None => Err(self.no_provider(file)),
            },
        }
    }

    /// Tells the provider, if there is one, which files will be read.
    pub(in crate::package) fn prepare(&self, files: &[&str]) {
        let (Kind::Provided, Some(provider)) = (&self.kind, &self.provider) else {
            return;
        };
        let places: Vec<Place> = files.iter().filter_map(|file| self.place(file).ok()).collect();
        let files: Vec<ProvidedFile<'_>> = places.iter().map(Place::as_provided).collect();
        provider.prepare(&files);
    }

    fn size_of(&self, file: &str, path: &Path) -> Result<u64, PackageError> {
        let metadata = fs::metadata(path).map_err(|error| self.failed(file, error))?;
        if !metadata.is_file() {
            return Err(self.failed(file, not_a_file()));
        }
        Ok(metadata.len())
    }

    fn gathered_file<'f>(
        &self,
        files: &'f BTreeMap<String, PathBuf>,
        file: &str,
        inside: &str,
    ) -> Result<&'f Path, PackageError> {
        files.get(inside).map(PathBuf::as_path).ok_or_else(|| {
            let file = file.to_owned();
            PackageError::new(PackageErrorKind::MissingFile { file }).at(&self.location)
        })
    }

    /// The content of a file.
    ///
    /// # Errors
    /// If the path leads out of the package, there is no such file, it cannot be read, or it has more
    /// bytes than the limit; what a zip file declares is not trusted.
    pub fn read(&self, file: &str, limit: u64) -> Result<Vec<u8>, PackageError> {
        let too_large = || {
            PackageError::new(PackageErrorKind::TooLarge {
                file: file.to_owned(),
                limit,
            })
            .at(&self.location)
        };
        if self.size(file)? > limit {
            return Err(too_large());
        }
        let mut content = Vec::new();
        self.with_reader(file, |reader| {
            reader
                .take(limit.saturating_add(1))
                .read_to_end(&mut content)
                .map_err(|error| self.failed(file, error))
        })?;
        if content.len() as u64 > limit {
            return Err(too_large());
        }
        Ok(content)
    }

    /// Copies the content of a file, in blocks; the number of bytes.
    ///
    /// # Errors
    /// If the path leads out of the package, there is no such file, it cannot be read, or what it is copied to fails.
    pub fn copy_to(&self, file: &str, target: &mut dyn io::Write) -> Result<u64, PackageError> {
        self.with_reader(file, |mut reader| {
            io::copy(&mut reader, target).map_err(|error| self.failed(file, error))
        })
    }

    /// The SHA-256 digest of a file.
    ///
    /// # Errors
    /// If the path leads out of the package, there is no such file, or it cannot be read.
    pub fn sha256(&self, file: &str) -> Result<Sha256, PackageError> {
        self.with_reader(file, |mut reader| {
            Sha256::of(&mut reader).map_err(|error| self.failed(file, error))
        })
    }

    /// Opens a file once: keeps up to `head` bytes of its start and, if wanted, computes the digest of all of it.
    pub(in crate::package) fn look(
        &self,
        file: &str,
        head: usize,
        digest: Digest,
    ) -> Result<Look, PackageError> {
        let mut look = Look {
            size: self.size(file)?,
            head: Vec::new(),
            sha256: None,
        };
        if head == 0 && digest == Digest::NotWanted {
            return Ok(look);
        }
        self.with_reader(file, |reader| {
            let failed = |error| self.failed(file, error);
            let limit = head as u64;
            reader.take(limit).read_to_end(&mut look.head).map_err(failed)?;
            if digest == Digest::Wanted {
                let mut whole = look.head.as_slice().chain(reader);
                look.sha256 = Some(Sha256::of(&mut whole).map_err(failed)?);
            }
            Ok(())
        })?;
        if look.head.len() < head {
            // What a zip file declares is not trusted where its end was seen.
            look.size = look.head.len() as u64;
        }
        Ok(look)
    }

    pub(in crate::package) fn with_reader<T>(
        &self,
        file: &str,
        read: impl FnOnce(&mut dyn Read) -> Result<T, PackageError>,
    ) -> Result<T, PackageError> {
        let place = self.place(file)?;
        let path = match (&place, &self.kind) {
            (Place::Inside(inside), Kind::Archive(archive)) => return archive.with_reader(inside, read),
            (Place::Inside(inside), Kind::Folder) => {
                // Looked at before it is opened: opening a pipe would wait for its other end.
                self.size(file)?;
                self.location.join(inside)
            }
            (Place::Inside(inside), Kind::Gathered(files)) => {
                self.size(file)?;
                self.gathered_file(files, file, inside)?.to_owned()
            }
            _ => self.fetched(file, &place)?,
        };
        let mut opened = File::open(path).map_err(|error| self.failed(file, error))?;
        read(&mut opened)
    }

    /// The path of a file that the provider has brought.
    fn fetched(&self, file: &str, place: &Place) -> Result<PathBuf, PackageError> {
        let Some(provider) = &self.provider else {
            return Err(self.no_provider(file));
        };
        let path = provider.path(place.as_provided());
        path.map_err(|error| self.not_fetched(file, error))
    }
}
