//! Exact percentiles of one group in memory.
//!
//! A sorted sample of the group gives, for each percentile, two values between which the wanted ranks lie almost
//! surely (R. W. Floyd, R. L. Rivest, "Expected time bounds for selection", 1975). One pass counts the values
//! below, at and above these two, and collects the few between them, among which the rest is done. What is not
//! found in this way is found by [counting bits](crate::statistics::radix), so the result does not depend on
//! the sample.

mod count;

use std::ops::Range;

use ndarray::{ArrayViewD, IxDyn};

use crate::blocks::{each_block, fold_blocks};
use crate::data_type::Element;
use crate::data_type::sealed::CHUNK;
use crate::percentile::{Percentile, Position};
use crate::simd::{Kernel, dispatch};
use crate::statistics::radix;
use crate::statistics::select::count::{Counts, Interval, Tally, count};
use crate::threads::{for_each, join};

/// Smaller groups are sorted.
const SMALL: usize = 4096;
/// Number of values in a sample.
const SAMPLE: usize = 16384;
/// Half the width of an interval in standard deviations of a rank in the sample.
const DEVIATIONS: f64 = 3.0;

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
    let sample = sample(x);
    let intervals = for_each(percentiles.to_vec(), &|percentile| {
        Interval::around(percentile, &mut sample.clone())
    });
    let mut counts = fold_blocks(
        x,
        &|counts: &mut Counts<T>, values| count(values, &intervals, counts),
        &Counts::merge,
    );
    let valid = (x.len() as u64).saturating_sub(counts.nan);
    if valid == 0 {
        results.fill(f64::NAN);
        return 0;
    }
    counts.tallies.resize_with(intervals.len(), Tally::default);
    let wanted = percentiles.iter().zip(&intervals).zip(counts.tallies).collect();
    let values = for_each(wanted, &|((percentile, interval), mut tally)| {
        let position = percentile.position(valid);
        let lower = tally.value_at(x, *interval, position.lower);
        let upper = match position.upper == position.lower {
            true => lower,
            false => tally.value_at(x, *interval, position.upper),
        };
        match (lower, upper) {
            (Some(lower), Some(upper)) => position.interpolate(lower.to_f64(), upper.to_f64()),
            _ => by_counting_bits(x, valid, position),
        }
    });
    results
        .iter_mut()
        .zip(values)
        .for_each(|(result, value)| *result = value);
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
    sample_parts(x, part.max(1), 0..parts)
}

/// The halves of many parts at the same time, since threads wait for memory here.
fn sample_parts<T: Element>(x: &ArrayViewD<'_, T>, part: usize, parts: Range<usize>) -> Vec<T> {
    if parts.len() > SAMPLE / 4 {
        let middle = parts.start + parts.len() / 2;
        let (mut left, right) = join(
            || sample_parts(x, part, parts.start..middle),
            || sample_parts(x, part, middle..parts.end),
        );
        left.extend(right);
        return left;
    }
    let slice = x.as_slice_memory_order();
    let mut index = IxDyn(&vec![0; x.ndim()]);
    let mut sample = Vec::with_capacity(parts.len());
    for number in parts {
        let mut at = number * part + random(number as u64) as usize % part;
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

/// 31 bits that belong to a number and look like chance: those of the generator SplitMix64 (G. L. Steele and others, "Fast
/// splittable pseudorandom number generators", 2014).
fn random(number: u64) -> u64 {
    let mut bits = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits >> 33
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
