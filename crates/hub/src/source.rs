//! What a user may give as a source.

mod doi;
mod names;

pub use names::{HubSite, SITES};

use std::fmt;

use url::Url;

use crate::error::{HubError, HubErrorKind};

/// A resource as users name it.
///
/// ```
/// use hub::Source;
///
/// for (text, meaning) in [
///     ("https://example.org/model/rdf.yaml", "https://example.org/model/rdf.yaml"),
///     ("10.5281/zenodo.5869899", "record 5869899 of zenodo.org"),
///     ("10.5281/zenodo.5869899/6647688", "record 6647688 of zenodo.org"),
///     ("https://doi.org/10.5281/zenodo.6647688", "record 6647688 of zenodo.org"),
///     ("https://zenodo.org/records/6647688", "record 6647688 of zenodo.org"),
///     ("10.1234/somewhere", "the DOI 10.1234/somewhere"),
///     ("affable-shark", "affable-shark"),
///     ("bioimage-io/affable-shark/v0", "bioimage-io/affable-shark/v0"),
/// ] {
///     assert_eq!(Source::parse(text)?.to_string(), meaning);
/// }
/// # Ok::<(), hub::HubError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A description or a zip file on the web.
    Url(Url),
    /// A record of Zenodo.
    Zenodo(ZenodoId),
    /// Any other DOI.
    Doi(String),
    /// An id or nickname, with or without a version behind it, to be found in a collection index or at a hub.
    Id(String),
}

/// A record of Zenodo, or all versions of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ZenodoId {
    /// Which Zenodo.
    pub site: ZenodoSite,
    /// The number of the record, or that of all its versions (of the concept).
    pub record: u64,
    /// The number of all versions, where a version was named together with it.
    pub concept: Option<u64>,
    /// One file of the record, where one was named.
    pub file: Option<String>,
}

/// Which Zenodo: the one that keeps, or the one to try things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ZenodoSite {
    /// zenodo.org; its DOIs begin with `10.5281/zenodo.`
    Main,
    /// sandbox.zenodo.org; its DOIs begin with `10.5072/zenodo.`
    Sandbox,
}

impl ZenodoSite {
    /// What its DOIs begin with.
    #[must_use]
    pub fn doi_prefix(self) -> &'static str {
        match self {
            Self::Main => "10.5281/zenodo.",
            Self::Sandbox => "10.5072/zenodo.",
        }
    }

    /// Its host.
    #[must_use]
    pub fn host(self) -> &'static str {
        match self {
            Self::Main => "zenodo.org",
            Self::Sandbox => "sandbox.zenodo.org",
        }
    }
}

impl Source {
    /// Reads a source. Paths are no business of this: a program looks first whether there is a file.
    ///
    /// # Errors
    /// If the text cannot be any of them.
    pub fn parse(text: &str) -> Result<Self, HubError> {
        let text = text.trim();
        let invalid = |reason: &str| {
            let (text, reason) = (text.escape_debug().to_string(), reason.to_owned());
            Err(HubErrorKind::InvalidSource { text, reason }.into())
        };
        if let Some((scheme, _)) = text.split_once("://") {
            if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
                return invalid("only http and https addresses are fetched");
            }
            return match Url::parse(text) {
                Ok(url) => Ok(doi::of_address(&url).unwrap_or(Self::Url(url))),
                Err(error) => invalid(&error.to_string()),
            };
        }
        let bare = text
            .strip_prefix("doi:")
            .or_else(|| text.strip_prefix("DOI:"))
            .unwrap_or(text)
            .trim();
        if doi::looks_like_one(bare) {
            return doi::parse(bare)
                .map_or_else(|| invalid("a DOI is expected, as in 10.5281/zenodo.5869899"), Ok);
        }
        if names::is_id(text) {
            return Ok(Self::Id(text.to_owned()));
        }
        invalid("expected a path, an http(s) address, a DOI or an id of a collection")
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => f.write_str(&crate::error::shown(url)),
            Self::Zenodo(id) => write!(f, "record {} of {}", id.record, id.site.host()),
            Self::Doi(doi) => write!(f, "the DOI {doi}"),
            Self::Id(id) => f.write_str(id),
        }
    }
}
