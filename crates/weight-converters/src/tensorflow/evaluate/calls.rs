//! Functions, which are inlined where they are called.

use std::rc::Rc;

use super::super::body::Body;
use super::super::error::ConvertError;
use super::super::proto::NodeDef;
use super::super::value::Value;
use super::{Evaluator, MAX_DEPTH, failed};

impl<'a> Evaluator<'a> {
    pub(super) fn function_of(&self, node: &'a NodeDef, attribute: &str) -> Option<&'a str> {
        match node.attr.get(attribute)?.value.as_ref()? {
            super::super::proto::Attr::Function(function) => Some(&function.name),
            _ => None,
        }
    }

    /// What a function returns.
    pub(super) fn call(
        &mut self,
        node: &'a NodeDef,
        name: &'a str,
        inputs: Vec<Value>,
    ) -> Result<Vec<Value>, ConvertError> {
        let body = self
            .function_body(name)
            .map_err(|message| failed(node, message))?;
        if self.depth >= MAX_DEPTH {
            return Err(failed(
                node,
                format!("calls are nested more than {MAX_DEPTH} deep"),
            ));
        }
        if body.inputs.len() != inputs.len() {
            let (expected, found) = (body.inputs.len(), inputs.len());
            return Err(failed(
                node,
                format!("the function `{name}` takes {expected} inputs, found {found}"),
            ));
        }
        let given = body
            .inputs
            .iter()
            .zip(inputs)
            .map(|(input, value)| ((*input).to_owned(), vec![value]))
            .collect();
        self.depth += 1;
        let values = self.body(&body, given, &body.outputs);
        self.depth -= 1;
        values.map_err(|error| match error {
            ConvertError::Outputs { message } => failed(node, message),
            other => other,
        })
    }

    pub(super) fn function_body(&mut self, name: &'a str) -> Result<Rc<Body<'a>>, String> {
        if let Some(known) = self.bodies.get(name) {
            return Ok(Rc::clone(known));
        }
        let function = self
            .functions
            .get(name)
            .ok_or_else(|| format!("the function `{name}` is not in the graph"))?;
        let body = Rc::new(Body::of_function(function)?);
        self.bodies.insert(name, Rc::clone(&body));
        Ok(body)
    }
}
