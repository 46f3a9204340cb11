//! Normalisation with stored or computed statistics.

use super::{Attribute, Binary, Graph, GraphError, Reduction, TensorRef, Unary, signed};
use crate::tensor::TensorData;

impl Graph {
    /// `(x - mean) / sqrt(variance + epsilon) * scale + shift` with one number a channel (axis 1) each.
    ///
    /// # Errors
    /// When types or shapes do not fit.
    pub(crate) fn batch_normalization(
        &mut self,
        x: &TensorRef,
        [scale, shift, mean, variance]: [&TensorRef; 4],
        epsilon: f64,
    ) -> Result<TensorRef, GraphError> {
        let operator = "BatchNormalization";
        for parameter in [scale, shift, mean, variance] {
            if x.rank() < 2 || parameter.shape != [x.shape[1]] || parameter.dtype != x.dtype {
                return Err(GraphError::invalid(
                    operator,
                    format!(
                        "input {}{:?} and statistics {}{:?} do not fit",
                        x.dtype, x.shape, parameter.dtype, parameter.shape
                    ),
                ));
            }
        }
        let attributes = vec![("epsilon", Attribute::Float(epsilon as f32))];
        self.add_one(
            operator,
            &[x, scale, shift, mean, variance],
            attributes,
            x.dtype,
            x.shape.clone(),
        )
    }

    /// Normalises over the axes from `axis` on, then scales and shifts elementwise.
    ///
    /// # Errors
    /// When types or shapes do not fit.
    pub(crate) fn layer_normalization(
        &mut self,
        x: &TensorRef,
        scale: Option<&TensorRef>,
        shift: Option<&TensorRef>,
        axis: usize,
        epsilon: f64,
    ) -> Result<TensorRef, GraphError> {
        let operator = "LayerNormalization";
        super::check_axis(operator, axis, x.rank())?;
        let normalized = x.shape[axis..].to_vec();
        let scale = match scale {
            Some(scale) => scale.clone(),
            None => {
                let one = self.scalar(x.dtype, 1.0);
                self.expand(&one, &normalized)?
            }
        };
        for parameter in [Some(&scale), shift].into_iter().flatten() {
            if parameter.shape != normalized || parameter.dtype != x.dtype {
                return Err(GraphError::invalid(
                    operator,
                    format!(
                        "parameter {}{normalized:?} expected, found {}{:?}",
                        x.dtype, parameter.dtype, parameter.shape
                    ),
                ));
            }
        }
        let mut inputs = vec![x, &scale];
        inputs.extend(shift);
        let attributes = vec![
            ("axis", Attribute::Int(signed(axis))),
            ("epsilon", Attribute::Float(epsilon as f32)),
        ];
        self.add_one(operator, &inputs, attributes, x.dtype, x.shape.clone())
    }

    /// `(x - mean) / sqrt(variance + epsilon)` with mean and (biased) variance over axes, from basic operators.
    ///
    /// # Errors
    /// When an axis does not exist, or the elements are no floating-point numbers.
    pub(crate) fn standardize(
        &mut self,
        x: &TensorRef,
        axes: &[usize],
        epsilon: f64,
    ) -> Result<TensorRef, GraphError> {
        let mean = self.reduce(Reduction::Mean, x, axes, true)?;
        let centred = self.sub(x, &mean)?;
        let squares = self.mul(&centred, &centred)?;
        let variance = self.reduce(Reduction::Mean, &squares, axes, true)?;
        let variance = self.binary_number(Binary::Add, &variance, epsilon)?;
        let deviation = self.unary(Unary::Sqrt, &variance)?;
        self.div(&centred, &deviation)
    }

    /// A vector with one number a channel, shaped to broadcast along axis 1 of a tensor of this rank.
    ///
    /// # Errors
    /// When it is no vector.
    pub(crate) fn per_channel(&mut self, vector: &TensorRef, rank: usize) -> Result<TensorRef, GraphError> {
        let mut shape = vec![1; rank];
        if let (Some(length), &[channels]) = (shape.get_mut(1), &vector.shape[..]) {
            *length = channels;
            self.reshape(vector, &shape)
        } else {
            Err(GraphError::invalid(
                "channels",
                format!("a vector is expected, found shape {:?}", vector.shape),
            ))
        }
    }

    /// A constant vector of one number.
    ///
    /// # Errors
    /// When it has too many elements.
    pub(crate) fn filled(
        &mut self,
        like: &TensorRef,
        shape: &[usize],
        value: f64,
    ) -> Result<TensorRef, GraphError> {
        let number = self.constant(TensorData::scalar(like.dtype, value), "constant");
        self.expand(&number, shape)
    }
}
