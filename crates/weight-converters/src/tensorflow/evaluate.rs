//! Walking through a graph: functions are inlined, branches and loops that follow from shapes are resolved, variables
//! become weights, and each operator is lowered.

mod branches;
mod calls;
mod missing;
mod weights;

use std::collections::HashMap;
use std::rc::Rc;

use super::arguments::Arguments;
use super::body::{Body, Reference};
use super::context::{Context, Tensor};
use super::error::ConvertError;
use super::operators::{find, output_number};
use super::proto::{FunctionDef, NodeDef};
use super::value::Value;
use crate::graph::TensorRef;
use crate::tensor::TensorData;
use crate::unsupported::Found;
use branches::merge;

/// How deep functions may call functions.
const MAX_DEPTH: usize = 100;
/// The most nodes that are visited: loops and functions are unrolled.
const MAX_NODES: usize = 2_000_000;
/// The most turns of one loop.
const MAX_TURNS: usize = 100_000;
/// Where the values of variables come from.
pub(crate) trait Weights {
    /// The elements of the variable that a node holds.
    ///
    /// # Errors
    ///
    /// When there are none, or they are damaged.
    fn variable(&mut self, node: &NodeDef) -> Result<TensorData, String>;

    /// The elements of a `Const` node that are stored outside of the graph.
    fn constant(&mut self, node: &NodeDef) -> Option<TensorData>;
}

/// The state of a walk.
pub(super) struct Evaluator<'a> {
    /// What lowerings see.
    pub(super) cx: Context,
    functions: HashMap<&'a str, &'a FunctionDef>,
    bodies: HashMap<&'a str, Rc<Body<'a>>>,
    main: Rc<Body<'a>>,
    weights: &'a mut dyn Weights,
    variables: HashMap<Rc<str>, TensorRef>,
    missing: Found<String>,
    visited: usize,
    /// bytes of all constants
    constants: usize,
    depth: usize,
}

impl<'a> Evaluator<'a> {
    /// A walk through a graph with these functions.
    pub(super) fn new(
        cx: Context,
        main: Body<'a>,
        functions: &'a [FunctionDef],
        weights: &'a mut dyn Weights,
    ) -> Self {
        let functions = functions
            .iter()
            .filter_map(|function| Some((function.signature.as_ref()?.name.as_str(), function)))
            .collect();
        Self {
            cx,
            functions,
            bodies: HashMap::new(),
            main: Rc::new(main),
            weights,
            variables: HashMap::new(),
            missing: Found::new(),
            visited: 0,
            constants: 0,
            depth: 0,
        }
    }

    /// Tensors of the graph, where the given nodes have these values.
    ///
    /// # Errors
    ///
    /// See [`ConvertError`].
    pub(super) fn run(
        &mut self,
        given: HashMap<String, Value>,
        wanted: &[Reference<'a>],
    ) -> Result<Vec<Value>, ConvertError> {
        let given = given
            .into_iter()
            .map(|(name, value)| (name, vec![value]))
            .collect();
        let main = Rc::clone(&self.main);
        let values = self.body(&main, given, wanted)?;
        if self.missing.is_empty() {
            Ok(values)
        } else {
            let operators = self.missing.take();
            Err(ConvertError::UnsupportedOperators { operators })
        }
    }

    fn body(
        &mut self,
        body: &Body<'a>,
        mut values: HashMap<String, Vec<Value>>,
        wanted: &[Reference<'a>],
    ) -> Result<Vec<Value>, ConvertError> {
        for node in body.order(wanted, |name| values.contains_key(name)) {
            self.visited += 1;
            if self.visited > MAX_NODES {
                let message = format!("more than {MAX_NODES} nodes, counting each turn of loops");
                return Err(failed(node, message));
            }
            let mut inputs = Vec::with_capacity(node.input.len());
            for input in node.input.iter().filter(|input| !input.starts_with('^')) {
                inputs.push(lookup(body, &values, input).map_err(|message| failed(node, message))?);
            }
            let off = body.pivots(node).any(|pivot| {
                let pivot = values.get(pivot).map(Vec::as_slice).unwrap_or_default();
                // of a `Switch` both outputs are there, of which one is alive
                !pivot.is_empty() && pivot.iter().all(|value| matches!(value, Value::Dead))
            });
            let outputs = if off {
                vec![Value::Dead]
            } else {
                self.node(body, node, inputs)?
            };
            values.insert(node.name.clone(), outputs);
        }
        wanted
            .iter()
            .map(|reference| {
                find_output(body, &values, reference).map_err(|message| ConvertError::Outputs { message })
            })
            .collect()
    }

    /// What a node gives.
    fn node(
        &mut self,
        body: &Body<'a>,
        node: &'a NodeDef,
        inputs: Vec<Value>,
    ) -> Result<Vec<Value>, ConvertError> {
        let args = Arguments::new(node, inputs);
        match node.op.as_str() {
            "Merge" => return merge(node, &args),
            "NoOp" => return Ok(vec![Value::Opaque]),
            _ if args.values().iter().any(|value| matches!(value, Value::Dead)) => {
                return Ok(vec![Value::Dead]);
            }
            "PartitionedCall" | "StatefulPartitionedCall" => {
                let function = args
                    .function("f")
                    .ok_or_else(|| failed(node, "names no function"))?;
                return self.call(node, function, args.values().to_vec());
            }
            _ => {}
        }
        let operator = node.op.as_str();
        if let Some((&name, _)) = self.functions.get_key_value(operator)
            && find(operator).is_none()
        {
            return self.call(node, name, args.values().to_vec());
        }
        if args.values().iter().any(|value| matches!(value, Value::Unknown)) {
            self.look_behind_unknown(node, &args);
            return Ok(vec![Value::Unknown]);
        }
        match operator {
            "Const" => self.constant(node, &args),
            "Placeholder" => self.placeholder(node),
            "PlaceholderWithDefault" => args
                .value(0)
                .map(|value| vec![value.clone()])
                .map_err(|e| failed(node, e)),
            "VarHandleOp" | "VarHandle" => Ok(vec![Value::Variable(node.name.as_str().into())]),
            "VariableV2" | "Variable" => {
                let value = self.variable(node, &node.name.as_str().into())?;
                Ok(vec![Value::Tensor(Tensor::plain(value))])
            }
            "ReadVariableOp" | "ResourceGather" => self.read(body, node, &args),
            "Switch" | "RefSwitch" => self.switch(node, &args),
            "If" | "StatelessIf" => {
                let choice = self.condition(node, &args, 0)?;
                let function = args.function(if choice { "then_branch" } else { "else_branch" });
                let function = function.ok_or_else(|| failed(node, "names no branch"))?;
                self.call(node, function, args.values()[1..].to_vec())
            }
            "Case" | "StatelessCase" => {
                let index = args.integer(&mut self.cx, 0).map_err(|e| failed(node, e))?;
                let branches = args.functions("branches");
                let function = usize::try_from(index)
                    .ok()
                    .and_then(|index| branches.get(index))
                    .or(branches.last())
                    .ok_or_else(|| failed(node, "names no branch"))?;
                self.call(node, function, args.values()[1..].to_vec())
            }
            "While" | "StatelessWhile" => self.repeat(node, &args),
            _ => match find(operator) {
                Some(lowering) => {
                    self.cx.graph.set_scope(&node.name);
                    lowering(&mut self.cx, &args).map_err(|e| failed(node, e))
                }
                None => {
                    self.unsupported(node);
                    Ok(vec![Value::Unknown])
                }
            },
        }
    }
}

fn lookup<'a>(
    body: &Body<'a>,
    values: &HashMap<String, Vec<Value>>,
    input: &'a str,
) -> Result<Value, String> {
    let reference =
        Reference::parse(input).ok_or_else(|| format!("`{input}` is not the name of a tensor"))?;
    find_output(body, values, &reference)
}

fn find_output(
    body: &Body<'_>,
    values: &HashMap<String, Vec<Value>>,
    reference: &Reference<'_>,
) -> Result<Value, String> {
    let name = reference.node;
    let Some(outputs) = values.get(name) else {
        return Err(if body.node(name).is_some() {
            format!("`{name}` is part of a cycle: loops of TensorFlow 1 are not supported")
        } else {
            format!("there is no node `{name}`")
        });
    };
    let number = match (reference.output, body.node(name)) {
        (Some(output), Some(node)) => output_number(&node.op, output)
            .and_then(|first| first.checked_add(reference.index))
            .ok_or_else(|| format!("`{name}` ({}) has no output `{output}`", node.op))?,
        _ => reference.index,
    };
    match (outputs.get(number), outputs.as_slice()) {
        (Some(value), _) => Ok(value.clone()),
        (None, [only @ (Value::Dead | Value::Unknown)]) => Ok(only.clone()),
        (None, _) => Err(format!("`{name}` has no output {number} here")),
    }
}

fn failed(node: &NodeDef, message: impl ToString) -> ConvertError {
    ConvertError::Node {
        node: node.name.clone(),
        operator: node.op.clone(),
        message: message.to_string(),
    }
}
