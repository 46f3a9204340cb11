//! Trees of summaries: `<resource id>/<version id>/test_summary_*.yaml`.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::{SummaryError, SummaryErrorKind, SummaryFile, SummaryPlace};

/// The deepest folder that is looked into, and the most files that are read.
const DEEPEST: usize = 10;
const MOST_FILES: usize = 100_000;
/// The largest file that is read: that of the largest document.
const LARGEST_FILE: u64 = 1 << 20;

/// The summaries of many resources, by resource and version.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct SummaryTree {
    /// What was found for each version of a resource, in the order of their identifiers.
    pub resources: BTreeMap<SummaryPlace, SummaryFile>,
}

/// A file that could not be used; all others are there all the same.
#[derive(Debug)]
#[non_exhaustive]
pub struct SummaryProblem {
    /// The file or folder.
    pub path: PathBuf,
    /// Why.
    pub error: SummaryError,
}

impl SummaryTree {
    /// Collects the summaries below a folder: all files `test_summary.yaml` and `test_summary_*.yaml`, merged for
    /// each version of a resource. `tester` is whose the summaries are where a file does not say so.
    ///
    /// What cannot be read is listed, and does not keep the rest from being read. Links are not followed.
    #[must_use]
    pub fn collect(root: &Path, tester: &str) -> (Self, Vec<SummaryProblem>) {
        let mut tree = Self::default();
        let mut problems = Vec::new();
        let mut files = Vec::new();
        find(root, 0, &mut files, &mut problems);
        files.sort();
        for path in files {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let Some(place) = SummaryPlace::of_file(relative) else {
                let found = "the file does not lie in `<resource id>/<version id>`".to_owned();
                let place = "the path".to_owned();
                problems.push(SummaryProblem {
                    path,
                    error: SummaryErrorKind::Form { place, found }.into(),
                });
                continue;
            };
            match read(&path).and_then(|text| SummaryFile::from_yaml(&text, tester)) {
                Ok(file) => tree.resources.entry(place).or_default().merge(file),
                Err(error) => problems.push(SummaryProblem { path, error }),
            }
        }
        (tree, problems)
    }

    /// Takes over the summaries of another tree.
    pub fn merge(&mut self, other: Self) {
        for (place, file) in other.resources {
            self.resources.entry(place).or_default().merge(file);
        }
    }

    /// Writes one merged file `test_summary.yaml` for each version of a resource below a folder.
    ///
    /// # Errors
    /// If a file cannot be written; those before it were written.
    pub fn write_merged(&self, root: &Path) -> Result<(), SummaryError> {
        for (place, file) in &self.resources {
            let path = root.join(place.folder()).join("test_summary.yaml");
            write_file(&path, &file.to_merged_yaml()?)?;
        }
        Ok(())
    }
}

impl SummaryFile {
    /// Writes the list of summaries to a file; its folder is made if it is missing. The file appears whole or not at
    /// all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write_list(&self, path: &Path) -> Result<(), SummaryError> {
        write_file(path, &self.to_list_yaml()?)
    }
}

/// Adds the files of summaries in a folder and below it.
fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>, problems: &mut Vec<SummaryProblem>) {
    let unreadable = |error: std::io::Error| SummaryProblem {
        path: folder.to_owned(),
        error: SummaryError::from(SummaryErrorKind::Read {
            path: folder.to_owned(),
        })
        .caused_by(error),
    };
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => return problems.push(unreadable(error)),
    };
    for entry in entries {
        let (entry, kind) = match entry.and_then(|entry| entry.file_type().map(|kind| (entry, kind))) {
            Ok(found) => found,
            Err(error) => {
                problems.push(unreadable(error));
                continue;
            }
        };
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let is_summary =
            name == "test_summary.yaml" || (name.starts_with("test_summary_") && name.ends_with(".yaml"));
        if kind.is_dir() && depth < DEEPEST {
            find(&entry.path(), depth + 1, files, problems);
        } else if kind.is_file() && is_summary && files.len() < MOST_FILES {
            files.push(entry.path());
        }
    }
}

fn read(path: &Path) -> Result<String, SummaryError> {
    let unreadable = || SummaryErrorKind::Read {
        path: path.to_owned(),
    };
    let file = fs::File::open(path).map_err(|error| SummaryError::from(unreadable()).caused_by(error))?;
    let mut text = String::new();
    file.take(LARGEST_FILE + 1)
        .read_to_string(&mut text)
        .map_err(|error| SummaryError::from(unreadable()).caused_by(error))?;
    if text.len() as u64 > LARGEST_FILE {
        return Err(SummaryErrorKind::TooLarge {
            path: path.to_owned(),
            limit: LARGEST_FILE,
        }
        .into());
    }
    Ok(text)
}

/// Writes beside the target and renames.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), SummaryError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    let folder = parent.unwrap_or(Path::new("."));
    let write = || -> std::io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::Builder::new().prefix(".summary").tempfile_in(folder)?;
        file.write_all(text.as_bytes())?;
        readable_by_others(file.as_file())?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error| {
        SummaryError::from(SummaryErrorKind::Write {
            path: path.to_owned(),
        })
        .caused_by(error)
    })
}

/// Temporary files can be read by their owner only; summaries are published.
#[cfg(unix)]
fn readable_by_others(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_others(_: &fs::File) -> std::io::Result<()> {
    Ok(())
}
