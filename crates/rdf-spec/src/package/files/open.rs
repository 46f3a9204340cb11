//! Where the files of a package come from.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::description::{self, DESCRIPTION_NAMES, Found};
use super::failure::not_a_file;
use super::{Kind, PackageFiles};
use crate::package::archive::Archive;
use crate::package::error::{PackageError, PackageErrorKind};
use crate::package::path;
use crate::package::provider::FileProvider;

impl PackageFiles {
    /// Opens a folder, a zip file, or the folder around a description.
    ///
    /// # Errors
    /// If there is nothing at the path, it is no package, or it has no description at its top; for a zip
    /// file also if it is damaged, or an entry leads out of it or stands in it twice.
    pub fn open(path: &Path) -> Result<Self, PackageError> {
        let metadata = fs::metadata(path).map_err(|error| {
            let kind = match error.kind() {
                io::ErrorKind::NotFound => PackageErrorKind::NotFound,
                _ => PackageErrorKind::Io,
            };
            PackageError::new(kind).at(path).caused_by(error)
        })?;
        if metadata.is_dir() {
            let names = folder_names(path)?;
            let found = description::find(names.iter().map(String::as_str)).ok_or_else(|| {
                PackageError::new(PackageErrorKind::NoDescription { nested: None }).at(path)
            })?;
            return Ok(Self::of_found(path, Kind::Folder, found));
        }
        if !metadata.is_file() {
            return Err(PackageError::new(PackageErrorKind::NotAPackage)
                .at(path)
                .caused_by(not_a_file()));
        }
        let extension = path
            .extension()
            .and_then(|extension| extension.to_str())
            .unwrap_or_default();
        if ["yaml", "yml", "json"]
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
        {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty())
                .unwrap_or(Path::new("."));
            let Some(description) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else {
                let reason = io::Error::new(io::ErrorKind::InvalidInput, "the name of the file is not UTF-8");
                return Err(PackageError::new(PackageErrorKind::Io).at(path).caused_by(reason));
            };
            return Ok(Self {
                location: parent.to_owned(),
                kind: Kind::Folder,
                description,
                others: Vec::new(),
                provider: None,
            });
        }
        if !is_zip(path)? {
            return Err(PackageError::new(PackageErrorKind::NotAPackage).at(path));
        }
        let file = File::open(path)
            .map_err(|error| PackageError::new(PackageErrorKind::Io).at(path).caused_by(error))?;
        Self::in_archive(file, path)
    }

    /// The files of a zip file that is read from anything that has its bytes.
    pub(in crate::package) fn in_archive(
        bytes: impl Read + Seek + Send + 'static,
        location: &Path,
    ) -> Result<Self, PackageError> {
        let archive = Archive::open(bytes, location)?;
        let Some(found) = description::find(archive.names()) else {
            let nested = archive
                .names()
                .filter(|name| name.ends_with("/rdf.yaml"))
                .min()
                .map(str::to_owned);
            return Err(PackageError::new(PackageErrorKind::NoDescription { nested }).at(location));
        };
        Ok(Self::of_found(location, Kind::Archive(archive), found))
    }

    fn of_found(location: &Path, kind: Kind, found: Found) -> Self {
        Self {
            location: location.to_owned(),
            kind,
            description: found.description,
            others: found.others,
            provider: None,
        }
    }

    /// The files below a folder of this machine, for a description that came from elsewhere.
    pub(in crate::package) fn around(folder: &Path, description: &str) -> Self {
        Self {
            location: folder.to_owned(),
            kind: Kind::Folder,
            description: description.to_owned(),
            others: Vec::new(),
            provider: None,
        }
    }

    /// Files that a provider brings.
    pub(in crate::package) fn provided(
        location: &Path,
        description: &str,
        provider: Arc<dyn FileProvider>,
    ) -> Self {
        Self {
            location: location.to_owned(),
            kind: Kind::Provided,
            description: description.to_owned(),
            others: Vec::new(),
            provider: Some(provider),
        }
    }

    pub(in crate::package) fn set_provider(&mut self, provider: Arc<dyn FileProvider>) {
        self.provider = Some(provider);
    }

    /// Files that lie anywhere, under the names that they have in the package.
    pub(in crate::package) fn gathered(
        location: &Path,
        files: impl IntoIterator<Item = (String, PathBuf)>,
    ) -> Result<Self, PackageError> {
        let mut gathered = BTreeMap::new();
        for (name, file) in files {
            let Some(inside) = path::inside(&name) else {
                return Err(PackageError::new(PackageErrorKind::UnsafePath { path: name }).at(location));
            };
            if gathered.insert(inside, file).is_some() {
                return Err(PackageError::new(PackageErrorKind::DuplicateEntry { path: name }).at(location));
            }
        }
        Ok(Self {
            location: location.to_owned(),
            kind: Kind::Gathered(gathered),
            description: DESCRIPTION_NAMES[0].to_owned(),
            others: Vec::new(),
            provider: None,
        })
    }
}

fn folder_names(path: &Path) -> Result<Vec<String>, PackageError> {
    let failed = |error: io::Error| PackageError::new(PackageErrorKind::Io).at(path).caused_by(error);
    let mut names = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        if let Ok(name) = entry.map_err(failed)?.file_name().into_string() {
            names.push(name);
        }
    }
    Ok(names)
}

/// True if the file begins as a zip file does (also an empty one).
fn is_zip(path: &Path) -> Result<bool, PackageError> {
    let failed = |error: io::Error| PackageError::new(PackageErrorKind::Io).at(path).caused_by(error);
    let mut start = [0_u8; 4];
    let length = File::open(path)
        .and_then(|mut file| file.read(&mut start))
        .map_err(failed)?;
    Ok(length == 4 && (start == *b"PK\x03\x04" || start == *b"PK\x05\x06"))
}
