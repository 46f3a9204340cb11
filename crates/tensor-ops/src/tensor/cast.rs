//! The casting rules of numpy on x86-64, element by element; [`Tensor::cast`](crate::Tensor::cast) states them.
#![allow(
    clippy::cast_possible_wrap,
    reason = "wrap-around is the rule between integers, and ranges are checked before a float is cast"
)]

use ndarray::{ArrayD, ArrayViewD};

/// A cast of one element.
pub(crate) trait CastTo<T> {
    fn cast_to(self) -> T;
}

/// A cast of every element, which keeps the memory order of a contiguous array.
pub(crate) fn cast_array<S, T>(array: &ArrayViewD<'_, S>) -> ArrayD<T>
where
    S: CastTo<T> + Copy,
{
    array.map(|&element| element.cast_to())
}

/// Truncates toward zero; what does not fit `i32`, and NaN, becomes `i32::MIN`.
fn float_to_i32(value: f64) -> i32 {
    if value > -2_147_483_649.0 && value < 2_147_483_648.0 {
        value as i32
    } else {
        i32::MIN
    }
}

/// Truncates toward zero; what does not fit `i64`, and NaN, becomes `i64::MIN`.
fn float_to_i64(value: f64) -> i64 {
    if (-TWO_POW_63..TWO_POW_63).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// Truncates toward zero; negative values and NaN go through `i64`, values beyond the range become 0.
fn float_to_u64(value: f64) -> u64 {
    if value >= 2.0 * TWO_POW_63 {
        0
    } else if value >= TWO_POW_63 {
        value as u64
    } else {
        float_to_i64(value) as u64
    }
}

const TWO_POW_63: f64 = 9_223_372_036_854_775_808.0;

macro_rules! cast_with_as {
    ($($from:ty),+ => $to:tt) => {$(cast_with_as!(@one $from => $to);)+};
    (@one $from:ty => [$($to:ty),+]) => {$(
        impl CastTo<$to> for $from {
            #[inline(always)]
            fn cast_to(self) -> $to {
                self as $to
            }
        }
    )+};
}
cast_with_as!(u8, i8, u16, i16, u32, i32, u64, i64 => [u8, i8, u16, i16, u32, i32, u64, i64, f32, f64]);
cast_with_as!(f32, f64 => [f32, f64]);

macro_rules! cast_float {
    ($($from:ty),+) => {$(
        cast_float!(@through float_to_i32, $from => [u8, i8, u16, i16, i32]);
        cast_float!(@through float_to_i64, $from => [u32, i64]);
        cast_float!(@through float_to_u64, $from => [u64]);
    )+};
    (@through $wide:ident, $from:ty => [$($to:ty),+]) => {$(
        impl CastTo<$to> for $from {
            #[inline(always)]
            fn cast_to(self) -> $to {
                $wide(f64::from(self)) as $to
            }
        }
    )+};
}
cast_float!(f32, f64);

macro_rules! cast_bool {
    ($($number:ty),+) => {$(
        impl CastTo<$number> for bool {
            #[inline(always)]
            fn cast_to(self) -> $number {
                u8::from(self) as $number
            }
        }

        impl CastTo<bool> for $number {
            #[inline(always)]
            fn cast_to(self) -> bool {
                self != <$number>::default()
            }
        }
    )+};
}
cast_bool!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl CastTo<Self> for bool {
    #[inline(always)]
    fn cast_to(self) -> Self {
        self
    }
}
