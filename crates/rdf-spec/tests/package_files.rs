//! What is found in the files of packages, in folders and zip files.
#![cfg(feature = "package")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "package_files/content.rs"]
mod content;
#[path = "package_files/damaged.rs"]
mod damaged;
#[path = "package_files/descriptions.rs"]
mod descriptions;
#[path = "package_files/published.rs"]
mod published;
#[path = "package_files/references.rs"]
mod references;
#[path = "package_files/tensors.rs"]
mod tensors;

use std::collections::BTreeMap;
use std::io::Write as _;

use rdf_spec::{Diagnostic, Package};

const MINIMAL: &str = include_str!("documents/minimal.yaml");

/// The files of a package by name.
#[derive(Clone)]
struct Files(BTreeMap<String, Vec<u8>>);

impl Files {
    /// A package without findings.
    fn clean() -> Self {
        let mut files = Self(BTreeMap::new());
        files.put("rdf.yaml", MINIMAL);
        files.put("README.md", "# Smallest model\n\n## Validation\n");
        files.put("weights.onnx", "weights");
        files.put("test_input.npy", npy("<f4", &[1, 1, 64, 64]));
        files.put("test_output.npy", npy("<f4", &[1, 1, 64, 64]));
        files
    }

    fn put(&mut self, name: &str, content: impl AsRef<[u8]>) -> &mut Self {
        self.0.insert(name.to_owned(), content.as_ref().to_vec());
        self
    }

    /// Replaces a part of the description.
    fn describe(&mut self, part: &str, other: &str) -> &mut Self {
        let text = String::from_utf8(self.0["rdf.yaml"].clone()).unwrap();
        assert_eq!(text.matches(part).count(), 1, "{part}");
        self.put("rdf.yaml", text.replace(part, other))
    }

    /// The findings about files; those of a folder and of a zip file are the same.
    fn findings(&self) -> Vec<Diagnostic> {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("package");
        let archive = folder.path().join("package.zip");
        let mut zip = zip::ZipWriter::new(std::fs::File::create(&archive).unwrap());
        for (name, content) in &self.0 {
            let path = place.join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap();
        let found = Package::open(&place).unwrap().check_files();
        let in_zip = Package::open(&archive).unwrap().check_files();
        let plain = |found: &[Diagnostic], place: &std::path::Path| -> Vec<_> {
            let place = place.display().to_string();
            found
                .iter()
                .map(|finding| finding.to_string().replace(&place, "PACKAGE"))
                .collect()
        };
        assert_eq!(plain(&found, &place), plain(&in_zip, &archive));
        for finding in &found {
            assert!(finding.position.is_some(), "{finding}");
            assert!(
                !finding.message.is_empty() && !finding.message.ends_with('.'),
                "{finding}"
            );
        }
        found
    }

    /// The findings as `CODE PATH`.
    fn codes(&self) -> Vec<String> {
        let found = self.findings();
        found
            .iter()
            .map(|finding| format!("{} {}", finding.code, finding.path))
            .collect()
    }

    /// The message of the only finding.
    #[track_caller]
    fn message(&self) -> String {
        let found = self.findings();
        let [finding] = found.as_slice() else {
            panic!("{found:?}");
        };
        finding.message.clone()
    }
}

/// A numpy file with zeros.
fn npy(descr: &str, shape: &[u64]) -> Vec<u8> {
    let digits = descr.trim_start_matches(|letter: char| !letter.is_ascii_digit());
    let size: u64 = digits.parse().unwrap_or(8);
    let sizes: String = shape.iter().map(|size| format!("{size}, ")).collect();
    let mut bytes = npy_header(&format!(
        "{{'descr': '{descr}', 'fortran_order': False, 'shape': ({sizes}), }}"
    ));
    let length = size * shape.iter().product::<u64>();
    bytes.resize(bytes.len() + usize::try_from(length).unwrap(), 0);
    bytes
}

fn npy_header(dictionary: &str) -> Vec<u8> {
    let mut bytes = b"\x93NUMPY\x01\0".to_vec();
    bytes.extend(u16::try_from(dictionary.len()).unwrap().to_le_bytes());
    bytes.extend(dictionary.as_bytes());
    bytes
}

#[test]
fn a_complete_package_has_no_findings() {
    assert_eq!(Files::clean().findings(), []);
}
