//! Packages out of what was found on the web.

mod base;
mod web_files;

pub(crate) use web_files::WebFiles;

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::sync::Arc;

use rdf_spec::{Package, PackageError, Sha256};
use url::Url;

use crate::error::{HubError, HubErrorKind, shown};
use crate::resolve::{Located, Resolver, is_description};
use crate::source::Source;
use crate::store::{Remote, Store, Wanted};

/// The most bytes of a description that are fetched: one more than are read, so that reading says what is wrong.
const MAX_DESCRIPTION_BYTES: u64 = (16 << 20) + 1;

/// A package on the web that was opened.
#[derive(Debug)]
#[non_exhaustive]
pub struct Opened {
    /// The package. Its files are fetched when they are read.
    pub package: Package,
    /// Where it is.
    pub located: Located,
    /// What the user should know: which version was taken, what does not fit.
    pub notes: Vec<String>,
}

impl Resolver {
    /// Opens a resource that a user has named.
    ///
    /// Nothing but the description is fetched, of a zip file the parts that have it (all of the file, if the server sends no
    /// parts). The files of the package are fetched when they are read, and so are files that the description has at a URL.
    ///
    /// # Errors
    /// If it is nowhere, cannot be fetched, or is no package.
    pub fn open(&self, source: &Source) -> Result<Opened, HubError> {
        self.open_located(self.locate(source)?)
    }

    /// Opens a resource whose address is known.
    ///
    /// # Errors
    /// If it cannot be fetched, or is no package.
    pub fn open_located(&self, located: Located) -> Result<Opened, HubError> {
        let store = self.store();
        let mut notes = located.notes.clone();
        let package = if is_description(&located.url) {
            open_description(store, &located, &mut notes)?
        } else {
            match store.ranged(&located.url)? {
                Remote::Ranged(mut file) => {
                    if is_zip(&mut file).map_err(|error| refused(&located.url, error))? {
                        archive(file, store, &located.url)?
                    } else {
                        open_description(store, &located, &mut notes)?
                    }
                }
                Remote::Whole => {
                    let mut wanted = Wanted::new(located.url.clone());
                    wanted.is_fixed = located.is_fixed;
                    let mut file = store.whole(&wanted)?;
                    if is_zip(&mut file).map_err(|error| refused(&located.url, error))? {
                        archive(file, store, &located.url)?
                    } else {
                        open_description(store, &located, &mut notes)?
                    }
                }
            }
        };
        Ok(Opened {
            package,
            located,
            notes,
        })
    }
}

/// A package of this machine whose files at URLs are fetched when they are read.
#[must_use]
pub fn with_files_from_the_web(package: Package, store: &Store) -> Package {
    let digests = web_files::digests(package.text());
    package.with_provider(Arc::new(WebFiles::for_urls(store.clone(), digests)))
}

fn open_description(store: &Store, located: &Located, notes: &mut Vec<String>) -> Result<Package, HubError> {
    let mut wanted = Wanted::new(located.url.clone()).at_most(MAX_DESCRIPTION_BYTES);
    wanted.is_fixed = located.is_fixed;
    wanted.sha256.clone_from(&located.sha256);
    let fetched = store.fetch(&wanted)?;
    if let Some(stated) = &located.sha256
        && fetched.sha256() != stated
    {
        notes.push(format!(
            "the description has the SHA-256 digest {}, the collection index states {stated}: it was changed since",
            fetched.sha256()
        ));
    }
    let bytes = fs::read(fetched.path()).map_err(|error| HubError::cache("read", fetched.path(), error))?;
    if is_page(&bytes) {
        return Err(HubErrorKind::UnexpectedAnswer {
            url: shown(&located.url),
            reason: "a web page, where a description or a zip file was expected".to_owned(),
        }
        .into());
    }
    let digests = match std::str::from_utf8(&bytes) {
        Ok(text) => web_files::digests(text),
        Err(_) => Vec::new(),
    };
    let base = base::Base::of(&located.url);
    let (folder, name) = base.shown();
    let files = WebFiles::below(store.clone(), base, located.is_fixed, digests);
    Package::provided(bytes, folder, &name, Arc::new(files)).map_err(|error| refused(&located.url, error))
}

fn archive(bytes: impl Read + Seek + Send + 'static, store: &Store, url: &Url) -> Result<Package, HubError> {
    let package = Package::open_archive(bytes, shown(url)).map_err(|error| refused(url, error))?;
    Ok(with_files_from_the_web(package, store))
}

/// True for HTML: servers answer with a page where a file was moved, or somebody has to log in.
fn is_page(bytes: &[u8]) -> bool {
    let start = bytes.trim_ascii_start();
    ["<!doctype html", "<html"].iter().any(|tag| {
        start
            .get(..tag.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(tag.as_bytes()))
    })
}

fn is_zip(file: &mut (impl Read + Seek)) -> std::io::Result<bool> {
    let mut start = Vec::new();
    file.by_ref().take(4).read_to_end(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(start == *b"PK\x03\x04" || start == *b"PK\x05\x06")
}

fn refused(url: &Url, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> HubError {
    HubError::caused_by(HubErrorKind::Package { place: shown(url) }, error)
}

/// Digests that a description states, by the reference they are stated for.
pub(crate) type Digests = Vec<(String, Sha256)>;

/// A package from a stream, a pipe for example: the text of a description, or a zip file, which is kept in a temporary file.
/// Files that a description refers to are looked for in `folder`; `name` is what messages call it.
///
/// # Errors
/// If the stream cannot be read, or holds no package; [`std::io::Error`]s are causes of it.
pub fn open_stream(
    mut stream: &mut dyn Read,
    name: &str,
    folder: &std::path::Path,
) -> Result<Package, HubError> {
    let failed = |error: std::io::Error| {
        HubError::caused_by(
            HubErrorKind::Package {
                place: name.to_owned(),
            },
            error,
        )
    };
    let of_package = |error: PackageError| {
        HubError::caused_by(
            HubErrorKind::Package {
                place: name.to_owned(),
            },
            error,
        )
    };
    let mut start = Vec::new();
    (&mut stream)
        .take(MAX_DESCRIPTION_BYTES)
        .read_to_end(&mut start)
        .map_err(failed)?;
    if !(start.starts_with(b"PK\x03\x04") || start.starts_with(b"PK\x05\x06")) {
        return Package::from_description(start, name, folder).map_err(of_package);
    }
    // The disk bounds it: nobody waits for a stream that is larger.
    let mut file = tempfile::tempfile().map_err(failed)?;
    std::io::copy(&mut start.as_slice().chain(stream), &mut file).map_err(failed)?;
    file.seek(SeekFrom::Start(0)).map_err(failed)?;
    Package::open_archive(file, name).map_err(of_package)
}
