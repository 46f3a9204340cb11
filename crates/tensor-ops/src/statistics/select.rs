//! Exact percentiles of one group in memory.
//!
//! A sorted sample of the group gives, for each percentile, two values between which the wanted ranks lie almost
//! surely (R. W. Floyd, R. L. Rivest, "Expected time bounds for selection", 1975). One pass counts the values
//! below, at and above these two, and collects the few between them, among which the rest is done. What is not
//! found in this way is found by [counting bits](crate::statistics::radix), so the result does not depend on
//! the sample.

use ndarray::{ArrayViewD, IxDyn};

use crate::blocks::{each_block, fold_blocks};
use crate::data_type::Element;
use crate::data_type::sealed::CHUNK;
use crate::percentile::{Percentile, Position};
use crate::simd::{Kernel, dispatch};
use crate::statistics::radix;

/// Smaller groups are sorted.
const SMALL: usize = 4096;
/// Number of values in a sample.
const SAMPLE: usize = 16384;
/// Half the width of an interval in standard deviations of a rank in the sample.
const DEVIATIONS: f64 = 3.0;
/// Number of values that are collected from at once.
const COLLECTED: usize = 32;
/// The largest number of values between the two of an interval that are kept.
const MOST_BETWEEN: usize = 1 << 22;

/// Writes the percentiles of all values but NaN into `results`, NaN if there are none, and returns the number of
/// these values.
pub(crate) fn select<T: Element>(
    x: &ArrayViewD<'_, T>,
    percentiles: &[Percentile],
    results: &mut [f64],
) -> u64 {
    if x.len() <= SMALL {
        let mut values: Vec<T> = x.iter().copied().filter(|value| !value.has_no_order()).collect();
        values.sort_unstable_by_key(|value| value.image());
        let count = values.len() as u64;
        for (percentile, result) in percentiles.iter().zip(results) {
            let position = percentile.position(count);
            *result = match (
                values.get(position.lower as usize),
                values.get(position.upper as usize),
            ) {
                (Some(lower), Some(upper)) => position.interpolate(lower.to_f64(), upper.to_f64()),
                _ => f64::NAN,
            };
        }
        return count;
    }
    let mut sample = sample(x);
    let intervals: Vec<_> = percentiles
        .iter()
        .map(|percentile| Interval::around(*percentile, &mut sample))
        .collect();
    let mut counts = fold_blocks(
        x,
        &|counts: &mut Counts<T>, values| {
            dispatch(Count {
                values,
                intervals: &intervals,
                counts,
            });
        },
        &Counts::merge,
    );
    let valid = (x.len() as u64).saturating_sub(counts.nan);
    if valid == 0 {
        results.fill(f64::NAN);
        return 0;
    }
    counts.tallies.resize_with(intervals.len(), Tally::default);
    for (((percentile, interval), mut tally), result) in percentiles
        .iter()
        .zip(&intervals)
        .zip(counts.tallies)
        .zip(results)
    {
        let position = percentile.position(valid);
        let lower = tally.value_at(x, *interval, position.lower);
        let upper = match position.upper == position.lower {
            true => lower,
            false => tally.value_at(x, *interval, position.upper),
        };
        *result = match (lower, upper) {
            (Some(lower), Some(upper)) => position.interpolate(lower.to_f64(), upper.to_f64()),
            _ => by_counting_bits(x, valid, position),
        };
    }
    valid
}

fn by_counting_bits<T: Element>(x: &ArrayViewD<'_, T>, valid: u64, position: Position) -> f64 {
    let blocks = |each: &mut dyn FnMut(&[T])| each_block(x, each);
    match radix::find(&[position.lower, position.upper], valid, blocks).as_deref() {
        Ok([lower, upper]) => position.interpolate(lower.to_f64(), upper.to_f64()),
        // The ranks are below the number of values, so they are always found.
        _ => f64::NAN,
    }
}

/// A value at random from each of `SAMPLE` equal parts of `x`, NaN left out.
///
/// At random, since with equal distances all would come from a few columns of an image.
fn sample<T: Element>(x: &ArrayViewD<'_, T>) -> Vec<T> {
    let part = x.len() / SAMPLE;
    let parts = if part == 0 { x.len() } else { SAMPLE };
    let part = part.max(1);
    let slice = x.as_slice_memory_order();
    let mut state = 1_u64;
    let mut index = IxDyn(&vec![0; x.ndim()]);
    let mut sample = Vec::with_capacity(parts);
    for number in 0..parts {
        // The constants of Knuth's MMIX.
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let mut at = number * part + (state >> 33) as usize % part;
        let value = match slice {
            Some(values) => values.get(at),
            None => {
                for axis in (0..x.ndim()).rev() {
                    index[axis] = at % x.shape()[axis];
                    at /= x.shape()[axis];
                }
                x.get(&index)
            }
        };
        sample.extend(value.copied().filter(|value| !value.has_no_order()));
    }
    sample
}

/// Two values, between which or at which ranks are expected.
#[derive(Debug, Clone, Copy)]
struct Interval<T> {
    low: T,
    high: T,
}

impl<T: Element> Interval<T> {
    fn around(percentile: Percentile, sample: &mut [T]) -> Self {
        let fraction = percentile.get() / 100.0;
        let centre = fraction * sample.len() as f64;
        let margin = DEVIATIONS * (centre * (1.0 - fraction)).sqrt() + 4.0;
        let (below, above) = (centre - margin, (centre + margin) as usize);
        let length = sample.len();
        let mut at = |rank: usize| *sample.select_nth_unstable_by_key(rank, |value| value.image()).1;
        Self {
            low: if below < 0.0 {
                T::LOWEST
            } else {
                at(below as usize)
            },
            high: if above >= length { T::HIGHEST } else { at(above) },
        }
    }
}

/// What is known about the values of a group, or of a part of it.
#[derive(Debug)]
struct Counts<T> {
    nan: u64,
    /// One for each interval; empty if nothing was counted.
    tallies: Vec<Tally<T>>,
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
    fn merge(&mut self, other: Self) {
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
struct Tally<T> {
    /// Number of values not above `low`.
    to_low: u64,
    /// Number of values below `high`.
    below_high: u64,
    /// The values above `low` and below `high`, in any order; some are missing if they are too many.
    between: Vec<T>,
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

impl<T: Element> Tally<T> {
    /// The value of a rank in `x`, or `None` if it is unknown.
    fn value_at(&mut self, x: &ArrayViewD<'_, T>, interval: Interval<T>, rank: u64) -> Option<T> {
        if rank < self.to_low {
            // A value that occurs often, or a miss.
            let below_low = count_in_blocks(x, |values| T::tally(values, interval.low, interval.low)[1]);
            (rank >= below_low).then_some(interval.low)
        } else if rank < self.below_high {
            if self.between.len() as u64 != self.below_high - self.to_low {
                return None;
            }
            let place = (rank - self.to_low) as usize;
            let (_, value, _) = self
                .between
                .select_nth_unstable_by_key(place, |value| value.image());
            Some(*value)
        } else {
            let to_high = count_in_blocks(x, |values| T::tally(values, interval.high, interval.high)[0]);
            (rank < to_high).then_some(interval.high)
        }
    }
}

fn count_in_blocks<T: Element>(x: &ArrayViewD<'_, T>, count: impl Fn(&[T]) -> u32 + Sync) -> u64 {
    fold_blocks(
        x,
        &|total: &mut u64, values: &[T]| {
            *total += dispatch(CountChunks {
                values,
                count: &count,
            });
        },
        &|total, other| *total += other,
    )
}

struct CountChunks<'a, T, F> {
    values: &'a [T],
    count: &'a F,
}

impl<T: Element, F: Fn(&[T]) -> u32> Kernel for CountChunks<'_, T, F> {
    type Output = u64;

    #[inline(always)]
    fn run(self, _: bool) -> u64 {
        self.values
            .chunks(CHUNK)
            .map(|chunk| u64::from((self.count)(chunk)))
            .sum()
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
        counts.tallies.resize_with(intervals.len(), Tally::default);
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

/// Adds the values above `low` and below `high` of at most [`COLLECTED`] values, of which most often none is.
#[inline(always)]
fn collect<T: Element>(part: &[T], interval: Interval<T>, between: &mut Vec<T>) {
    let is_between = |value: T| (value > interval.low) & (value < interval.high);
    if !part.iter().fold(false, |any, &value| any | is_between(value)) {
        return;
    }
    let mut found = [interval.low; COLLECTED];
    let mut count = 0_usize;
    for &value in part {
        found[count] = value;
        count += usize::from(is_between(value));
    }
    between.extend_from_slice(&found[..count]);
}
