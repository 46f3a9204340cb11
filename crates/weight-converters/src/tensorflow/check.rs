//! A quick look at a bundle.

use super::error::ConvertError;
use super::load::load;
use crate::ModelFiles;

/// Looks whether files are a bundle or a frozen graph that [`convert_saved_model`](super::convert_saved_model) reads: its graph
/// and its signatures are read, its variables are not.
///
/// ```
/// use weight_converters::ModelFiles;
/// use weight_converters::tensorflow::{ConvertError, check_saved_model};
///
/// let mut files = ModelFiles::from_bytes(b"\x89HDF\r\n\x1a\n")?;
/// let error = check_saved_model(&mut files).unwrap_err();
/// assert!(matches!(error, ConvertError::NotSavedModel { .. }));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Files that are something else, and damaged graphs.
pub fn check_saved_model(files: &mut ModelFiles<'_>) -> Result<(), ConvertError> {
    match load(files, None, None) {
        // another tag or signature may be asked for later
        Ok(_) | Err(ConvertError::Signature { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}
