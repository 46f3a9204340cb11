//! Where the summaries of a resource lie.

use std::path::{Component, Path, PathBuf};

use super::{SummaryError, SummaryErrorKind};

/// A version of a resource: the folder `<resource id>/<version id>` below the root of a tree of summaries.
///
/// ```
/// use std::path::Path;
/// use hub::summary::SummaryPlace;
///
/// let place = SummaryPlace::new("10.5281/zenodo.5764892", "6647674")?;
/// let file = place.file("onnx");
/// assert_eq!(file, Path::new("10.5281/zenodo.5764892/6647674/test_summary_onnx.yaml"));
/// assert_eq!(SummaryPlace::of_file(&file), Some(place));
/// assert!(SummaryPlace::new("../secrets", "1").is_err());
/// # Ok::<(), hub::summary::SummaryError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SummaryPlace {
    resource_id: String,
    version_id: String,
}

/// Names that are devices on Windows, whatever their extension.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The longest part of an identifier, in bytes: file systems take no more than 255.
const LONGEST_PART: usize = 200;

impl SummaryPlace {
    /// A place for two identifiers; that of the resource may have slashes, as DOIs have.
    ///
    /// # Errors
    /// If an identifier is empty, would lead out of the tree, or cannot be the name of a folder on every system.
    pub fn new(resource_id: &str, version_id: &str) -> Result<Self, SummaryError> {
        check("the resource id", resource_id, 8)?;
        check("the version id", version_id, 1)?;
        Ok(Self {
            resource_id: resource_id.to_owned(),
            version_id: version_id.to_owned(),
        })
    }

    /// A place for any two texts: what cannot be part of a path becomes `-`, and so `a/b` and `a-b` share a place.
    #[must_use]
    pub fn approximate(resource: &str, version: &str) -> Self {
        let plain = |text: &str| {
            let name: String = text
                .chars()
                .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
                .take(LONGEST_PART - 2)
                .collect();
            // No device of Windows has this prefix.
            format!("x-{name}")
        };
        Self {
            resource_id: plain(resource),
            version_id: plain(version),
        }
    }

    /// The identifier of the resource.
    #[must_use]
    pub fn resource_id(&self) -> &str {
        &self.resource_id
    }

    /// The identifier of the version.
    #[must_use]
    pub fn version_id(&self) -> &str {
        &self.version_id
    }

    /// The folder, relative to the root of the tree.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        let mut folder: PathBuf = self.resource_id.split('/').collect();
        folder.push(&self.version_id);
        folder
    }

    /// The file of a tester or test setting, relative to the root of the tree. Characters of `setting` that no file
    /// name should have become `-`.
    #[must_use]
    pub fn file(&self, setting: &str) -> PathBuf {
        let setting: String = setting
            .chars()
            .map(|c| {
                if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') {
                    c
                } else {
                    '-'
                }
            })
            .take(LONGEST_PART)
            .collect();
        self.folder().join(format!("test_summary_{setting}.yaml"))
    }

    /// The place of a file, by its path below the root of the tree.
    #[must_use]
    pub fn of_file(path: &Path) -> Option<Self> {
        let mut parts = Vec::new();
        for part in path.parent()?.components() {
            match part {
                Component::Normal(part) => parts.push(part.to_str()?),
                Component::CurDir => {}
                _ => return None,
            }
        }
        let version_id = parts.pop()?;
        Self::new(&parts.join("/"), version_id).ok()
    }
}

impl std::fmt::Display for SummaryPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.resource_id, self.version_id)
    }
}

fn check(what: &'static str, id: &str, most_parts: usize) -> Result<(), SummaryError> {
    let refuse = |reason| {
        Err(SummaryError::from(SummaryErrorKind::Identifier {
            what,
            id: id.to_owned(),
            reason,
        }))
    };
    if id.is_empty() {
        return refuse("it is empty");
    }
    let parts: Vec<&str> = id.split('/').collect();
    if parts.len() > most_parts {
        return refuse("it has too many slashes");
    }
    for part in parts {
        if part.is_empty() || part.chars().all(|c| c == '.') {
            return refuse("a part of it is empty or consists of dots");
        }
        if part.len() > LONGEST_PART {
            return refuse("a part of it is too long");
        }
        if part.contains(['\\', ':', '*', '?', '"', '<', '>', '|']) || part.contains(char::is_control) {
            return refuse("it has characters that file names may not have");
        }
        if part.ends_with(['.', ' ']) || part.starts_with(' ') {
            return refuse("a part of it begins or ends with a space, or ends with a dot");
        }
        let stem = part.split('.').next().unwrap_or(part).to_ascii_lowercase();
        let numbered = ["com", "lpt"].iter().any(|device| {
            stem.strip_prefix(device)
                .is_some_and(|number| number.len() == 1 && number.bytes().all(|digit| digit.is_ascii_digit()))
        });
        if numbered || DEVICES.contains(&stem.as_str()) {
            return refuse("a part of it is the name of a device on Windows");
        }
    }
    Ok(())
}
