//! Files of a package that somebody else has to bring: from the web, out of a database.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// A file that a [`FileProvider`] is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProvidedFile<'f> {
    /// A path below the folder of the description, with `/` between its parts and without `.` and `..`.
    Inside(&'f str),
    /// An address that the description states in full.
    Url(&'f url::Url),
}

/// Brings files of a package to this machine when they are needed.
///
/// The crate opens no connection: whoever makes a package out of something on the web brings this with it, see
/// [`Package::provided`](crate::Package::provided) and
/// [`Package::with_provider`](crate::Package::with_provider). A call may take as long as a download does.
pub trait FileProvider: fmt::Debug + Send + Sync {
    /// The path of a file on this machine with the content of the file; it stays there as long as the provider lives.
    ///
    /// # Errors
    /// [`io::ErrorKind::NotFound`] if there is no such file; any other kind if it could not be fetched.
    fn path(&self, file: ProvidedFile<'_>) -> io::Result<PathBuf>;

    /// The size of a file in bytes, without fetching it where that can be had.
    ///
    /// # Errors
    /// As for [`path`](Self::path).
    fn size(&self, file: ProvidedFile<'_>) -> io::Result<u64>;

    /// Tells that all of these files will be asked for, so that they can be fetched at the same time. What goes
    /// wrong is told when a file is asked for.
    fn prepare(&self, files: &[ProvidedFile<'_>]) {
        let _ = files;
    }
}
