//! Files of a package that are fetched when they are read.

use std::io;
use std::path::PathBuf;

use rdf_spec::{Document, FileProvider, Mapping, Node, ProvidedFile, Sha256};

use super::Digests;
use super::base::Base;
use crate::store::{Fetched, Store, Wanted};

/// Brings files out of a store.
#[derive(Debug)]
pub(crate) struct WebFiles {
    store: Store,
    /// Where relative paths are; `None` if they are on this machine.
    base: Option<Base>,
    is_fixed: bool,
    digests: Digests,
}

impl WebFiles {
    /// The files of a description on the web.
    pub(crate) fn below(store: Store, base: Base, is_fixed: bool, digests: Digests) -> Self {
        Self {
            store,
            base: Some(base),
            is_fixed,
            digests,
        }
    }

    /// Only files at URLs.
    pub(crate) fn for_urls(store: Store, digests: Digests) -> Self {
        Self {
            store,
            base: None,
            is_fixed: false,
            digests,
        }
    }

    fn wanted(&self, file: ProvidedFile<'_>) -> io::Result<Wanted> {
        let (url, reference, is_fixed) = match (file, &self.base) {
            (ProvidedFile::Inside(path), Some(base)) => (base.file(path), path, self.is_fixed),
            // Nobody can change a file of a Zenodo record.
            (ProvidedFile::Url(url), _) => (url.clone(), url.as_str(), false),
            (ProvidedFile::Inside(path), None) => {
                let reason = format!("`{path}` is not on the web");
                return Err(io::Error::new(io::ErrorKind::NotFound, reason));
            }
            _ => {
                return Err(io::Error::new(
                    io::ErrorKind::Unsupported,
                    "a kind of file that is not known",
                ));
            }
        };
        let mut wanted = Wanted::new(url);
        let mut digests = self.digests.iter();
        wanted.sha256 = digests
            .find(|(stated, _)| stated == reference)
            .map(|(_, digest)| digest.clone());
        wanted.is_fixed = is_fixed || is_file_of_a_record(&wanted.url);
        Ok(wanted)
    }

    fn fetch(&self, file: ProvidedFile<'_>) -> io::Result<Fetched> {
        Ok(self.store.fetch(&self.wanted(file)?)?)
    }
}

impl FileProvider for WebFiles {
    fn path(&self, file: ProvidedFile<'_>) -> io::Result<PathBuf> {
        Ok(self.fetch(file)?.path().to_owned())
    }

    fn size(&self, file: ProvidedFile<'_>) -> io::Result<u64> {
        Ok(self.store.size(&self.wanted(file)?)?)
    }

    fn prepare(&self, files: &[ProvidedFile<'_>]) {
        let wanted: Vec<Wanted> = files.iter().filter_map(|file| self.wanted(*file).ok()).collect();
        // What went wrong is told again when the file is asked for.
        let _ = self.store.fetch_all(&wanted);
    }
}

/// Nobody can change the files of a version at Zenodo.
fn is_file_of_a_record(url: &url::Url) -> bool {
    url.host_str() == Some("zenodo.org") && url.path().contains("/files/")
}

/// The digests that a description states for its weights and their source code.
pub(super) fn digests(text: &str) -> Digests {
    let Ok(document) = Document::parse(text) else {
        return Vec::new();
    };
    let field = |node: &Node, key: &str| node.as_mapping()?.get(key)?.as_str().map(str::to_owned);
    let weights = document.root().as_mapping().and_then(|root| root.get("weights"));
    let entries = weights.and_then(Node::as_mapping).map(Mapping::iter);
    let mut digests = Vec::new();
    for (_, entry) in entries.into_iter().flatten() {
        let architecture = field(&entry.value, "architecture");
        let source = architecture.and_then(|text| text.rsplit_once(':').map(|(file, _)| file.to_owned()));
        for (source, digest) in [
            (field(&entry.value, "source"), "sha256"),
            (source, "architecture_sha256"),
        ] {
            let digest = field(&entry.value, digest).and_then(|digest| Sha256::parse(&digest).ok());
            if let (Some(source), Some(digest)) = (source, digest) {
                digests.push((source.trim_start_matches("./").to_owned(), digest));
            }
        }
    }
    digests
}
