//! Where the strips and tiles of a page are: tables that may be too long to be kept.

use std::io::{Read, Seek, SeekFrom};

use super::TiffFileError;
use super::directory::Entry;

/// How many values are read at once.
const BLOCK_VALUES: u64 = 512;

/// Looks values up in the tables of a file and keeps the block that it read last.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Where the table starts, and the number of the block in it.
    place: Option<(u64, u64)>,
    values: Vec<u64>,
}

impl Table {
    /// One value of an entry of unsigned numbers.
    pub(super) fn get(
        &mut self,
        reader: &mut (impl Read + Seek),
        entry: Entry,
        index: u64,
        big_endian: bool,
        page: usize,
    ) -> Result<u64, TiffFileError> {
        let damaged = |problem| TiffFileError::Damaged { page, problem };
        let size: usize = match entry.kind {
            3 => 2,
            4 => 4,
            16 => 8,
            _ => return Err(damaged("a tag has not the type that it should have")),
        };
        if index >= entry.count {
            return Err(damaged("it has fewer strips or tiles than its size needs"));
        }
        let block = index / BLOCK_VALUES;
        if self.place != Some((entry.offset, block)) {
            self.place = None;
            let first = block * BLOCK_VALUES;
            let count = BLOCK_VALUES.min(entry.count - first) as usize;
            // A block has at most 4 KiB.
            let start = first
                .checked_mul(size as u64)
                .and_then(|skipped| entry.offset.checked_add(skipped));
            let start = start.ok_or(TiffFileError::Truncated { page })?;
            let mut bytes = vec![0; count * size];
            reader
                .seek(SeekFrom::Start(start))
                .and_then(|_| reader.read_exact(&mut bytes))
                .map_err(|error| match error.kind() {
                    std::io::ErrorKind::UnexpectedEof => TiffFileError::Truncated { page },
                    _ => TiffFileError::Read(error),
                })?;
            self.values = bytes
                .chunks_exact(size)
                .map(|bytes| {
                    let shift = |value: u64, &byte: &u8| value << 8 | u64::from(byte);
                    if big_endian {
                        bytes.iter().fold(0, shift)
                    } else {
                        bytes.iter().rev().fold(0, shift)
                    }
                })
                .collect();
            self.place = Some((entry.offset, block));
        }
        let value = self.values.get((index % BLOCK_VALUES) as usize);
        value
            .copied()
            .ok_or(damaged("it has fewer strips or tiles than its size needs"))
    }
}
