//! What statistics need of an element: its value, its place in the order of values, and counting.

#[cfg(target_arch = "x86_64")]
use super::masks::select_between;

/// There is none on other processors.
#[cfg(not(target_arch = "x86_64"))]
fn select_between(_: &[u16], _: u16, _: u16, _: &mut Vec<u16>) -> Option<u64> {
    None
}

/// Number of values that are counted at once: the counters of single bytes do not overflow.
pub(crate) const CHUNK: usize = 192;

/// Keeps [`Element`](super::Element) closed.
pub trait Sealed: PartialOrd + Sized {
    /// The smallest value, minus infinity for floats.
    const LOWEST: Self;
    /// The largest value, infinity for floats.
    const HIGHEST: Self;
    /// Number of bits of [`image`](Self::image).
    const BITS: u32;

    /// The value as `f64`: exact but for 64-bit integers beyond 2^53, which round to nearest.
    fn to_f64(self) -> f64;

    /// Whether the value is NaN, which has no place in the order of values.
    fn has_no_order(self) -> bool;

    /// An unsigned integer of [`BITS`](Self::BITS) bits; their order is that of the values, with -0 below 0.
    /// Without meaning for NaN.
    fn image(self) -> u64;

    /// The value with this image.
    fn from_image(image: u64) -> Self;

    /// How many of at most [`CHUNK`] values are not above `low`, and how many are below `high`.
    fn tally(values: &[Self], low: Self, high: Self) -> [u32; 2];

    /// Whether sums of values and of their squares are computed in integers: types of 8 and 16 bits.
    const IS_SUMMED_EXACTLY: bool;

    /// The sums of at most [`CHUNK`] values and of their squares, for types that are summed exactly; 0 for others.
    fn integer_sums(values: &[Self]) -> (i64, u64);

    /// Appends the values above `low` and below `high` to `between`, which are few, and returns how many are not above
    /// `low`. `None`, and nothing is done, unless there is a way that is faster than [`tally`](Self::tally).
    fn select_between(values: &[Self], low: Self, high: Self, between: &mut Vec<Self>) -> Option<u64>;

    /// How many of at most [`CHUNK`] values are NaN.
    fn count_nan(values: &[Self]) -> u32;
}

/// `$count` is an unsigned integer of the size of the element, so that lanes of vectors keep their width.
macro_rules! implement {
    (
        $element:ty, $count:ty, $lowest:expr, $highest:expr, $is_nan:expr, $image:expr, $from_image:expr,
        $is_exact:expr, $integer_sums:expr, $select_between:expr
    ) => {
        impl Sealed for $element {
            const IS_SUMMED_EXACTLY: bool = $is_exact;

            #[inline(always)]
            fn integer_sums(values: &[Self]) -> (i64, u64) {
                let sums: fn(&[Self]) -> (i64, u64) = $integer_sums;
                sums(values)
            }

            const LOWEST: Self = $lowest;
            const HIGHEST: Self = $highest;
            const BITS: u32 = <$count>::BITS;

            #[inline(always)]
            fn to_f64(self) -> f64 {
                crate::tensor::cast::CastTo::<f64>::cast_to(self)
            }

            #[inline(always)]
            fn has_no_order(self) -> bool {
                let is_nan: fn(Self) -> bool = $is_nan;
                is_nan(self)
            }

            #[inline(always)]
            fn image(self) -> u64 {
                let image: fn(Self) -> $count = $image;
                u64::from(image(self))
            }

            #[inline(always)]
            fn from_image(image: u64) -> Self {
                let from_image: fn($count) -> Self = $from_image;
                from_image(image as $count)
            }

            #[inline(always)]
            fn tally(values: &[Self], low: Self, high: Self) -> [u32; 2] {
                let (mut to_low, mut below_high): ($count, $count) = (0, 0);
                for &value in values {
                    to_low = to_low.wrapping_add(<$count>::from(value <= low));
                    below_high = below_high.wrapping_add(<$count>::from(value < high));
                }
                [to_low as u32, below_high as u32]
            }

            fn select_between(
                values: &[Self],
                low: Self,
                high: Self,
                between: &mut Vec<Self>,
            ) -> Option<u64> {
                let select: fn(&[Self], Self, Self, &mut Vec<Self>) -> Option<u64> = $select_between;
                select(values, low, high, between)
            }

            #[inline(always)]
            fn count_nan(values: &[Self]) -> u32 {
                let is_nan: fn(Self) -> bool = $is_nan;
                let mut count: $count = 0;
                for &value in values {
                    count = count.wrapping_add(<$count>::from(is_nan(value)));
                }
                count as u32
            }
        }
    };
}

/// Sums in integers of 32 bits, in which neither [`CHUNK`] values of 16 bits nor the square of one overflow.
macro_rules! sums {
    ($wide:ty, $values:expr) => {{
        let (mut sum, mut squares): ($wide, u64) = (0, 0);
        for &value in $values {
            let wide = <$wide>::from(value);
            sum = sum.wrapping_add(wide);
            squares = squares.wrapping_add(u64::from((wide.wrapping_mul(wide)) as u32));
        }
        (i64::from(sum), squares)
    }};
}

macro_rules! implement_unsigned {
    ($(($element:ty, $is_exact:expr, $sums:expr, $select:expr)),+) => {$(
        implement!(
            $element, $element, Self::MIN, Self::MAX, |_| false, |value| value, |image| image, $is_exact, $sums, $select
        );
    )+};
}
implement_unsigned!(
    (u8, true, |values| sums!(u32, values), |_, _, _, _| None),
    (u16, true, |values| sums!(u32, values), select_between),
    (u32, false, |_| (0, 0), |_, _, _, _| None),
    (u64, false, |_| (0, 0), |_, _, _, _| None)
);

macro_rules! implement_signed {
    ($(($element:ty, $unsigned:ty, $is_exact:expr, $sums:expr)),+) => {$(
        implement!(
            $element, $unsigned, Self::MIN, Self::MAX, |_| false,
            |value| value.cast_unsigned() ^ (1 << (<$unsigned>::BITS - 1)),
            |image| (image ^ (1 << (<$unsigned>::BITS - 1))).cast_signed(),
            $is_exact, $sums, |_, _, _, _| None
        );
    )+};
}
implement_signed!(
    (i8, u8, true, |values| sums!(i32, values)),
    (i16, u16, true, |values| sums!(i32, values)),
    (i32, u32, false, |_| (0, 0)),
    (i64, u64, false, |_| (0, 0))
);

/// The bits of a positive float are in the order of its values, those of a negative one in the opposite order.
macro_rules! implement_float {
    ($(($element:ty, $unsigned:ty)),+) => {$(
        implement!(
            $element, $unsigned, Self::NEG_INFINITY, Self::INFINITY, |value| value != value,
            |value| {
                let bits = value.to_bits();
                let sign = 1 << (<$unsigned>::BITS - 1);
                // all bits of a negative number, the sign bit of a positive one
                bits ^ ((bits >> (<$unsigned>::BITS - 1)).wrapping_neg() | sign)
            },
            |image| {
                let sign = 1 << (<$unsigned>::BITS - 1);
                Self::from_bits(if image & sign == 0 { !image } else { image ^ sign })
            },
            false, |_| (0, 0), |_, _, _, _| None
        );
    )+};
}
implement_float!((f32, u32), (f64, u64));

implement!(
    bool,
    u8,
    false,
    true,
    |_| false,
    u8::from,
    |image| image != 0,
    true,
    |values| sums!(u32, values),
    |_, _, _, _| None
);
