//! The files of a package, wherever they are.

mod description;
mod failure;
mod open;
mod read;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Archive;
use super::error::{PackageError, PackageErrorKind};
use super::path;
use super::provider::{FileProvider, ProvidedFile};
use crate::value::{FileSource, Sha256};

pub(super) use description::DESCRIPTION_NAMES;

/// The files of a package: a folder, a zip file, what a [`FileProvider`] brings, or files that were
/// [gathered](super::Package::gathered). No path leads out of it.
///
/// Links in a folder are followed: they are the user's own. Where a method takes the name of a file, that is a path
/// relative to the description, or a URL as the description states it if the package has a provider.
#[derive(Debug)]
pub struct PackageFiles {
    location: PathBuf,
    kind: Kind,
    description: String,
    /// Files that might be descriptions too, and are not read as such.
    others: Vec<String>,
    provider: Option<Arc<dyn FileProvider>>,
}

#[derive(Debug)]
enum Kind {
    Folder,
    Archive(Archive),
    /// Everything comes from the provider.
    Provided,
    /// Files that lie anywhere, by their names in the package.
    Gathered(BTreeMap<String, PathBuf>),
}

/// What a name in a package stands for.
enum Place {
    /// A normalised path.
    Inside(String),
    /// The address of a file that the provider brings.
    Url(url::Url),
}

impl Place {
    fn as_provided(&self) -> ProvidedFile<'_> {
        match self {
            Self::Inside(inside) => ProvidedFile::Inside(inside),
            Self::Url(url) => ProvidedFile::Url(url),
        }
    }
}

/// What was seen of a file.
#[derive(Debug)]
pub(super) struct Look {
    /// Its size in bytes; in a zip file the size that it declares, unless its end was seen.
    pub(super) size: u64,
    /// Its first bytes.
    pub(super) head: Vec<u8>,
    /// Its digest, if it was asked for.
    pub(super) sha256: Option<Sha256>,
}

/// Whether the digest of a file is needed: then all of it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Digest {
    Wanted,
    NotWanted,
}

impl PackageFiles {
    /// The folder or zip file, or the address of the folder.
    #[must_use]
    pub fn location(&self) -> &Path {
        &self.location
    }

    /// The name of the description.
    #[must_use]
    pub fn description_name(&self) -> &str {
        &self.description
    }

    /// Files at the top that have the name of a description too, and are not read as one: of several `rdf.yaml` is taken, then
    /// `*.rdf.yaml`, `bioimageio.yaml`, `*.bioimageio.yaml`, `model.yaml` and `*.model.yaml`.
    #[must_use]
    pub fn other_descriptions(&self) -> &[String] {
        &self.others
    }

    /// Where the description is, for messages: a path, or an address.
    #[must_use]
    pub fn description_place(&self) -> PathBuf {
        self.shown(&self.description)
    }

    /// The name by which a file of the description can be read here; `None` for a URL that nothing fetches.
    #[must_use]
    pub fn name_of<'s>(&self, source: &'s FileSource) -> Option<&'s str> {
        match source.relative_path() {
            Some(path) => Some(path),
            None => self.provider.as_ref().map(|_| source.as_str()),
        }
    }

    /// The user's own folder: files in it may be changed. `None` for a zip file and for what comes from elsewhere.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        matches!(self.kind, Kind::Folder).then_some(&*self.location)
    }

    fn place(&self, file: &str) -> Result<Place, PackageError> {
        let is_url = file.starts_with("http://") || file.starts_with("https://");
        match is_url.then(|| url::Url::parse(file).ok()).flatten() {
            Some(url) => Ok(Place::Url(url)),
            None => self.inside(file).map(Place::Inside),
        }
    }

    /// True if a file is a link, or below one, that leads out of the folder.
    ///
    /// # Errors
    /// If the path leads out of the package, or there is no such file.
    pub(super) fn leads_out(&self, file: &str) -> Result<bool, PackageError> {
        if !matches!(self.kind, Kind::Folder) {
            return Ok(false);
        }
        let path = self.location.join(self.inside(file)?);
        let failed = |error| self.failed(file, error);
        let folder = fs::canonicalize(&self.location).map_err(failed)?;
        Ok(!fs::canonicalize(path).map_err(failed)?.starts_with(folder))
    }

    /// The size of the zip file that the files are in.
    pub(super) fn archive_length(&self) -> Option<u64> {
        match &self.kind {
            Kind::Archive(archive) => Some(archive.length()),
            Kind::Folder | Kind::Gathered(_) | Kind::Provided => None,
        }
    }

    pub(super) fn inside(&self, file: &str) -> Result<String, PackageError> {
        path::inside(file).ok_or_else(|| {
            PackageError::new(PackageErrorKind::UnsafePath {
                path: file.to_owned(),
            })
            .at(&self.location)
        })
    }

    /// A file of the package for messages. An address has `/` on every platform.
    fn shown(&self, file: &str) -> PathBuf {
        if matches!(self.kind, Kind::Provided) {
            return PathBuf::from(format!("{}/{file}", self.location.display()));
        }
        self.location.join(file)
    }
}
