//! Finding all operators without a lowering.

use std::collections::HashSet;
use std::rc::Rc;

use super::{Evaluator, Frame, builtins};
use crate::torchscript::error::ConvertError;
use crate::torchscript::operators;
use crate::torchscript::parser::{Expression, ExpressionKind, Function, Statement, StatementKind};
use crate::torchscript::program::Definition;
use crate::torchscript::source::Place;
use crate::torchscript::value::Value;
use crate::unsupported::{Found, Unsupported};

/// The operators without a lowering that were met so far.
#[derive(Debug)]
pub(super) struct Missing {
    operators: Found<Place>,
    /// Functions whose statements were looked through.
    visited: HashSet<Rc<str>>,
}

impl Missing {
    pub(super) fn new() -> Self {
        Self {
            operators: Found::new(),
            visited: HashSet::new(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.operators.is_empty()
    }

    pub(super) fn take(&mut self) -> Vec<Unsupported<Place>> {
        self.operators.take()
    }

    fn add(&mut self, name: &str, place: Place) {
        self.operators
            .note(&source_name(name), place, operators::refused(name));
    }
}

/// Whether the operator can be evaluated or has a lowering.
pub(super) fn is_supported(name: &str) -> bool {
    builtins::knows(name) || operators::find(name).is_some()
}

/// `torch.conv2d` for `aten::conv2d`, `ops.prim.min` for `prim::min`.
pub(super) fn source_name(name: &str) -> String {
    match name.split_once("::") {
        Some(("aten", name)) => format!("torch.{name}"),
        Some((namespace, name)) => format!("ops.{namespace}.{name}"),
        None => name.to_owned(),
    }
}

/// `aten::conv2d` for `torch.conv2d`, `prim::min` for `ops.prim.min`; nothing for what is no operator.
pub(super) fn operator_name(qualified: &str) -> Option<String> {
    if let Some(name) = qualified.strip_prefix("torch.") {
        return Some(format!("aten::{name}"));
    }
    let (namespace, name) = qualified.strip_prefix("ops.")?.split_once('.')?;
    Some(format!("{namespace}::{name}"))
}

impl Evaluator<'_> {
    /// Notes an operator without a lowering; its result is unknown.
    pub(super) fn unsupported(&mut self, name: &str, place: Place) -> Value {
        self.unsupported.add(name, place);
        Value::Unknown
    }

    /// Looks through statements that may or may not run, because an operator without a lowering decides it; what they
    /// assign is unknown afterwards.
    pub(super) fn skip(&mut self, frame: &mut Frame, statements: &[Statement]) -> Result<(), ConvertError> {
        for statement in statements {
            self.charge(frame, statement.at, 1)?;
            match &statement.kind {
                StatementKind::Expression(value) | StatementKind::Raise(value) => self.scan(frame, value)?,
                StatementKind::Return(value) => {
                    if let Some(value) = value {
                        self.scan(frame, value)?;
                    }
                }
                StatementKind::Assign { target, value } => {
                    self.scan(frame, value)?;
                    self.forget_target(frame, target);
                    // `_0 = __torch__.torch.nn.functional.interpolate`
                    if let (ExpressionKind::Name(variable), ExpressionKind::Qualified(name)) =
                        (&target.kind, &value.kind)
                        && self.program.find(name)?.is_some()
                    {
                        frame
                            .variables
                            .insert(Rc::clone(variable), Value::Function(Rc::clone(name)));
                    }
                }
                StatementKind::If {
                    test,
                    then,
                    otherwise,
                } => {
                    self.scan(frame, test)?;
                    self.skip(frame, then)?;
                    self.skip(frame, otherwise)?;
                }
                StatementKind::While { test, body } => {
                    self.scan(frame, test)?;
                    self.skip(frame, body)?;
                }
                StatementKind::For { target, values, body } => {
                    self.scan(frame, values)?;
                    self.forget_target(frame, target);
                    self.skip(frame, body)?;
                }
                StatementKind::With { value, target, body } => {
                    self.scan(frame, value)?;
                    if let Some(target) = target {
                        self.forget_target(frame, target);
                    }
                    self.skip(frame, body)?;
                }
                StatementKind::Assert { test, .. } => self.scan(frame, test)?,
                StatementKind::Break | StatementKind::Continue | StatementKind::Pass => {}
            }
        }
        Ok(())
    }

    pub(super) fn forget_target(&mut self, frame: &mut Frame, target: &Expression) {
        match &target.kind {
            ExpressionKind::Name(name) => {
                frame.variables.insert(Rc::clone(name), Value::Unknown);
            }
            ExpressionKind::Tuple(targets) => targets
                .iter()
                .for_each(|target| self.forget_target(frame, target)),
            _ => {}
        }
    }

    /// Looks for operators without a lowering in an expression and in the functions that it calls.
    fn scan(&mut self, frame: &mut Frame, expression: &Expression) -> Result<(), ConvertError> {
        self.charge(frame, expression.at, 1)?;
        match &expression.kind {
            ExpressionKind::Call(call) => {
                match &call.callee.kind {
                    ExpressionKind::Qualified(name) => self.scan_name(frame, expression, name)?,
                    ExpressionKind::Attribute(object, method) => self.scan_method(frame, object, method)?,
                    ExpressionKind::Name(name) => {
                        if let Some(Value::Function(function)) = frame.variables.get(name).cloned() {
                            self.scan_name(frame, expression, &function)?;
                        }
                    }
                    _ => self.scan(frame, &call.callee)?,
                }
                for argument in call
                    .positional
                    .iter()
                    .chain(call.keyword.iter().map(|(_, value)| value))
                {
                    self.scan(frame, argument)?;
                }
                Ok(())
            }
            ExpressionKind::List(items) | ExpressionKind::Tuple(items) => {
                items.iter().try_for_each(|item| self.scan(frame, item))
            }
            ExpressionKind::Dict(entries) => {
                entries.iter().try_for_each(|(_, value)| self.scan(frame, value))
            }
            ExpressionKind::Subscript(a, b)
            | ExpressionKind::Binary(_, a, b)
            | ExpressionKind::And(a, b)
            | ExpressionKind::Or(a, b) => {
                self.scan(frame, a)?;
                self.scan(frame, b)
            }
            ExpressionKind::Attribute(value, _) | ExpressionKind::Unary(_, value) => self.scan(frame, value),
            ExpressionKind::Conditional {
                test,
                then,
                otherwise,
            } => {
                self.scan(frame, test)?;
                self.scan(frame, then)?;
                self.scan(frame, otherwise)
            }
            _ => Ok(()),
        }
    }

    fn scan_name(
        &mut self,
        frame: &mut Frame,
        call: &Expression,
        name: &Rc<str>,
    ) -> Result<(), ConvertError> {
        if let Some(operator) = operator_name(name) {
            if !is_supported(&operator) {
                let place = frame.place(call.at);
                self.unsupported.add(&operator, place);
            }
            return Ok(());
        }
        match self.program.find(name)? {
            Some(Definition::Function(function, file)) => self.scan_function(name, &function, file),
            _ => Ok(()),
        }
    }

    /// A method of a module that the frame knows.
    fn scan_method(
        &mut self,
        frame: &mut Frame,
        object: &Expression,
        method: &str,
    ) -> Result<(), ConvertError> {
        let object = match &object.kind {
            ExpressionKind::Name(name) => frame.variables.get(name).cloned(),
            _ => {
                self.scan(frame, object)?;
                None
            }
        };
        let Some(Value::Object(object)) = object else {
            return Ok(());
        };
        let Some(Definition::Class(class, file)) = self.program.find(object.class())? else {
            return Ok(());
        };
        match class.method(method) {
            Some(function) => {
                self.scan_function(&format!("{}.{method}", object.class()).into(), function, file)
            }
            None => Ok(()),
        }
    }

    fn scan_function(
        &mut self,
        name: &Rc<str>,
        function: &Function,
        file: Rc<str>,
    ) -> Result<(), ConvertError> {
        if !self.unsupported.visited.insert(Rc::clone(name)) {
            return Ok(());
        }
        let mut frame = Frame::new(file, Rc::from(""));
        self.enter(&frame, function.at)?;
        self.skip(&mut frame, &function.body)?;
        self.leave();
        Ok(())
    }
}
