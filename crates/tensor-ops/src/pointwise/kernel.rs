//! The loops over contiguous elements.

use crate::pointwise::sigmoid::logistic;
use crate::simd::Kernel;
use crate::tensor::cast::CastTo;

/// A map with the same constants for all elements.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Uniform {
    /// 1 above the threshold, else 0.
    Binarize { threshold: f32 },
    /// `min(max(x, min), max)`; the bounds are no NaN.
    Clip { min: f32, max: f32 },
    /// Everything becomes NaN.
    Nan,
    /// The logistic function.
    Sigmoid { is_fused: bool },
    /// `(x - shift) * factor + offset`
    Affine { shift: f64, factor: f64, offset: f64 },
}

/// The constants for contiguous elements.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Constants<'a> {
    /// The same for all.
    Uniform(Uniform),
    /// `[shift, factor, offset]` of each element.
    Varying([&'a [f64]; 3]),
}

impl Constants<'_> {
    /// The constants of some of the elements.
    pub(crate) fn part(&self, start: usize, length: usize) -> Self {
        match self {
            Self::Uniform(map) => Self::Uniform(*map),
            Self::Varying(values) => Self::Varying(values.map(|values| &values[start..start + length])),
        }
    }

    /// Puts the result for each value into its place: a loop for each kind of map, so that each is vectorised.
    #[inline(always)]
    fn apply<'x, T: CastTo<f32> + CastTo<f64>>(&self, values: impl Iterator<Item = (&'x mut f32, T)>) {
        match *self {
            Self::Uniform(Uniform::Binarize { threshold }) => values.for_each(|(place, value)| {
                *place = if to_f32(value) > threshold { 1.0 } else { 0.0 };
            }),
            Self::Uniform(Uniform::Clip { min, max }) => values.for_each(|(place, value)| {
                let x = to_f32(value);
                let raised = if x < min { min } else { x };
                *place = if raised > max { max } else { raised };
            }),
            Self::Uniform(Uniform::Nan) => values.for_each(|(place, _)| *place = f32::NAN),
            Self::Uniform(Uniform::Sigmoid { is_fused: false }) => {
                values.for_each(|(place, value)| *place = logistic::<false>(to_f32(value)));
            }
            Self::Uniform(Uniform::Sigmoid { is_fused: true }) => {
                values.for_each(|(place, value)| *place = logistic::<true>(to_f32(value)));
            }
            Self::Uniform(Uniform::Affine {
                shift,
                factor,
                offset: 0.0,
            }) => values.for_each(|(place, value)| *place = ((through_f32(value) - shift) * factor) as f32),
            Self::Uniform(Uniform::Affine {
                shift,
                factor,
                offset,
            }) => {
                values.for_each(|(place, value)| *place = affine(through_f32(value), shift, factor, offset))
            }
            Self::Varying([shifts, factors, offsets]) => {
                let constants = shifts.iter().zip(factors).zip(offsets);
                values
                    .zip(constants)
                    .for_each(|((place, value), ((&shift, &factor), &offset))| {
                        *place = affine(through_f32(value), shift, factor, offset);
                    });
            }
        }
    }
}

#[inline(always)]
fn to_f32<T: CastTo<f32>>(value: T) -> f32 {
    value.cast_to()
}

/// The value as `f32`, in `f64`. Values of 1 and 2 bytes are exact in both, so that one cast is enough.
#[inline(always)]
fn through_f32<T: CastTo<f32> + CastTo<f64>>(value: T) -> f64 {
    if size_of::<T>() <= 2 {
        value.cast_to()
    } else {
        f64::from(to_f32(value))
    }
}

#[inline(always)]
fn affine(x: f64, shift: f64, factor: f64, offset: f64) -> f32 {
    ((x - shift) * factor + offset) as f32
}

/// Replaces elements by their results; constants that vary have the length of `x`.
pub(crate) struct InPlace<'a> {
    pub(crate) x: &'a mut [f32],
    pub(crate) constants: Constants<'a>,
}

impl Kernel for InPlace<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.constants.apply(self.x.iter_mut().map(|place| {
            let value = *place;
            (place, value)
        }));
    }
}

/// Writes the results of the elements of `source`, cast to `f32`, into `x`; constants that vary have their length.
pub(crate) struct Convert<'a, T> {
    pub(crate) source: &'a [T],
    pub(crate) x: &'a mut [f32],
    pub(crate) constants: Constants<'a>,
}

impl<T: CastTo<f32> + CastTo<f64> + Copy> Kernel for Convert<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let pairs = self.x.iter_mut().zip(self.source);
        self.constants.apply(pairs.map(|(place, value)| (place, *value)));
    }
}
