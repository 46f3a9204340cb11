//! The files of a package, wherever they are.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::Archive;
use super::error::{PackageError, PackageErrorKind};
use super::path;
use super::provider::{FileProvider, ProvidedFile};
use crate::value::{FileSource, Sha256};

/// The names that a description may have, best first; `*.rdf.yaml` and the like come behind them.
pub(super) const DESCRIPTION_NAMES: [&str; 3] = ["rdf.yaml", "bioimageio.yaml", "model.yaml"];

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
            let description = find_description(names.iter().map(String::as_str)).ok_or_else(|| {
                PackageError::new(PackageErrorKind::NoDescription { nested: None }).at(path)
            })?;
            return Ok(Self {
                location: path.to_owned(),
                kind: Kind::Folder,
                description,
                provider: None,
            });
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
    pub(super) fn in_archive(
        bytes: impl Read + Seek + Send + 'static,
        location: &Path,
    ) -> Result<Self, PackageError> {
        let archive = Archive::open(bytes, location)?;
        let Some(description) = find_description(archive.names()) else {
            let nested = archive
                .names()
                .filter(|name| name.ends_with("/rdf.yaml"))
                .min()
                .map(str::to_owned);
            return Err(PackageError::new(PackageErrorKind::NoDescription { nested }).at(location));
        };
        Ok(Self {
            location: location.to_owned(),
            kind: Kind::Archive(archive),
            description,
            provider: None,
        })
    }

    /// The files below a folder of this machine, for a description that came from elsewhere.
    pub(super) fn around(folder: &Path, description: &str) -> Self {
        Self {
            location: folder.to_owned(),
            kind: Kind::Folder,
            description: description.to_owned(),
            provider: None,
        }
    }

    /// Files that a provider brings.
    pub(super) fn provided(location: &Path, description: &str, provider: Arc<dyn FileProvider>) -> Self {
        Self {
            location: location.to_owned(),
            kind: Kind::Provided,
            description: description.to_owned(),
            provider: Some(provider),
        }
    }

    pub(super) fn set_provider(&mut self, provider: Arc<dyn FileProvider>) {
        self.provider = Some(provider);
    }

    /// Files that lie anywhere, under the names that they have in the package.
    pub(super) fn gathered(
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
            provider: None,
        })
    }

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
    pub(super) fn prepare(&self, files: &[&str]) {
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
    pub(super) fn look(&self, file: &str, head: usize, digest: Digest) -> Result<Look, PackageError> {
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

    pub(super) fn with_reader<T>(
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

    fn not_fetched(&self, file: &str, error: io::Error) -> PackageError {
        let file = file.to_owned();
        let kind = match error.kind() {
            io::ErrorKind::NotFound => PackageErrorKind::MissingFile { file },
            _ => PackageErrorKind::NotFetched { file },
        };
        PackageError::new(kind).at(&self.location).caused_by(error)
    }

    fn no_provider(&self, file: &str) -> PackageError {
        let reason = io::Error::new(
            io::ErrorKind::Unsupported,
            "nothing here fetches files from the web",
        );
        let file = file.to_owned();
        PackageError::new(PackageErrorKind::NotFetched { file })
            .at(&self.location)
            .caused_by(reason)
    }

    /// A file of the package for messages. An address has `/` on every platform.
    fn shown(&self, file: &str) -> PathBuf {
        if matches!(self.kind, Kind::Provided) {
            return PathBuf::from(format!("{}/{file}", self.location.display()));
        }
        self.location.join(file)
    }

    pub(super) fn failed(&self, file: &str, error: io::Error) -> PackageError {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => PackageErrorKind::MissingFile {
                file: file.to_owned(),
            },
            // The zip reader reports bad data and checksums in this way.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other
                if matches!(self.kind, Kind::Archive(_)) =>
            {
                PackageErrorKind::MalformedArchive
            }
            // What an archive is read from, and is elsewhere, did not come.
            io::ErrorKind::NotConnected if matches!(self.kind, Kind::Archive(_)) => {
                PackageErrorKind::NotFetched {
                    file: file.to_owned(),
                }
            }
            _ => PackageErrorKind::Io,
        };
        let place = match kind {
            PackageErrorKind::MissingFile { .. } | PackageErrorKind::NotFetched { .. } => {
                self.location.clone()
            }
            _ => self.shown(file),
        };
        PackageError::new(kind).at(place).caused_by(error)
    }
}

/// Pipes and devices may never end, and opening some of them waits for somebody else.
fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "it is not a regular file")
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

fn find_description<'a>(names: impl Iterator<Item = &'a str>) -> Option<String> {
    let top: Vec<&str> = names.filter(|name| !name.contains('/')).collect();
    let exact = DESCRIPTION_NAMES.iter().find(|name| top.contains(name)).copied();
    exact
        .or_else(|| {
            let is_description = |name: &&&str| {
                DESCRIPTION_NAMES
                    .iter()
                    .any(|known| name.ends_with(&format!(".{known}")))
            };
            top.iter().filter(is_description).min().copied()
        })
        .map(str::to_owned)
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
