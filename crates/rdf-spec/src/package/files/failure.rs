//! What went wrong with a file, as an error that names it.

use std::io;

use super::{Kind, PackageFiles};
use crate::package::error::{PackageError, PackageErrorKind};

impl PackageFiles {
    pub(super) fn not_fetched(&self, file: &str, error: io::Error) -> PackageError {
        let file = file.to_owned();
        let kind = match error.kind() {
            io::ErrorKind::NotFound => PackageErrorKind::MissingFile { file },
            _ => PackageErrorKind::NotFetched { file },
        };
        PackageError::new(kind).at(&self.location).caused_by(error)
    }

    pub(super) fn no_provider(&self, file: &str) -> PackageError {
        let reason = io::Error::new(
            io::ErrorKind::Unsupported,
            "nothing here fetches files from the web",
        );
        let file = file.to_owned();
        PackageError::new(PackageErrorKind::NotFetched { file })
            .at(&self.location)
            .caused_by(reason)
    }

    pub(in crate::package) fn failed(&self, file: &str, error: io::Error) -> PackageError {
        let kind = match error.kind() {
            io::ErrorKind::NotFound => PackageErrorKind::MissingFile {
                file: file.to_owned(),
            },
            // The zip reader reports bad data and checksums in this way.
            io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::Other
                if matches!(self.kind, Kind::Archive(_)) =>
            {
                PackageErrorKind::MalformedArchive
            }
            // What an archive is read from, and is elsewhere, did not come.
            io::ErrorKind::NotConnected if matches!(self.kind, Kind::Archive(_)) => {
                PackageErrorKind::NotFetched {
                    file: file.to_owned(),
                }
            }
            _ => PackageErrorKind::Io,
        };
        let place = match kind {
            PackageErrorKind::MissingFile { .. } | PackageErrorKind::NotFetched { .. } => {
                self.location.clone()
            }
            _ => self.shown(file),
        };
        PackageError::new(kind).at(place).caused_by(error)
    }
}

/// Pipes and devices may never end, and opening some of them waits for somebody else.
pub(super) fn not_a_file() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "it is not a regular file")
}
