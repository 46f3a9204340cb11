//! Constants, placeholders and variables: what nodes hold.

use std::rc::Rc;

use super::super::arguments::Arguments;
use super::super::body::Body;
use super::super::context::Tensor;
use super::super::error::ConvertError;
use super::super::proto::NodeDef;
use super::super::value::Value;
use super::{Evaluator, failed};
use crate::graph::TensorRef;

/// The most bytes of all constants, counting each turn of loops: an ONNX file has to stay below.
const MAX_CONSTANTS: usize = 1 << 31;

impl<'a> Evaluator<'a> {
    pub(super) fn constant(
        &mut self,
        node: &NodeDef,
        args: &Arguments<'_>,
    ) -> Result<Vec<Value>, ConvertError> {
        let data = match self.weights.constant(node) {
            Some(data) => Some(data),
            None => args.attribute_tensor("value").map_err(|e| failed(node, e))?,
        };
        let bytes = data.as_ref().map_or(0, |data| data.bytes.len());
        self.constants = self.constants.saturating_add(bytes);
        if self.constants > MAX_CONSTANTS {
            let message = format!("the constants of the graph have more than {MAX_CONSTANTS} bytes");
            return Err(failed(node, message));
        }
        Ok(vec![match data {
            Some(data) => Value::Tensor(Tensor::plain(self.cx.graph.constant(data, &node.name))),
            None => Value::Opaque,
        }])
    }

    pub(super) fn placeholder(&mut self, node: &NodeDef) -> Result<Vec<Value>, ConvertError> {
        // Keras asks in this way whether it trains
        if node
            .name
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with("keras_learning_phase"))
        {
            let no = self.cx.graph.scalar(crate::ScalarType::Bool, 0.0);
            return Ok(vec![Value::Tensor(Tensor::plain(no))]);
        }
        Err(failed(
            node,
            "is an input of the graph that is not among the inputs of the signature",
        ))
    }

    /// The weights in a variable.
    pub(super) fn variable(&mut self, node: &NodeDef, name: &Rc<str>) -> Result<TensorRef, ConvertError> {
        if let Some(known) = self.variables.get(name) {
            return Ok(known.clone());
        }
        let data = self
            .weights
            .variable(node)
            .map_err(|message| ConvertError::Variable {
                variable: node.name.clone(),
                message,
            })?;
        let value = self.cx.graph.constant(data, &node.name);
        self.variables.insert(Rc::clone(name), value.clone());
        Ok(value)
    }

    pub(super) fn read(
        &mut self,
        body: &Body<'a>,
        node: &'a NodeDef,
        args: &Arguments<'_>,
    ) -> Result<Vec<Value>, ConvertError> {
        if let Some(writer) = body.written_before(node) {
            let message = format!(
                "reads a variable that `{}` writes in the same run; variables are constants here",
                writer.name
            );
            return Err(failed(node, message));
        }
        let name = match args.value(0) {
            Ok(Value::Variable(name)) => Rc::clone(name),
            Ok(other) => return Err(failed(node, format!("reads {}, not a variable", other.kind()))),
            Err(error) => return Err(failed(node, error)),
        };
        let holder = self
            .main
            .node(&name)
            .or_else(|| body.node(&name))
            .ok_or_else(|| {
                failed(
                    node,
                    format!("reads the variable `{name}`, which is not in the graph"),
                )
            })?;
        let value = Tensor::plain(self.variable(holder, &name)?);
        if node.op == "ReadVariableOp" {
            return Ok(vec![Value::Tensor(value)]);
        }
        let indices = args.plain(&mut self.cx, 1).map_err(|e| failed(node, e))?;
        if args.int("batch_dims").unwrap_or(0) != 0 {
            return Err(failed(node, "batch_dims is supported for GatherV2 only"));
        }
        let gathered = self.cx.graph.gather(value.value(), &indices, 0);
        Ok(vec![Value::Tensor(Tensor::plain(
            gathered.map_err(|e| failed(node, e))?,
        ))])
    }
}
