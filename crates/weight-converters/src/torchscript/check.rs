//! A quick look at a file.

use std::io::{Read, Seek};

use super::archive::Archive;
use super::error::ConvertError;

/// Looks whether a file is an archive that [`convert_torchscript`](super::convert_torchscript) reads, without unpacking
/// it: what is wrong inside shows only when it is converted.
///
/// ```
/// use std::io::Cursor;
/// use weight_converters::torchscript::{ConvertError, check_torchscript};
///
/// let error = check_torchscript(Cursor::new(b"\x80\x02}q\x00.")).unwrap_err();
/// assert!(matches!(error, ConvertError::NotTorchScript { .. }));
/// ```
///
/// # Errors
///
/// [`ConvertError::NotTorchScript`] for files that are something else, [`ConvertError::Archive`] for damaged archives.
pub fn check_torchscript<R: Read + Seek>(archive: R) -> Result<(), ConvertError> {
    Archive::open(archive).map(drop)
}
