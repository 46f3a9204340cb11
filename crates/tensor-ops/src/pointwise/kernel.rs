//! The loops over contiguous elements.

use crate::pointwise::sigmoid::logistic;
use crate::simd::Kernel;
use crate::tensor::cast::CastTo;

/// Number of elements that are converted before the map is applied to them: both fit into the first-level cache.
const BLOCK: usize = 2048;

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
    #[inline(always)]
    pub(crate) fn part(&self, start: usize, length: usize) -> Self {
        match self {
            Self::Uniform(map) => Self::Uniform(*map),
            Self::Varying(values) => Self::Varying(values.map(|values| &values[start..start + length])),
        }
    }

    #[inline(always)]
    fn apply(&self, x: &mut [f32]) {
        match *self {
            Self::Uniform(map) => map.apply(x),
            Self::Varying([shifts, factors, offsets]) => {
                let parameters = shifts.iter().zip(factors).zip(offsets);
                for (value, ((&shift, &factor), &offset)) in x.iter_mut().zip(parameters) {
                    *value = affine(*value, shift, factor, offset);
                }
            }
        }
    }
}

impl Uniform {
    #[inline(always)]
    fn apply(self, x: &mut [f32]) {
        match self {
            Self::Binarize { threshold } => {
                for value in x {
                    *value = if *value > threshold { 1.0 } else { 0.0 };
                }
            }
            Self::Clip { min, max } => {
                for value in x {
                    let raised = if *value < min { min } else { *value };
                    *value = if raised > max { max } else { raised };
                }
            }
            Self::Nan => x.fill(f32::NAN),
            Self::Sigmoid => {
                for value in x {
                    *value = logistic(*value);
                }
            }
            Self::Affine {
                shift,
                factor,
                offset,
            } => {
                for value in x {
                    *value = affine(*value, shift, factor, offset);
                }
            }
        }
    }
}

#[inline(always)]
fn affine(x: f32, shift: f64, factor: f64, offset: f64) -> f32 {
    ((f64::from(x) - shift) * factor + offset) as f32
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
        self.constants.apply(self.x);
    }
}

/// Writes the results of the elements of `source`, cast to `f32`, into `x`; constants that vary have their length.
pub(crate) struct Convert<'a, T> {
    pub(crate) source: &'a [T],
    pub(crate) x: &'a mut [f32],
    pub(crate) constants: Constants<'a>,
}

impl<T: CastTo<f32> + Copy> Kernel for Convert<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let blocks = self.source.chunks(BLOCK).zip(self.x.chunks_mut(BLOCK));
        for (number, (source, x)) in blocks.enumerate() {
            for (place, value) in x.iter_mut().zip(source) {
                *place = value.cast_to();
            }
            self.constants.part(number * BLOCK, x.len()).apply(x);
        }
    }
}
