//! The files of a model that is a folder, as it is or in a zip archive.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use zip::ZipArchive;

/// The most files that a folder or archive may have.
const MAX_FILES: usize = 100_000;
/// How deep folders may be nested.
const MAX_DEPTH: usize = 6;
/// How deep the file may lie that marks the folder of the model.
const MAX_MARKER_DEPTH: usize = 3;
/// All files of an archive together may have this many times its bytes ...
const MAX_RATIO: u64 = 64;
/// ... and this many bytes more.
const MAX_EXTRA: u64 = 256 << 20;

/// What is wrong with the files of a model.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{entry}: {message}")]
pub struct FilesError {
    kind: FilesErrorKind,
    entry: String,
    message: String,
}

/// The kinds of [`FilesError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FilesErrorKind {
    /// The operating system could not read a file.
    Io,
    /// The archive is damaged.
    Archive,
    /// A file is missing, or it is not clear which one is meant.
    Missing,
    /// A file is larger than what is read.
    TooLarge,
}

impl FilesError {
    fn new(kind: FilesErrorKind, entry: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            entry: entry.into(),
            message: message.into(),
        }
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> FilesErrorKind {
        self.kind
    }

    /// The file that is concerned.
    #[must_use]
    pub fn entry(&self) -> &str {
        &self.entry
    }
}

/// What an archive is read from.
trait Source: Read + Seek + Send {}

impl<T: Read + Seek + Send> Source for T {}

enum Storage<'a> {
    Folder(PathBuf),
    Zip(Box<ZipArchive<Box<dyn Source + 'a>>>),
    Lone(Vec<u8>),
}

/// The files of a model: a folder, a zip archive of a folder (with or without that folder itself), or one file.
///
/// ```
/// use std::io::Cursor;
/// use weight_converters::ModelFiles;
///
/// let error = ModelFiles::read(Cursor::new(b"PK\x03\x04 cut off")).unwrap_err();
/// assert!(error.to_string().starts_with("the zip file"));
/// ```
pub struct ModelFiles<'a> {
    storage: Storage<'a>,
    /// Position in the archive (0 elsewhere) of each file by its name, with `/` between the parts.
    names: BTreeMap<String, usize>,
    /// The folder of the model: empty, or with `/` at its end.
    root: String,
    /// Bytes that may still be unpacked.
    budget: u64,
}

impl std::fmt::Debug for ModelFiles<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ModelFiles")
            .field("files", &self.names.len())
            .field("root", &self.root)
            .finish_non_exhaustive()
    }
}

impl ModelFiles<'static> {
    /// Opens a folder, a zip archive, or a file. Of `saved_model.pb` and `model.json` the folder around it is opened.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is a damaged archive.
    pub fn open(path: &Path) -> Result<Self, FilesError> {
        let io = |error: std::io::Error| {
            FilesError::new(FilesErrorKind::Io, path.display().to_string(), error.to_string())
        };
        let metadata = fs::metadata(path).map_err(io)?;
        if metadata.is_dir() {
            return Self::folder(path);
        }
        if !metadata.is_file() {
            let message = "is neither a folder nor a regular file";
            return Err(FilesError::new(
                FilesErrorKind::Io,
                path.display().to_string(),
                message,
            ));
        }
        let name = path.file_name().and_then(|name| name.to_str());
        if let (Some("saved_model.pb" | "model.json"), Some(folder)) = (name, path.parent()) {
            let folder = if folder.as_os_str().is_empty() {
                Path::new(".")
            } else {
                folder
            };
            return Self::folder(folder);
        }
        Self::read(File::open(path).map_err(io)?)
    }

    fn folder(path: &Path) -> Result<Self, FilesError> {
        let mut names = BTreeMap::new();
        list(path, "", 0, &mut names)?;
        Ok(Self {
            storage: Storage::Folder(path.to_owned()),
            names,
            root: String::new(),
            budget: u64::MAX,
        })
    }
}

impl<'a> ModelFiles<'a> {
    /// A zip archive, or one file that is none.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is a damaged archive.
    pub fn read(mut reader: impl Read + Seek + Send + 'a) -> Result<Self, FilesError> {
        let io = |error: std::io::Error| {
            FilesError::new(FilesErrorKind::Io, "the weights file", error.to_string())
        };
        let length = reader.seek(SeekFrom::End(0)).map_err(io)?;
        reader.rewind().map_err(io)?;
        let mut start = Vec::new();
        reader.by_ref().take(4).read_to_end(&mut start).map_err(io)?;
        reader.rewind().map_err(io)?;
        let budget = length.saturating_mul(MAX_RATIO).saturating_add(MAX_EXTRA);
        if !start.starts_with(b"PK") {
            // a file of protocol buffers has less than 2 GiB
            let limit = 1_u64 << 31;
            if length >= limit {
                return Err(too_large("the weights file", length, limit));
            }
            let mut bytes = Vec::new();
            reader.take(limit).read_to_end(&mut bytes).map_err(io)?;
            return Ok(Self {
                storage: Storage::Lone(bytes),
                names: BTreeMap::new(),
                root: String::new(),
                budget,
            });
        }
        let damaged = |message: String| FilesError::new(FilesErrorKind::Archive, "the zip file", message);
        let zip = ZipArchive::new(Box::new(reader) as Box<dyn Source + 'a>)
            .map_err(|error| damaged(format!("{error}; the file may be truncated")))?;
        if zip.len() > MAX_FILES {
            return Err(damaged(format!(
                "{} files; up to {MAX_FILES} are read",
                zip.len()
            )));
        }
        let mut names = BTreeMap::new();
        for index in 0..zip.len() {
            let name = match zip.name_for_index(index) {
                Some(Ok(name)) => name.replace('\\', "/"),
                Some(Err(error)) => return Err(damaged(error.to_string())),
                None => return Err(damaged(format!("entry {index} has no name"))),
            };
            let name = name.trim_start_matches("./");
            if name.is_empty() || name.ends_with('/') || name.starts_with("__MACOSX/") {
                continue;
            }
            if names.insert(name.to_owned(), index).is_some() {
                return Err(damaged(format!("`{name}` occurs twice")));
            }
        }
        Ok(Self {
            storage: Storage::Zip(Box::new(zip)),
            names,
            root: String::new(),
            budget,
        })
    }

    /// The content in memory of a zip archive, or of one file.
    ///
    /// # Errors
    ///
    /// Damaged archives.
    pub fn from_bytes(bytes: &'a [u8]) -> Result<Self, FilesError> {
        Self::read(Cursor::new(bytes))
    }

    /// The bytes, if it is one file that is no archive.
    pub(crate) fn lone(&self) -> Option<&[u8]> {
        match &self.storage {
            Storage::Lone(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Goes to the folder that has a file of this name, at the top or in a folder; false if there is none.
    ///
    /// # Errors
    ///
    /// When several folders have one.
    pub(crate) fn enter(&mut self, marker: &str) -> Result<bool, FilesError> {
        let mut found: Vec<&str> = self
            .names
            .keys()
            .filter_map(|name| {
                let folder = name.strip_suffix(marker)?;
                (folder.is_empty() || folder.ends_with('/')).then_some(folder)
            })
            .collect();
        found.sort_by_key(|folder| folder.matches('/').count());
        let Some(&first) = found.first() else {
            return Ok(false);
        };
        let depth = |folder: &str| folder.matches('/').count();
        if depth(first) > MAX_MARKER_DEPTH {
            return Ok(false);
        }
        if let Some(other) = found.get(1)
            && depth(other) == depth(first)
        {
            let message = format!("is in several folders (`{first}`, `{other}`): which one is meant is open");
            return Err(FilesError::new(FilesErrorKind::Missing, marker, message));
        }
        self.root = first.to_owned();
        Ok(true)
    }

    /// The names below the folder of the model.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.names
            .keys()
            .filter_map(|name| name.strip_prefix(self.root.as_str()))
    }

    /// Whether there is a file of this name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains_key(&format!("{}{name}", self.root))
    }

    /// The bytes of a file.
    ///
    /// # Errors
    ///
    /// Missing, damaged and too large files.
    pub(crate) fn load(&mut self, name: &str, limit: u64) -> Result<Vec<u8>, FilesError> {
        let full = format!("{}{name}", self.root);
        let missing = || FilesError::new(FilesErrorKind::Missing, name, "is missing");
        let index = *self.names.get(&full).ok_or_else(missing)?;
        let io = |error: std::io::Error| FilesError::new(FilesErrorKind::Io, name, error.to_string());
        let (size, reader): (u64, Box<dyn Read + '_>) = match &mut self.storage {
            Storage::Folder(folder) => {
                let file = File::open(folder.join(&full)).map_err(io)?;
                (file.metadata().map_err(io)?.len(), Box::new(file))
            }
            Storage::Zip(zip) => {
                let file = zip
                    .by_index(index)
                    .map_err(|error| FilesError::new(FilesErrorKind::Archive, name, error.to_string()))?;
                (file.size(), Box::new(file))
            }
            Storage::Lone(_) => return Err(missing()),
        };
        if size > limit {
            return Err(too_large(name, size, limit));
        }
        self.budget = self.budget.checked_sub(size).ok_or_else(|| {
            let message = "unpacks to far more bytes than the archive has: refused";
            FilesError::new(FilesErrorKind::TooLarge, name, message)
        })?;
        // the size is what the archive states: room is made as the bytes come
        let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 24)).unwrap_or(0));
        reader
            .take(size.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(|error| FilesError::new(FilesErrorKind::Archive, name, error.to_string()))?;
        if bytes.len() as u64 != size {
            let message = format!("does not have the {size} bytes that are stated");
            return Err(FilesError::new(FilesErrorKind::Archive, name, message));
        }
        Ok(bytes)
    }
}

fn too_large(name: &str, size: u64, limit: u64) -> FilesError {
    let message = format!("has {size} bytes; up to {limit} are read");
    FilesError::new(FilesErrorKind::TooLarge, name, message)
}

fn list(
    folder: &Path,
    prefix: &str,
    depth: usize,
    names: &mut BTreeMap<String, usize>,
) -> Result<(), FilesError> {
    let io = |error: std::io::Error| {
        FilesError::new(
            FilesErrorKind::Io,
            folder.display().to_string(),
            error.to_string(),
        )
    };
    for entry in fs::read_dir(folder).map_err(io)? {
        let entry = entry.map_err(io)?;
        // names that are no text are not those of a model
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        let Ok(metadata) = fs::metadata(entry.path()) else {
            continue;
        };
        if metadata.is_dir() && depth < MAX_DEPTH {
            list(&entry.path(), &format!("{prefix}{name}/"), depth + 1, names)?;
        } else if metadata.is_file() {
            names.insert(format!("{prefix}{name}"), 0);
        }
        if names.len() > MAX_FILES {
            let message = format!("has more than {MAX_FILES} files");
            return Err(FilesError::new(
                FilesErrorKind::TooLarge,
                folder.display().to_string(),
                message,
            ));
        }
    }
    Ok(())
}
