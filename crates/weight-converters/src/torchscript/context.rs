//! What a lowering works with: the graph, and tensors that can be written in place.

use std::fmt;

use super::value::Tensor;
use super::views::ViewStep;
use crate::graph::{Graph, TensorRef};

/// Why an operator could not be lowered. The evaluator adds the operator's name and its place in the source.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoweringError {
    /// What was found and what was expected.
    pub(crate) message: String,
}

impl LoweringError {
    /// An error with this text.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for LoweringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The state of a conversion that lowerings see.
#[derive(Debug)]
pub(crate) struct Context {
    /// The graph under construction.
    pub(crate) graph: Graph,
    /// The format version of the archive: some operators meant something else before (`aten::div` of integers below 4).
    pub(crate) archive_version: u32,
}

impl Context {
    /// A context with an empty graph of this opset, for an archive of this format version.
    pub(crate) fn new(opset: i64, archive_version: u32) -> Self {
        Self {
            graph: Graph::new(opset),
            archive_version,
        }
    }

    /// The present value of a tensor. A view whose base was written since is derived anew.
    ///
    /// # Errors
    ///
    /// What deriving the view anew reports.
    pub(crate) fn read(&mut self, tensor: &Tensor) -> Result<TensorRef, LoweringError> {
        tensor.read(&mut self.graph)
    }

    /// A view of a tensor: reads and writes go to its base. Adds the nodes that compute it.
    ///
    /// # Errors
    ///
    /// What deriving the view reports, and too long chains of views.
    pub(crate) fn view(&mut self, base: &Tensor, step: ViewStep) -> Result<Tensor, LoweringError> {
        Tensor::view(&mut self.graph, base, step)
    }

    /// Writes a value (of the tensor's shape and dtype: broadcast and cast before) into a tensor in place, through
    /// views into their base.
    ///
    /// # Errors
    ///
    /// Writing to weights and to expanded tensors is refused.
    pub(crate) fn write(&mut self, target: &Tensor, value: TensorRef) -> Result<(), LoweringError> {
        target.write(&mut self.graph, value)
    }
}
