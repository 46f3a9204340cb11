//! Fetching one file, in as many attempts as it takes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::PathBuf;

use rdf_spec::Sha256;
use serde_json::{Value, json};

use super::conditions::{content_range, if_changed, validator};
use super::{Fetched, Progress, Store, Wanted, lock};
use crate::cache::Record;
use crate::error::{HubError, HubErrorKind, shown};
use crate::fetch::{Attempt, Fetcher, Method, Response, follow};

/// What is stored of a file that has been fetched in part.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Part {
    /// How many bytes are there.
    have: u64,
    /// Of which version; empty if the server has not named it: then it cannot be continued.
    validator: String,
    /// How many bytes that version has.
    total: Option<u64>,
}

/// One file on its way.
struct Download<'d> {
    store: &'d Store,
    wanted: &'d Wanted,
    shown: String,
    content: PathBuf,
    notes: PathBuf,
    was_resumed: bool,
}

/// What an attempt ended with.
enum Outcome {
    Unchanged,
    Complete {
        etag: Option<String>,
        last_modified: Option<String>,
    },
}

impl Store {
    /// Fetches a file, unless the server says that it has not changed. The caller holds the lock of the address.
    pub(super) fn download(
        &self,
        wanted: &Wanted,
        key: &str,
        known: Option<(Record, Fetched)>,
    ) -> Result<Fetched, HubError> {
        let (content, notes) = self.shared.cache.partial(key)?;
        let mut download = Download {
            store: self,
            wanted,
            shown: shown(&wanted.url),
            content,
            notes,
            was_resumed: false,
        };
        let known_record = known.as_ref().map(|(record, _)| record);
        let mut outcome = download.run(known_record)?;
        let mut digest = download.digest(&outcome)?;
        // Parts of different versions may have met where a server names versions wrongly: once more, in one piece.
        if download.was_resumed && wanted.sha256.is_some() && digest != wanted.sha256 {
            download.restart()?;
            outcome = download.run(None)?;
            digest = download.digest(&outcome)?;
        }
        let fetched = match (outcome, digest, known) {
            (Outcome::Complete { etag, last_modified }, Some(sha256), _) => {
                let size = fs::metadata(&download.content).map_or(0, |metadata| metadata.len());
                let path = self.shared.cache.put_file(&download.content, &sha256)?;
                let _ = fs::remove_file(&download.notes);
                lock(&self.shared.compared).insert(sha256.clone());
                let record = Record {
                    url: shown(&wanted.url),
                    sha256: sha256.clone(),
                    size,
                    etag,
                    last_modified,
                    fetched: Record::now(),
                };
                self.shared.cache.put_record(key, &record)?;
                Fetched { path, sha256 }
            }
            (_, _, Some((record, fetched))) => {
                let fetched_at = Record::now();
                let record = Record {
                    fetched: fetched_at,
                    ..record
                };
                self.shared.cache.put_record(key, &record)?;
                fetched
            }
            _ => {
                return Err(HubErrorKind::UnexpectedAnswer {
                    url: download.shown,
                    reason: "status 304, though nothing was known of the file".to_owned(),
                }
                .into());
            }
        };
        self.shared.progress.tell(Progress::Done {
            url: &shown(&wanted.url),
        })?;
        Ok(fetched)
    }
}

impl Download<'_> {
    fn run(&mut self, known: Option<&Record>) -> Result<Outcome, HubError> {
        let store = self.store;
        let url = &self.wanted.url;
        store.attempts(url, |fetcher| self.attempt(fetcher, known))
    }

    fn attempt(&mut self, fetcher: &dyn Fetcher, known: Option<&Record>) -> Result<Outcome, Attempt> {
        let part = self.part();
        let mut headers = Vec::new();
        if part.have > 0 {
            headers.push(("range".to_owned(), format!("bytes={}-", part.have)));
            headers.push(("if-range".to_owned(), part.validator.clone()));
        } else if let Some(known) = known {
            headers = if_changed(known);
        }
        let (_, mut response) = follow(fetcher, Method::Get, &self.wanted.url, &headers)?;
        match response.status() {
            304 if part.have == 0 && known.is_some() => return Ok(Outcome::Unchanged),
            200 => {}
            206 if part.have > 0 => return self.go_on(part, &mut response),
            416 if part.have > 0 => {
                self.restart()?;
                return Err(again("the server has less of the file than it had before", 0));
            }
            status => {
                let reason = format!("status {status} to a plain request");
                return Err(self.unexpected(reason).into());
            }
        }
        self.not_encoded(&response)?;
        let total = response.length();
        self.bounded(total.unwrap_or(0))?;
        let part = Part {
            have: 0,
            validator: validator(&response).unwrap_or_default(),
            total,
        };
        self.restart()?;
        self.note(&part)?;
        self.receive(part, &mut response)
    }

    /// The rest of a file.
    fn go_on(&mut self, part: Part, response: &mut Response) -> Result<Outcome, Attempt> {
        self.not_encoded(response)?;
        let range = content_range(response);
        let fits = range.is_some_and(|(first, last, total)| {
            first == part.have && last + 1 == total && part.total.is_none_or(|known| known == total)
        });
        let same = validator(response).is_none_or(|validator| validator == part.validator);
        if !fits || !same {
            self.restart()?;
            return Err(again("the file was changed on the server", part.have));
        }
        self.was_resumed = true;
        let total = range.map(|(_, _, total)| total);
        self.bounded(total.unwrap_or(0))?;
        self.receive(Part { total, ..part }, response)
    }

    fn receive(&self, mut part: Part, response: &mut Response) -> Result<Outcome, Attempt> {
        let failed = |error| Attempt::from(HubError::cache("write", &self.content, error));
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&self.content)
            .map_err(failed)?;
        let mut block = vec![0_u8; 1 << 16];
        let progress = &self.store.shared.progress;
        loop {
            progress.tell(Progress::Fetching {
                url: &self.shown,
                done: part.have,
                total: part.total,
            })?;
            let length = match response.body().read(&mut block) {
                Ok(0) => break,
                Ok(length) => length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.cut(&part, &error.to_string())),
            };
            let bytes = block.get(..length).unwrap_or_default();
            part.have = part.have.saturating_add(length as u64);
            self.bounded(part.have)?;
            file.write_all(bytes).map_err(failed)?;
        }
        match part.total {
            Some(total) if part.have < total => Err(self.cut(&part, "the connection was closed")),
            Some(total) if part.have > total => {
                self.restart()?;
                let reason = format!("{} bytes where {total} were announced", part.have);
                Err(again(&reason, 0))
            }
            _ => {
                file.sync_all().map_err(failed)?;
                Ok(Outcome::Complete {
                    etag: response.header("etag").map(str::to_owned),
                    last_modified: response.header("last-modified").map(str::to_owned),
                })
            }
        }
    }

    fn cut(&self, part: &Part, reason: &str) -> Attempt {
        let of = part
            .total
            .map_or_else(String::new, |total| format!(" of {total}"));
        again(
            &format!("cut off after {}{of} bytes: {reason}", part.have),
            part.have,
        )
    }

    /// What is there of the file, if it can be continued.
    fn part(&self) -> Part {
        let read = || -> Option<Part> {
            let value: Value = serde_json::from_slice(&fs::read(&self.notes).ok()?).ok()?;
            let part = Part {
                have: fs::metadata(&self.content).ok()?.len(),
                validator: value.get("validator")?.as_str()?.to_owned(),
                total: value.get("total").and_then(Value::as_u64),
            };
            let is_of_this = value.get("url")?.as_str()? == self.shown;
            (is_of_this && !part.validator.is_empty()).then_some(part)
        };
        match read() {
            Some(part) if part.total.is_none_or(|total| part.have < total) => part,
            // All of it is there, or more: that it is right was never said.
            _ => Part {
                have: 0,
                ..Part::default()
            },
        }
    }

    fn note(&self, part: &Part) -> Result<(), HubError> {
        let notes = json!({"url": self.shown, "validator": part.validator, "total": part.total});
        fs::write(&self.notes, notes.to_string())
            .map_err(|error| HubError::cache("write", &self.notes, error))
    }

    fn restart(&self) -> Result<(), HubError> {
        for path in [&self.notes, &self.content] {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(HubError::cache("remove", path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn digest(&self, outcome: &Outcome) -> Result<Option<Sha256>, HubError> {
        if matches!(outcome, Outcome::Unchanged) {
            return Ok(None);
        }
        // Read back from the disk: what is stored is what counts.
        let failed = |error| HubError::cache("read", &self.content, error);
        let mut file = File::open(&self.content).map_err(failed)?;
        Sha256::of(&mut file).map(Some).map_err(failed)
    }

    fn bounded(&self, bytes: u64) -> Result<(), HubError> {
        if bytes <= self.wanted.limit {
            return Ok(());
        }
        self.restart()?;
        let (url, limit) = (self.shown.clone(), self.wanted.limit);
        Err(HubErrorKind::TooLarge { url, limit }.into())
    }

    fn not_encoded(&self, response: &Response) -> Result<(), HubError> {
        match response.header("content-encoding") {
            None => Ok(()),
            Some(encoding) if encoding.eq_ignore_ascii_case("identity") || encoding.is_empty() => Ok(()),
            Some(encoding) => {
                let reason = format!(
                    "content encoded with `{}`, which was not asked for",
                    encoding.escape_debug()
                );
                Err(self.unexpected(reason))
            }
        }
    }

    fn unexpected(&self, reason: String) -> HubError {
        let url = self.shown.clone();
        HubErrorKind::UnexpectedAnswer { url, reason }.into()
    }
}

fn again(reason: &str, reached: u64) -> Attempt {
    Attempt::Again {
        reason: reason.to_owned(),
        wait: None,
        reached,
    }
}
