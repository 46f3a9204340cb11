//! Files of tests.

use std::fs;
use std::path::{Path, PathBuf};

/// Writes a file below a folder.
pub(crate) fn put(folder: &Path, name: &str, content: &[u8]) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// The folder of the conformance data; the tests say so where it is not set.
pub(crate) fn reference() -> Option<PathBuf> {
    let folder = std::env::var_os("MODELHUB_REFERENCE").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("MODELHUB_REFERENCE is not set: skipped");
    }
    folder
}
