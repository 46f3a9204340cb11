//! Files whose size bounds what is read from them.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::ImageErrorKind;

/// Open a regular file, and tell its length in bytes.
///
/// Anything else is refused before it is opened: that of a pipe would wait for someone who writes into it, and a
/// device may have no end.
pub(super) fn open(path: &Path) -> Result<(File, u64), ImageErrorKind> {
    let open = || {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            let found = if metadata.is_dir() {
                "a folder"
            } else {
                "a pipe, a socket or a device"
            };
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("this is {found}, not a file, name an image file instead"),
            ));
        }
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        Ok((file, length))
    };
    open().map_err(ImageErrorKind::Open)
}
