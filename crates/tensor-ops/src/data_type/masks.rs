//! Counting of 16-bit integers by instructions that compare to bits of a mask.

use std::arch::x86_64::__m512i;

use pulp::NullaryFnOnce;
use pulp::x86::V4;

/// Number of values that a register holds.
const LANES: usize = 32;
/// Number of registers whose values are compared before those that are sought are picked.
const REGISTERS: usize = 128;

/// Appends the values above `low` and below `high` to `between`, which are few, and returns how many are not above `low`;
/// nothing is done if the processor does not have the instructions.
pub(super) fn select_between(values: &[u16], low: u16, high: u16, between: &mut Vec<u16>) -> Option<u64> {
    let simd = V4::try_new()?;
    Some(simd.vectorize(Select {
        simd,
        values,
        low,
        high,
        between,
    }))
}

struct Select<'a> {
    simd: V4,
    values: &'a [u16],
    low: u16,
    high: u16,
    between: &'a mut Vec<u16>,
}

impl NullaryFnOnce for Select<'_> {
    type Output = u64;

    #[inline(always)]
    fn call(self) -> u64 {
        let Self {
            simd,
            values,
            low,
            high,
            between,
        } = self;
        let (parts, rest) = values.as_chunks::<LANES>();
        let [lowest, highest]: [__m512i; 2] = [low, high].map(|value| pulp::cast([value; LANES]));
        let mut above = 0;
        for parts in parts.chunks(REGISTERS) {
            let mut found = [(0_u32, 0_u32); REGISTERS];
            let mut length = 0;
            for (number, part) in parts.iter().enumerate() {
                let part: __m512i = pulp::cast(*part);
                let is_above = simd.avx512bw._mm512_cmpgt_epu16_mask(part, lowest);
                let is_between = simd
                    .avx512bw
                    ._mm512_mask_cmplt_epu16_mask(is_above, part, highest);
                above += u64::from(is_above.count_ones());
                // Written always and kept if there is one, since a processor cannot foresee which it is.
                if let Some(place) = found.get_mut(length) {
                    *place = (number as u32, is_between);
                }
                length += usize::from(is_between != 0);
            }
            for &(number, mut is_between) in found.iter().take(length) {
                let part = &parts[number as usize];
                while is_between != 0 {
                    between.push(part[is_between.trailing_zeros() as usize % LANES]);
                    is_between &= is_between - 1;
                }
            }
        }
        for &value in rest {
            above += u64::from(value > low);
            if value > low && value < high {
                between.push(value);
            }
        }
        values.len() as u64 - above
    }
}

#[cfg(test)]
mod tests {
    use super::{LANES, REGISTERS, select_between};

    #[test]
    fn finds_what_comparing_each_value_finds() {
        // More than is compared before values are picked, and no multiple of a register.
        let length = 2 * LANES * REGISTERS + 45;
        let values: Vec<u16> = (0..length as u32)
            .map(|number| ((number * 40_503) >> 4) as u16)
            .collect();
        for (low, high) in [
            (0, u16::MAX),
            (0, 1),
            (7, 7),
            (9, 3),
            (60_000, 61_000),
            (32_767, 32_769),
            (u16::MAX, u16::MAX),
        ] {
            let mut between = vec![5];
            if let Some(to_low) = select_between(&values, low, high, &mut between) {
                assert_eq!(
                    to_low,
                    values.iter().filter(|&&value| value <= low).count() as u64
                );
                let expected = values
                    .iter()
                    .copied()
                    .filter(|&value| value > low && value < high);
                assert!(
                    between.into_iter().eq(std::iter::once(5).chain(expected)),
                    "{low} {high}"
                );
            }
        }
    }
}
