//! Models of Keras for tests.
#![allow(dead_code, clippy::unwrap_used)] // each test uses some of it, and fails where it cannot

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use weight_converters::keras::{ConvertError, convert_keras};
use weight_converters::{Converted, InputSpec, Options, ScalarType};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The fixtures, with the shapes of their inputs.
pub(crate) const MODELS: [(&str, &[&[usize]]); 8] = [
    ("unet", &[&[1, 16, 16, 1]]),
    ("unet_keras2", &[&[1, 16, 16, 1]]),
    ("blocks", &[&[1, 6, 6, 2], &[1, 6, 6, 2]]),
    ("blocks_keras3", &[&[1, 6, 6, 2], &[1, 6, 6, 2]]),
    ("operations", &[&[1, 6, 5, 3]]),
    ("old", &[&[1, 8, 8, 2]]),
    ("parts", &[&[1, 6, 4]]),
    ("parts_keras2", &[&[1, 6, 4]]),
];

/// The fixtures that are there as archives, too.
pub(crate) const ARCHIVES: [(&str, &[&[usize]]); 3] = [
    ("blocks_keras3", &[&[1, 6, 6, 2], &[1, 6, 6, 2]]),
    ("parts", &[&[1, 6, 4]]),
    ("parts_keras2", &[&[1, 6, 4]]),
];

/// The folder of the fixtures.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/keras")
}

/// The bytes of a fixture.
pub(crate) fn model(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.h5"))).unwrap()
}

/// The bytes of a fixture that is an archive.
pub(crate) fn archive(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.keras"))).unwrap()
}

/// An archive with one entry changed, or left out where nothing is left of it.
pub(crate) fn changed_archive(name: &str, entry: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut old = ZipArchive::new(Cursor::new(archive(name))).unwrap();
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..old.len() {
        let mut file = old.by_index(index).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).unwrap();
        if name == entry {
            bytes = change(bytes);
        }
        if !bytes.is_empty() {
            new.start_file(name, SimpleFileOptions::default()).unwrap();
            new.write_all(&bytes).unwrap();
        }
    }
    new.finish().unwrap().into_inner()
}

/// Inputs of 32-bit floats with these shapes.
pub(crate) fn inputs(shapes: &[&[usize]]) -> Vec<InputSpec> {
    let input =
        |(i, shape): (usize, &&[usize])| InputSpec::new(format!("input_{i}"), ScalarType::Float32, *shape);
    shapes.iter().enumerate().map(input).collect()
}

/// Converts a file in memory.
pub(crate) fn convert(file: &[u8], shapes: &[&[usize]]) -> Result<Converted, ConvertError> {
    convert_keras(Cursor::new(file), &inputs(shapes), &Options::default())
}

/// A file with one piece of its bytes replaced by as many others.
pub(crate) fn replaced(name: &str, old: &str, new: &str) -> Vec<u8> {
    let mut bytes = model(name);
    assert_eq!(old.len(), new.len(), "offsets in the file would move");
    let places: Vec<usize> = (0..bytes.len() - old.len())
        .filter(|&at| bytes[at..].starts_with(old.as_bytes()))
        .collect();
    assert!(!places.is_empty(), "`{old}` is not in {name}");
    for at in places {
        bytes[at..at + new.len()].copy_from_slice(new.as_bytes());
    }
    bytes
}
