//! Models on the web: opened and fetched before they are tested, several at the same time.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::thread;

use hub::{Opened, Resolver, Source};
use rdf_spec::{Architecture, FileSource, Package, PackageErrorKind, Sha256};

use crate::exit::chain_in_one_line;
use crate::source::Sources;

/// How many descriptions are fetched at the same time.
const PARALLEL: usize = 8;

/// What is on the web, and how it is fetched. Nothing is connected before something is needed.
pub(super) struct Web<'s> {
    sources: &'s Sources,
    resolver: OnceCell<Result<Resolver, String>>,
}

impl<'s> Web<'s> {
    pub(super) fn new(sources: &'s Sources) -> Self {
        Self {
            sources,
            resolver: OnceCell::new(),
        }
    }

    /// What a text that is not the path of a file here names.
    pub(super) fn elsewhere(&self, source: &Path) -> Option<Source> {
        self.sources.elsewhere(source)
    }

    /// What fetches, or why nothing can be fetched: one model on the web is no reason not to test the others.
    pub(super) fn resolver(&self) -> Result<&Resolver, String> {
        let connect = || {
            let resolver = self.sources.resolver_without_bars();
            resolver.map_err(|error| chain_in_one_line(&error))
        };
        self.resolver.get_or_init(connect).as_ref().map_err(Clone::clone)
    }

    /// Opens resources at the same time: their descriptions are fetched.
    pub(super) fn open_all<'n>(
        &self,
        named: &[(&'n Path, Source)],
    ) -> HashMap<&'n Path, Result<Opened, String>> {
        if named.is_empty() {
            return HashMap::new();
        }
        let resolver = match self.resolver() {
            Ok(resolver) => resolver,
            Err(reason) => {
                return named
                    .iter()
                    .map(|(path, _)| (*path, Err(reason.clone())))
                    .collect();
            }
        };
        let next = Mutex::new(named.iter());
        let opened = Mutex::new(HashMap::new());
        thread::scope(|scope| {
            for _ in 0..PARALLEL.min(named.len()) {
                scope.spawn(|| {
                    loop {
                        let taken = next.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((path, source)) = taken else { return };
                        let outcome = resolver.open(source).map_err(|error| chain_in_one_line(&error));
                        let mut opened = opened.lock().unwrap_or_else(PoisonError::into_inner);
                        opened.insert(*path, outcome);
                    }
                });
            }
        });
        opened.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens a model on the web.
pub(super) fn open(resolver: &Resolver, source: &str) -> Result<Package, String> {
    let opened = Source::parse(source).and_then(|source| resolver.open(&source));
    let opened = opened.map_err(|error| chain_in_one_line(&error))?;
    Ok(opened.package)
}

/// True if a test of a package of this machine reads files that its description has at a URL.
pub(super) fn needs_the_web(package: &Package) -> bool {
    !urls_of_a_run(package).is_empty()
}

/// A model whose description is here, and whose files come.
pub(super) struct Remote<'p> {
    package: &'p Package,
    files: Vec<(String, Option<Sha256>)>,
}

impl<'p> Remote<'p> {
    pub(super) fn new(package: &'p Package) -> Self {
        let of_a_run = urls_of_a_run(package);
        let stated = stated_digests(package);
        // Documentation, covers and the like at a URL are not looked at by any test.
        let is_read = |name: &String| !is_url(name) || of_a_run.contains(name.as_str());
        let files = package.references().into_iter().filter(is_read).map(|name| {
            let digest = stated.get(name.as_str()).cloned();
            (name, digest)
        });
        Self {
            package,
            files: files.collect(),
        }
    }

    /// A digest of what decides the outcome: the description, the files that it states no digest of (they are fetched),
    /// the arguments of the test and the version of this program. Weights are not fetched for it: a model that was tested
    /// already needs none.
    pub(super) fn fingerprint(&self, arguments: &[String]) -> Result<Option<String>, String> {
        let mut seen = format!(
            "{}\n{arguments:?}\n{}\n",
            hub::summary::PRODUCER,
            self.package.text()
        );
        for (name, stated) in &self.files {
            let digest = match stated {
                Some(digest) => Some(digest.clone()),
                None => self.fetch(name)?,
            };
            // A file that is not there is a finding of the test, unless it comes.
            let digest = digest.as_ref().map_or("none", Sha256::as_str);
            let _ = writeln!(seen, "{name:?} {digest}");
        }
        Ok(Sha256::of(&mut seen.as_bytes())
            .ok()
            .map(|digest| digest.as_str().to_owned()))
    }

    /// Fetches all files that the test reads; true if all of them are there.
    pub(super) fn fetch_all(&self) -> Result<bool, String> {
        let mut is_complete = true;
        for (name, _) in &self.files {
            is_complete &= self.fetch(name)?.is_some();
        }
        Ok(is_complete)
    }

    /// The digest of a file, which is fetched; `None` for one that is not there, or is damaged: the test says so.
    fn fetch(&self, name: &str) -> Result<Option<Sha256>, String> {
        match self.package.files().sha256(name) {
            Ok(digest) => Ok(Some(digest)),
            Err(error) if matches!(error.kind(), PackageErrorKind::NotFetched { .. }) => {
                Err(chain_in_one_line(&error))
            }
            Err(_) => Ok(None),
        }
    }
}

fn is_url(name: &str) -> bool {
    name.starts_with("http://") || name.starts_with("https://")
}

/// The URLs of test tensors, weights and source code.
fn urls_of_a_run(package: &Package) -> HashSet<&str> {
    let Some(model) = package.model() else {
        return HashSet::new();
    };
    let mut sources: Vec<&FileSource> = model.test_inputs.iter().chain(&model.test_outputs).collect();
    for (_, entry) in model.weights.iter() {
        sources.push(&entry.source);
        if let Some(Architecture::File { source, .. }) = &entry.architecture {
            sources.push(source);
        }
        let attached = entry
            .attachments
            .iter()
            .flat_map(|attachments| &attachments.files);
        sources.extend(attached);
    }
    let urls = sources.into_iter().map(FileSource::as_str);
    urls.filter(|source| is_url(source)).collect()
}

/// The digests that the description states, by the names of the files.
fn stated_digests(package: &Package) -> HashMap<&str, Sha256> {
    let mut stated = HashMap::new();
    for (_, entry) in package.model().into_iter().flat_map(|model| model.weights.iter()) {
        let mut files = vec![(&entry.source, &entry.sha256)];
        if let Some(Architecture::File { source, sha256, .. }) = &entry.architecture {
            files.push((source, sha256));
        }
        for (source, digest) in files {
            if let Some(digest) = digest {
                stated.insert(source.relative_path().unwrap_or(source.as_str()), digest.clone());
            }
        }
    }
    stated
}
