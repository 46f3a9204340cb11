//! Exact sums of values of 8 and 16 bits, so that their moments do not depend on the order of summation.

use crate::data_type::Element;
use crate::data_type::sealed::CHUNK;
use crate::simd::{Kernel, dispatch};
use crate::statistics::moments::Moments;

/// Number, sum and sum of squares of values, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct IntegerSums {
    count: u64,
    sum: i128,
    squares: u128,
}

impl IntegerSums {
    pub(crate) fn push_slice<T: Element>(&mut self, values: &[T]) {
        // 2^31 values, far more than a block has, do not overflow 64 bits.
        for values in values.chunks(1 << 31) {
            let (sum, squares) = dispatch(Sums(values));
            self.count = self.count.saturating_add(values.len() as u64);
            self.sum += i128::from(sum);
            self.squares += u128::from(squares);
        }
    }

    pub(crate) fn merge(&mut self, other: &Self) {
        self.count = self.count.saturating_add(other.count);
        self.sum += other.sum;
        self.squares += other.squares;
    }

    /// The moments, of which the mean and the sum of squared deviations are rounded once or twice.
    pub(crate) fn moments(&self) -> Moments {
        if self.count == 0 {
            return Moments::default();
        }
        let count = u128::from(self.count);
        // `count * m2`; below 2^128 for less than 2^48 values, which is more than memory holds.
        let scaled = count
            .saturating_mul(self.squares)
            .saturating_sub(self.sum.unsigned_abs().saturating_mul(self.sum.unsigned_abs()));
        Moments::from_parts(
            self.count,
            self.sum as f64 / self.count as f64,
            scaled as f64 / self.count as f64,
        )
    }
}

struct Sums<'a, T>(&'a [T]);

impl<T: Element> Kernel for Sums<'_, T> {
    type Output = (i64, u64);

    #[inline(always)]
    fn run(self, _: bool) -> Self::Output {
        let (mut sum, mut squares) = (0_i64, 0_u64);
        for chunk in self.0.chunks(CHUNK) {
            let of_chunk = T::integer_sums(chunk);
            sum = sum.wrapping_add(of_chunk.0);
            squares = squares.wrapping_add(of_chunk.1);
        }
        (sum, squares)
    }
}
