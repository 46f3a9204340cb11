//! Documents of a collection wherever they are.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use rdf_spec::FileSource;
use url::Url;

use super::documents::{DocumentError, DocumentErrorKind, Documents, LoadedDocument, LocalDocuments};
use crate::{HubError, Resolver, Source};

/// How many documents are fetched at the same time: most are small, and what takes time is the answer.
const PARALLEL: usize = 8;

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
#[derive(Debug)]
pub struct FetchedDocuments<'r> {
    collection: Place,
    resolver: &'r Resolver,
    /// What could not be fetched ahead, and was not asked for yet. What could is in the cache: it takes no memory here.
    failed: Mutex<HashMap<String, HubError>>,
}

/// Where the collection is.
#[derive(Debug)]
enum Place {
    Here(LocalDocuments),
    Web(Url),
}

impl<'r> FetchedDocuments<'r> {
    /// The documents in the folder that a collection lies in, and those that the resolver finds.
    #[must_use]
    pub fn beside(collection: &Path, resolver: &'r Resolver) -> Self {
        Self::new(Place::Here(LocalDocuments::beside(collection)), resolver)
    }

    /// The documents of a collection that is at an address: relative paths are below it.
    #[must_use]
    pub fn at(collection: Url, resolver: &'r Resolver) -> Self {
        Self::new(Place::Web(collection), resolver)
    }

    fn new(collection: Place, resolver: &'r Resolver) -> Self {
        Self {
            collection,
            resolver,
            failed: Mutex::default(),
        }
    }

    /// The address on the web; `None` for a document of this machine.
    fn on_the_web(&self, address: &FileSource) -> Option<String> {
        match (address.relative_path(), &self.collection) {
            (None, _) => Some(address.as_str().to_owned()),
            (Some(_), Place::Here(_)) => None,
            (Some(path), Place::Web(base)) => base.join(path).ok().map(String::from),
        }
    }

    fn fetch(&self, address: &str) -> Result<String, HubError> {
        let opened = self.resolver.open(&Source::parse(address)?)?;
        Ok(opened.package.text().to_owned())
    }

    fn failed(&self) -> MutexGuard<'_, HashMap<String, HubError>> {
        // What is guarded is whole at any moment.
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Documents for FetchedDocuments<'_> {
    fn load(&self, address: &FileSource) -> Result<LoadedDocument, DocumentError> {
        let web = match (&self.collection, self.on_the_web(address)) {
            (Place::Here(local), None) => return local.load(address),
            (_, Some(web)) => web,
            (Place::Web(_), None) => address.as_str().to_owned(),
        };
        let failed = self.failed().remove(&web);
        let fetched = failed.map_or_else(|| self.fetch(&web), Err);
        let text = fetched.map_err(|error| {
            let address = web.clone();
            DocumentError::from(DocumentErrorKind::NotFetched { address }).caused_by(error)
        })?;
        LoadedDocument::parse(text, address.clone())
    }

    fn prepare(&self, addresses: &[FileSource]) {
        let mut web: Vec<String> = addresses
            .iter()
            .filter_map(|address| self.on_the_web(address))
            .collect();
        web.sort();
        web.dedup();
        let next = Mutex::new(web.iter());
        thread::scope(|scope| {
            for _ in 0..PARALLEL.min(web.len()) {
                scope.spawn(|| {
                    loop {
                        let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some(address) = taken else { return };
                        if let Err(error) = self.fetch(address) {
                            self.failed().insert(address.clone(), error);
                        }
                    }
                });
            }
        });
    }
}
