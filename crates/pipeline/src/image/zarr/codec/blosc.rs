//! Blosc 1, which most Zarr arrays of version 2 are compressed with.
//!
//! Format: `README_HEADER.rst` and `README_CHUNK_FORMAT.rst` of c-blosc 1.21: a header, the places of the blocks, and
//! blocks whose bytes were transposed before they were compressed, whole or in one stream for each byte of an element.

use super::{Problem, read_all, zstd};

mod blosclz;
mod shuffle;

const HEADER_BYTES: usize = 16;

/// Bits of the flags.
mod flag {
    pub(super) const SHUFFLE: u8 = 1;
    pub(super) const STORED: u8 = 1 << 1;
    pub(super) const BIT_SHUFFLE: u8 = 1 << 2;
    pub(super) const ONE_STREAM: u8 = 1 << 4;
}

/// Elements of more bytes are compressed as one stream.
const MOST_STREAMS: usize = 16;
/// Streams of fewer bytes are not made.
const SHORTEST_STREAM: usize = 128;

/// Decode one chunk of Blosc to at most `limit` bytes.
pub(super) fn decode(encoded: &[u8], limit: usize) -> Result<Vec<u8>, Problem> {
    let header = encoded
        .first_chunk::<HEADER_BYTES>()
        .ok_or("it ends in its Blosc header")?;
    let [version, _, flags, type_bytes, sizes @ ..] = header;
    let size_at = |place: usize| u32_at(sizes, place).map(|size| size as usize);
    let (decoded_bytes, block_bytes, encoded_bytes) = (size_at(0)?, size_at(4)?, size_at(8)?);
    if !matches!(version, 1 | 2) {
        return Err(format!("it has version {version} of Blosc, expected 1 or 2"));
    }
    if decoded_bytes > limit {
        return Err(format!(
            "it decodes to {decoded_bytes} bytes, expected at most {limit}"
        ));
    }
    let encoded = encoded
        .get(..encoded_bytes)
        .ok_or("it is shorter than its Blosc header states")?;
    if flags & flag::STORED != 0 {
        let stored = encoded.get(HEADER_BYTES..HEADER_BYTES + decoded_bytes);
        return Ok(stored
            .ok_or("it is shorter than its Blosc header states")?
            .to_vec());
    }
    if decoded_bytes == 0 {
        return Ok(Vec::new());
    }
    if block_bytes == 0 {
        return Err("it has blocks without bytes".to_owned());
    }
    let chunk = Chunk {
        encoded,
        flags: *flags,
        type_bytes: usize::from(*type_bytes).max(1),
        block_bytes,
    };
    let mut decoded = vec![0; decoded_bytes];
    let mut shuffled = vec![0; block_bytes.min(decoded_bytes)];
    for (number, block) in decoded.chunks_mut(block_bytes).enumerate() {
        let shuffled = &mut shuffled[..block.len()];
        chunk.decode_block(number, shuffled)?;
        chunk.restore(shuffled, block);
    }
    Ok(decoded)
}

struct Chunk<'bytes> {
    encoded: &'bytes [u8],
    flags: u8,
    /// How many bytes an element has.
    type_bytes: usize,
    block_bytes: usize,
}

impl Chunk<'_> {
    fn decode_block(&self, number: usize, block: &mut [u8]) -> Result<(), Problem> {
        let start = u32_at(self.encoded, HEADER_BYTES + 4 * number)? as usize;
        let mut rest = self
            .encoded
            .get(start..)
            .ok_or("one of its blocks is beyond its end")?;
        let is_split = self.flags & flag::ONE_STREAM == 0
            && self.type_bytes <= MOST_STREAMS
            && self.block_bytes / self.type_bytes >= SHORTEST_STREAM
            && block.len() == self.block_bytes;
        let streams = if is_split { self.type_bytes } else { 1 };
        if !block.len().is_multiple_of(streams) {
            return Err("its blocks have no whole number of elements".to_owned());
        }
        for stream in block.chunks_exact_mut(block.len() / streams) {
            let length = u32_at(rest, 0)? as usize;
            rest = rest.get(4..).unwrap_or_default();
            let (bytes, after) = rest
                .split_at_checked(length)
                .ok_or("one of its streams is beyond its end")?;
            rest = after;
            if length == stream.len() {
                stream.copy_from_slice(bytes);
            } else {
                self.decode_stream(bytes, stream)?;
            }
        }
        Ok(())
    }

    fn decode_stream(&self, bytes: &[u8], stream: &mut [u8]) -> Result<(), Problem> {
        let decoded = match self.flags >> 5 {
            0 => {
                let length = blosclz::decode(bytes, stream)?;
                return exactly(length, stream.len());
            }
            1 => {
                let length =
                    lz4_flex::block::decompress_into(bytes, stream).map_err(|error| error.to_string())?;
                return exactly(length, stream.len());
            }
            2 => {
                return Err(
                    "it is compressed with Snappy, which is not supported, save it with Zstandard".to_owned(),
                );
            }
            3 => read_all(flate2::read::ZlibDecoder::new(bytes), stream.len())?,
            4 => zstd(bytes, stream.len())?,
            other => {
                return Err(format!(
                    "it has compressor {other} of Blosc, expected one of 0 to 4"
                ));
            }
        };
        exactly(decoded.len(), stream.len())?;
        stream.copy_from_slice(&decoded);
        Ok(())
    }

    /// Undo the transposition of bytes or bits.
    fn restore(&self, shuffled: &[u8], block: &mut [u8]) {
        if self.flags & flag::SHUFFLE != 0 && self.type_bytes > 1 {
            shuffle::restore_bytes(shuffled, block, self.type_bytes);
        } else if self.flags & flag::BIT_SHUFFLE != 0 && self.block_bytes >= self.type_bytes {
            shuffle::restore_bits(shuffled, block, self.type_bytes);
        } else {
            block.copy_from_slice(shuffled);
        }
    }
}

fn exactly(found: usize, expected: usize) -> Result<(), Problem> {
    if found == expected {
        Ok(())
    } else {
        Err(format!(
            "one of its streams decodes to {found} bytes, expected {expected}"
        ))
    }
}

/// A number of 32 bits, lowest byte first.
fn u32_at(bytes: &[u8], place: usize) -> Result<u32, Problem> {
    let number = bytes.get(place..).and_then(<[u8]>::first_chunk::<4>);
    Ok(u32::from_le_bytes(
        *number.ok_or("it is shorter than its Blosc header states")?,
    ))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A chunk as c-blosc makes it: elements of two bytes, shuffled, in two streams a block unless it is the last.
    fn encode(bytes: &[u8], block_bytes: usize, compressor: u8) -> Vec<u8> {
        let compress = |stream: &[u8]| match compressor {
            1 => lz4_flex::block::compress(stream),
            4 => ruzstd::encoding::compress_to_vec(stream, ruzstd::encoding::CompressionLevel::Fastest),
            _ => stream.to_vec(),
        };
        let blocks: Vec<&[u8]> = bytes.chunks(block_bytes).collect();
        let mut starts = Vec::new();
        let mut streams = Vec::new();
        for block in &blocks {
            starts.push(HEADER_BYTES + 4 * blocks.len() + streams.len());
            let shuffled: Vec<u8> = (0..2)
                .flat_map(|byte| block.iter().skip(byte).step_by(2).copied())
                .collect();
            let count = if block.len() == block_bytes && block_bytes / 2 >= SHORTEST_STREAM {
                2
            } else {
                1
            };
            for stream in shuffled.chunks(block.len() / count) {
                let compressed = compress(stream);
                // Streams that did not become shorter are stored.
                let kept = if compressed.len() < stream.len() {
                    compressed
                } else {
                    stream.to_vec()
                };
                streams.extend((kept.len() as u32).to_le_bytes());
                streams.extend(kept);
            }
        }
        let mut chunk = vec![2, 1, flag::SHUFFLE | compressor << 5, 2];
        let total = HEADER_BYTES + 4 * blocks.len() + streams.len();
        for size in [bytes.len(), block_bytes, total] {
            chunk.extend((size as u32).to_le_bytes());
        }
        starts
            .iter()
            .for_each(|&start| chunk.extend((start as u32).to_le_bytes()));
        chunk.extend(streams);
        chunk
    }

    fn elements(count: u16) -> Vec<u8> {
        (0..count).flat_map(|value| (value / 3).to_le_bytes()).collect()
    }

    proptest! {
        #[test]
        fn blocks_and_streams_are_put_together(
            count in 1_u16..2000,
            block in 1_usize..700,
            compressor in proptest::sample::select(vec![1_u8, 4]),
        ) {
            let bytes = elements(count);
            let chunk = encode(&bytes, 2 * block, compressor);
            prop_assert_eq!(decode(&chunk, bytes.len()), Ok(bytes.clone()));
            prop_assert!(decode(&chunk, bytes.len() - 1).is_err());
        }

        #[test]
        fn no_damage_makes_it_panic(
            compressor in 0_u8..6,
            places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        ) {
            let mut chunk = encode(&elements(600), 512, compressor);
            for (place, byte) in places {
                let place = place.index(chunk.len());
                chunk[place] = byte;
            }
            let _ = decode(&chunk, 1 << 16);
        }
    }
}
