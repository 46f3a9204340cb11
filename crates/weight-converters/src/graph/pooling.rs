//! Pooling over the spatial axes. Layout: (batch, channel, space...).

use super::{Attribute, Graph, GraphError, TensorRef, Window};
use crate::tensor::ScalarType;

impl Graph {
    /// Largest element of each window; what is added at the borders never wins.
    ///
    /// # Errors
    /// When the window does not fit.
    pub(crate) fn max_pool(&mut self, x: &TensorRef, window: &Window) -> Result<TensorRef, GraphError> {
        let shape = pooled_shape("MaxPool", x, window)?;
        self.add_one("MaxPool", &[x], window.attributes(), x.dtype, shape)
    }

    /// Largest element of each window and its index (`int64`) in the whole flattened tensor.
    ///
    /// # Errors
    /// When the window does not fit.
    pub(crate) fn max_pool_with_indices(
        &mut self,
        x: &TensorRef,
        window: &Window,
    ) -> Result<(TensorRef, TensorRef), GraphError> {
        let shape = pooled_shape("MaxPool", x, window)?;
        let outputs = vec![(x.dtype, shape.clone()), (ScalarType::Int64, shape)];
        let mut outputs = self
            .add_node("MaxPool", &[Some(x)], window.attributes(), outputs)?
            .into_iter();
        match (outputs.next(), outputs.next()) {
            (Some(values), Some(indices)) => Ok((values, indices)),
            _ => Err(GraphError::invalid("MaxPool", "has two outputs")),
        }
    }

    /// Mean of each window; what is added at the borders counts as zeros or not at all.
    ///
    /// # Errors
    /// When the window does not fit, or has dilations.
    pub(crate) fn average_pool(
        &mut self,
        x: &TensorRef,
        window: &Window,
        count_border: bool,
    ) -> Result<TensorRef, GraphError> {
        let shape = pooled_shape("AveragePool", x, window)?;
        if window.dilations.iter().any(|&dilation| dilation != 1) {
            return Err(GraphError::invalid(
                "AveragePool",
                "has no dilations in this opset",
            ));
        }
        let mut attributes = window.attributes();
        attributes.push(("count_include_pad", Attribute::flag(count_border)));
        self.add_one("AveragePool", &[x], attributes, x.dtype, shape)
    }
}

fn pooled_shape(operator: &str, x: &TensorRef, window: &Window) -> Result<Vec<usize>, GraphError> {
    if x.rank() < 3 || !x.dtype.is_floating_point() {
        return Err(GraphError::invalid(
            operator,
            format!(
                "floating-point numbers with batch, channel and spatial axes expected, found {}{:?}",
                x.dtype, x.shape
            ),
        ));
    }
    let mut shape = x.shape[..2].to_vec();
    shape.extend(window.output_lengths(operator, &x.shape[2..])?);
    Ok(shape)
}
