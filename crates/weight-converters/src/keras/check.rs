//! A quick look at a file.

use std::io::{Read, Seek};

use super::error::ConvertError;
use super::hdf5::check_start;

/// Looks whether a file is one that [`convert_keras`](super::convert_keras) reads, without reading more than its first
/// bytes: what is wrong inside shows only when it is converted.
///
/// ```
/// use std::io::Cursor;
/// use weight_converters::keras::{ConvertError, check_keras};
///
/// let error = check_keras(Cursor::new(b"PK\x03\x04...")).unwrap_err();
/// assert!(matches!(error, ConvertError::NotKeras { .. }));
/// ```
///
/// # Errors
///
/// [`ConvertError::NotKeras`] for files that are something else, [`ConvertError::File`] when it cannot be read.
pub fn check_keras<R: Read + Seek>(mut file: R) -> Result<(), ConvertError> {
    let mut start = Vec::new();
    file.rewind()
        .and_then(|()| file.take(8).read_to_end(&mut start))
        .map_err(|error| ConvertError::File {
            place: "the file".into(),
            message: error.to_string(),
        })?;
    check_start(&start)
}
