//! The cache: contents named by their digest, and what address had which content.

mod blob;
mod entry;
mod lock;
mod maintenance;

pub use entry::CacheEntry;
pub use maintenance::{Pruned, Verified};

pub(crate) use entry::Record;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{HubError, HubErrorKind};

/// The folder below which everything is, so that a later layout can live beside this one.
const LAYOUT: &str = "v1";

/// A folder of fetched files.
///
/// ```text
/// v1/blobs/ab/abcd...       contents, named by their SHA-256
/// v1/urls/KEY.json          address, digest, size, ETag; KEY is the SHA-256 of the address
/// v1/partial/KEY.part       what has been fetched of a file, and KEY.json of which version
/// v1/locks/KEY.lock         held while the address is fetched; v1/locks/all.lock by everything
/// ```
///
/// Contents are compared with their names whenever they are read, so a damaged file is never given out. Files appear whole
/// or not at all: they are written beside, then renamed. Processes that use the folder at once wait for each other where they
/// fetch the same address. Nothing is made before something is stored.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
}

impl Cache {
    /// The cache in a folder.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self { root: folder.into() }
    }

    /// Where the cache of this user belongs: `$XDG_CACHE_HOME/modelhub` or `~/.cache/modelhub` on Linux,
    /// `~/Library/Caches/modelhub` on macOS, `%LOCALAPPDATA%\modelhub` on Windows. Reads the environment.
    ///
    /// # Errors
    /// If the user has no home.
    pub fn default_folder() -> Result<PathBuf, HubError> {
        use etcetera::BaseStrategy as _;
        let strategy = etcetera::base_strategy::choose_native_strategy()
            .map_err(|error| HubError::caused_by(HubErrorKind::NoCacheFolder, error))?;
        Ok(strategy.cache_dir().join("modelhub"))
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    fn below(&self, folder: &str) -> PathBuf {
        self.root.join(LAYOUT).join(folder)
    }

    fn make(folder: &Path) -> Result<(), HubError> {
        fs::create_dir_all(folder).map_err(|error| HubError::cache("make the folder", folder, error))
    }

    /// The file for what has been fetched of an address, and that for what is known of it.
    pub(crate) fn partial(&self, key: &str) -> Result<(PathBuf, PathBuf), HubError> {
        let folder = self.below("partial");
        Self::make(&folder)?;
        Ok((
            folder.join(format!("{key}.part")),
            folder.join(format!("{key}.json")),
        ))
    }
}
