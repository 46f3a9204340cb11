//! Files at URLs that a verb reads like files of this machine.

use std::fs;
use std::path::PathBuf;

use hub::Wanted;
use rdf_spec::FileSource;

use crate::exit::Failure;
use crate::source::Sources;

/// Fetched files under their own names, as long as this lives: in the cache they are called by their digests.
#[derive(Debug)]
pub(super) struct FetchedFiles<'s> {
    sources: &'s Sources,
    folder: tempfile::TempDir,
}

impl<'s> FetchedFiles<'s> {
    pub(super) fn new(sources: &'s Sources) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()
            .map_err(|error| Failure::failed(format!("there is no place for temporary files: {error}")))?;
        Ok(Self { sources, folder })
    }

    /// The address, if a text is one.
    pub(super) fn address(text: &str) -> Option<hub::Url> {
        let url = hub::Url::parse(text).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    }

    /// Fetches a file. `number` tells apart those of the same name.
    pub(super) fn fetch(&self, url: &hub::Url, number: usize) -> Result<PathBuf, Failure> {
        let store = self.sources.resolver()?.store();
        let fetched = store
            .fetch(&Wanted::new(url.clone()))
            .map_err(|error| Failure::because(&error))?;
        let named = FileSource::parse(url.as_str()).ok();
        let name = named.as_ref().map_or("file", FileSource::file_name);
        let name = if name.is_empty() { "file" } else { name };
        let failed = |error: std::io::Error| Failure::failed(format!("{url} cannot be kept: {error}"));
        let folder = self.folder.path().join(number.to_string());
        fs::create_dir_all(&folder).map_err(failed)?;
        let path = folder.join(name.replace(['/', '\\', ':'], "_"));
        // The cache may be on another disk.
        if fs::hard_link(fetched.path(), &path).is_err() {
            fs::copy(fetched.path(), &path).map_err(failed)?;
        }
        Ok(path)
    }
}
