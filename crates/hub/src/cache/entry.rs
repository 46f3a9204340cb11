//! What is known of an address: which content it had, and how the server named that version.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rdf_spec::Sha256;
use serde_json::{Value, json};

use super::Cache;
use super::blob::write_whole;
use crate::error::HubError;

/// A file of this kind is small; a larger one is damaged.
const MAX_BYTES: u64 = 1 << 20;

/// An address in the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CacheEntry {
    /// The address, without secrets. Parts of an archive have `#bytes=...` behind it.
    pub url: String,
    /// The digest of its content.
    pub sha256: Sha256,
    /// The size of its content in bytes.
    pub size: u64,
    /// When it was fetched or last found unchanged.
    pub fetched: SystemTime,
}

/// What is stored of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) url: String,
    pub(crate) sha256: Sha256,
    pub(crate) size: u64,
    pub(crate) etag: Option<String>,
    pub(crate) last_modified: Option<String>,
    /// Seconds since 1970.
    pub(crate) fetched: u64,
}

impl Record {
    pub(crate) fn now() -> u64 {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs())
    }

    fn to_json(&self) -> Value {
        json!({
            "url": self.url,
            "sha256": self.sha256.as_str(),
            "size": self.size,
            "etag": self.etag,
            "last_modified": self.last_modified,
            "fetched": self.fetched,
        })
    }

    fn from_json(value: &Value) -> Option<Self> {
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            url: text("url")?,
            sha256: Sha256::parse(&text("sha256")?).ok()?,
            size: value.get("size")?.as_u64()?,
            etag: text("etag"),
            last_modified: text("last_modified"),
            fetched: value.get("fetched")?.as_u64()?,
        })
    }

    pub(super) fn entry(&self) -> CacheEntry {
        CacheEntry {
            url: self.url.clone(),
            sha256: self.sha256.clone(),
            size: self.size,
            fetched: UNIX_EPOCH
                .checked_add(Duration::from_secs(self.fetched))
                .unwrap_or(UNIX_EPOCH),
        }
    }
}

impl Cache {
    fn record_path(&self, key: &str) -> PathBuf {
        self.below("urls").join(format!("{key}.json"))
    }

    /// What is known of an address; `None` if nothing is, or what is there is damaged.
    pub(crate) fn record(&self, key: &str) -> Result<Option<Record>, HubError> {
        read_record(&self.record_path(key))
    }

    pub(crate) fn put_record(&self, key: &str, record: &Record) -> Result<(), HubError> {
        Self::make(&self.below("urls"))?;
        write_whole(&self.record_path(key), record.to_json().to_string().as_bytes())
    }

    /// All records with their files, ordered by address.
    pub(super) fn records(&self) -> Result<Vec<(PathBuf, Record)>, HubError> {
        let mut all = Vec::new();
        for path in files_in(&self.below("urls"))? {
            if let Some(record) = read_record(&path)? {
                all.push((path, record));
            }
        }
        all.sort_by(|(_, one), (_, other)| one.url.cmp(&other.url));
        Ok(all)
    }
}

fn read_record(path: &Path) -> Result<Option<Record>, HubError> {
    let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.len() <= MAX_BYTES);
    if !is_small {
        return Ok(None);
    }
    match fs::read(path) {
        Ok(bytes) => {
            let value = serde_json::from_slice(&bytes).ok();
            Ok(value.and_then(|value| Record::from_json(&value)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(HubError::cache("read", path, error)),
    }
}

/// The files in a folder, which need not be there.
pub(super) fn files_in(folder: &Path) -> Result<Vec<PathBuf>, HubError> {
    let failed = |error| HubError::cache("list", folder, error);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        files.push(entry.map_err(failed)?.path());
    }
    files.sort();
    Ok(files)
}
