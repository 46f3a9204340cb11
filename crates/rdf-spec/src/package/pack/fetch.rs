//! Files at a URL.

use std::fmt;
use std::io::Read;

use url::Url;

/// Gets files from the network, for a [`Packer`](super::Packer): this crate opens no connection.
pub trait FetchFile {
    /// Gets a file.
    ///
    /// # Errors
    /// Whatever keeps it from being fetched.
    fn fetch(&mut self, url: &Url) -> Result<FetchedFile, Box<dyn std::error::Error + Send + Sync>>;
}

/// A file that was fetched, or is being fetched.
pub struct FetchedFile {
    /// Its content.
    pub content: Box<dyn Read>,
    /// Its size in bytes; another one is an error.
    pub size: u64,
}

impl fmt::Debug for FetchedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FetchedFile")
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

/// What is done with files at a URL.
pub(super) enum Remote<'f> {
    Refuse,
    Keep,
    Fetch(&'f mut dyn FetchFile),
}

impl fmt::Debug for Remote<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Refuse => "Refuse",
            Self::Keep => "Keep",
            Self::Fetch(_) => "Fetch",
        })
    }
}
