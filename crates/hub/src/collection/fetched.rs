//! Documents of a collection wherever they are.

use std::path::Path;

use rdf_spec::FileSource;

use super::documents::{DocumentError, DocumentErrorKind, Documents, LoadedDocument, LocalDocuments};
use crate::{Resolver, Source};

/// Documents beside a collection, and those on the web, which are fetched: descriptions, zip files and records of Zenodo.
///
/// ```
/// use std::path::Path;
/// use hub::collection::{CompiledCollection, FetchedDocuments, compile};
///
/// fn compiled(path: &Path, resolver: &hub::Resolver) -> Result<CompiledCollection, Box<dyn std::error::Error>> {
///     let text = std::fs::read_to_string(path)?;
///     let name = path.display().to_string();
///     Ok(compile(&text, &name, &FetchedDocuments::beside(path, resolver))?)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct FetchedDocuments<'r> {
    local: LocalDocuments,
    resolver: &'r Resolver,
}

impl<'r> FetchedDocuments<'r> {
    /// The documents in the folder that a collection lies in, and those that the resolver finds.
    #[must_use]
    pub fn beside(collection: &Path, resolver: &'r Resolver) -> Self {
        Self {
            local: LocalDocuments::beside(collection),
            resolver,
        }
    }
}

impl Documents for FetchedDocuments<'_> {
    fn load(&self, address: &FileSource) -> Result<LoadedDocument, DocumentError> {
        if address.relative_path().is_some() {
            return self.local.load(address);
        }
        let failed = |error| {
            let address = address.as_str().to_owned();
            DocumentError::from(DocumentErrorKind::NotFetched { address }).caused_by(error)
        };
        let source = Source::parse(address.as_str()).map_err(failed)?;
        let opened = self.resolver.open(&source).map_err(failed)?;
        LoadedDocument::parse(opened.package.text().to_owned(), address.clone())
    }
}
