//! Looking through the cache and emptying it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rdf_spec::Sha256;

use super::blob::remove;
use super::entry::files_in;
use super::{Cache, CacheEntry};
use crate::error::HubError;

/// What looking through all contents gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many contents are what their names say.
    pub sound: usize,
    /// Files that were not, and are removed.
    pub damaged: Vec<PathBuf>,
    /// Addresses whose content is not there; they will be fetched anew.
    pub missing: Vec<String>,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// How many files.
    pub files: usize,
    /// How many bytes they had.
    pub bytes: u64,
}

impl Cache {
    /// All addresses, in alphabetical order.
    ///
    /// # Errors
    /// If the folder cannot be read.
    pub fn list(&self) -> Result<Vec<CacheEntry>, HubError> {
        Ok(self.records()?.iter().map(|(_, record)| record.entry()).collect())
    }

    /// Compares all contents with their names, and removes what is damaged.
    ///
    /// # Errors
    /// If a file cannot be read or removed.
    pub fn verify(&self) -> Result<Verified, HubError> {
        let mut verified = Verified::default();
        if !self.folder().exists() {
            return Ok(verified);
        }
        let _alone = self.lock_for_removing()?;
        for path in self.blobs()? {
            let named = path.file_name().and_then(|name| name.to_str()).map(Sha256::parse);
            let is_sound = match named {
                Some(Ok(digest)) => path == self.blob_path(&digest) && self.get(&digest)?.is_some(),
                _ => false,
            };
            if is_sound {
                verified.sound += 1;
            } else {
                remove(&path)?;
                verified.damaged.push(path);
            }
        }
        for (_, record) in self.records()? {
            if !self.blob_path(&record.sha256).exists() {
                verified.missing.push(record.url);
            }
        }
        Ok(verified)
    }

    /// Removes addresses that were not fetched or found unchanged for longer than `age`, the oldest ones first until all
    /// contents together have at most `size` bytes, contents that no address has, and what was fetched in part.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn prune(&self, age: Option<Duration>, size: Option<u64>) -> Result<Pruned, HubError> {
        let mut pruned = Pruned::default();
        if !self.folder().exists() {
            return Ok(pruned);
        }
        let _alone = self.lock_for_removing()?;
        let mut records = self.records()?;
        records.sort_by_key(|(_, record)| record.fetched);
        let oldest = age.and_then(|age| SystemTime::now().checked_sub(age));
        let mut users: HashMap<Sha256, usize> = HashMap::new();
        for (_, record) in &records {
            *users.entry(record.sha256.clone()).or_default() += 1;
        }
        let bytes_of =
            |digest: &Sha256| fs::metadata(self.blob_path(digest)).map_or(0, |metadata| metadata.len());
        let mut total: u64 = users.keys().map(bytes_of).sum();
        for (path, record) in &records {
            let is_old = oldest.is_some_and(|oldest| record.entry().fetched < oldest);
            let is_too_much = size.is_some_and(|size| total > size);
            if !is_old && !is_too_much {
                continue;
            }
            remove(path)?;
            pruned.files += 1;
            if let Some(count) = users.get_mut(&record.sha256) {
                *count -= 1;
                if *count == 0 {
                    users.remove(&record.sha256);
                    total = total.saturating_sub(bytes_of(&record.sha256));
                }
            }
        }
        let used: HashSet<PathBuf> = users.keys().map(|digest| self.blob_path(digest)).collect();
        let unused = self.blobs()?.into_iter().filter(|path| !used.contains(path));
        let partial = files_in(&self.below("partial"))?;
        for path in unused.chain(partial) {
            pruned.bytes += fs::metadata(&path).map_or(0, |metadata| metadata.len());
            pruned.files += 1;
            remove(&path)?;
        }
        Ok(pruned)
    }

    /// Removes everything.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn clear(&self) -> Result<Pruned, HubError> {
        let mut pruned = Pruned::default();
        if !self.folder().exists() {
            return Ok(pruned);
        }
        let _alone = self.lock_for_removing()?;
        let mut files = self.blobs()?;
        for folder in ["urls", "partial"] {
            files.extend(files_in(&self.below(folder))?);
        }
        for path in files {
            pruned.bytes += fs::metadata(&path).map_or(0, |metadata| metadata.len());
            pruned.files += 1;
            remove(&path)?;
        }
        // Locks stay: another process may wait for one.
        Ok(pruned)
    }

    /// All files that stand where contents do.
    fn blobs(&self) -> Result<Vec<PathBuf>, HubError> {
        let mut all = Vec::new();
        for folder in files_in(&self.below("blobs"))? {
            if folder.is_dir() {
                all.extend(files_in(&folder)?.into_iter().filter(|path| !path.is_dir()));
            }
        }
        Ok(all)
    }
}
