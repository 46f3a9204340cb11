//! The cache and what fills it: every file that is fetched goes through here.

mod conditions;
mod download;
mod progress;
mod ranges;

pub use progress::{OnProgress, Progress};

pub(crate) use ranges::Remote;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rdf_spec::Sha256;
use url::Url;

use crate::cache::{Cache, Record};
use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{Attempt, Fetcher, Method, Retries, RetryPolicy, follow};

/// The most bytes of a file unless another bound is given: 64 GiB.
const MAX_BYTES: u64 = 64 << 30;

/// How many files are fetched at the same time.
const PARALLEL: usize = 4;

/// How long is waited before it is looked again whether to go on.
const SLICE: Duration = Duration::from_millis(100);

/// A file to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Wanted {
    /// Its address: http or https.
    pub url: Url,
    /// The digest that is stated for it: a file of the cache with it is taken, wherever it came from.
    pub sha256: Option<Sha256>,
    /// The most bytes that are fetched.
    pub limit: u64,
    /// What is at the address never changes: what is in the cache is taken without asking the server.
    pub is_fixed: bool,
}

impl Wanted {
    /// A file of at most 64 GiB.
    #[must_use]
    pub fn new(url: Url) -> Self {
        Self {
            url,
            sha256: None,
            limit: MAX_BYTES,
            is_fixed: false,
        }
    }

    /// The same with another bound.
    #[must_use]
    pub fn at_most(mut self, limit: u64) -> Self {
        self.limit = limit;
        self
    }
}

/// A fetched file: a file of the cache, which must not be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    path: PathBuf,
    sha256: Sha256,
}

impl Fetched {
    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The digest of its content. Whoever knows a digest compares: [`Wanted::sha256`] is not enforced.
    #[must_use]
    pub fn sha256(&self) -> &Sha256 {
        &self.sha256
    }
}

/// Fetches files into a cache, and gives them out of it.
///
/// What is in the cache is used if the server says that it has not changed; offline, or if it cannot change, the server is not
/// asked. Downloads that broke off are resumed, if the server says that it still has the same version. See
/// [`Fetcher`](crate::Fetcher) for an example.
#[derive(Clone, Debug)]
pub struct Store {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    cache: Cache,
    fetcher: Option<Box<dyn Fetcher>>,
    policy: RetryPolicy,
    progress: OnProgress,
    /// What this store has fetched, or found unchanged: the server is asked once.
    seen: Mutex<HashMap<String, Fetched>>,
    /// Digests whose content was compared with them: contents are compared once.
    compared: Mutex<HashSet<Sha256>>,
}

impl Store {
    /// A store that fetches.
    pub fn online(cache: Cache, fetcher: impl Fetcher + 'static) -> Self {
        Self::online_with(cache, fetcher, RetryPolicy::default(), OnProgress::default())
    }

    /// A store that fetches, with a policy of its own, and a function that is told of progress and may break off.
    pub fn online_with(
        cache: Cache,
        fetcher: impl Fetcher + 'static,
        policy: RetryPolicy,
        progress: OnProgress,
    ) -> Self {
        Self::new(cache, Some(Box::new(fetcher)), policy, progress)
    }

    /// A store that only gives out what is in the cache.
    #[must_use]
    pub fn offline(cache: Cache) -> Self {
        Self::new(cache, None, RetryPolicy::default(), OnProgress::default())
    }

    fn new(
        cache: Cache,
        fetcher: Option<Box<dyn Fetcher>>,
        policy: RetryPolicy,
        progress: OnProgress,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                cache,
                fetcher,
                policy,
                progress,
                seen: Mutex::default(),
                compared: Mutex::default(),
            }),
        }
    }

    /// The cache.
    #[must_use]
    pub fn cache(&self) -> &Cache {
        &self.shared.cache
    }

    /// The file at an address.
    ///
    /// # Errors
    /// If there is none, it cannot be fetched, it is too large, or the cache cannot be written; offline, if it is not in
    /// the cache.
    pub fn fetch(&self, wanted: &Wanted) -> Result<Fetched, HubError> {
        if let Some(found) = self.by_digest(wanted.sha256.as_ref())? {
            return Ok(found);
        }
        let key = key(wanted.url.as_str());
        let cache = &self.shared.cache;
        if let Some(seen) = lock(&self.shared.seen).get(&key).cloned()
            && seen.path.exists()
        {
            return Ok(seen);
        }
        if self.shared.fetcher.is_none() {
            return self.cached(&key)?.map(|(_, fetched)| fetched).ok_or_else(|| {
                let url = shown(&wanted.url);
                HubErrorKind::Offline { url }.into()
            });
        }
        let go_on = || self.shared.progress.go_on();
        let _alone = cache.lock(&key, &go_on)?;
        let _storing = cache.lock_for_storing(&go_on)?;
        let known = self.cached(&key)?;
        let fetched = match known {
            Some((_, fetched)) if wanted.is_fixed => fetched,
            known => self.download(wanted, &key, known)?,
        };
        lock(&self.shared.seen).insert(key, fetched.clone());
        Ok(fetched)
    }

    /// Fetches several files at the same time; each has its own outcome, in the same order.
    ///
    /// # Errors
    /// None of its own.
    pub fn fetch_all(&self, wanted: &[Wanted]) -> Vec<Result<Fetched, HubError>> {
        let next = Mutex::new(wanted.iter().enumerate());
        let done = Mutex::new(Vec::with_capacity(wanted.len()));
        thread::scope(|scope| {
            for _ in 0..PARALLEL.min(wanted.len()) {
                scope.spawn(|| {
                    loop {
                        let taken = lock(&next).next();
                        let Some((at, one)) = taken else { return };
                        let outcome = self.fetch(one);
                        lock(&done).push((at, outcome));
                    }
                });
            }
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(at, _)| *at);
        done.into_iter().map(|(_, outcome)| outcome).collect()
    }

    /// The size of the file at an address in bytes, without fetching it if the server tells.
    ///
    /// # Errors
    /// As for [`fetch`](Self::fetch).
    pub fn size(&self, wanted: &Wanted) -> Result<u64, HubError> {
        let of = |fetched: &Fetched| {
            let metadata = std::fs::metadata(&fetched.path);
            metadata
                .map(|metadata| metadata.len())
                .map_err(|error| HubError::cache("read", &fetched.path, error))
        };
        if let Some(found) = self.by_digest(wanted.sha256.as_ref())? {
            return of(&found);
        }
        if self.shared.fetcher.is_some() && self.cached(&key(wanted.url.as_str()))?.is_none() {
            let answer = self.attempts(&wanted.url, |fetcher| {
                let (_, response) = follow(fetcher, Method::Head, &wanted.url, &[])?;
                Ok(response.length().filter(|_| response.status() == 200))
            });
            match answer {
                Ok(Some(length)) => return Ok(length),
                // Some servers do not know the method, or do not tell.
                Ok(None) => {}
                Err(error) if matches!(error.kind(), HubErrorKind::Status { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        of(&self.fetch(wanted)?)
    }

    /// A file that the cache has under a digest.
    fn by_digest(&self, digest: Option<&Sha256>) -> Result<Option<Fetched>, HubError> {
        let Some(digest) = digest else { return Ok(None) };
        let path = self.content(digest)?;
        Ok(path.map(|path| Fetched {
            path,
            sha256: digest.clone(),
        }))
    }

    /// The content with a digest, compared with it once.
    fn content(&self, digest: &Sha256) -> Result<Option<PathBuf>, HubError> {
        if lock(&self.shared.compared).contains(digest) {
            let path = self.shared.cache.blob_path(digest);
            if path.exists() {
                return Ok(Some(path));
            }
        }
        let path = self.shared.cache.get(digest)?;
        if path.is_some() {
            lock(&self.shared.compared).insert(digest.clone());
        }
        Ok(path)
    }

    /// What the cache has for an address.
    fn cached(&self, key: &str) -> Result<Option<(Record, Fetched)>, HubError> {
        let Some(record) = self.shared.cache.record(key)? else {
            return Ok(None);
        };
        let Some(path) = self.content(&record.sha256)? else {
            return Ok(None);
        };
        let sha256 = record.sha256.clone();
        Ok(Some((record, Fetched { path, sha256 })))
    }

    /// Tries something until it succeeds or the policy gives up.
    pub(crate) fn attempts<T>(
        &self,
        url: &Url,
        mut attempt: impl FnMut(&dyn Fetcher) -> Result<T, Attempt>,
    ) -> Result<T, HubError> {
        let Some(fetcher) = self.shared.fetcher.as_deref() else {
            let url = shown(url);
            return Err(HubErrorKind::Offline { url }.into());
        };
        let wait = |pause: Duration, reason: &str| self.wait(url, pause, reason);
        Retries::new(&self.shared.policy, shown(url)).run(|| attempt(fetcher), &wait)
    }

    fn wait(&self, url: &Url, pause: Duration, reason: &str) -> Result<(), HubError> {
        let until = Instant::now() + pause;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            self.shared.progress.tell(Progress::Waiting {
                url: &shown(url),
                left,
                reason,
            })?;
            if left.is_zero() {
                return Ok(());
            }
            thread::sleep(left.min(SLICE));
        }
    }
}

/// The name of an address in the cache.
fn key(url: &str) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(url.as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is guarded is whole at any moment.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
