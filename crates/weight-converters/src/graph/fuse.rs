//! Operations that become part of the operation before them.

use super::{Graph, GraphError, TensorRef};

impl Graph {
    /// The convolution that gives `x`, with a bias (one number an output channel); `None` where `x` is something else. The
    /// convolution without the bias stays only if something else uses it.
    ///
    /// # Errors
    /// When the result has too many elements.
    pub(crate) fn with_bias(
        &mut self,
        x: &TensorRef,
        bias: &TensorRef,
    ) -> Result<Option<TensorRef>, GraphError> {
        let fits = bias.dtype == x.dtype && x.rank() > 2 && bias.shape == [x.shape[1]];
        let convolution = self
            .producer(x)
            .filter(|node| {
                fits && matches!(node.operator, "Conv" | "ConvTranspose") && node.inputs.len() == 2
            })
            .map(|node| (node.operator, node.inputs.clone(), node.attributes.clone()));
        let Some((operator, inputs, attributes)) = convolution else {
            return Ok(None);
        };
        let mut inputs: Vec<Option<&TensorRef>> = inputs.iter().map(Option::as_ref).collect();
        inputs.push(Some(bias));
        let outputs = vec![(x.dtype, x.shape.clone())];
        Ok(self.add_node(operator, &inputs, attributes, outputs)?.pop())
    }
}
