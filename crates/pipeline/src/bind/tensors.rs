//! Described tensors as something to run.

use std::borrow::Cow;

use rdf_spec::{Axes, DataType as Described, InputShape, InputTensor, OutputTensor};
use tensor_ops::{DataType, Tensor};

use super::operation::{KnownTensor, Place};
use super::processing::Chain;
use super::shape;
use super::statistics::RawStatistics;
use crate::error::{PipelineError, PipelineErrorKind, TensorRole};

/// An input: what it may look like and what is done with it.
#[derive(Debug)]
pub(crate) struct BoundInput {
    pub(crate) name: String,
    pub(crate) axes: Axes,
    shape: InputShape,
    data_type: DataType,
    chain: Chain,
}

impl BoundInput {
    pub(crate) fn bind(tensor: &InputTensor, known: &[KnownTensor<'_>]) -> Result<Self, PipelineError> {
        let place = Place {
            role: TensorRole::Input,
            tensor: KnownTensor {
                name: tensor.name.as_str(),
                axes: &tensor.axes,
            },
            known,
        };
        Ok(Self {
            name: tensor.name.as_str().to_owned(),
            axes: tensor.axes.clone(),
            shape: tensor.shape.clone(),
            data_type: data_type(tensor.data_type),
            chain: Chain::bind(place, &tensor.preprocessing)?,
        })
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The user's data in the declared type: what is measured, and what preprocessing begins with.
    pub(crate) fn raw<'t>(&self, tensor: &'t Tensor) -> Result<Cow<'t, Tensor>, PipelineError> {
        shape::check_input(tensor.shape(), &self.axes, &self.shape).map_err(|problem| {
            PipelineErrorKind::Shape {
                role: TensorRole::Input,
                name: self.name.clone(),
                axes: self.axes.to_string(),
                shape: tensor.shape().to_vec(),
                problem,
            }
        })?;
        self.raw_part(tensor)
    }

    /// A part of the user's data in the declared type.
    pub(crate) fn raw_part<'t>(&self, part: &'t Tensor) -> Result<Cow<'t, Tensor>, PipelineError> {
        fitting_cast(part, self.data_type, TensorRole::Input, &self.name)
    }

    /// From raw data to what the network takes: `float32`, or the type that the network declares.
    pub(crate) fn preprocess(
        &self,
        raw: Tensor,
        statistics: &RawStatistics,
        network: Option<DataType>,
    ) -> Result<Tensor, PipelineError> {
        let start = vec![0; raw.ndim()];
        self.preprocess_part(raw, &start, statistics, network)
    }

    /// The same for a part of the raw data that begins at `start`, with statistics of the whole.
    pub(crate) fn preprocess_part(
        &self,
        raw: Tensor,
        start: &[usize],
        statistics: &RawStatistics,
        network: Option<DataType>,
    ) -> Result<Tensor, PipelineError> {
        let processed = self.chain.apply_part(raw, start, statistics)?;
        let wanted = network.unwrap_or(DataType::Float32);
        match fitting_cast(&processed, wanted, TensorRole::Input, &self.name)? {
            Cow::Owned(cast) => Ok(cast),
            Cow::Borrowed(_) => Ok(processed),
        }
    }
}

/// An output: what is done with it and what it becomes.
#[derive(Debug)]
pub(crate) struct BoundOutput {
    pub(crate) name: String,
    pub(crate) data_type: DataType,
    axes: Axes,
    chain: Chain,
}

impl BoundOutput {
    pub(crate) fn bind(tensor: &OutputTensor, known: &[KnownTensor<'_>]) -> Result<Self, PipelineError> {
        let place = Place {
            role: TensorRole::Output,
            tensor: KnownTensor {
                name: tensor.name.as_str(),
                axes: &tensor.axes,
            },
            known,
        };
        Ok(Self {
            name: tensor.name.as_str().to_owned(),
            axes: tensor.axes.clone(),
            data_type: data_type(tensor.data_type),
            chain: Chain::bind(place, &tensor.postprocessing)?,
        })
    }

    pub(crate) fn chain(&self) -> &Chain {
        &self.chain
    }

    /// The axes as those of an image.
    #[cfg(feature = "zarr")]
    pub(crate) fn image_axes(&self) -> Result<crate::axes::ImageAxes, crate::axes::AxesError> {
        self.axes.as_str().parse()
    }

    /// Checks that the network gave a tensor with the described axes.
    pub(crate) fn check(&self, tensor: &Tensor) -> Result<(), PipelineError> {
        if tensor.ndim() != self.axes.len() {
            let kind = PipelineErrorKind::Shape {
                role: TensorRole::Output,
                name: self.name.clone(),
                axes: self.axes.to_string(),
                shape: tensor.shape().to_vec(),
                problem: shape::ShapeProblem::Rank {
                    expected: self.axes.len(),
                },
            };
            return Err(kind.into());
        }
        Ok(())
    }

    /// Applies the operations to the result of the network; the cast to [`BoundOutput::data_type`] comes after it.
    pub(crate) fn postprocess(
        &self,
        raw: Tensor,
        statistics: &RawStatistics,
    ) -> Result<Tensor, PipelineError> {
        let start = vec![0; raw.ndim()];
        self.chain.apply_part(raw, &start, statistics)
    }
}

pub(crate) fn data_type(described: Described) -> DataType {
    match described {
        Described::Float32 => DataType::Float32,
        Described::Float64 => DataType::Float64,
        Described::Uint8 => DataType::Uint8,
        Described::Int8 => DataType::Int8,
        Described::Uint16 => DataType::Uint16,
        Described::Int16 => DataType::Int16,
        Described::Uint32 => DataType::Uint32,
        Described::Int32 => DataType::Int32,
        Described::Uint64 => DataType::Uint64,
        Described::Int64 => DataType::Int64,
        Described::Bool => DataType::Bool,
    }
}

/// Casts if nothing but rounding to a float is lost: a fraction, or a value out of range, is an error and not
/// another value.
fn fitting_cast<'t>(
    tensor: &'t Tensor,
    to: DataType,
    role: TensorRole,
    name: &str,
) -> Result<Cow<'t, Tensor>, PipelineError> {
    let from = tensor.data_type();
    if from == to {
        return Ok(Cow::Borrowed(tensor));
    }
    let cast = tensor.cast(to);
    let is_float = matches!(to, DataType::Float32 | DataType::Float64);
    if !is_float && !is_equal(&cast, tensor) {
        let kind = PipelineErrorKind::ValuesDoNotFit {
            role,
            name: name.to_owned(),
            found: from,
            declared: to,
        };
        return Err(kind.into());
    }
    Ok(Cow::Owned(cast))
}

/// Whether a cast changed no value. Going back finds what 64 bits hold and a float does not, comparing as floats finds
/// what wrapped around: -1 becomes 255 and 255 becomes -1 again.
fn is_equal(cast: &Tensor, original: &Tensor) -> bool {
    cast.cast(original.data_type()) == *original
        && cast.cast(DataType::Float64) == original.cast(DataType::Float64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::array;

    #[test]
    fn casts_lose_nothing_or_fail() {
        let cast =
            |tensor: Tensor, to| fitting_cast(&tensor, to, TensorRole::Input, "raw").map(Cow::into_owned);
        let whole = Tensor::from(array![0.0_f32, 255.0].into_dyn());
        assert_eq!(
            cast(whole, DataType::Uint8).unwrap(),
            Tensor::from(array![0_u8, 255].into_dyn())
        );
        for wrong in [0.5_f32, 256.0, -1.0, f32::NAN, f32::INFINITY] {
            let error = cast(Tensor::from(array![wrong].into_dyn()), DataType::Uint8).unwrap_err();
            assert!(
                matches!(error.kind(), PipelineErrorKind::ValuesDoNotFit { .. }),
                "{wrong}"
            );
        }
        for wrapping in [
            Tensor::from(array![-1_i8].into_dyn()),
            Tensor::from(array![-1_i64].into_dyn()),
        ] {
            for to in [DataType::Uint8, DataType::Uint16, DataType::Uint64] {
                assert!(cast(wrapping.clone(), to).is_err(), "{to}");
            }
        }
        assert!(cast(Tensor::from(array![u64::MAX].into_dyn()), DataType::Int64).is_err());
        assert!(cast(Tensor::from(array![200_i16].into_dyn()), DataType::Uint8).is_ok());
        // Rounding to the nearest float is what everybody expects of a conversion.
        assert!(cast(Tensor::from(array![0.1_f64].into_dyn()), DataType::Float32).is_ok());
    }
}
