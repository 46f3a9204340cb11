//! A complete model.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the model.
pub(crate) fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/models/blobs-unet2d")
}

/// A copy of it with another description.
pub(crate) fn copy(edit: impl FnOnce(String) -> String) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(fixture()).unwrap() {
        let entry = entry.unwrap();
        // Read and written anew: the original may be read-only.
        let content = fs::read(entry.path()).unwrap();
        fs::write(folder.path().join(entry.file_name()), content).unwrap();
    }
    let text = fs::read_to_string(fixture().join("rdf.yaml")).unwrap();
    fs::write(folder.path().join("rdf.yaml"), edit(text)).unwrap();
    folder
}
