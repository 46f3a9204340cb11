//! Text files up to a bound.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{CollectionError, CollectionErrorKind};

/// Reads a text file up to a bound.
pub(super) fn read_text(path: &Path, limit: u64) -> Result<String, CollectionError> {
    let unreadable = || {
        CollectionError::from(CollectionErrorKind::Read {
            path: path.to_owned(),
        })
    };
    let file = File::open(path).map_err(|error| unreadable().caused_by(error))?;
    let mut bytes = Vec::new();
    let read = file.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|error| unreadable().caused_by(error))?;
    if bytes.len() as u64 > limit {
        let path = path.to_owned();
        return Err(CollectionErrorKind::FileTooLarge { path, limit }.into());
    }
    String::from_utf8(bytes).map_err(|error| unreadable().caused_by(error))
}
