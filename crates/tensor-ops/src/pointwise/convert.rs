//! Which loop takes the elements of each type to their results.

use crate::pointwise::kernel::{Constants, Converting, InPlace, Uniform};
use crate::pointwise::lookup::look_up_logistic;
use crate::simd::dispatch;
use crate::tensor::cast::CastTo;

/// Number of elements that are cast at once.
const BLOCK: usize = 2048;

/// An element whose results can be written elsewhere.
pub(crate) trait Convert: Sized {
    /// Writes the results of the elements of `source` into `x`; constants that vary have their length.
    fn convert(source: &[Self], x: &mut [f32], constants: Constants<'_>);
}

/// For floats: a loop for each map.
macro_rules! convert_at_once {
    ($($element:ty),+) => {$(
        impl Convert for $element {
            fn convert(source: &[Self], x: &mut [f32], constants: Constants<'_>) {
                dispatch(Converting { source, x, constants });
            }
        }
    )+};
}
convert_at_once!(f32, f64);

/// For types of natural numbers of images, of which the logistic function is looked up.
macro_rules! convert_or_look_up {
    ($($element:ty),+) => {$(
        impl Convert for $element {
            fn convert(source: &[Self], x: &mut [f32], constants: Constants<'_>) {
                let is_logistic = matches!(constants, Constants::Uniform(Uniform::Sigmoid));
                if !(is_logistic && look_up_logistic(source, x)) {
                    dispatch(Converting { source, x, constants });
                }
            }
        }
    )+};
}
convert_or_look_up!(u8, u16);

/// For types whose values `f32` holds exactly: a block is cast, and then changed in place while it is in the
/// first-level cache.
macro_rules! convert_through_f32 {
    ($($element:ty),+) => {$(
        impl Convert for $element {
            fn convert(source: &[Self], x: &mut [f32], constants: Constants<'_>) {
                through_f32(source, x, constants);
            }
        }
    )+};
}
convert_through_f32!(bool, i8, i16);

/// For types with more digits than `f32` has: they are cast to `f64` for maps that are computed in it.
macro_rules! convert_wide {
    ($($element:ty),+) => {$(
        impl Convert for $element {
            fn convert(source: &[Self], x: &mut [f32], constants: Constants<'_>) {
                if constants.is_affine() {
                    through_f64(source, x, constants);
                } else {
                    through_f32(source, x, constants);
                }
            }
        }
    )+};
}
convert_wide!(u32, i32, u64, i64);

fn through_f32<T: CastTo<f32> + Copy>(source: &[T], x: &mut [f32], constants: Constants<'_>) {
    let blocks = source.chunks(BLOCK).zip(x.chunks_mut(BLOCK));
    for (number, (source, x)) in blocks.enumerate() {
        for (place, value) in x.iter_mut().zip(source) {
            *place = value.cast_to();
        }
        let constants = constants.part(number * BLOCK, x.len());
        dispatch(InPlace { x, constants });
    }
}

fn through_f64<T: CastTo<f64> + Copy>(source: &[T], x: &mut [f32], constants: Constants<'_>) {
    let mut wide = [0.0_f64; BLOCK];
    let blocks = source.chunks(BLOCK).zip(x.chunks_mut(BLOCK));
    for (number, (source, x)) in blocks.enumerate() {
        for (place, value) in wide.iter_mut().zip(source) {
            *place = value.cast_to();
        }
        let constants = constants.part(number * BLOCK, x.len());
        let source = &wide[..x.len()];
        dispatch(Converting { source, x, constants });
    }
}
