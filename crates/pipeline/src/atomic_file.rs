//! Files that appear whole or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// What a closure of [`write_atomically`] writes into: buffered, and it can seek.
pub type AtomicWriter<'file> = BufWriter<&'file File>;

/// Write a file through a temporary neighbour that takes its name at the end.
///
/// The bytes go to a new file in the folder of `path`, are flushed to the disk and only then renamed to `path`.
/// If `write` fails, or the process dies, a file that was at `path` before is still there, unchanged. An existing
/// file keeps its permissions; a symbolic link stays, and the file it points to is replaced.
///
/// # Errors
///
/// Whatever `write` returns; and an [`io::Error`] turned into `E` if the temporary file cannot be made, flushed or
/// renamed, or if `path` names something other than a regular file (a folder, a device).
///
/// # Examples
///
/// ```
/// use std::io::Write;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("result.txt");
/// pipeline::atomic_file::write_atomically(&path, |file| file.write_all(b"first"))?;
///
/// let failed = pipeline::atomic_file::write_atomically(&path, |file| {
///     file.write_all(b"half of the sec")?;
///     Err::<(), _>(std::io::Error::other("no more"))
/// });
/// assert!(failed.is_err());
/// assert_eq!(std::fs::read(&path)?, b"first");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_atomically<T, E>(
    path: &Path,
    write: impl FnOnce(&mut AtomicWriter<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<io::Error>,
{
    let file = AtomicFile::create(path)?;
    let mut writer = BufWriter::new(file.as_file());
    let written = write(&mut writer)?;
    writer.flush()?;
    drop(writer);
    file.finish()?;
    Ok(written)
}

/// A file under a temporary name that takes its own at the end; dropped before that, it is gone.
pub(crate) struct AtomicFile {
    temporary: NamedTempFile,
    target: PathBuf,
}

impl AtomicFile {
    /// An empty file beside `path`.
    pub(crate) fn create(path: &Path) -> io::Result<Self> {
        let target = Target::find(path)?;
        let mut temporary = tempfile::Builder::new();
        temporary.prefix(".").suffix(".partial");
        if let Some(permissions) = new_file_permissions() {
            temporary.permissions(permissions);
        }
        let temporary = temporary.tempfile_in(&target.folder)?;
        if let Some(permissions) = target.permissions {
            temporary.as_file().set_permissions(permissions)?;
        }
        Ok(Self {
            temporary,
            target: target.path,
        })
    }

    pub(crate) fn as_file(&self) -> &File {
        self.temporary.as_file()
    }

    /// Flush to the disk, then take the name of the target.
    pub(crate) fn finish(self) -> io::Result<()> {
        self.temporary.as_file().sync_all()?;
        self.temporary
            .persist(&self.target)
            .map_err(|failed| failed.error)?;
        Ok(())
    }
}

/// Where the bytes end up once symbolic links are followed.
struct Target {
    path: PathBuf,
    folder: PathBuf,
    /// Of the file that is replaced; `None` for a new file.
    permissions: Option<Permissions>,
}

impl Target {
    fn find(path: &Path) -> io::Result<Self> {
        let (path, permissions) = match fs::symlink_metadata(path) {
            Ok(_) => {
                let path = fs::canonicalize(path)?;
                let metadata = fs::metadata(&path)?;
                if !metadata.is_file() {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidInput,
                        "the path is taken by something that is not a regular file",
                    ));
                }
                (path, Some(metadata.permissions()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => (path.to_path_buf(), None),
            Err(error) => return Err(error),
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
            _ => PathBuf::from("."),
        };
        Ok(Self {
            path,
            folder,
            permissions,
        })
    }
}

/// Temporary files are private to their owner; a result gets what any new file gets (the system's mask applies).
#[cfg(unix)]
fn new_file_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn new_file_permissions() -> Option<Permissions> {
    None
}
