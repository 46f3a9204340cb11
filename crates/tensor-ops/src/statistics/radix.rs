//! Finding values of given ranks by counting, a few leading bits of their images at a time.
//!
//! The first pass over the values counts how many share each combination of leading bits; the sums of these counts
//! say in which of them a wanted rank lies. Each further pass counts the next bits, of the values that share the bits
//! known so far. After the last pass all bits of the wanted value are known. Counts of parts can be added in
//! any order.

use crate::data_type::Element;

/// The leading bits that a wanted value is known to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// The bits, as a number.
    bits: u64,
    /// How many.
    length: u32,
}

impl Prefix {
    pub(crate) const NONE: Self = Self { bits: 0, length: 0 };

    pub(crate) fn length(self) -> u32 {
        self.length
    }

    /// The image itself, when all bits are known.
    pub(crate) fn bits(self) -> u64 {
        self.bits
    }

    /// The prefix that is longer by the `width` bits of `digit`.
    fn extended(self, digit: usize, width: u32) -> Self {
        Self {
            bits: self.bits << width | digit as u64,
            length: self.length + width,
        }
    }
}

/// A wanted rank, counted from 0 among the values that have the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) prefix: Prefix,
    pub(crate) rank: u64,
    /// Number of values with the prefix.
    pub(crate) size: u64,
}

impl Target {
    /// Learns `width` more bits from the numbers of values with each combination of them; an error if these are
    /// not as many as they were.
    pub(crate) fn narrow(&mut self, counts: &[u64], width: u32) -> Result<(), OtherValues> {
        if counts.iter().fold(0_u64, |sum, count| sum.wrapping_add(*count)) != self.size {
            return Err(OtherValues);
        }
        let mut rank = self.rank;
        for (digit, &count) in counts.iter().enumerate() {
            if rank < count {
                self.prefix = self.prefix.extended(digit, width);
                self.rank = rank;
                self.size = count;
                return Ok(());
            }
            rank -= count;
        }
        Err(OtherValues)
    }
}

/// There are other values than in an earlier pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OtherValues;

/// Adds to `counts` the numbers of values that have the prefix and then each combination of `width` bits; NaN is
/// left out. Returns how many values are NaN.
pub(crate) fn count<T: Element>(values: &[T], prefix: Prefix, width: u32, counts: &mut [u64]) -> u64 {
    // Images have at most 64 bits, and a prefix of all of them is never counted.
    let above = T::BITS - prefix.length;
    let below = above - width;
    let mask = (1_usize << width) - 1;
    let mut nan = 0;
    for &value in values {
        if value.has_no_order() {
            nan += 1;
            continue;
        }
        let image = value.image();
        // Two shifts of at most 63 bits: a single one could be of all 64.
        if prefix.length == 0 || image >> above == prefix.bits {
            let slot = &mut counts[(image >> below) as usize & mask];
            *slot = slot.wrapping_add(1);
        }
    }
    nan
}

/// The values of the given ranks among the `size` values of `blocks`, which hands out the same values whenever it is
/// called; NaN does not count.
pub(crate) fn find<T: Element>(
    ranks: &[u64],
    size: u64,
    mut blocks: impl FnMut(&mut dyn FnMut(&[T])),
) -> Result<Vec<T>, OtherValues> {
    const WIDTH: u32 = 16;
    let mut targets: Vec<_> = ranks
        .iter()
        .map(|&rank| Target {
            prefix: Prefix::NONE,
            rank,
            size,
        })
        .collect();
    let mut known = 0;
    while known < T::BITS {
        let width = WIDTH.min(T::BITS - known);
        let mut prefixes: Vec<Prefix> = targets.iter().map(|target| target.prefix).collect();
        prefixes.dedup();
        let mut tables = vec![vec![0_u64; 1 << width]; prefixes.len()];
        blocks(&mut |values: &[T]| {
            for (prefix, table) in prefixes.iter().zip(&mut tables) {
                count(values, *prefix, width, table);
            }
        });
        for target in &mut targets {
            let table = prefixes.iter().position(|prefix| *prefix == target.prefix);
            if let Some(table) = table.and_then(|at| tables.get(at)) {
                target.narrow(table, width)?;
            }
        }
        known += width;
    }
    Ok(targets
        .iter()
        .map(|target| T::from_image(target.prefix.bits()))
        .collect())
}
