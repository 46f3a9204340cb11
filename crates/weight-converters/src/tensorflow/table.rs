//! The index of a variables bundle: a sorted table of keys and values, in the format of LevelDB.

use std::collections::BTreeMap;

/// The last eight bytes of a table.
const MAGIC: u64 = 0xdb47_7524_8b80_fb57;
/// Bytes of the end of a table: two places, filled up, and the magic number.
const FOOTER: usize = 48;
/// Bytes behind a block: its compression and its checksum.
const TRAILER: usize = 5;
/// The most bytes of one block; writers begin a new one after 256 KiB.
const MAX_BLOCK: usize = 64 << 20;
/// The most bytes of all blocks together, unpacked.
const MAX_TOTAL: usize = 512 << 20;

/// All keys and values of a table.
///
/// # Errors
///
/// What is wrong, where a table is damaged.
pub(crate) fn read_table(bytes: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, String> {
    let start = bytes
        .len()
        .checked_sub(FOOTER)
        .ok_or("is shorter than the end of an index: it may be truncated")?;
    let footer = &bytes[start..];
    let magic = footer.last_chunk().map(|end| u64::from_le_bytes(*end));
    if magic != Some(MAGIC) {
        return Err("does not end as an index does: it may be truncated".into());
    }
    let mut rest = footer;
    let (_, _) = (varint(&mut rest)?, varint(&mut rest)?);
    let mut budget = MAX_TOTAL;
    let (offset, size) = (varint(&mut rest)?, varint(&mut rest)?);
    let index = block(bytes, offset, size, &mut budget)?;
    let mut entries = BTreeMap::new();
    let mut total = 0_usize;
    for (_, handle) in pairs(&index, &mut total)? {
        let mut rest = handle.as_slice();
        let (offset, size) = (varint(&mut rest)?, varint(&mut rest)?);
        let data = block(bytes, offset, size, &mut budget)?;
        entries.extend(pairs(&data, &mut total)?);
    }
    Ok(entries)
}

/// A checksum as it is stored: rotated and shifted, since checksums of data with checksums are weak.
pub(crate) fn masked_crc32c(crc: u32) -> u32 {
    crc.rotate_right(15).wrapping_add(0xa282_ead8)
}

fn block(bytes: &[u8], offset: u64, size: u64, budget: &mut usize) -> Result<Vec<u8>, String> {
    let start = usize::try_from(offset).ok();
    let size = usize::try_from(size).ok();
    let stored = start.zip(size).and_then(|(start, size)| {
        let end = start.checked_add(size)?.checked_add(TRAILER)?;
        bytes.get(start..end)
    });
    let stored = stored.ok_or("a block lies behind the end of the file")?;
    let (content, checksum) = stored.split_at(stored.len() - 4);
    let expected = checksum.first_chunk().map(|bytes| u32::from_le_bytes(*bytes));
    if expected != Some(masked_crc32c(crc32c::crc32c(content))) {
        return Err("the checksum of a block is wrong: the file is damaged".into());
    }
    let (&compression, data) = content.split_last().ok_or("a block is empty")?;
    let too_large = || format!("a block has more than {MAX_BLOCK} bytes");
    let unpacked = match compression {
        0 => data.to_vec(),
        1 => {
            let length = snap::raw::decompress_len(data).map_err(|error| error.to_string())?;
            if length > MAX_BLOCK {
                return Err(too_large());
            }
            let mut decoder = snap::raw::Decoder::new();
            decoder.decompress_vec(data).map_err(|error| error.to_string())?
        }
        other => return Err(format!("a block has the unknown compression {other}")),
    };
    if unpacked.len() > MAX_BLOCK {
        return Err(too_large());
    }
    *budget = budget
        .checked_sub(unpacked.len())
        .ok_or_else(|| format!("has more than {MAX_TOTAL} bytes unpacked"))?;
    Ok(unpacked)
}

/// A key and a value.
type Pair = (Vec<u8>, Vec<u8>);

/// The entries of a block: each key is stored without what it shares with the one before. `total` counts their bytes.
fn pairs(block: &[u8], total: &mut usize) -> Result<Vec<Pair>, String> {
    let count = block
        .last_chunk()
        .map(|bytes| u32::from_le_bytes(*bytes))
        .and_then(|count| usize::try_from(count).ok());
    let end = count.and_then(|count| {
        let restarts = count.checked_mul(4)?.checked_add(4)?;
        block.len().checked_sub(restarts)
    });
    let mut rest = end
        .and_then(|end| block.get(..end))
        .ok_or("a block is shorter than its own list of positions")?;
    let mut pairs = Vec::new();
    let mut key: Vec<u8> = Vec::new();
    while !rest.is_empty() {
        let (shared, own, length) = (varint(&mut rest)?, varint(&mut rest)?, varint(&mut rest)?);
        let size = |number: u64| usize::try_from(number).map_err(|_| "an entry is too long".to_owned());
        let (shared, own, length) = (size(shared)?, size(own)?, size(length)?);
        if shared > key.len() {
            return Err("an entry shares more with the one before than that has".into());
        }
        let (suffix, behind) = rest
            .split_at_checked(own)
            .ok_or("an entry is longer than its block")?;
        let (value, behind) = behind
            .split_at_checked(length)
            .ok_or("an entry is longer than its block")?;
        rest = behind;
        key.truncate(shared);
        key.extend_from_slice(suffix);
        *total = total.saturating_add(key.len()).saturating_add(value.len());
        if *total > MAX_TOTAL {
            return Err(format!("has more than {MAX_TOTAL} bytes of keys and values"));
        }
        pairs.push((key.clone(), value.to_vec()));
    }
    Ok(pairs)
}

fn varint(rest: &mut &[u8]) -> Result<u64, String> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let (&byte, behind) = rest.split_first().ok_or("a number is cut off")?;
        *rest = behind;
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err("a number has more than 64 bits".into())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn put(bytes: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            bytes.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
    }

    fn put_block(bytes: &mut Vec<u8>, content: &[u8], compression: u8) -> (u64, u64) {
        let offset = bytes.len() as u64;
        bytes.extend_from_slice(content);
        bytes.push(compression);
        let crc = masked_crc32c(crc32c::crc32c(&bytes[offset as usize..]));
        bytes.extend(crc.to_le_bytes());
        (offset, content.len() as u64)
    }

    fn block_of(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
        let mut block = Vec::new();
        let mut last: &[u8] = &[];
        for (key, value) in entries {
            let shared = key.iter().zip(last).take_while(|(a, b)| a == b).count();
            put(&mut block, shared as u64);
            put(&mut block, (key.len() - shared) as u64);
            put(&mut block, value.len() as u64);
            block.extend_from_slice(&key[shared..]);
            block.extend_from_slice(value);
            last = key;
        }
        block.extend(0_u32.to_le_bytes());
        block.extend(1_u32.to_le_bytes());
        block
    }

    fn table(entries: &[(Vec<u8>, Vec<u8>)], compressed: bool) -> Vec<u8> {
        let mut bytes = Vec::new();
        let data = block_of(entries);
        let (offset, size) = if compressed {
            let packed = snap::raw::Encoder::new().compress_vec(&data).unwrap();
            put_block(&mut bytes, &packed, 1)
        } else {
            put_block(&mut bytes, &data, 0)
        };
        let mut handle = Vec::new();
        put(&mut handle, offset);
        put(&mut handle, size);
        let (index, index_size) = put_block(&mut bytes, &block_of(&[(b"z".to_vec(), handle)]), 0);
        let mut footer = Vec::new();
        for number in [0, 0, index, index_size] {
            put(&mut footer, number);
        }
        footer.resize(FOOTER - 8, 0);
        footer.extend(MAGIC.to_le_bytes());
        bytes.extend(footer);
        bytes
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(
            entries in prop::collection::btree_map(
                prop::collection::vec(any::<u8>(), 0..6),
                prop::collection::vec(any::<u8>(), 0..9),
                0..20,
            ),
            compressed: bool,
        ) {
            let list: Vec<_> = entries.clone().into_iter().collect();
            prop_assert_eq!(read_table(&table(&list, compressed)), Ok(entries));
        }

        #[test]
        fn a_changed_byte_never_panics_and_never_passes_in_a_block(
            position in any::<prop::sample::Index>(), flip in 1_u8..,
        ) {
            let entries = vec![(b"".to_vec(), vec![1, 2]), (b"abc".to_vec(), vec![3; 9])];
            let mut bytes = table(&entries, false);
            let position = position.index(bytes.len());
            bytes[position] ^= flip;
            let blocks = bytes.len() - FOOTER;
            let result = read_table(&bytes);
            prop_assert!(position >= blocks || result.is_err());
        }

        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut bytes = bytes;
            bytes.extend(MAGIC.to_le_bytes());
            let _ = read_table(&bytes);
        }
    }
}
