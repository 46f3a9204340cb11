//! Evaluation of the program for given input shapes.
//!
//! Everything but the elements of tensors is known, so the program is simply run: numbers, lists and modules are
//! computed, branches taken, loops repeated; an operator on tensors adds nodes to the graph. What depends on elements
//! (`if x.sum() > 0`) cannot be decided and is an error, unless the elements were computed from known ones.
//!
//! An operator without a lowering does not end the evaluation: its result is [`Value::Unknown`], and evaluation goes on to find
//! all of them ([`unsupported`]).

mod builtins;
mod call;
mod compare;
mod expression;
mod statement;
mod unsupported;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::rc::Rc;

use super::context::Context;
use super::error::ConvertError;
use super::parser::{Expression, Function};
use super::program::{Definition, Program};
use super::source::{Place, Position};
use super::value::{Object, Tensor, Value};
use statement::Flow;
use unsupported::Missing;

/// Steps of one conversion: one for each expression and statement, [`CONTAINER_STEPS`] for each list that is made, one
/// for each of its elements, [`OPERATOR_STEPS`] for each operator on tensors. The largest networks known take a
/// twentieth of it.
const MAX_STEPS: u64 = 10_000_000;
/// What a list, tuple or dictionary counts for, as it takes memory.
const CONTAINER_STEPS: u64 = 16;
/// What an operator on tensors counts for, as it adds nodes to the graph.
const OPERATOR_STEPS: u64 = 100;
/// Tensors that are computed during the conversion may have this many times the bytes of the archive ...
const MAX_COMPUTED_RATIO: u64 = 8;
/// ... and this many bytes more.
const MAX_COMPUTED: u64 = 128 << 20;
/// The deepest nesting of calls, blocks and expressions together.
const MAX_DEPTH: usize = 2000;
/// The longest text that is made.
const MAX_TEXT: usize = 1 << 20;

/// A program that is being run.
pub(crate) struct Evaluator<'a> {
    /// Classes and functions.
    program: Program<'a>,
    /// The graph.
    context: Context,
    /// `CONSTANTS.c0`, `CONSTANTS.c1`, ...
    constants: Vec<Value>,
    steps: u64,
    /// Bytes of tensors that may still be computed.
    computed: u64,
    depth: usize,
    unsupported: Missing,
    notes: Vec<String>,
}

/// The variables of a function that is being run.
#[derive(Debug)]
pub(super) struct Frame {
    variables: HashMap<Rc<str>, Value>,
    file: Rc<str>,
    module: Rc<str>,
}

impl Frame {
    fn new(file: Rc<str>, module: Rc<str>) -> Self {
        Self {
            variables: HashMap::new(),
            file,
            module,
        }
    }

    fn place(&self, at: Position) -> Place {
        Place {
            module: self.module.to_string(),
            ..at.in_file(&self.file)
        }
    }

    fn fail(&self, at: Position, message: impl Into<String>) -> ConvertError {
        ConvertError::Evaluation {
            place: self.place(at),
            message: message.into(),
        }
    }
}

impl<'a> Evaluator<'a> {
    /// A program with its constants (`constants.pkl`), a context in which the weights were made, and the size of the
    /// archive, which bounds what is computed.
    pub(crate) fn new(
        program: Program<'a>,
        context: Context,
        constants: Vec<Value>,
        archive_bytes: u64,
    ) -> Self {
        Self {
            program,
            context,
            constants,
            steps: MAX_STEPS,
            computed: archive_bytes
                .saturating_mul(MAX_COMPUTED_RATIO)
                .saturating_add(MAX_COMPUTED),
            depth: 0,
            unsupported: Missing::new(),
            notes: Vec::new(),
        }
    }

    /// The graph.
    pub(crate) fn context(&mut self) -> &mut Context {
        &mut self.context
    }

    /// The graph and what is worth telling about the conversion.
    pub(crate) fn finish(self) -> (Context, Vec<String>) {
        (self.context, self.notes)
    }

    /// Runs the network.
    ///
    /// # Errors
    ///
    /// What cannot be converted, what is wrong for these inputs, and what takes too long.
    pub(crate) fn run(&mut self, network: &Object, inputs: Vec<Value>) -> Result<Value, ConvertError> {
        let start = Frame::new(Rc::from("data.pkl"), Rc::from(""));
        let at = Position { line: 1, column: 1 };
        if self.has_hooks(network)? {
            let message = "hooks of the whole network are not supported: call them in its `forward`, or remove them, \
                           and save it again";
            return Err(start.fail(at, message));
        }
        let result = self.call_method(&start, at, network, "forward", inputs, Vec::new());
        if self.unsupported.is_empty() {
            return result;
        }
        Err(ConvertError::UnsupportedOperators {
            operators: self.unsupported.take(),
        })
    }

    /// Whether the network has hooks of its own. Those of its modules are part of the code that calls the modules.
    fn has_hooks(&mut self, network: &Object) -> Result<bool, ConvertError> {
        const HOOKS: [&str; 2] = ["__forward_hooks__", "__forward_pre_hooks__"];
        Ok(match self.program.find(network.class())? {
            Some(Definition::Class(class, _)) => {
                let mut attributes = class.attributes.iter();
                attributes.any(|attribute| HOOKS.contains(&&*attribute.name))
            }
            _ => false,
        })
    }

    /// The parameters of the network's `forward`, without `self`: names, and whether each has a default.
    ///
    /// # Errors
    ///
    /// Sources that cannot be read, and networks without `forward`.
    pub(crate) fn parameters(&mut self, network: &Object) -> Result<Vec<(Rc<str>, bool)>, ConvertError> {
        let class = network.class();
        let Some(Definition::Class(class, _)) = self.program.find(class)? else {
            return Err(missing_class(class));
        };
        let Some(forward) = class.method("forward") else {
            return Err(ConvertError::Inputs {
                message: format!("`{}` has no method `forward`", network.class()),
            });
        };
        let parameters = forward.parameters.iter().skip(1);
        Ok(parameters
            .map(|parameter| (Rc::clone(&parameter.name), parameter.default.is_some()))
            .collect())
    }

    /// Counts steps.
    fn charge(&mut self, frame: &Frame, at: Position, steps: u64) -> Result<(), ConvertError> {
        match self.steps.checked_sub(steps) {
            Some(left) => {
                self.steps = left;
                Ok(())
            }
            None => Err(frame.fail(
                at,
                format!("the network takes more than {MAX_STEPS} steps: a loop is too long"),
            )),
        }
    }

    /// Counts the bytes of tensors that an operator computed; those of its arguments are shared by views.
    fn charge_computed(
        &mut self,
        frame: &Frame,
        at: Position,
        arguments: &[Value],
        value: &Value,
    ) -> Result<(), ConvertError> {
        match value {
            Value::Tensor(tensor) => {
                let Some(data) = self.known_elements(frame, at, tensor)? else {
                    return Ok(());
                };
                for argument in arguments {
                    if let Value::Tensor(argument) = argument
                        && let Some(shared) = self.known_elements(frame, at, argument)?
                        && Rc::ptr_eq(&shared, &data)
                    {
                        return Ok(());
                    }
                }
                let left = self.computed.checked_sub(data.len() as u64);
                self.computed = left.ok_or_else(|| {
                    frame.fail(
                        at,
                        "the tensors that are computed during the conversion take too much memory",
                    )
                })?;
                Ok(())
            }
            Value::List(list) => {
                let values = list.borrow();
                values
                    .iter()
                    .try_for_each(|value| self.charge_computed(frame, at, arguments, value))
            }
            Value::Tuple(tuple) => {
                let mut values = tuple.values().iter();
                values.try_for_each(|value| self.charge_computed(frame, at, arguments, value))
            }
            _ => Ok(()),
        }
    }

    fn known_elements(
        &mut self,
        frame: &Frame,
        at: Position,
        tensor: &Tensor,
    ) -> Result<Option<Rc<[u8]>>, ConvertError> {
        let tensor = self
            .context
            .read(tensor)
            .map_err(|error| frame.fail(at, error.message))?;
        Ok(tensor.constant.as_ref().map(|data| Rc::clone(&data.bytes)))
    }

    fn enter(&mut self, frame: &Frame, at: Position) -> Result<(), ConvertError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(frame.fail(
                at,
                format!("more than {MAX_DEPTH} calls, blocks and expressions inside each other"),
            ));
        }
        self.charge(frame, at, 1)
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Calls a method of an instance.
    fn call_method(
        &mut self,
        caller: &Frame,
        at: Position,
        object: &Object,
        name: &str,
        mut positional: Vec<Value>,
        keyword: Vec<(Rc<str>, Value)>,
    ) -> Result<Value, ConvertError> {
        let Some(Definition::Class(class, file)) = self.program.find(object.class())? else {
            return Err(missing_class(object.class()));
        };
        let Some(method) = class.method(name).cloned() else {
            return Err(caller.fail(at, format!("`{}` has no method `{name}`", object.class())));
        };
        positional.insert(0, Value::Object(object.clone()));
        let module = Rc::clone(object.path().unwrap_or(&caller.module));
        let frame = Frame::new(file, module);
        self.call_function(caller, at, frame, &method, positional, keyword)
    }

    /// Calls a function with a frame that has no variables yet.
    fn call_function(
        &mut self,
        caller: &Frame,
        at: Position,
        mut frame: Frame,
        function: &Function,
        positional: Vec<Value>,
        keyword: Vec<(Rc<str>, Value)>,
    ) -> Result<Value, ConvertError> {
        self.enter(caller, at)?;
        self.bind(caller, at, &mut frame, function, positional, keyword)?;
        self.context.graph.set_scope(&frame.module);
        let flow = self.block(&mut frame, &function.body)?;
        self.context.graph.set_scope(&caller.module);
        self.leave();
        Ok(match flow {
            Flow::Return(value) => value,
            _ => Value::None,
        })
    }

    fn bind(
        &mut self,
        caller: &Frame,
        at: Position,
        frame: &mut Frame,
        function: &Function,
        positional: Vec<Value>,
        keyword: Vec<(Rc<str>, Value)>,
    ) -> Result<(), ConvertError> {
        let name = &function.name;
        if positional.len() > function.parameters.len() {
            let (given, taken) = (positional.len(), function.parameters.len());
            return Err(caller.fail(at, format!("`{name}` takes {taken} arguments, found {given}")));
        }
        for (parameter, value) in function.parameters.iter().zip(positional) {
            frame.variables.insert(Rc::clone(&parameter.name), value);
        }
        for (key, value) in keyword {
            if !function.parameters.iter().any(|parameter| parameter.name == key) {
                return Err(caller.fail(at, format!("`{name}` has no parameter `{key}`")));
            }
            frame.variables.insert(key, value);
        }
        for parameter in &function.parameters {
            if frame.variables.contains_key(&parameter.name) {
                continue;
            }
            let Some(default) = &parameter.default else {
                return Err(caller.fail(at, format!("`{name}` needs the argument `{}`", parameter.name)));
            };
            let value =
                self.constant_expression(&Rc::clone(&frame.file), &Rc::clone(&frame.module), default)?;
            frame.variables.insert(Rc::clone(&parameter.name), value);
        }
        Ok(())
    }

    /// A default or class constant: an expression without variables.
    fn constant_expression(
        &mut self,
        file: &Rc<str>,
        module: &Rc<str>,
        expression: &Expression,
    ) -> Result<Value, ConvertError> {
        let mut frame = Frame::new(Rc::clone(file), Rc::clone(module));
        self.expression(&mut frame, expression)
    }

    /// Keeps something that is worth telling about the conversion.
    pub(crate) fn note(&mut self, note: String) {
        const MAX_NOTES: usize = 50;
        if self.notes.len() < MAX_NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}

fn missing_class(class: &str) -> ConvertError {
    ConvertError::Archive {
        entry: "code/".into(),
        message: format!("the class `{class}` is missing"),
    }
}
