//! A file on the web that is read in parts, as an archive is of which only some entries are needed.

use std::collections::VecDeque;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom};

use rdf_spec::Sha256;
use serde_json::{Value, json};
use url::Url;

use super::conditions::{content_range, validator};
use super::{Progress, Store, Wanted, key};
use crate::cache::Record;
use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{Attempt, Method, follow};

/// The file is fetched and cached in blocks of this size.
const BLOCK: u64 = 1 << 20;

/// The most blocks in one request, when it is read from front to back.
const MOST_AHEAD: u64 = 16;

/// How many blocks are kept in memory.
const KEPT: usize = 20;

/// A file that can be read in parts. Every block is an entry of the cache, so what was read once can be read offline.
#[derive(Debug)]
pub(crate) struct Ranged {
    store: Store,
    url: Url,
    size: u64,
    /// The version of which all blocks must be.
    validator: String,
    position: u64,
    kept: VecDeque<(u64, Vec<u8>)>,
    /// How many blocks the next request asks for.
    ahead: u64,
}

/// How a file on the web can be read.
#[derive(Debug)]
pub(crate) enum Remote {
    /// In parts.
    Ranged(Ranged),
    /// Whole only: the server sends no parts, or does not name versions.
    Whole,
}

impl Store {
    /// Finds out whether the server sends parts of the file, with its first part.
    pub(crate) fn ranged(&self, url: &Url) -> Result<Remote, HubError> {
        let name = key(&format!("{url}#parts"));
        let Some(known) = self.parts_of(&name)? else {
            if self.shared.fetcher.is_none() {
                // Nothing in parts; it may be there as a whole.
                return Ok(Remote::Whole);
            }
            return self.first_part(url, &name);
        };
        if self.shared.fetcher.is_some() {
            // It may have changed since.
            return self.first_part(url, &name);
        }
        let (size, validator) = known;
        Ok(Remote::Ranged(Ranged::new(self, url, size, validator)))
    }

    /// Size and version of a file that was read in parts.
    fn parts_of(&self, name: &str) -> Result<Option<(u64, String)>, HubError> {
        let Some((_, fetched)) = self.cached(name)? else {
            return Ok(None);
        };
        let bytes =
            fs::read(fetched.path()).map_err(|error| HubError::cache("read", fetched.path(), error))?;
        let value: Option<Value> = serde_json::from_slice(&bytes).ok();
        Ok(value.and_then(|value| {
            let validator = value.get("validator")?.as_str()?.to_owned();
            Some((value.get("size")?.as_u64()?, validator))
        }))
    }

    fn first_part(&self, url: &Url, name: &str) -> Result<Remote, HubError> {
        let headers = [range(0, BLOCK)];
        let first = self.attempts(url, |fetcher| {
            let (_, mut response) = follow(fetcher, Method::Get, url, &headers)?;
            let Some((0, last, total)) = content_range(&response).filter(|_| response.status() == 206) else {
                return Ok(None);
            };
            let Some(validator) = validator(&response) else {
                return Ok(None);
            };
            let bytes = body(&mut response, last + 1)?;
            Ok(Some((total, validator, bytes)))
        })?;
        let Some((size, validator, bytes)) = first else {
            return Ok(Remote::Whole);
        };
        if (bytes.len() as u64) < BLOCK.min(size) {
            return Ok(Remote::Whole);
        }
        let go_on = || self.shared.progress.go_on();
        let _storing = self.shared.cache.lock_for_storing(&go_on)?;
        let notes = json!({"size": size, "validator": validator}).to_string();
        self.put(name, &format!("{}#parts", shown(url)), notes.as_bytes())?;
        let ranged = Ranged::new(self, url, size, validator);
        ranged.put_block(0, bytes.get(..BLOCK.min(size) as usize).unwrap_or_default())?;
        Ok(Remote::Ranged(ranged))
    }

    /// Stores bytes under a name. The caller holds the lock for storing.
    fn put(&self, name: &str, url: &str, bytes: &[u8]) -> Result<Sha256, HubError> {
        let sha256 = self.shared.cache.put_bytes(bytes)?;
        let record = Record {
            url: url.to_owned(),
            sha256: sha256.clone(),
            size: bytes.len() as u64,
            etag: None,
            last_modified: None,
            fetched: Record::now(),
        };
        self.shared.cache.put_record(name, &record)?;
        Ok(sha256)
    }
}

impl Ranged {
    fn new(store: &Store, url: &Url, size: u64, validator: String) -> Self {
        Self {
            store: store.clone(),
            url: url.clone(),
            size,
            validator,
            position: 0,
            kept: VecDeque::new(),
            ahead: 1,
        }
    }

    /// Where a block ends; the last one is shorter.
    fn end(&self, block: u64) -> u64 {
        (block + 1).saturating_mul(BLOCK).min(self.size)
    }

    fn place(&self, block: u64) -> String {
        format!("#bytes={}-{}", block * BLOCK, self.end(block).saturating_sub(1))
    }

    /// The name of a block in the cache: of this version.
    fn block_key(&self, block: u64) -> String {
        key(&format!("{}{}#{}", self.url, self.place(block), self.validator))
    }

    fn put_block(&self, block: u64, bytes: &[u8]) -> Result<(), HubError> {
        let shown = format!("{}{}", shown(&self.url), self.place(block));
        self.store.put(&self.block_key(block), &shown, bytes).map(drop)
    }

    fn cached_block(&self, block: u64) -> Result<Option<Vec<u8>>, HubError> {
        let Some((_, fetched)) = self.store.cached(&self.block_key(block))? else {
            return Ok(None);
        };
        let bytes =
            fs::read(fetched.path()).map_err(|error| HubError::cache("read", fetched.path(), error))?;
        let length = self.end(block) - block * BLOCK;
        Ok((bytes.len() as u64 == length).then_some(bytes))
    }

    /// The index in `kept` of a block.
    fn load(&mut self, block: u64) -> Result<usize, HubError> {
        if let Some(at) = self.kept.iter().position(|(kept, _)| *kept == block) {
            return Ok(at);
        }
        if let Some(bytes) = self.cached_block(block)? {
            return Ok(self.keep(block, bytes));
        }
        // The block before was read: so will be those behind.
        let goes_on = block > 0 && self.kept.iter().any(|(kept, _)| *kept == block - 1);
        self.ahead = if goes_on {
            (self.ahead * 2).min(MOST_AHEAD)
        } else {
            1
        };
        let from = block * BLOCK;
        let until = (block + self.ahead).saturating_mul(BLOCK).min(self.size);
        let bytes = self.request(from, until)?;
        let go_on = || self.store.shared.progress.go_on();
        let _storing = self.store.shared.cache.lock_for_storing(&go_on)?;
        for (number, part) in bytes.chunks(BLOCK as usize).enumerate().rev() {
            let number = block + number as u64;
            self.put_block(number, part)?;
            self.keep(number, part.to_vec());
        }
        let at = self.kept.iter().position(|(kept, _)| *kept == block);
        at.ok_or_else(|| self.changed())
    }

    fn keep(&mut self, block: u64, bytes: Vec<u8>) -> usize {
        while self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        self.kept.push_back((block, bytes));
        self.kept.len() - 1
    }

    fn request(&self, from: u64, until: u64) -> Result<Vec<u8>, HubError> {
        let headers = [
            range(from, until),
            ("if-range".to_owned(), self.validator.clone()),
        ];
        let shown = shown(&self.url);
        self.store.shared.progress.tell(Progress::Fetching {
            url: &shown,
            done: from,
            total: Some(self.size),
        })?;
        let bytes = self.store.attempts(&self.url, |fetcher| {
            let (_, mut response) = follow(fetcher, Method::Get, &self.url, &headers)?;
            let is_asked_for = content_range(&response) == Some((from, until - 1, self.size));
            let is_same = validator(&response).is_none_or(|validator| validator == self.validator);
            if response.status() != 206 || !is_asked_for || !is_same {
                return Err(Attempt::Failed(self.changed()));
            }
            body(&mut response, until - from)
        })?;
        self.store.shared.progress.tell(Progress::Done { url: &shown })?;
        Ok(bytes)
    }

    fn changed(&self) -> HubError {
        let url = shown(&self.url);
        HubErrorKind::Changed { url }.into()
    }
}

impl Read for Ranged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.size || buffer.is_empty() {
            return Ok(0);
        }
        let block = self.position / BLOCK;
        let at = self.load(block)?;
        let offset = usize::try_from(self.position % BLOCK).unwrap_or(usize::MAX);
        let bytes = self
            .kept
            .get(at)
            .and_then(|(_, bytes)| bytes.get(offset..))
            .unwrap_or_default();
        let length = bytes.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(bytes) {
            *to = *from;
        }
        self.position += length as u64;
        Ok(length)
    }
}

impl Seek for Ranged {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.size.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        let position = position
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the first byte"))?;
        self.position = position;
        Ok(position)
    }
}

/// The field that asks for the bytes from `from` to before `until`.
fn range(from: u64, until: u64) -> (String, String) {
    (
        "range".to_owned(),
        format!("bytes={from}-{}", until.saturating_sub(1)),
    )
}

/// The body, which has to have a number of bytes.
fn body(response: &mut crate::fetch::Response, length: u64) -> Result<Vec<u8>, Attempt> {
    let mut bytes = Vec::new();
    let read = response.body().take(length).read_to_end(&mut bytes);
    let reason = match read {
        Ok(_) if bytes.len() as u64 == length => return Ok(bytes),
        Ok(_) => format!("cut off after {} of {length} bytes", bytes.len()),
        Err(error) => format!("cut off after {} of {length} bytes: {error}", bytes.len()),
    };
    Err(Attempt::Again {
        reason,
        wait: None,
        reached: 0,
    })
}

/// An archive that is there as a whole.
impl Store {
    pub(crate) fn whole(&self, wanted: &Wanted) -> Result<fs::File, HubError> {
        let fetched = self.fetch(wanted)?;
        fs::File::open(fetched.path()).map_err(|error| HubError::cache("open", fetched.path(), error))
    }
}
