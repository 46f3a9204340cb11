//! Versions of the format.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// The newest patch version of format 0.4.
pub(crate) const NEWEST_PATCH: u64 = 10;

/// The newest patch version of format 0.2.
pub(crate) const NEWEST_GENERIC_PATCH: u64 = 4;

/// The version of the format that a description is written in: three numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FormatVersion {
    version: semver::Version,
    text: String,
}

impl FormatVersion {
    /// Reads three numbers with dots between them.
    ///
    /// # Errors
    /// If the text is anything else, also two numbers.
    pub fn parse(text: &str) -> Result<Self, ValueError> {
        match semver::Version::parse(text) {
            Ok(version) if version.pre.is_empty() && version.build.is_empty() => Ok(Self {
                version,
                text: text.to_owned(),
            }),
            _ => {
                let reason = format!("the format version has the form 0.4.9, found {}", quoted(text));
                Err(ValueError::new(Code::UnsupportedFormatVersion, reason))
            }
        }
    }

    /// The newest version of format 0.4 that is read and written: 0.4.10.
    #[must_use]
    pub fn newest() -> Self {
        Self::new(0, 4, NEWEST_PATCH)
    }

    /// The newest version of format 0.2, that of all types but models, that is read and written: 0.2.4.
    #[must_use]
    pub fn newest_generic() -> Self {
        Self::new(0, 2, NEWEST_GENERIC_PATCH)
    }

    fn new(major: u64, minor: u64, patch: u64) -> Self {
        let version = semver::Version::new(major, minor, patch);
        Self {
            text: version.to_string(),
            version,
        }
    }

    /// Major, minor and patch number.
    #[must_use]
    pub fn numbers(&self) -> (u64, u64, u64) {
        (self.version.major, self.version.minor, self.version.patch)
    }

    /// Minor and patch number, for a version 0.3.0 to 0.3.6 or 0.4.x of the model format.
    pub(crate) fn model_patch(&self) -> Option<(u64, u64)> {
        match self.numbers() {
            (0, 3, patch @ 0..=6) => Some((3, patch)),
            (0, 4, patch) => Some((4, patch)),
            _ => None,
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

checked_text!(FormatVersion);
