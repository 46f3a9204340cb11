//! The documents that entries refer to.

use std::path::{Path, PathBuf};

use rdf_spec::{Document, FileSource, Package};

/// Where documents come from that entries of a collection refer to. An application that loads them from the web
/// brings its own.
pub trait Documents {
    /// Loads the document at an address: a URL, or a path relative to the outermost collection.
    ///
    /// # Errors
    /// If it cannot be loaded or is no YAML document.
    fn load(&self, address: &FileSource) -> Result<LoadedDocument, DocumentError>;

    /// Tells that all of these addresses will be loaded, so that they can be fetched at the same time. What goes
    /// wrong is told when a document is loaded.
    fn prepare(&self, addresses: &[FileSource]) {
        let _ = addresses;
    }
}

/// A document that was loaded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedDocument {
    /// Its text.
    pub text: String,
    /// The document.
    pub document: Document,
    /// From where relative paths in it hold: the address that was asked for, or the one behind a redirection.
    pub address: FileSource,
}

impl LoadedDocument {
    /// Reads the text that was found at an address.
    ///
    /// # Errors
    /// If it is no YAML document.
    pub fn parse(text: String, address: FileSource) -> Result<Self, DocumentError> {
        let document = Document::parse(&text).map_err(|error| {
            DocumentError::from(DocumentErrorKind::Syntax {
                address: address.as_str().to_owned(),
                found: error.to_string(),
            })
        })?;
        Ok(Self {
            text,
            document,
            address,
        })
    }
}

/// Why a document cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct DocumentError {
    kind: DocumentErrorKind,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// The reasons of a [`DocumentError`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DocumentErrorKind {
    /// The document is on the web, and only local ones are loaded.
    #[error("`{address}` is on the web and was not fetched")]
    NotLocal {
        /// The address.
        address: String,
    },
    /// The document is on the web and could not be fetched.
    #[error("`{address}` cannot be fetched")]
    NotFetched {
        /// The address.
        address: String,
    },
    /// There is no such file, it lies outside of the folder of the collection, or it cannot be read.
    #[error("`{address}` cannot be read")]
    Read {
        /// The address.
        address: String,
    },
    /// The text is no YAML document.
    #[error("`{address}` is no YAML document: {found}")]
    Syntax {
        /// The address.
        address: String,
        /// What is wrong with it, with line and column.
        found: String,
    },
    /// The path leads out of the folder of the collection.
    #[error("`{address}` leads out of the folder of the collection")]
    Outside {
        /// The address.
        address: String,
    },
}

impl DocumentError {
    /// The reason.
    #[must_use]
    pub fn kind(&self) -> &DocumentErrorKind {
        &self.kind
    }

    /// The same with what caused it, for implementations of [`Documents`].
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }
}

impl From<DocumentErrorKind> for DocumentError {
    fn from(kind: DocumentErrorKind) -> Self {
        Self { kind, source: None }
    }
}

/// Documents in the folder of a collection and below it: descriptions, folders and zip files with one. Nothing is
/// fetched.
#[derive(Clone, Debug)]
pub struct LocalDocuments {
    folder: PathBuf,
}

impl LocalDocuments {
    /// The documents of the folder that a collection lies in.
    #[must_use]
    pub fn beside(collection: &Path) -> Self {
        let folder = match collection.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        Self { folder }
    }
}

impl Documents for LocalDocuments {
    fn load(&self, address: &FileSource) -> Result<LoadedDocument, DocumentError> {
        let text = || address.as_str().to_owned();
        let Some(relative) = address.relative_path() else {
            return Err(DocumentErrorKind::NotLocal { address: text() }.into());
        };
        let Some(path) = super::expand::normal(relative) else {
            return Err(DocumentErrorKind::Outside { address: text() }.into());
        };
        let package = Package::open(self.folder.join(path)).map_err(|error| {
            DocumentError::from(DocumentErrorKind::Read { address: text() }).caused_by(error)
        })?;
        LoadedDocument::parse(package.text().to_owned(), address.clone())
    }
}
