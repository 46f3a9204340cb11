//! Which tiles of an unfinished image are done.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::ZarrError;
use crate::axes::ImageAxes;
use crate::image::ImageErrorKind;

/// The file of the journal: a line of JSON, then a line for each tile.
const NAME: &str = "tiles.journal";
const UNFINISHED_NAME: &str = "tiles.journal.partial";
/// Numbers of millions of tiles.
const MOST_BYTES: u64 = 64 << 20;
const VERSION: u64 = 1;

/// What has to be the same for a run to go on where another ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    /// What the caller says of its plan.
    pub(super) fingerprint: String,
    /// Shape and axes of the tiles, not of the file.
    pub(super) shape: Vec<usize>,
    pub(super) axes: ImageAxes,
}

/// A journal that grows by a line for each tile.
#[derive(Debug)]
pub(super) struct Journal {
    file: File,
    completed: BTreeSet<usize>,
}

impl Journal {
    pub(super) fn create(folder: &Path, run: &Run) -> io::Result<Self> {
        let header = json!({
            "journal": VERSION,
            "fingerprint": run.fingerprint,
            "shape": run.shape,
            "axes": run.axes.as_str(),
        });
        // A journal without its first line could not be understood.
        let unfinished = folder.join(UNFINISHED_NAME);
        let mut file = File::create(&unfinished)?;
        file.write_all(format!("{header}\n").as_bytes())?;
        file.sync_all()?;
        drop(file);
        let path = folder.join(NAME);
        fs::rename(&unfinished, &path)?;
        let file = OpenOptions::new().append(true).open(&path)?;
        Ok(Self {
            file,
            completed: BTreeSet::new(),
        })
    }

    /// Open the journal in an unfinished folder; nothing if there is none.
    pub(super) fn open(folder: &Path) -> Result<Option<(Run, Self)>, ImageErrorKind> {
        let path = folder.join(NAME);
        let mut file = match OpenOptions::new().read(true).append(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(ImageErrorKind::Open(error)),
        };
        let mut text = String::new();
        let read = (&mut file).take(MOST_BYTES + 1).read_to_string(&mut text);
        let damaged = || ZarrError::Journal {
            path: folder.to_path_buf(),
        };
        match read {
            Ok(length) if length as u64 <= MOST_BYTES => {}
            Err(error) if error.kind() != io::ErrorKind::InvalidData => {
                return Err(ImageErrorKind::Open(error));
            }
            _ => return Err(damaged().into()),
        }
        // A last line without its end was being written when the run ended.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        let (mut lines, length) = (text.get(..whole).unwrap_or_default().lines(), whole as u64);
        let run = lines.next().and_then(parse_header).ok_or_else(damaged)?;
        let completed: Result<BTreeSet<usize>, _> = lines.map(str::parse).collect();
        let completed = completed.map_err(|_| damaged())?;
        file.set_len(length)?;
        Ok(Some((run, Self { file, completed })))
    }

    pub(super) fn completed(&self) -> &BTreeSet<usize> {
        &self.completed
    }

    /// Add a tile. The line is on the disk when this returns.
    pub(super) fn add(&mut self, tile: usize) -> io::Result<()> {
        if self.completed.contains(&tile) {
            return Ok(());
        }
        self.file.write_all(format!("{tile}\n").as_bytes())?;
        self.file.sync_data()?;
        self.completed.insert(tile);
        Ok(())
    }

    /// The journal of a finished image goes.
    pub(super) fn remove(self, folder: &Path) -> io::Result<()> {
        drop(self.file);
        fs::remove_file(folder.join(NAME))
    }
}

/// Whether a folder has a journal.
pub(super) fn is_in(folder: &Path) -> bool {
    folder.join(NAME).is_file()
}

/// The folder of an image that is not finished, beside that of the finished one.
pub(super) fn unfinished(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    path.with_file_name(name)
}

fn parse_header(line: &str) -> Option<Run> {
    let header: Value = serde_json::from_str(line).ok()?;
    if header.get("journal")?.as_u64()? != VERSION {
        return None;
    }
    let shape: Option<Vec<usize>> = header
        .get("shape")?
        .as_array()?
        .iter()
        .map(|length| usize::try_from(length.as_u64()?).ok())
        .collect();
    Some(Run {
        fingerprint: header.get("fingerprint")?.as_str()?.to_owned(),
        shape: shape?,
        axes: header.get("axes")?.as_str()?.parse().ok()?,
    })
}
