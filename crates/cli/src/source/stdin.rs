//! A package from standard input: the text of a description, or a zip file.

use std::io::{self, Cursor, Read};

use pipeline::Package;
use rdf_spec::PackageError;

/// What messages call it.
const NAME: &str = "<stdin>";

/// The largest zip file that is read from standard input. It is held in memory.
const MAX_ZIP_BYTES: u64 = 4 << 30;

/// The largest description; one byte more is read, so that a larger one is refused where it is parsed.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// Reads all of standard input. Files that a description refers to are looked for in the working directory.
pub(super) fn open() -> Result<Package, PackageError> {
    let mut input = io::stdin().lock();
    let mut bytes = Vec::new();
    let read = (&mut input)
        .take(MAX_TEXT_BYTES + 1)
        .read_to_end(&mut bytes)
        .and_then(|_| {
            if is_zip(&bytes) {
                input.take(MAX_ZIP_BYTES).read_to_end(&mut bytes)?;
            }
            Ok(())
        });
    if let Err(error) = read {
        // An archive that breaks off is reported as one that cannot be read, with the reason.
        return Package::open_archive(Broken(error), NAME);
    }
    if is_zip(&bytes) {
        return Package::open_archive(Cursor::new(bytes), NAME);
    }
    Package::from_description(bytes, NAME, "")
}

fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Input that could not be read.
struct Broken(io::Error);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(self.0.kind(), self.0.to_string()))
    }
}

impl io::Seek for Broken {
    fn seek(&mut self, _: io::SeekFrom) -> io::Result<u64> {
        Err(io::Error::new(self.0.kind(), self.0.to_string()))
    }
}
