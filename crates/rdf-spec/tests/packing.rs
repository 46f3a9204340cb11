//! Packages that are written: names, references, digests, bytes, and what is refused.
#![cfg(feature = "package")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a test that fails may panic"
)]

#[path = "packing/bytes.rs"]
mod bytes;
#[path = "packing/large.rs"]
mod large;
#[path = "packing/names.rs"]
mod names;
#[path = "packing/refused.rs"]
mod refused;
#[path = "packing/urls.rs"]
mod urls;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use rdf_spec::{PackErrorKind, Package, Packer};
use zip::ZipArchive;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../spec-fixtures/models")
        .join(name)
}

fn zipped(package: &Package) -> Vec<u8> {
    let mut zip = Cursor::new(Vec::new());
    Packer::new(package).write_zip(&mut zip).unwrap();
    zip.into_inner()
}

fn opened(bytes: &[u8]) -> (tempfile::TempDir, Package) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    fs::write(&path, bytes).unwrap();
    let package = Package::open(path).unwrap();
    (folder, package)
}

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    folder
}

fn contents(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|at| {
            let mut entry = archive.by_index(at).unwrap();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).unwrap();
            (entry.name().unwrap().into_owned(), content)
        })
        .collect()
}

fn error_of(package: &Package) -> PackErrorKind {
    Packer::new(package)
        .write_zip(Cursor::new(Vec::new()))
        .unwrap_err()
        .kind()
        .clone()
}

const SCATTERED: &str = "\
type: model  # a model
documentation: docs/README.md
covers: [images/Cover.png, other/cover.PNG, ./images/Cover.png]
attachments:
  files: [extra/rdf.yaml, nul.txt, 'a\\b.txt']
weights:
  # the best ones
  pytorch_state_dict:
    source: weights/net.pt
    architecture: src/net.py:Net
    dependencies: conda:env/environment.yaml
    parent: keras_hdf5
  keras_hdf5: {source: weights/net.h5}
  onnx:
    source: net.pt  # not the same file
    sha256: BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD
";

fn scattered() -> tempfile::TempDir {
    folder_with(&[
        ("rdf.yaml", SCATTERED),
        ("docs/README.md", "readme"),
        ("images/Cover.png", "one"),
        ("other/cover.PNG", "two"),
        ("extra/rdf.yaml", "three"),
        ("nul.txt", "four"),
        ("a/b.txt", "five"),
        ("weights/net.pt", "state"),
        ("src/net.py", "class Net: pass"),
        ("env/environment.yaml", "name: env"),
        ("weights/net.h5", "keras"),
        ("net.pt", "abc"),
        ("not-mentioned", "secret"),
    ])
}
