//! Why a package cannot be opened or read.

use std::fmt;
use std::path::PathBuf;

use crate::diagnostic::{Code, Diagnostic};
use crate::document::{DocPath, Position};

/// Opening a package, or reading one of its files, failed.
#[derive(Debug)]
pub struct PackageError {
    kind: PackageErrorKind,
    place: Option<PathBuf>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackageErrorKind {
    /// There is nothing at the path.
    NotFound,
    /// The path is neither a folder, nor a zip file, nor a YAML file.
    NotAPackage,
    /// There is no description at the top of the package.
    NoDescription {
        /// A description in a folder further down, if there is one.
        nested: Option<String>,
    },
    /// A path leads out of the package.
    UnsafePath {
        /// The path as written.
        path: String,
    },
    /// The zip file is damaged or of a kind that is not read.
    MalformedArchive,
    /// Two entries of the zip file have the same name.
    DuplicateEntry {
        /// The name.
        path: String,
    },
    /// A file is larger than the bound.
    TooLarge {
        /// The file.
        file: String,
        /// The bound in bytes.
        limit: u64,
    },
    /// A file is not in the package.
    MissingFile {
        /// The file.
        file: String,
    },
    /// A file could not be fetched from where it is.
    NotFetched {
        /// The file.
        file: String,
    },
    /// The description is not UTF-8 text.
    NotText {
        /// The file.
        file: String,
    },
    /// The description is text, but in an encoding that YAML readers in use do not share.
    Utf16 {
        /// The file.
        file: String,
    },
    /// The description cannot be read as YAML, or not be written again.
    UnreadableDescription {
        /// The file.
        file: String,
    },
    /// A file is a symbolic link in a zip file, or one that leads out of the folder where that is not wanted.
    Link {
        /// The file.
        file: String,
    },
    /// The operating system refused.
    Io,
}

impl PackageError {
    pub(super) fn new(kind: PackageErrorKind) -> Self {
        Self {
            kind,
            place: None,
            source: None,
        }
    }

    pub(super) fn at(mut self, place: impl Into<PathBuf>) -> Self {
        self.place = Some(place.into());
        self
    }

    pub(super) fn caused_by(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The same as a finding with the code `unreadable-source`, at the first character: for programs that
    /// list what they could not open together with what is wrong with descriptions.
    #[must_use]
    pub fn to_diagnostic(&self) -> Diagnostic {
        let diagnostic =
            Diagnostic::new(Code::UnreadableSource, DocPath::root(), self.in_one_line()).at(Position::START);
        match self.kind {
            PackageErrorKind::NotText { .. } | PackageErrorKind::Utf16 { .. } => {
                diagnostic.help("save the file as UTF-8")
            }
            _ => diagnostic,
        }
    }

    /// The error with its causes; that a missing file is missing needs no cause.
    pub(super) fn in_one_line(&self) -> String {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            if !matches!(
                self.kind,
                PackageErrorKind::MissingFile { .. } | PackageErrorKind::NotFound
            ) {
                message = format!("{message}: {error}");
            }
            cause = error.source();
        }
        message
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &PackageErrorKind {
        &self.kind
    }
}

impl fmt::Display for PackageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = match &self.place {
            None => "the package".to_owned(),
            // The folder of a description that came through a pipe.
            Some(place) if place.as_os_str().is_empty() => "the working directory".to_owned(),
            Some(place) => format!("`{}`", place.display()),
        };
        match &self.kind {
            PackageErrorKind::NotFound => write!(f, "there is no file or folder {place}"),
            PackageErrorKind::NotAPackage => {
                write!(
                    f,
                    "{place} is not a package: expected a folder, a zip file or a description (.yaml, .json)"
                )
            }
            PackageErrorKind::NoDescription { nested: None } => {
                write!(
                    f,
                    "{place} has no description: expected rdf.yaml or bioimageio.yaml at its top"
                )
            }
            PackageErrorKind::NoDescription { nested: Some(nested) } => {
                write!(
                    f,
                    "{place} has no description at its top, but there is one at `{nested}`: the package must not be in a folder of its own"
                )
            }
            PackageErrorKind::UnsafePath { path } => {
                write!(
                    f,
                    "the path `{}` in {place} leads out of the package, it is refused",
                    path.escape_debug()
                )
            }
            PackageErrorKind::MalformedArchive => write!(f, "{place} is not a zip file that can be read"),
            PackageErrorKind::DuplicateEntry { path } => {
                write!(f, "the entry `{}` is twice in {place}", path.escape_debug())
            }
            PackageErrorKind::TooLarge { file, limit } => {
                write!(
                    f,
                    "`{}` in {place} is larger than the {limit} bytes that are read",
                    file.escape_debug()
                )
            }
            PackageErrorKind::MissingFile { file } => {
                write!(f, "there is no file `{}` in {place}", file.escape_debug())
            }
            PackageErrorKind::NotFetched { file } => {
                write!(f, "cannot fetch `{}` of {place}", file.escape_debug())
            }
            PackageErrorKind::NotText { file } => {
                write!(f, "`{}` in {place} is not UTF-8 text", file.escape_debug())
            }
            PackageErrorKind::Utf16 { file } => {
                write!(
                    f,
                    "`{}` in {place} is UTF-16 text, expected UTF-8",
                    file.escape_debug()
                )
            }
            PackageErrorKind::UnreadableDescription { file } => {
                write!(
                    f,
                    "the description `{}` in {place} cannot be read",
                    file.escape_debug()
                )
            }
            PackageErrorKind::Link { file } => {
                write!(
                    f,
                    "`{}` in {place} is a symbolic link that is not followed",
                    file.escape_debug()
                )
            }
            PackageErrorKind::Io => write!(f, "cannot read {place}"),
        }
    }
}

impl std::error::Error for PackageError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
