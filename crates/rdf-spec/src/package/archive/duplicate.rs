//! The name that stands twice in the directory of a zip file: the reader of zip files only tells that there is one.

use std::collections::HashSet;
use std::io::{Read, Seek, SeekFrom};

/// What a record of the directory begins with.
const SIGNATURE: [u8; 4] = *b"PK\x01\x02";

/// The first name that was there before. `None` if the directory cannot be read again.
pub(super) fn first(mut bytes: impl Read + Seek, directory: u64) -> Option<String> {
    bytes.seek(SeekFrom::Start(directory)).ok()?;
    let mut seen = HashSet::new();
    loop {
        let mut record = [0_u8; 46];
        bytes.read_exact(&mut record).ok()?;
        if record[..4] != SIGNATURE {
            return None;
        }
        let number = |at: usize| u64::from(u16::from_le_bytes([record[at], record[at + 1]]));
        let mut name = Vec::new();
        bytes.by_ref().take(number(28)).read_to_end(&mut name).ok()?;
        let behind = number(30) + number(32);
        bytes.seek_relative(i64::try_from(behind).ok()?).ok()?;
        let name = String::from_utf8_lossy(&name).into_owned();
        if !seen.insert(name.clone()) {
            return Some(name);
        }
    }
}
