//! Why a package cannot be written.

use std::fmt;

use crate::v0_4::WeightsFormat;

/// Writing a package failed.
#[derive(Debug)]
pub struct PackError {
    kind: PackErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PackErrorKind {
    /// The description cannot be read, or not be written with its new references.
    Description,
    /// A weights format was asked for that the model does not have.
    NoSuchWeights {
        /// What was asked for.
        format: WeightsFormat,
        /// The formats of the model.
        available: Vec<String>,
    },
    /// Files that the description refers to are not there.
    MissingFiles {
        /// All of them, as the description refers to them.
        files: Vec<String>,
    },
    /// A file is at a URL, and nothing was given to fetch it with.
    RemoteFile {
        /// The URL.
        url: String,
    },
    /// A file at a URL could not be fetched.
    Fetch {
        /// The URL.
        url: String,
    },
    /// A file leads out of the folder through a link.
    Link {
        /// The file.
        file: String,
    },
    /// A file does not have the digest that the description states.
    DigestMismatch {
        /// The file.
        file: String,
        /// What the description states.
        stated: String,
        /// What it has.
        found: String,
    },
    /// The files of a zip file are so much larger than itself that it was made to fill a disk.
    Bomb {
        /// How many bytes are unpacked at most.
        limit: u64,
    },
    /// A file changed its size while it was read.
    Size {
        /// The file.
        file: String,
        /// The size that was announced, in bytes.
        expected: u64,
    },
    /// A file could not be read.
    Read {
        /// The file.
        file: String,
    },
    /// The package could not be written.
    Write,
}

impl PackError {
    pub(super) fn new(kind: PackErrorKind) -> Self {
        Self { kind, source: None }
    }

    pub(super) fn caused_by(
        kind: PackErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    #[must_use]
    pub fn kind(&self) -> &PackErrorKind {
        &self.kind
    }
}

impl From<std::io::Error> for PackError {
    fn from(error: std::io::Error) -> Self {
        Self::caused_by(PackErrorKind::Write, error)
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            PackErrorKind::Description => f.write_str("the description cannot be packaged"),
            PackErrorKind::NoSuchWeights { format, available } => {
                write!(
                    f,
                    "the model has no {format} weights, it has {}",
                    available.join(", ")
                )
            }
            PackErrorKind::MissingFiles { files } => {
                let files: Vec<_> = files
                    .iter()
                    .map(|file| format!("`{}`", file.escape_debug()))
                    .collect();
                write!(f, "files of the package are missing: {}", files.join(", "))
            }
            PackErrorKind::RemoteFile { url } => {
                write!(
                    f,
                    "the file `{}` is at a URL, and nothing here fetches it",
                    url.escape_debug()
                )
            }
            PackErrorKind::Fetch { url } => write!(f, "cannot fetch `{}`", url.escape_debug()),
            PackErrorKind::Link { file } => write!(
                f,
                "`{}` is a link that leads out of the folder, it is not followed",
                file.escape_debug()
            ),
            PackErrorKind::DigestMismatch { file, stated, found } => write!(
                f,
                "`{}` has the SHA-256 digest {found}, the description states {stated}",
                file.escape_debug()
            ),
            PackErrorKind::Bomb { limit } => write!(
                f,
                "the files of the package have more than {limit} bytes, far more than its zip file: it is refused"
            ),
            PackErrorKind::Size { file, expected } => write!(
                f,
                "`{}` does not have the {expected} bytes that were announced",
                file.escape_debug()
            ),
            PackErrorKind::Read { file } => write!(f, "cannot read `{}`", file.escape_debug()),
            PackErrorKind::Write => f.write_str("cannot write the package"),
        }
    }
}

impl std::error::Error for PackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
