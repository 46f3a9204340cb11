//! Text: of files up to a bound, of fields, of errors.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use rdf_spec::Node;

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

/// The text of a field.
pub(super) fn text_of(node: Option<&Node>, key: &str) -> Option<String> {
    node?.as_mapping()?.get(key)?.as_str().map(str::to_owned)
}

/// An error with its sources in one line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
