//! Shards: files of many chunks, with an index. Zarr codec `sharding_indexed`, version 1.0.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use super::codec::{Chain, Compressor, crc32c};

/// The most chunks in a shard: an index of 64 MiB.
const MOST_CHUNKS: usize = 4 << 20;

/// How chunks lie in a shard.
#[derive(Debug, Clone)]
pub(super) struct Sharding {
    /// The size of one chunk.
    pub(super) chunk_shape: Vec<usize>,
    /// How many chunks a shard has along each axis.
    pub(super) per_shard: Vec<usize>,
    chunks: usize,
    big_endian: bool,
    has_checksum: bool,
    is_at_end: bool,
}

/// Where each chunk of a shard is: its place and its number of bytes, both the largest number if it is missing.
pub(super) type Index = Vec<[u64; 2]>;

impl Sharding {
    /// `None` if there are too many chunks.
    pub(super) fn new(
        chunk_shape: Vec<usize>,
        per_shard: Vec<usize>,
        index: &Chain,
        is_at_end: bool,
    ) -> Option<Self> {
        let chunks = per_shard
            .iter()
            .try_fold(1_usize, |product, &count| product.checked_mul(count))
            .filter(|&chunks| chunks <= MOST_CHUNKS)?;
        Some(Self {
            chunk_shape,
            per_shard,
            chunks,
            big_endian: index.big_endian,
            has_checksum: index.compressors.contains(&Compressor::Crc32c),
            is_at_end,
        })
    }

    /// The shard of a chunk, and the number of the chunk in it.
    pub(super) fn place(&self, chunk: &[usize]) -> (Vec<usize>, usize) {
        let shard = chunk
            .iter()
            .zip(&self.per_shard)
            .map(|(index, count)| index / count)
            .collect();
        let number = chunk
            .iter()
            .zip(&self.per_shard)
            .fold(0, |number, (index, count)| number * count + index % count);
        (shard, number)
    }

    /// Read the index of a shard.
    pub(super) fn index(&self, file: &mut File, length: u64) -> io::Result<Index> {
        let damaged = |problem| io::Error::new(io::ErrorKind::InvalidData, problem);
        let bytes = self.chunks * 16;
        let size = bytes + if self.has_checksum { 4 } else { 0 };
        let start = if self.is_at_end {
            length
                .checked_sub(size as u64)
                .ok_or(damaged("the shard is shorter than its index"))?
        } else {
            0
        };
        let mut index = vec![0; size];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut index)?;
        if self.has_checksum {
            let (content, checksum) = index.split_at(bytes);
            if crc32c(content).to_le_bytes() != checksum {
                return Err(damaged("the checksum of the index of the shard is wrong"));
            }
        }
        let (numbers, _) = index[..bytes].as_chunks::<8>();
        let number = |bytes| {
            if self.big_endian {
                u64::from_be_bytes(bytes)
            } else {
                u64::from_le_bytes(bytes)
            }
        };
        let (pairs, _) = numbers.as_chunks::<2>();
        Ok(pairs
            .iter()
            .map(|&[offset, count]| [number(offset), number(count)])
            .collect())
    }
}
