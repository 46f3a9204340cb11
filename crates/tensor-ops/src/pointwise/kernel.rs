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
    Sigmoid,
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

    /// Whether the map is computed in `f64`.
    pub(crate) fn is_affine(&self) -> bool {
        matches!(self, Self::Varying(_) | Self::Uniform(Uniform::Affine { .. }))
    }

    /// Puts the result for each value into its place: a loop for each kind of map, so that each is vectorised. Loops
    /// rather than closures, which may end up outside of what is compiled for wide vectors.
    #[inline(always)]
    fn apply<'x, const FUSED: bool, T: CastTo<f32> + CastTo<f64>>(
        &self,
        values: impl Iterator<Item = (&'x mut f32, T)>,
    ) {
        match *self {
            Self::Uniform(Uniform::Binarize { threshold }) => {
                for (place, value) in values {
                    *place = if to_f32(value) > threshold { 1.0 } else { 0.0 };
                }
            }
            Self::Uniform(Uniform::Clip { min, max }) => {
                for (place, value) in values {
                    let x = to_f32(value);
                    let raised = if x < min { min } else { x };
                    *place = if raised > max { max } else { raised };
                }
            }
            Self::Uniform(Uniform::Nan) => {
                for (place, _) in values {
                    *place = f32::NAN;
                }
            }
            Self::Uniform(Uniform::Sigmoid) => {
                for (place, value) in values {
                    *place = logistic::<FUSED>(to_f32(value));
                }
            }
            Self::Uniform(Uniform::Affine {
                shift,
                factor,
                offset: 0.0,
            }) => {
                for (place, value) in values {
                    *place = ((to_f64(value) - shift) * factor) as f32;
                }
            }
            Self::Uniform(Uniform::Affine {
                shift: 0.0,
                factor,
                offset,
            }) => {
                for (place, value) in values {
                    *place = affine(to_f64(value), factor, offset);
                }
            }
            Self::Uniform(Uniform::Affine {
                shift,
                factor,
                offset,
            }) => {
                for (place, value) in values {
                    *place = affine(to_f64(value) - shift, factor, offset);
                }
            }
            Self::Varying([shifts, factors, offsets]) => {
                let constants = shifts.iter().zip(factors).zip(offsets);
                for ((place, value), ((&shift, &factor), &offset)) in values.zip(constants) {
                    *place = affine(to_f64(value) - shift, factor, offset);
                }
            }
        }
    }
}

#[inline(always)]
fn to_f32<T: CastTo<f32>>(value: T) -> f32 {
    value.cast_to()
}

#[inline(always)]
fn to_f64<T: CastTo<f64>>(value: T) -> f64 {
    value.cast_to()
}

/// Not fused, so that all processors give the same bits.
#[inline(always)]
fn affine(x: f64, factor: f64, offset: f64) -> f32 {
    (x * factor + offset) as f32
}

/// Replaces elements by their results; constants that vary have the length of `x`.
pub(crate) struct InPlace<'a> {
    pub(crate) x: &'a mut [f32],
    pub(crate) constants: Constants<'a>,
}

impl Kernel for InPlace<'_> {
    type Output = ();

    #[inline(always)]
    fn run(self, is_fused: bool) {
        let values = self.x.iter_mut().map(|place| {
            let value = *place;
            (place, value)
        });
        if is_fused {
            self.constants.apply::<true, _>(values);
        } else {
            self.constants.apply::<false, _>(values);
        }
    }
}

/// Writes the results of the elements of `source` into `x`; constants that vary have their length.
pub(crate) struct Converting<'a, T> {
    pub(crate) source: &'a [T],
    pub(crate) x: &'a mut [f32],
    pub(crate) constants: Constants<'a>,
}

impl<T: CastTo<f32> + CastTo<f64> + Copy> Kernel for Converting<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self, is_fused: bool) {
        let pairs = self.x.iter_mut().zip(self.source);
        let values = pairs.map(|(place, value)| (place, *value));
        if is_fused {
            self.constants.apply::<true, _>(values);
        } else {
            self.constants.apply::<false, _>(values);
        }
    }
}
