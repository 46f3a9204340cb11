//! What can go wrong with files of summaries.

use std::path::PathBuf;

/// Why summaries cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct SummaryError {
    kind: SummaryErrorKind,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The reasons of a [`SummaryError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SummaryErrorKind {
    /// The text is no YAML.
    #[error("the summary is not a YAML document")]
    Syntax,
    /// The text is YAML, but no summary.
    #[error("{place}: {found}")]
    Form {
        /// Where in the document.
        place: String,
        /// What is wrong there.
        found: String,
    },
    /// The summary cannot be written as YAML.
    #[error("the summary is too large or too deeply nested to be written")]
    Unwritable,
    /// A file or folder cannot be read.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
    },
    /// A file cannot be written.
    #[error("{} cannot be written", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
    },
    /// A file is larger than summaries are.
    #[error("{} has more than {limit} bytes, which no summary has", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The bound.
        limit: u64,
    },
    /// An identifier cannot be a path.
    #[error("{what} {id:?} cannot be the name of a folder: {reason}")]
    Identifier {
        /// Which one.
        what: &'static str,
        /// The identifier.
        id: String,
        /// Why.
        reason: &'static str,
    },
}

impl SummaryError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &SummaryErrorKind {
        &self.kind
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<SummaryErrorKind> for SummaryError {
    fn from(kind: SummaryErrorKind) -> Self {
        Self { kind, source: None }
    }
}
