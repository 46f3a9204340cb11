//! Archives for tests: reading the fixtures, taking them apart, and writing changed ones.
#![allow(dead_code, clippy::unwrap_used)] // each test uses some of it, and fails where it cannot

use std::io::{Cursor, Read, Write};
use std::path::PathBuf;

use weight_converters::ScalarType;
use weight_converters::torchscript::{ConvertError, convert_torchscript};
use weight_converters::{Converted, InputSpec, Options};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

/// The fixtures, with the shapes of their inputs.
pub(crate) const FIXTURES: [(&str, &[&[usize]]); 6] = [
    ("scripted", &[&[1, 1, 16, 16]]),
    ("traced", &[&[1, 2, 4, 6, 8]]),
    ("views", &[&[1, 2, 4, 6]]),
    ("structured", &[&[1, 3, 4, 4], &[1, 3, 1, 1]]),
    ("data_types", &[&[4]]),
    ("big_endian", &[&[4]]),
];

/// The folder of the fixtures.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/torchscript")
}

/// The bytes of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(format!("{name}.pt"))).unwrap()
}

/// Inputs of 32-bit floats with these shapes.
pub(crate) fn inputs(shapes: &[&[usize]]) -> Vec<InputSpec> {
    let input =
        |(i, shape): (usize, &&[usize])| InputSpec::new(format!("input_{i}"), ScalarType::Float32, *shape);
    shapes.iter().enumerate().map(input).collect()
}

/// Converts an archive in memory.
pub(crate) fn convert(archive: &[u8], shapes: &[&[usize]]) -> Result<Converted, ConvertError> {
    convert_torchscript(Cursor::new(archive), &inputs(shapes), &Options::default())
}

/// The files of an archive, without the top folder.
pub(crate) fn unpack(archive: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut zip = ZipArchive::new(Cursor::new(archive)).unwrap();
    (0..zip.len())
        .map(|index| {
            let mut file = zip.by_index(index).unwrap();
            let name = file.name().unwrap().split_once('/').unwrap().1.to_owned();
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).unwrap();
            (name, bytes)
        })
        .collect()
}

/// An archive with these files in a folder.
pub(crate) fn pack(files: &[(String, Vec<u8>)], compression: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        let options = SimpleFileOptions::default().compression_method(compression);
        zip.start_file(format!("archive/{name}"), options).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A fixture with one file replaced or added.
pub(crate) fn with_file(name: &str, file: &str, bytes: &[u8]) -> Vec<u8> {
    let mut files = unpack(&fixture(name));
    files.retain(|(name, _)| name != file);
    files.push((file.to_owned(), bytes.to_vec()));
    pack(&files, CompressionMethod::Deflated)
}

/// A program for the archive of `long_loop`, whose class it has to be.
pub(crate) fn with_program(body: &str) -> Vec<u8> {
    let text = format!(
        "class LongLoop(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n  \
         def forward(self: __torch__.LongLoop,\n    x: Tensor):\n{body}"
    );
    with_file("long_loop", "code/__torch__.py", text.as_bytes())
}
