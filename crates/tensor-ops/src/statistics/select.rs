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
const SAMPLE: usize = 8192;
/// Half the width of an interval in standard deviations of a rank in the sample.
const DEVIATIONS: f64 = 3.5;

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
    let sample = sorted_sample(x);
    let intervals: Vec<_> = percentiles
        .iter()
        .map(|percentile| Interval::around(*percentile, &sample))
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
    for (((percentile, interval), tally), result) in percentiles
        .iter()
        .zip(&intervals)
        .zip(counts.tallies)
        .zip(results)
    {
        let position = percentile.position(valid);
        *result = match tally.values_at(*interval, position) {
            Some((lower, upper)) => position.interpolate(lower.to_f64(), upper.to_f64()),
            None => by_counting_bits(x, valid, position),
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

/// A value at random from each of `SAMPLE` equal parts of `x`, NaN left out, sorted.
///
/// At random, since with equal distances all would come from a few columns of an image.
fn sorted_sample<T: Element>(x: &ArrayViewD<'_, T>) -> Vec<T> {
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
    sample.sort_unstable_by_key(|value| value.image());
    sample
}

/// Two values, between which or at which ranks are expected.
#[derive(Debug, Clone, Copy)]
struct Interval<T> {
    low: T,
    high: T,
}

impl<T: Element> Interval<T> {
    fn around(percentile: Percentile, sample: &[T]) -> Self {
        let fraction = percentile.get() / 100.0;
        let centre = fraction * sample.len() as f64;
        let margin = DEVIATIONS * (centre * (1.0 - fraction)).sqrt() + 4.0;
        let below = centre - margin;
        let above = (centre + margin) as usize;
        Self {
            low: (below >= 0.0)
                .then(|| sample.get(below as usize))
                .flatten()
                .map_or(T::LOWEST, |value| *value),
            high: sample.get(above).map_or(T::HIGHEST, |value| *value),
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
            ours.below_low += theirs.below_low;
            ours.to_low += theirs.to_low;
            ours.below_high += theirs.below_high;
            ours.to_high += theirs.to_high;
            ours.between.extend(theirs.between);
        }
    }
}

#[derive(Debug)]
struct Tally<T> {
    below_low: u64,
    to_low: u64,
    below_high: u64,
    to_high: u64,
    /// The values above `low` and below `high`, in any order.
    between: Vec<T>,
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self {
            below_low: 0,
            to_low: 0,
            below_high: 0,
            to_high: 0,
            between: Vec::new(),
        }
    }
}

impl<T: Element> Tally<T> {
    fn values_at(mut self, interval: Interval<T>, position: Position) -> Option<(T, T)> {
        let lower = self.value_at(interval, position.lower)?;
        let upper = if position.upper == position.lower {
            lower
        } else {
            self.value_at(interval, position.upper)?
        };
        Some((lower, upper))
    }

    fn value_at(&mut self, interval: Interval<T>, rank: u64) -> Option<T> {
        if rank < self.below_low || rank >= self.to_high {
            None
        } else if rank < self.to_low {
            Some(interval.low)
        } else if rank < self.below_high {
            let place = (rank - self.to_low) as usize;
            let (_, value, _) = self
                .between
                .select_nth_unstable_by_key(place, |value| value.image());
            Some(*value)
        } else {
            Some(interval.high)
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
    fn run(self) {
        let Self {
            values,
            intervals,
            counts,
        } = self;
        counts.tallies.resize_with(intervals.len(), Tally::default);
        for chunk in values.chunks(CHUNK) {
            counts.nan += u64::from(T::count_nan(chunk));
            for (interval, tally) in intervals.iter().zip(&mut counts.tallies) {
                let [below_low, to_low, below_high, to_high] = T::tally(chunk, interval.low, interval.high);
                tally.below_low += u64::from(below_low);
                tally.to_low += u64::from(to_low);
                tally.below_high += u64::from(below_high);
                tally.to_high += u64::from(to_high);
                if below_high > to_low {
                    collect(chunk, *interval, &mut tally.between);
                }
            }
        }
    }
}

/// Adds the values above `low` and below `high`, without branches.
#[inline(always)]
fn collect<T: Element>(chunk: &[T], interval: Interval<T>, between: &mut Vec<T>) {
    let mut found = [interval.low; CHUNK];
    let mut count = 0_usize;
    for &value in chunk {
        found[count] = value;
        count += usize::from((value > interval.low) & (value < interval.high));
    }
    between.extend_from_slice(&found[..count]);
}
