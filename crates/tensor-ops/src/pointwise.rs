//! Maps of single elements: what is left of an operation when all constants and statistics are known.

mod convert;
mod kernel;
mod lookup;
mod sigmoid;
mod walk;

use ndarray::{ArrayD, ArrayViewMutD, IxDyn};

use crate::data_type::with_array;
use crate::error::OpError;
use crate::pointwise::kernel::Uniform;
use crate::pointwise::walk::{Parameters, walk};
use crate::tensor::view::TensorView;

/// An operation whose constants and statistics are known: a map of single elements, for tensors of one shape.
///
/// Made by [`Operation::bind`](crate::Operation::bind). Each result depends on its element and the place of the element
/// in the shape only, not on the layout, the number of threads or other elements.
///
/// ```
/// use ndarray::{ArrayD, array};
/// use tensor_ops::{Operation, ScaleRange, Percentile, Statistics, TensorView};
///
/// let image = array![[10_u16, 20], [30, 50]].into_dyn();
/// let view = TensorView::from(image.view());
/// let scale = ScaleRange::measured(&[0, 1], Percentile::MIN, Percentile::MAX, 0.0);
/// let statistics = Statistics::measure(scale.needs(), &view)?;
///
/// // from uint16 to the float32 result in one pass
/// let mut result = ArrayD::zeros(image.shape());
/// let map = scale.bind(image.shape(), &statistics, &Statistics::default())?;
/// map.apply_to(&view, result.view_mut())?;
/// assert_eq!(result, array![[0.0, 0.25], [0.5, 1.0]].into_dyn());
/// # Ok::<(), tensor_ops::OpError>(())
/// ```
#[derive(Debug, Clone)]
pub struct PointwiseMap {
    shape: Vec<usize>,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Uniform(Uniform),
    /// `[shift, factor, offset]` of `(x - shift) * factor + offset`, all of one shape, of length 1 where they do
    /// not vary.
    Affine(Box<[ArrayD<f64>; 3]>),
}

impl PointwiseMap {
    pub(crate) fn binarize(shape: &[usize], threshold: f64) -> Self {
        Self::uniform(
            shape,
            Uniform::Binarize {
                threshold: threshold as f32,
            },
        )
    }

    pub(crate) fn clip(shape: &[usize], min: f64, max: f64) -> Self {
        let (min, max) = (min as f32, max as f32);
        let uniform = if min.is_nan() || max.is_nan() {
            Uniform::Nan
        } else {
            Uniform::Clip { min, max }
        };
        Self::uniform(shape, uniform)
    }

    pub(crate) fn sigmoid(shape: &[usize]) -> Self {
        Self::uniform(shape, Uniform::Sigmoid)
    }

    fn uniform(shape: &[usize], uniform: Uniform) -> Self {
        Self {
            shape: shape.to_vec(),
            form: Form::Uniform(uniform),
        }
    }

    /// `(x - shift) * factor + offset`; each parameter has the length of `shape` or 1 along each axis.
    pub(crate) fn affine(
        shape: &[usize],
        shift: ArrayD<f64>,
        factor: ArrayD<f64>,
        offset: ArrayD<f64>,
    ) -> Result<Self, OpError> {
        let parameters = [&shift, &factor, &offset];
        let common: Vec<usize> = (0..shape.len())
            .map(|axis| {
                let varies = parameters
                    .iter()
                    .any(|parameter| parameter.shape().get(axis) != Some(&1));
                if varies { shape[axis] } else { 1 }
            })
            .collect();
        let broadcast = |parameter: &ArrayD<f64>| {
            parameter
                .broadcast(IxDyn(&common))
                .map(|values| values.as_standard_layout().into_owned())
                .ok_or_else(|| OpError::ShapeMismatch {
                    expected: parameter.shape().to_vec(),
                    found: shape.to_vec(),
                })
        };
        let (shift, factor, offset) = (broadcast(&shift)?, broadcast(&factor)?, broadcast(&offset)?);
        let form = match (shift.len(), shift.first(), factor.first(), offset.first()) {
            (1, Some(&shift), Some(&factor), Some(&offset)) => Form::Uniform(Uniform::Affine {
                shift,
                factor,
                offset,
            }),
            _ => Form::Affine(Box::new([shift, factor, offset])),
        };
        Ok(Self {
            shape: shape.to_vec(),
            form,
        })
    }

    /// `(x - shift) * (inverse * scale) + offset`; each parameter has the length of `shape` or 1 along each axis.
    pub(crate) fn affine_of_product(
        shape: &[usize],
        shift: ArrayD<f64>,
        [inverse, scale]: [&ArrayD<f64>; 2],
        offset: ArrayD<f64>,
    ) -> Result<Self, OpError> {
        Self::affine(shape, shift, inverse * scale, offset)
    }

    /// [`apply`](Self::apply) to an array whose shape the map was made for.
    pub(crate) fn apply_to_own_shape(&self, x: ArrayViewMutD<'_, f32>) {
        walk::<f32>(None, x, &self.parameters());
    }

    /// The shape of the tensors that the map is for.
    #[must_use]
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Replaces each element of `x`, an array of any layout, by its result.
    ///
    /// # Errors
    /// [`OpError::ShapesDiffer`] if `x` does not have the [shape](Self::shape) of the map.
    pub fn apply(&self, x: ArrayViewMutD<'_, f32>) -> Result<(), OpError> {
        self.check_shape(x.shape())?;
        self.apply_to_own_shape(x);
        Ok(())
    }

    /// Writes the results of the elements of `source` into `target`, in one pass over both.
    ///
    /// What scales or normalises starts from the elements in `f64`, so that no digit is lost before the mean is
    /// subtracted; other maps start from the elements cast to `f32` by the rules of [`Tensor::cast`](crate::Tensor::cast).
    /// For elements that `f32` holds exactly, as all of up to 16 bits, this is the same as a cast followed by
    /// [`apply`](Self::apply), bit by bit.
    ///
    /// # Errors
    /// [`OpError::ShapesDiffer`] if one of the two does not have the [shape](Self::shape) of the map.
    pub fn apply_to(&self, source: &TensorView<'_>, target: ArrayViewMutD<'_, f32>) -> Result<(), OpError> {
        self.check_shape(source.shape())?;
        self.check_shape(target.shape())?;
        let parameters = self.parameters();
        with_array!(TensorView, source, array => walk(Some(array.view()), target, &parameters));
        Ok(())
    }

    fn parameters(&self) -> Parameters<'_> {
        match &self.form {
            Form::Uniform(uniform) => Parameters::Uniform(*uniform),
            Form::Affine(parameters) => {
                Parameters::Varying(Box::new(parameters.each_ref().map(|values| values.view())))
            }
        }
    }

    fn check_shape(&self, found: &[usize]) -> Result<(), OpError> {
        if found == self.shape {
            Ok(())
        } else {
            Err(OpError::ShapesDiffer {
                expected: self.shape.clone(),
                found: found.to_vec(),
            })
        }
    }
}

/// `1 / x`, but the largest number in place of an infinity for a tiny `x`, so that 0 divided by it stays 0.
pub(crate) fn reciprocal(x: f64) -> f64 {
    let inverse = 1.0 / x;
    if x != 0.0 && inverse.is_infinite() {
        f64::MAX.copysign(x)
    } else {
        inverse
    }
}

/// An array with as many axes as `shape`, all of length 1.
pub(crate) fn constant(shape: &[usize], value: f64) -> ArrayD<f64> {
    ArrayD::from_elem(IxDyn(&vec![1; shape.len()]), value)
}
