//! Counting the values below, at and above the two of each interval, and collecting those between them.

use crate::data_type::Element;
use crate::data_type::sealed::CHUNK;
use crate::simd::{Kernel, dispatch};

/// Number of values that are collected from at once: a part of a [`CHUNK`].
const COLLECTED: usize = 64;
/// Number of values that are compared with one interval after the other.
const CACHED: usize = 64 * CHUNK;
/// The largest number of values between the two of an interval that are kept.
const MOST_BETWEEN: usize = 1 << 22;

/// Two values, between which or at which ranks are expected.
#[derive(Debug, Clone, Copy)]
pub(super) struct Interval<T> {
    pub(super) low: T,
    pub(super) high: T,
}

/// What is known about the values of a group, or of a part of it.
#[derive(Debug)]
pub(super) struct Counts<T> {
    pub(super) nan: u64,
    /// One for each interval; empty if nothing was counted.
    pub(super) tallies: Vec<Tally<T>>,
}

impl<T> Default for Counts<T> {
    fn default() -> Self {
        Self {
            nan: 0,
            tallies: Vec::new(),
        }
    }
}

impl<T> Counts<T> {
    pub(super) fn merge(&mut self, other: Self) {
        self.nan += other.nan;
        if self.tallies.is_empty() {
            self.tallies = other.tallies;
            return;
        }
        for (ours, theirs) in self.tallies.iter_mut().zip(other.tallies) {
            ours.to_low += theirs.to_low;
            ours.below_high += theirs.below_high;
            if ours.between.len().saturating_add(theirs.between.len()) <= MOST_BETWEEN {
                ours.between.extend(theirs.between);
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Tally<T> {
    /// Number of values not above `low`.
    pub(super) to_low: u64,
    /// Number of values below `high`.
    pub(super) below_high: u64,
    /// The values above `low` and below `high`, in any order; some are missing if they are too many.
    pub(super) between: Vec<T>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            to_low: 0,
            below_high: 0,
            between: Vec::new(),
        }
    }
}

/// Adds `values` to `counts`.
pub(super) fn count<T: Element>(values: &[T], intervals: &[Interval<T>], counts: &mut Counts<T>) {
    counts.tallies.resize_with(intervals.len(), Tally::default);
    // A block after the other, which stays in the first-level cache for all intervals.
    for values in values.chunks(CACHED) {
        let mut tallies = intervals.iter().zip(&mut counts.tallies);
        let done = tallies.try_for_each(|(interval, tally)| {
            let known = tally.between.len();
            let to_low = T::select_between(values, interval.low, interval.high, &mut tally.between)?;
            tally.to_low += to_low;
            tally.below_high += to_low + (tally.between.len() - known) as u64;
            Some(())
        });
        if done.is_none() {
            dispatch(Count {
                values,
                intervals,
                counts,
            });
        }
    }
}

struct Count<'a, T> {
    values: &'a [T],
    intervals: &'a [Interval<T>],
    counts: &'a mut Counts<T>,
}

impl<T: Element> Kernel for Count<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: bool) {
        let Self {
            values,
            intervals,
            counts,
        } = self;
        // Arrays, so that the loops over them are unrolled.
        let (chunks, rest) = values.as_chunks::<CHUNK>();
        for chunk in chunks {
            count_chunk(chunk, intervals, counts);
        }
        count_chunk(rest, intervals, counts);
    }
}

#[inline(always)]
fn count_chunk<T: Element>(chunk: &[T], intervals: &[Interval<T>], counts: &mut Counts<T>) {
    counts.nan += u64::from(T::count_nan(chunk));
    for (interval, tally) in intervals.iter().zip(&mut counts.tallies) {
        let [to_low, below_high] = T::tally(chunk, interval.low, interval.high);
        tally.to_low += u64::from(to_low);
        tally.below_high += u64::from(below_high);
        if below_high > to_low {
            let (parts, rest) = chunk.as_chunks::<COLLECTED>();
            for part in parts {
                collect(part, *interval, &mut tally.between);
            }
            collect(rest, *interval, &mut tally.between);
        }
    }
}

/// Adds the values above `low` and below `high` of at most [`COLLECTED`] values, which are few.
#[inline(always)]
fn collect<T: Element>(part: &[T], interval: Interval<T>, between: &mut Vec<T>) {
    // Bytes that are compared all at once, and then looked at eight at a time.
    const WORD: usize = size_of::<u64>();
    let mut flags = [0_u8; COLLECTED];
    for (flag, &value) in flags.iter_mut().zip(part) {
        *flag = u8::from((value > interval.low) & (value < interval.high));
    }
    for (flags, values) in flags.as_chunks::<WORD>().0.iter().zip(part.chunks(WORD)) {
        let mut flags = u64::from_le_bytes(*flags);
        while flags != 0 {
            between.extend(values.get(flags.trailing_zeros() as usize / WORD));
            // without the lowest bit
            flags &= flags - 1;
        }
    }
}
