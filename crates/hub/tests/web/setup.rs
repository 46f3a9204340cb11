//! Stores for tests.

use std::time::Duration;

use hub::{Cache, HttpFetcher, HttpOptions, OnProgress, RetryPolicy, Store};

/// Retries without waiting for long.
pub(crate) fn policy() -> RetryPolicy {
    let mut policy = RetryPolicy::default();
    policy.attempts = 4;
    policy.first_wait = Duration::from_millis(2);
    policy.longest_wait = Duration::from_millis(10);
    policy
}

pub(crate) fn fetcher() -> HttpFetcher {
    HttpFetcher::new(&HttpOptions::default()).unwrap()
}

/// A client that does not wait for long.
pub(crate) fn impatient() -> HttpFetcher {
    let mut options = HttpOptions::default();
    options.silence = Duration::from_millis(300);
    HttpFetcher::new(&options).unwrap()
}

/// A store in a folder, as a new process would have it.
pub(crate) fn store(folder: &std::path::Path) -> Store {
    Store::online_with(Cache::at(folder), fetcher(), policy(), OnProgress::default())
}

/// Bytes that look like nothing in particular.
pub(crate) fn bytes(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2) | 1;
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as u8
        })
        .collect()
}

pub(crate) fn digest(bytes: &[u8]) -> rdf_spec::Sha256 {
    rdf_spec::Sha256::of(&mut &*bytes).unwrap()
}
