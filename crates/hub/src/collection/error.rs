//! What can keep a collection from being compiled.

use std::path::PathBuf;

/// Why a collection cannot be compiled, or an index not be read.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct CollectionError {
    kind: CollectionErrorKind,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The reasons of a [`CollectionError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectionErrorKind {
    /// A file cannot be read.
    #[error("{} cannot be read", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
    },
    /// A file is larger than it may be.
    #[error("{} has more than {limit} bytes", .path.display())]
    FileTooLarge {
        /// The file.
        path: PathBuf,
        /// The bound.
        limit: u64,
    },
    /// The text is no YAML document.
    #[error("{document} is no YAML document")]
    Syntax {
        /// The document.
        document: String,
    },
    /// The document is something else than a collection.
    #[error("{document} is no collection of format 0.2 with a list of entries")]
    NotACollection {
        /// The document.
        document: String,
    },
    /// The document is an index that was compiled before: its identifiers are complete already.
    #[error("{document} is a compiled index: compile the collection that it was made from")]
    AlreadyCompiled {
        /// The document.
        document: String,
    },
    /// The completed entries are too many or too large together.
    #[error(
        "the completed entries take more than {limit} bytes together: fields of the collection's root are copied into \
         every entry"
    )]
    TooLarge {
        /// The bound.
        limit: usize,
    },
    /// A file is no compiled index.
    #[error("{} is no compiled index: {reason}", .path.display())]
    NotAnIndex {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl CollectionError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &CollectionErrorKind {
        &self.kind
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<CollectionErrorKind> for CollectionError {
    fn from(kind: CollectionErrorKind) -> Self {
        Self { kind, source: None }
    }
}
