//! Walking through a graph: functions are inlined, branches and loops that follow from shapes are resolved, variables
//! become weights, and each operator is lowered.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::arguments::Arguments;
use super::body::{Body, Reference};
use super::context::{Context, Tensor};
use super::error::{ConvertError, UnsupportedOperator};
use super::operators::{find, output_number, reason};
use super::proto::{FunctionDef, NodeDef};
use super::value::Value;
use crate::graph::TensorRef;
use crate::tensor::TensorData;

/// How deep functions may call functions.
const MAX_DEPTH: usize = 100;
/// The most nodes that are visited: loops and functions are unrolled.
const MAX_NODES: usize = 2_000_000;
/// The most bytes of all constants, counting each turn of loops: an ONNX file has to stay below.
const MAX_CONSTANTS: usize = 1 << 31;
/// The most turns of one loop.
const MAX_TURNS: usize = 100_000;
/// The most nodes that are named for one unsupported operator.
const MAX_NAMED: usize = 3;

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
    unsupported: Vec<UnsupportedOperator>,
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
            unsupported: Vec::new(),
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
        if self.unsupported.is_empty() {
            Ok(values)
        } else {
            let operators = std::mem::take(&mut self.unsupported);
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

    fn constant(&mut self, node: &NodeDef, args: &Arguments<'_>) -> Result<Vec<Value>, ConvertError> {
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

    fn placeholder(&mut self, node: &NodeDef) -> Result<Vec<Value>, ConvertError> {
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
    fn variable(&mut self, node: &NodeDef, name: &Rc<str>) -> Result<TensorRef, ConvertError> {
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

    fn read(
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

    fn switch(&mut self, node: &NodeDef, args: &Arguments<'_>) -> Result<Vec<Value>, ConvertError> {
        let choice = self.condition(node, args, 1)?;
        let value = args.value(0).map_err(|e| failed(node, e))?.clone();
        Ok(if choice {
            vec![Value::Dead, value]
        } else {
            vec![value, Value::Dead]
        })
    }

    fn condition(
        &mut self,
        node: &NodeDef,
        args: &Arguments<'_>,
        index: usize,
    ) -> Result<bool, ConvertError> {
        let data = args.constant(&mut self.cx, index).map_err(|e| {
            failed(
                node,
                format!(
                    "the choice of a branch {}",
                    e.message.trim_start_matches(&format!("input {index} "))
                ),
            )
        })?;
        // a tensor with axes holds if it has elements, a number if it is not zero
        match data.item_f64() {
            Some(value) if data.shape.is_empty() => Ok(value != 0.0),
            _ => Ok(!data.is_empty()),
        }
    }

    fn repeat(&mut self, node: &'a NodeDef, args: &Arguments<'_>) -> Result<Vec<Value>, ConvertError> {
        let (Some(condition), Some(turn)) = (self.function_of(node, "cond"), self.function_of(node, "body"))
        else {
            return Err(failed(node, "names no condition or no body"));
        };
        let mut values = args.values().to_vec();
        for _ in 0..MAX_TURNS {
            let goes_on = self.call(node, condition, values.clone())?;
            if matches!(goes_on.first(), Some(Value::Unknown)) {
                self.scan(turn, &mut HashSet::new());
                return Ok(vec![Value::Unknown]);
            }
            let question = Arguments::new(node, goes_on);
            let data = question.constant(&mut self.cx, 0).map_err(|_| {
                failed(
                    node,
                    "the number of turns depends on the contents of the network's inputs; it has to follow from their shapes",
                )
            })?;
            if data.item_f64().is_none_or(|value| value == 0.0) {
                return Ok(values);
            }
            values = self.call(node, turn, values)?;
        }
        Err(failed(node, format!("a loop of more than {MAX_TURNS} turns")))
    }

    fn function_of(&self, node: &'a NodeDef, attribute: &str) -> Option<&'a str> {
        match node.attr.get(attribute)?.value.as_ref()? {
            super::proto::Attr::Function(function) => Some(&function.name),
            _ => None,
        }
    }

    /// What a function returns.
    fn call(
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

    fn function_body(&mut self, name: &'a str) -> Result<Rc<Body<'a>>, String> {
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

    /// Operators without a lowering in what follows an unknown tensor.
    fn look_behind_unknown(&mut self, node: &'a NodeDef, args: &Arguments<'_>) {
        let structural = super::operators::STRUCTURE
            .iter()
            .any(|(name, _)| *name == node.op);
        if find(&node.op).is_none() && !structural {
            self.unsupported(node);
        }
        let mut seen = HashSet::new();
        for attribute in ["then_branch", "else_branch", "cond", "body"] {
            if let Some(function) = self.function_of(node, attribute) {
                self.scan(function, &mut seen);
            }
        }
        for function in args.functions("branches") {
            if let Some((&name, _)) = self.functions.get_key_value(function) {
                self.scan(name, &mut seen);
            }
        }
    }

    fn scan(&mut self, function: &'a str, seen: &mut HashSet<&'a str>) {
        if !seen.insert(function) || seen.len() > MAX_DEPTH {
            return;
        }
        let Ok(body) = self.function_body(function) else {
            return;
        };
        for node in body.order(&body.outputs, |name| body.inputs.contains(&name)) {
            let is_call = self.functions.contains_key(node.op.as_str());
            let structural = super::operators::STRUCTURE
                .iter()
                .any(|(name, _)| *name == node.op);
            if find(&node.op).is_none() && !structural && !is_call {
                self.unsupported(node);
            }
            for attribute in ["f", "then_branch", "else_branch", "cond", "body"] {
                if let Some(inner) = self.function_of(node, attribute) {
                    self.scan(inner, seen);
                }
            }
        }
    }

    fn unsupported(&mut self, node: &NodeDef) {
        let known = self
            .unsupported
            .iter_mut()
            .find(|operator| operator.name == node.op);
        match known {
            Some(operator) => {
                operator.uses += 1;
                if operator.nodes.len() < MAX_NAMED && !operator.nodes.contains(&node.name) {
                    operator.nodes.push(node.name.clone());
                }
            }
            None => self.unsupported.push(UnsupportedOperator {
                name: node.op.clone(),
                nodes: vec![node.name.clone()],
                uses: 1,
                reason: reason(&node.op),
            }),
        }
    }
}

fn merge(node: &NodeDef, args: &Arguments<'_>) -> Result<Vec<Value>, ConvertError> {
    let alive = args
        .values()
        .iter()
        .enumerate()
        .find(|(_, value)| !matches!(value, Value::Dead));
    match alive {
        Some((_, value)) => Ok(vec![value.clone(), Value::Opaque]),
        None if args.len() > 0 => Ok(vec![Value::Dead]),
        None => Err(failed(node, "has no inputs")),
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
