//! A quick look at a file.

use std::io::{Read, Seek};

use super::archive::directory;
use super::error::ConvertError;
use super::model_file::check_start;

/// Looks whether a file is one that [`convert_keras`](super::convert_keras) reads, without reading more than its first
/// bytes, or the directory of an archive: what is wrong inside shows only when it is converted.
///
/// ```
/// use std::io::Cursor;
/// use weight_converters::keras::{ConvertError, check_keras};
///
/// let error = check_keras(Cursor::new(b"{}")).unwrap_err();
/// assert!(matches!(error, ConvertError::NotKeras { .. }));
/// ```
///
/// # Errors
///
/// [`ConvertError::NotKeras`] for files that are something else, [`ConvertError::File`] when it cannot be read.
pub fn check_keras<R: Read + Seek>(mut file: R) -> Result<(), ConvertError> {
    if is_zip(&mut file)? {
        return directory(file).map(|_| ());
    }
    check_start(&start(&mut file)?)
}

/// Whether a file begins as zip files do.
///
/// # Errors
/// [`ConvertError::File`] when it cannot be read.
pub(super) fn is_zip<R: Read + Seek>(file: &mut R) -> Result<bool, ConvertError> {
    Ok(start(file)?.starts_with(b"PK\x03\x04"))
}

/// The first bytes of a file.
fn start<R: Read + Seek>(file: &mut R) -> Result<Vec<u8>, ConvertError> {
    let mut start = Vec::new();
    file.rewind()
        .and_then(|()| file.take(8).read_to_end(&mut start))
        .map_err(|error| ConvertError::File {
            place: "the file".into(),
            message: error.to_string(),
        })?;
    Ok(start)
}
