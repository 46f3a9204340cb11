//! Count, mean and variance of one group, in a form that can be merged.

use ndarray::{ArrayView1, ArrayViewD};

use crate::blocks::fold_blocks;
use crate::data_type::Element;
use crate::simd::{Kernel, dispatch};
use crate::statistics::integer_sums::IntegerSums;

/// Number of elements summed up at once; such blocks are then merged pairwise, so that rounding errors grow
/// with the logarithm of the size of a group. They fit into a first-level cache, if they have to be summed again.
const BLOCK: usize = 4096;

/// A block is summed relative to some value of its own. The square of the distance of that value from the
/// mean, relative to the variance, says how much of the sum of squares cancels: up to 8 bits are accepted.
const MAX_CANCELLATION: f64 = 256.0;

/// Number of independent sums: enough of them that additions of the widest vectors do not wait for each other.
const LANES: usize = 32;

/// Count, mean and sum of squared deviations of a group of values, in `f64`.
///
/// A NaN or an infinity among the values makes the variance NaN; the mean is NaN or infinite.
///
/// ```
/// use tensor_ops::Moments;
///
/// let mut moments = Moments::from_slice(&[1_u8, 2, 3]);
/// moments.merge(&Moments::from_slice(&[6_u8]));
/// assert_eq!((moments.count(), moments.mean(), moments.variance()), (4, 3.0, 3.5));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Moments {
    count: u64,
    mean: f64,
    m2: f64,
}

impl Moments {
    /// The moments of the values; for values that are all equal, the mean is exact and the variance 0.
    #[must_use]
    pub fn from_slice<T: Element>(values: &[T]) -> Self {
        Self::from_view(&ArrayView1::from(values).into_dyn())
    }

    /// The moments of all elements of `x`, which do not depend on the number of threads.
    pub(crate) fn from_view<T: Element>(x: &ArrayViewD<'_, T>) -> Self {
        if T::IS_SUMMED_EXACTLY {
            let sums: IntegerSums = fold_blocks(
                x,
                &|sums: &mut IntegerSums, values: &[T]| sums.push_slice(values),
                &|sums, other| sums.merge(&other),
            );
            return sums.moments();
        }
        fold_blocks(
            x,
            &|moments: &mut Self, values: &[T]| {
                let mut pairwise = PairwiseMerge::default();
                pairwise.push_slice(values);
                moments.merge(&pairwise.finish());
            },
            &|moments, other| moments.merge(&other),
        )
    }

    /// From the number of values, their mean and the sum of their squared deviations from it.
    #[must_use]
    pub fn from_parts(count: u64, mean: f64, m2: f64) -> Self {
        Self { count, mean, m2 }
    }

    /// Number of values.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Arithmetic mean; NaN if there are no values.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 { f64::NAN } else { self.mean }
    }

    /// Sum of the squared deviations from the mean.
    #[must_use]
    pub fn m2(&self) -> f64 {
        self.m2
    }

    /// Population variance (`ddof` 0), in squared units of the data; NaN if there are no values.
    #[must_use]
    pub fn variance(&self) -> f64 {
        if self.count == 0 {
            f64::NAN
        } else {
            self.m2 / self.count as f64
        }
    }

    /// Population standard deviation (`ddof` 0), in units of the data; NaN if there are no values.
    #[must_use]
    pub fn std(&self) -> f64 {
        self.variance().sqrt()
    }

    /// Adds another group (T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise
    /// algorithm for computing sample variances", 1979):
    /// with `d = mean_b - mean_a` and `n = n_a + n_b`, the mean is `mean_a + d * n_b / n` and the sum of
    /// squared deviations `m2_a + m2_b + d^2 * n_a * n_b / n`.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.count == 0 {
            *self = *other;
            return;
        }
        // Saturating: 2^64 elements cannot be measured in a lifetime.
        let count = self.count.saturating_add(other.count);
        let (n_self, n_other) = (self.count as f64, other.count as f64);
        let delta = other.mean - self.mean;
        let fraction = n_other / count as f64;
        self.mean += delta * fraction;
        self.m2 += other.m2 + delta * delta * n_self * fraction;
        self.count = count;
    }

    /// The moments of `count` values from the sums of `x - shift` and `(x - shift)^2`, or `None` if too
    /// many digits cancel, or a sum is not finite: then `shift` should be the mean.
    pub(crate) fn from_shifted_sums(count: usize, shift: f64, sum: f64, squares: f64) -> Option<Self> {
        let moments = Self::from_mean_sums(count, shift, sum, squares);
        let offset = moments.mean - shift;
        (offset * offset * count as f64 <= MAX_CANCELLATION * moments.m2).then_some(moments)
    }

    /// The moments of `count` values from the sums of `x - shift` and `(x - shift)^2`, where `shift` is
    /// the mean but for rounding.
    pub(crate) fn from_mean_sums(count: usize, shift: f64, sum: f64, squares: f64) -> Self {
        let offset = sum / count as f64;
        Self {
            count: count as u64,
            mean: shift + offset,
            m2: nonnegative(squares - sum * offset),
        }
    }

    /// The moments of up to a few thousand values, of which `guess` may be near the mean.
    #[inline(always)]
    fn from_block<T: Element>(values: &[T], guess: f64) -> Self {
        let [sum, squares] = shifted_sums(values, guess);
        if let Some(moments) = Self::from_shifted_sums(values.len(), guess, sum, squares) {
            return moments;
        }
        // Relative to the first value, which is the mean if all are equal, and then to the mean.
        let first = values.first().map_or(guess, |value| value.to_f64());
        let [sum, _] = shifted_sums(values, first);
        let mean = first + sum / values.len() as f64;
        let [sum, squares] = shifted_sums(values, mean);
        Self::from_mean_sums(values.len(), mean, sum, squares)
    }
}

/// Rounding may leave a sum of squares slightly negative; NaN stays.
fn nonnegative(value: f64) -> f64 {
    if value < 0.0 { 0.0 } else { value }
}

/// The sums of `x - shift` and `(x - shift)^2`.
#[inline(always)]
fn shifted_sums<T: Element>(values: &[T], shift: f64) -> [f64; 2] {
    let (mut sums, mut squares) = ([0.0; LANES], [0.0; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        add_deviations(chunk, shift, &mut sums, &mut squares);
    }
    add_deviations(rest, shift, &mut sums, &mut squares);
    let mut length = LANES;
    while length > 1 {
        length /= 2;
        for lane in 0..length {
            sums[lane] += sums[lane + length];
            squares[lane] += squares[lane + length];
        }
    }
    [sums[0], squares[0]]
}

/// For at most [`LANES`] values, with a sum for each.
#[inline(always)]
fn add_deviations<T: Element>(values: &[T], shift: f64, sums: &mut [f64; LANES], squares: &mut [f64; LANES]) {
    for ((sum, square), &value) in sums.iter_mut().zip(squares).zip(values) {
        let deviation = value.to_f64() - shift;
        *sum += deviation;
        *square += deviation * deviation;
    }
}

/// Merges blocks in the order of a balanced binary tree: the stack holds the moments of runs of blocks whose
/// lengths are the binary digits of the number of blocks.
#[derive(Debug, Default)]
pub(crate) struct PairwiseMerge {
    stack: Vec<Moments>,
    blocks: u64,
}

impl PairwiseMerge {
    /// Adds values that lie one after the other in memory.
    pub(crate) fn push_slice<T: Element>(&mut self, values: &[T]) {
        dispatch(PushSlice { merge: self, values });
    }

    fn push(&mut self, mut block: Moments) {
        let full_runs = self.blocks.trailing_ones() as usize;
        for mut earlier in self
            .stack
            .drain(self.stack.len().saturating_sub(full_runs)..)
            .rev()
        {
            earlier.merge(&block);
            block = earlier;
        }
        self.stack.push(block);
        self.blocks = self.blocks.wrapping_add(1);
    }

    /// The moments of everything that was added since the last call.
    pub(crate) fn finish(&mut self) -> Moments {
        self.blocks = 0;
        let mut total = Moments::default();
        for mut earlier in self.stack.drain(..).rev() {
            earlier.merge(&total);
            total = earlier;
        }
        total
    }
}

struct PushSlice<'a, T> {
    merge: &'a mut PairwiseMerge,
    values: &'a [T],
}

impl<T: Element> Kernel for PushSlice<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, _: bool) {
        let Some(first) = self.values.first() else {
            return;
        };
        // Neighbouring blocks are alike.
        let mut guess = first.to_f64();
        for values in self.values.chunks(BLOCK) {
            let block = Moments::from_block(values, guess);
            guess = block.mean;
            self.merge.push(block);
        }
    }
}
