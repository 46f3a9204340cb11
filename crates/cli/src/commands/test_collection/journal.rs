//! What was done already: one line a model, added when it is done, so that a run that was broken off goes on.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use hub::summary::SummaryFile;
use serde_json::{Value, json};

use super::job::Job;
use super::outcome::Outcome;
use crate::exit::Failure;

/// The longest line that is read.
const LONGEST_LINE: usize = 4 << 20;

/// The file `results.jsonl`, to which outcomes are added.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

/// What an earlier run found, by place.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    done: HashMap<String, Value>,
}

impl Journal {
    /// Opens the journal in a folder, which is made if it is missing. With `fresh` it begins anew.
    pub(super) fn open(out: &Path, fresh: bool) -> Result<(Self, Earlier), Failure> {
        let path = out.join("results.jsonl");
        let fail =
            |error: std::io::Error| Failure::failed(format!("{} cannot be used: {error}", path.display()));
        fs::create_dir_all(out).map_err(fail)?;
        let mut done = HashMap::new();
        if !fresh && path.exists() {
            for line in BufReader::new(File::open(&path).map_err(fail)?).split(b'\n') {
                let line = line.map_err(fail)?;
                // A last line that is not whole belongs to a run that was broken off.
                if line.len() <= LONGEST_LINE
                    && let Ok(value) = serde_json::from_slice::<Value>(&line)
                    && let Some(place) = value.get("place").and_then(Value::as_str)
                {
                    done.insert(place.to_owned(), value);
                }
            }
        }
        let mut options = OpenOptions::new();
        options.create(true).write(true);
        let mut file = if fresh {
            options.truncate(true)
        } else {
            options.append(true)
        }
        .open(&path)
        .map_err(fail)?;
        // The next line begins a line, also behind one that is not whole.
        if !fresh && file.metadata().map_err(fail)?.len() > 0 {
            file.write_all(b"\n").map_err(fail)?;
        }
        Ok((Self { path, file }, Earlier { done }))
    }

    /// Adds a line.
    pub(super) fn add(&mut self, outcome: &Outcome, fingerprint: Option<&str>) -> Result<(), Failure> {
        let summaries = hub::summary::list_to_json(&outcome.file);
        let line = json!({
            "place": outcome.place.to_string(),
            "label": outcome.label,
            "fingerprint": fingerprint,
            "status": outcome.file.status().name(),
            "seconds": outcome.seconds,
            "summaries": summaries,
        });
        let written = writeln!(self.file, "{line}").and_then(|()| self.file.flush());
        written
            .map_err(|error| Failure::failed(format!("{} cannot be written: {error}", self.path.display())))
    }
}

impl Earlier {
    /// The outcome of an earlier run, if nothing has changed since.
    pub(super) fn of(&self, job: &Job, fingerprint: Option<&str>) -> Option<Outcome> {
        let known = self.done.get(&job.place.to_string())?;
        if known.get("fingerprint")?.as_str()? != fingerprint? || known.get("label")?.as_str()? != job.label {
            return None;
        }
        let file = SummaryFile::from_yaml(&known.get("summaries")?.to_string(), "modelhub").ok()?;
        Some(Outcome {
            label: job.label.clone(),
            place: job.place.clone(),
            seconds: known.get("seconds").and_then(Value::as_f64),
            again: true,
            file,
        })
    }
}
