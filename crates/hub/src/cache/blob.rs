//! Contents, named by their digest.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rdf_spec::Sha256;

use super::Cache;
use crate::error::HubError;

impl Cache {
    pub(crate) fn blob_path(&self, digest: &Sha256) -> PathBuf {
        let name = digest.as_str();
        self.below("blobs").join(name.get(..2).unwrap_or("")).join(name)
    }

    /// The file with a content; `None` if it is not there. A file that is not what its name says is removed.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn get(&self, digest: &Sha256) -> Result<Option<PathBuf>, HubError> {
        let path = self.blob_path(digest);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(HubError::cache("open", path, error)),
        };
        match Sha256::of(&mut file) {
            Ok(found) if found == *digest => Ok(Some(path)),
            Ok(_) => {
                drop(file);
                remove(&path)?;
                Ok(None)
            }
            Err(error) => Err(HubError::cache("read", path, error)),
        }
    }

    /// Moves a file, whose digest is known, to where it belongs.
    pub(crate) fn put_file(&self, from: &Path, digest: &Sha256) -> Result<PathBuf, HubError> {
        let path = self.blob_path(digest);
        if let Some(folder) = path.parent() {
            Self::make(folder)?;
        }
        // Replacing what is there heals a damaged file; where it cannot be replaced, it is in use or equal.
        if let Err(error) = fs::rename(from, &path) {
            if self.get(digest)?.is_none() {
                return Err(HubError::cache("write", path, error));
            }
            remove(from)?;
        }
        Ok(path)
    }

    /// Stores bytes.
    pub(crate) fn put_bytes(&self, bytes: &[u8]) -> Result<Sha256, HubError> {
        let failed = |error| HubError::cache("write", self.below("blobs"), error);
        let digest = Sha256::of(&mut &*bytes).map_err(failed)?;
        if self.get(&digest)?.is_none() {
            let path = self.blob_path(&digest);
            if let Some(folder) = path.parent() {
                Self::make(folder)?;
            }
            write_whole(&path, bytes)?;
        }
        Ok(digest)
    }
}

/// Writes a file so that it appears whole or not at all.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), HubError> {
    let failed = |error| HubError::cache("write", path, error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    io::Write::write_all(&mut file, bytes).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// Removes a file; that it is gone already is fine.
pub(super) fn remove(path: &Path) -> Result<(), HubError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(HubError::cache("remove", path, error)),
        _ => Ok(()),
    }
}
