//! Files of metadata in a folder.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::ZarrError;
use crate::image::{ImageErrorKind, regular_file};

/// Metadata of this size describe more than any image has.
const MOST_METADATA_BYTES: u64 = 16 << 20;

/// A folder below the one that the user named.
#[derive(Debug, Clone)]
pub(super) struct Folder {
    root: PathBuf,
    /// The path below the root, with slashes; empty for the root itself.
    inner: String,
}

impl Folder {
    /// The folder at a path.
    pub(super) fn open(path: &Path) -> Result<Self, ImageErrorKind> {
        let metadata = fs::metadata(path).map_err(ImageErrorKind::Open)?;
        if !metadata.is_dir() {
            return Err(ImageErrorKind::Open(io::Error::new(
                io::ErrorKind::NotADirectory,
                "this is a file, but Zarr images are folders",
            )));
        }
        Ok(Self::at(path))
    }

    pub(super) fn at(path: &Path) -> Self {
        Self {
            root: path.to_path_buf(),
            inner: String::new(),
        }
    }

    /// A folder in this one; `None` unless all parts of the path are plain names.
    pub(super) fn child(&self, path: &str) -> Option<Self> {
        let mut inner = self.inner.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            let is_plain = name != "." && name != ".." && !name.contains(['\\', ':', '\0']);
            if !is_plain {
                return None;
            }
            if !inner.is_empty() {
                inner.push('/');
            }
            inner.push_str(name);
        }
        Some(Self {
            root: self.root.clone(),
            inner,
        })
    }

    /// What a file in this folder is called in messages.
    pub(super) fn name_of(&self, file: &str) -> String {
        if self.inner.is_empty() {
            file.to_owned()
        } else {
            format!("{}/{file}", self.inner)
        }
    }

    /// Where a file or folder in this one is. `file` is a name of ours, not one of the file.
    pub(super) fn path_of(&self, file: &str) -> PathBuf {
        self.root.join(&self.inner).join(file)
    }

    /// Read a file of metadata; `None` if there is none.
    pub(super) fn json(&self, file: &str) -> Result<Option<Value>, ZarrError> {
        let metadata = |source| ZarrError::Metadata {
            name: self.name_of(file),
            source,
        };
        let path = self.path_of(file);
        if let Err(error) = fs::metadata(&path)
            && matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            )
        {
            return Ok(None);
        }
        let (opened, length) = regular_file::open(&path).map_err(|error| match error {
            ImageErrorKind::Open(source) => metadata(source),
            other => metadata(io::Error::other(other)),
        })?;
        if length > MOST_METADATA_BYTES {
            return Err(metadata(io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("it has {length} bytes, expected at most {MOST_METADATA_BYTES}"),
            )));
        }
        let mut text = Vec::new();
        opened
            .take(MOST_METADATA_BYTES)
            .read_to_end(&mut text)
            .map_err(metadata)?;
        // The parser bounds how deep values are nested.
        serde_json::from_slice(&text)
            .map(Some)
            .map_err(|source| ZarrError::Json {
                name: self.name_of(file),
                source,
            })
    }
}

/// A value as a message shows it.
pub(super) fn shown(value: Option<&Value>) -> String {
    const MOST_CHARACTERS: usize = 60;
    let Some(value) = value else {
        return "missing".to_owned();
    };
    let text = value.to_string();
    if text.chars().count() <= MOST_CHARACTERS {
        text
    } else {
        text.chars().take(MOST_CHARACTERS).chain("...".chars()).collect()
    }
}
