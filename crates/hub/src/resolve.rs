//! From what a user names to addresses.

mod record;

use std::fs;

use rdf_spec::Sha256;
use url::Url;

use crate::addresses::{Addresses, below};
use crate::directory::Directory;
use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{Method, follow};
use crate::source::{HubSite, Source, ZenodoId};
use crate::store::{Store, Wanted};

/// The most bytes of an index.
const MAX_INDEX_BYTES: u64 = 256 << 20;

/// The most bytes of a record of Zenodo.
const MAX_RECORD_BYTES: u64 = 16 << 20;

/// Where a resource is.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Located {
    /// The description or the zip file.
    pub url: Url,
    /// What is at the address never changes.
    pub is_fixed: bool,
    /// The digest that a collection states for the description.
    pub sha256: Option<Sha256>,
    /// The DOI of the version, if it has one.
    pub doi: Option<String>,
    /// The DOI of all versions, if it has one.
    pub concept_doi: Option<String>,
    /// What the user should know: which version was taken.
    pub notes: Vec<String>,
}

impl Located {
    pub(crate) fn at(url: Url) -> Self {
        Self {
            url,
            is_fixed: false,
            sha256: None,
            doi: None,
            concept_doi: None,
            notes: Vec::new(),
        }
    }
}

/// Finds out where resources are.
#[derive(Clone, Debug)]
pub struct Resolver {
    store: Store,
    addresses: Addresses,
}

impl Resolver {
    /// A resolver that asks services through a store.
    #[must_use]
    pub fn new(store: Store, addresses: Addresses) -> Self {
        Self { store, addresses }
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The services.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Where a resource is.
    ///
    /// # Errors
    /// If it is nowhere, or a service cannot be asked.
    pub fn locate(&self, source: &Source) -> Result<Located, HubError> {
        match source {
            Source::Url(url) => Ok(Located::at(url.clone())),
            Source::Zenodo(id) => record::locate(self, id),
            Source::Doi(doi) => self.locate_doi(doi),
            Source::Id(id) => self.locate_id(id),
        }
    }

    /// The number of a version of a Zenodo record: the newest one, if the number that is known stands for all of them.
    ///
    /// # Errors
    /// If there is no such record, or Zenodo cannot be asked.
    pub fn zenodo_version(&self, id: &ZenodoId) -> Result<u64, HubError> {
        record::version(self, id)
    }

    /// The collection index.
    ///
    /// # Errors
    /// If it cannot be fetched, or is none.
    pub fn directory(&self) -> Result<Directory, HubError> {
        let wanted = Wanted::new(self.addresses.index.clone()).at_most(MAX_INDEX_BYTES);
        Directory::read(&self.bytes(&wanted)?, &self.addresses.index)
    }

    fn bytes(&self, wanted: &Wanted) -> Result<Vec<u8>, HubError> {
        let fetched = self.store.fetch(wanted)?;
        fs::read(fetched.path()).map_err(|error| HubError::cache("read", fetched.path(), error))
    }

    /// A DOI of somebody else leads to the description or a zip file itself, or to a record of Zenodo.
    fn locate_doi(&self, doi: &str) -> Result<Located, HubError> {
        let at = below(&self.addresses.doi, doi.split('/'));
        let (target, _) = self
            .store
            .attempts(&at, |fetcher| follow(fetcher, Method::Get, &at, &[]))?;
        match Source::parse(target.as_str())? {
            Source::Zenodo(id) => record::locate(self, &id),
            Source::Url(url) if has_known_ending(&url) => Ok(Located::at(url)),
            _ => Err(HubErrorKind::NoDescription {
                place: format!("the DOI {doi}"),
                found: format!("the page {}", shown(&target)),
            }
            .into()),
        }
    }

    fn locate_id(&self, id: &str) -> Result<Located, HubError> {
        let parts: Vec<&str> = id.split('/').collect();
        let site = parts.first().and_then(|workspace| HubSite::of(workspace));
        // Only the index of bioimage.io lists versions and digests; what it does not know may be new at the hub.
        let listed = match site {
            Some(site) if site.workspace != "bioimage-io" => None,
            _ => match self.directory()?.find(id) {
                Ok(listed) => Some(listed.clone()),
                Err(error) if site.is_some() && matches!(error.kind(), HubErrorKind::UnknownId { .. }) => {
                    None
                }
                Err(error) => return Err(error),
            },
        };
        if let Some(listed) = listed {
            let mut located = Located::at(listed.source);
            located.sha256 = listed.sha256;
            let version = listed
                .version
                .map_or_else(String::new, |version| format!(", version {version}"));
            located.notes.push(format!("`{id}` is {}{version}", listed.id));
            return Ok(located);
        }
        let (workspace, alias, version) = match parts.as_slice() {
            [workspace, alias] => (*workspace, *alias, None),
            [workspace, alias, version] => (*workspace, *alias, Some(*version)),
            _ => {
                return Err(HubErrorKind::InvalidSource {
                    text: id.to_owned(),
                    reason: "expected WORKSPACE/NAME or WORKSPACE/NAME/VERSION".to_owned(),
                }
                .into());
            }
        };
        let mut url = below(
            &self.addresses.hub,
            [workspace, "artifacts", alias, "files", "rdf.yaml"],
        );
        if let Some(version) = version {
            url.query_pairs_mut().append_pair("version", version);
        }
        Ok(Located::at(url))
    }
}

/// True for an address of a description or a zip file.
pub(crate) fn has_known_ending(url: &Url) -> bool {
    is_description(url) || ending(url) == "zip"
}

/// True for an address of a description.
pub(crate) fn is_description(url: &Url) -> bool {
    matches!(ending(url).as_str(), "yaml" | "yml" | "json")
}

/// What the name of a file ends with; the name of a file of a Zenodo record is before `/content`.
fn ending(url: &Url) -> String {
    let path = url.path().strip_suffix("/content").unwrap_or(url.path());
    let name = path.rsplit('/').next().unwrap_or_default();
    name.rsplit_once('.')
        .map_or_else(String::new, |(_, ending)| ending.to_ascii_lowercase())
}
