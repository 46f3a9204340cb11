//! The lowering tables: what each operator of `TorchScript` becomes in ONNX.

use super::arguments::Arguments;
use super::context::{Context, LoweringError};
use super::value::Value;

/// Adds the nodes of one operator to the graph of the context and returns the operator's result.
pub(crate) type Lowering = fn(&mut Context, &Arguments) -> Result<Value, LoweringError>;

/// The lowering of an operator, by its qualified name: `aten::conv2d` for `torch.conv2d(...)`, `prim::...` for
/// `ops.prim...(...)`.
pub(crate) fn find(_name: &str) -> Option<Lowering> {
    None
}

impl From<crate::graph::GraphError> for LoweringError {
    fn from(error: crate::graph::GraphError) -> Self {
        Self::new(error.to_string())
    }
}
