//! Filling a new file with zeros just before parts of rows are written into it.

use std::collections::BTreeMap;
use std::io::{self, Seek, SeekFrom, Write};
use std::ops::Range;

/// How many bytes are filled at once, from a multiple of this on.
const BLOCK_BYTES: u64 = 1 << 18;

/// Which blocks of a new file have been written to.
///
/// A tile is a piece of each of many rows. Where nothing was written before, systems spend much more time on a few such
/// bytes than on copying them: the rest of a page has to be filled, and ext4 looks at all that it keeps together in memory. Filling a
/// block at once before the first bytes of it are written takes a tenth of that time.
#[derive(Debug, Default)]
pub(in crate::image) struct Filling {
    /// For each 64 blocks of which some were filled, a bit for each.
    filled: BTreeMap<u64, u64>,
}

impl Filling {
    /// Fills the blocks that `bytes` belong to, unless they were filled before or will be overwritten completely. Nothing is
    /// written outside of `array`.
    pub(super) fn fill(
        &mut self,
        writer: &mut (impl Write + Seek),
        bytes: &Range<u64>,
        array: &Range<u64>,
    ) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        for block in bytes.start / BLOCK_BYTES..=(bytes.end - 1) / BLOCK_BYTES {
            if !self.is_new(block) {
                continue;
            }
            let start = (block * BLOCK_BYTES).max(array.start);
            let end = block.saturating_add(1).saturating_mul(BLOCK_BYTES).min(array.end);
            if bytes.start <= start && end <= bytes.end {
                continue;
            }
            writer.seek(SeekFrom::Start(start))?;
            const ZEROS: &[u8] = &[0; BLOCK_BYTES as usize];
            // At most the length of a block.
            writer.write_all(&ZEROS[..end.saturating_sub(start) as usize])?;
        }
        Ok(())
    }

    /// Whether this block was not filled before; from now on it was.
    fn is_new(&mut self, block: u64) -> bool {
        let bits = self.filled.entry(block / 64).or_default();
        let bit = 1 << (block % 64);
        let is_new = *bits & bit == 0;
        *bits |= bit;
        is_new
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn each_block_is_filled_once_and_nothing_outside() {
        const B: u64 = BLOCK_BYTES;
        let array = 100..3 * B + 50;
        let mut file = Cursor::new(vec![7_u8; 4 * B as usize]);
        let mut filling = Filling::default();
        filling.fill(&mut file, &(B - 1..B + 1), &array).unwrap();
        let zeros = |file: &Cursor<Vec<u8>>| file.get_ref().iter().filter(|&&byte| byte == 0).count() as u64;
        assert_eq!(zeros(&file), 2 * B - 100);
        assert_eq!(file.get_ref()[99], 7);

        // What was written there stays.
        file.get_mut()[200] = 9;
        filling.fill(&mut file, &(150..300), &array).unwrap();
        filling.fill(&mut file, &(5..5), &array).unwrap();
        assert_eq!(file.get_ref()[200], 9);

        // All of a block is written: zeros would be for nothing.
        filling.fill(&mut file, &(2 * B..3 * B + 1), &array).unwrap();
        assert_eq!(zeros(&file), 2 * B - 100 - 1 + 50);
        assert_eq!(file.get_ref()[3 * B as usize + 50], 7);
    }
}
