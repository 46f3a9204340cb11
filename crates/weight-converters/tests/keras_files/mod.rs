//! Models of Keras for tests.
#![allow(dead_code, clippy::unwrap_used)] // each test uses some of it, and fails where it cannot

use std::io::Cursor;
use std::path::PathBuf;

use weight_converters::keras::{ConvertError, convert_keras};
use weight_converters::{Converted, InputSpec, Options, ScalarType};

/// The fixtures, with the shapes of their inputs.
pub(crate) const MODELS: [(&str, &[&[usize]]); 6] = [
    ("unet", &[&[1, 16, 16, 1]]),
    ("unet_keras2", &[&[1, 16, 16, 1]]),
    ("blocks", &[&[1, 6, 6, 2], &[1, 6, 6, 2]]),
    ("blocks_keras3", &[&[1, 6, 6, 2], &[1, 6, 6, 2]]),
    ("operations", &[&[1, 6, 5, 3]]),
    ("old", &[&[1, 8, 8, 2]]),
];

/// The folder of the fixtures.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/keras")
}

/// The bytes of a fixture.
pub(crate) fn model(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.h5"))).unwrap()
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
