//! The logistic function of natural numbers, looked up in vector registers.
//!
//! Where an element has a byte or two, memory delivers it faster than any formula with a division is computed. From 18 on the
//! result is 1 in `f32`, so the few results that there are fit into two or three registers.

/// Writes the logistic function of the elements of `source` into `x`, the same bits as other loops do, if the processor
/// has the instructions for it.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) fn look_up_logistic<T>(_: &[T], _: &mut [f32]) -> bool {
    false
}

#[cfg(target_arch = "x86_64")]
pub(crate) use x86::look_up_logistic;

#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::{__m256, __m256i, __m512, __m512i};

    use pulp::NullaryFnOnce;
    use pulp::x86::{V3, V4};

    use crate::pointwise::sigmoid::logistic;

    /// Number of results that are held; that of the last place is 1, and stands for all larger numbers.
    const HELD: usize = 24;

    /// Writes the logistic function of the elements of `source` into `x`, the same bits as other loops do, if the
    /// processor has the instructions for it.
    pub(crate) fn look_up_logistic<T: Copy + Into<u32>>(source: &[T], x: &mut [f32]) -> bool {
        if let Some(simd) = V4::try_new() {
            simd.vectorize(InTwo { simd, source, x });
        } else if let Some(simd) = V3::try_new() {
            simd.vectorize(InThree { simd, source, x });
        } else {
            return false;
        }
        true
    }

    /// The results of as many numbers as a register holds, from `first` on.
    #[inline(always)]
    fn results<const N: usize>(first: usize) -> [f32; N] {
        // Processors with these instructions fuse.
        std::array::from_fn(|place| logistic::<true>((first + place) as f32))
    }

    /// Two registers of 512 bits, from which one instruction picks.
    pub(super) struct InTwo<'a, T> {
        pub(super) simd: V4,
        pub(super) source: &'a [T],
        pub(super) x: &'a mut [f32],
    }

    impl<T: Copy + Into<u32>> NullaryFnOnce for InTwo<'_, T> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let [low, high]: [__m512; 2] = [pulp::cast(results::<16>(0)), pulp::cast(results::<16>(16))];
            each(self.source, self.x, |index: [u32; 16]| {
                let index: __m512i = pulp::cast(index);
                pulp::cast(self.simd.avx512f._mm512_permutex2var_ps(low, index, high))
            });
        }
    }

    /// Three registers of 256 bits: the lowest three bits of a number pick from each, the next two among these.
    pub(super) struct InThree<'a, T> {
        pub(super) simd: V3,
        pub(super) source: &'a [T],
        pub(super) x: &'a mut [f32],
    }

    impl<T: Copy + Into<u32>> NullaryFnOnce for InThree<'_, T> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let V3 { avx, avx2, .. } = self.simd;
            let tables: [__m256; 3] = [0, 8, 16].map(|first| pulp::cast(results::<8>(first)));
            each(self.source, self.x, |index: [u32; 8]| {
                // A bit that decides has to be the highest one.
                let [is_above_7, is_above_15]: [__m256; 2] =
                    [28, 27].map(|shift| pulp::cast(index.map(|index| index << shift)));
                let index: __m256i = pulp::cast(index);
                let [low, middle, high] = tables.map(|table| avx2._mm256_permutevar8x32_ps(table, index));
                let below_16 = avx._mm256_blendv_ps(low, middle, is_above_7);
                pulp::cast(avx._mm256_blendv_ps(below_16, high, is_above_15))
            });
        }
    }

    /// Calls `look_up` with as many numbers at once as there are lanes, none of them past what is held.
    #[inline(always)]
    fn each<T: Copy + Into<u32>, const N: usize>(
        source: &[T],
        x: &mut [f32],
        look_up: impl Fn([u32; N]) -> [f32; N],
    ) {
        let (values, last_values) = source.as_chunks::<N>();
        let (places, last_places) = x.as_chunks_mut::<N>();
        for (place, values) in places.iter_mut().zip(values) {
            *place = look_up(values.map(|value| value.into().min(HELD as u32 - 1)));
        }
        for (place, &value) in last_places.iter_mut().zip(last_values) {
            *place = logistic::<true>(value.into() as f32);
        }
    }
}

#[cfg(all(test, target_arch = "x86_64"))]
mod tests {
    use pulp::x86::{V3, V4};

    use super::x86::{InThree, InTwo};
    use crate::pointwise::sigmoid::logistic;

    /// Writes the results of numbers to their places.
    type LookUp<'a> = dyn Fn(&[u16], &mut [f32]) + 'a;

    /// All numbers, and some more, so that they are no multiple of a register.
    fn check(look_up: &LookUp<'_>) {
        let source: Vec<u16> = (0..=u16::MAX).chain(0..=20).collect();
        let mut x = vec![f32::NAN; source.len()];
        look_up(&source, &mut x);
        for (&value, &found) in source.iter().zip(&x) {
            assert_eq!(
                found.to_bits(),
                logistic::<true>(f32::from(value)).to_bits(),
                "{value}"
            );
        }
    }

    #[test]
    fn all_numbers_get_the_bits_of_the_formula() {
        if let Some(simd) = V3::try_new() {
            check(&|source, x| simd.vectorize(InThree { simd, source, x }));
        }
        if let Some(simd) = V4::try_new() {
            check(&|source, x| simd.vectorize(InTwo { simd, source, x }));
        }
    }
}
