//! Flushing a file to the disk while it is still written.

use std::fs::File;
use std::io;

/// What is left at the end is not worth a flush of its own.
const LITTLE_BYTES: u64 = 8 << 20;

/// Flushes a file each time half of what was left is written, so that little has to be waited for at the end, when nothing
/// else is left to do.
#[derive(Debug)]
pub(super) struct EarlyFlush {
    /// How many bytes will be written.
    left: u64,
    /// When so many are left, what was written is flushed.
    flushed_at: u64,
}

impl EarlyFlush {
    /// For a file that gets so many bytes.
    pub(super) fn new(bytes: u64) -> Self {
        Self {
            left: bytes,
            flushed_at: bytes / 2,
        }
    }

    /// So many bytes more were written.
    pub(super) fn written(&mut self, file: &File, bytes: u64) -> io::Result<()> {
        if self.is_due(bytes) {
            file.sync_data()?;
        }
        Ok(())
    }

    fn is_due(&mut self, bytes: u64) -> bool {
        self.left = self.left.saturating_sub(bytes);
        if self.left > self.flushed_at || self.left < LITTLE_BYTES {
            return false;
        }
        self.flushed_at = self.left / 2;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_that_are_flushed_become_smaller() {
        let mut flush = EarlyFlush::new(100 << 20);
        let due: Vec<u64> = (1..=100).filter(|_| flush.is_due(1 << 20)).collect();
        assert_eq!(due, [50, 75, 88]);
        assert!(!EarlyFlush::new(4 << 20).is_due(3 << 20));
    }
}
