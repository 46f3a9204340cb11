//! Statements.

use super::compare::truth;
use super::{Evaluator, Frame};
use crate::torchscript::error::ConvertError;
use crate::torchscript::parser::{Call, Expression, ExpressionKind, Statement, StatementKind};
use crate::torchscript::source::Position;
use crate::torchscript::value::Value;

/// What happens after a statement.
#[derive(Debug)]
pub(super) enum Flow {
    /// The next statement.
    Next,
    /// The function ends with this value.
    Return(Value),
    /// The innermost loop ends.
    Break,
    /// The innermost loop goes on.
    Continue,
}

/// Whether a loop with this body may end before its range does.
fn may_end_early(body: &[Statement]) -> bool {
    body.iter().any(|statement| match &statement.kind {
        StatementKind::Break | StatementKind::Return(_) | StatementKind::Raise(_) => true,
        StatementKind::If { then, otherwise, .. } => may_end_early(then) || may_end_early(otherwise),
        StatementKind::While { body, .. }
        | StatementKind::For { body, .. }
        | StatementKind::With { body, .. } => may_end_early(body),
        _ => false,
    })
}

impl Evaluator<'_> {
    pub(super) fn block(
        &mut self,
        frame: &mut Frame,
        statements: &[Statement],
    ) -> Result<Flow, ConvertError> {
        for statement in statements {
            match self.statement(frame, statement)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, frame: &mut Frame, statement: &Statement) -> Result<Flow, ConvertError> {
        let at = statement.at;
        self.enter(frame, at)?;
        let flow = match &statement.kind {
            StatementKind::Expression(expression) => {
                self.expression(frame, expression).map(|_| Flow::Next)?
            }
            StatementKind::Assign { target, value } => {
                let value = self.expression(frame, value)?;
                self.assign(frame, target, value)?;
                Flow::Next
            }
            StatementKind::If {
                test,
                then,
                otherwise,
            } => match self.test(frame, test)? {
                Some(true) => self.block(frame, then)?,
                Some(false) => self.block(frame, otherwise)?,
                None => {
                    self.skip(frame, then)?;
                    self.skip(frame, otherwise)?;
                    Flow::Next
                }
            },
            StatementKind::While { test, body } => self.while_loop(frame, test, body)?,
            StatementKind::For { target, values, body } => self.for_loop(frame, target, values, body)?,
            StatementKind::With { value, target, body } => {
                self.with(frame, at, value, target.as_ref(), body)?
            }
            StatementKind::Return(value) => Flow::Return(match value {
                Some(value) => self.expression(frame, value)?,
                None => Value::None,
            }),
            StatementKind::Raise(exception) => return self.raise(frame, at, exception),
            StatementKind::Assert { test, message } => {
                if self.test(frame, test)? == Some(false) {
                    let message = match message {
                        Some(message) => self.expression(frame, message)?,
                        None => Value::str("an assertion of the network fails"),
                    };
                    let message = self.text(frame, at, &message)?;
                    return Err(ConvertError::Raised {
                        place: frame.place(at),
                        message,
                    });
                }
                Flow::Next
            }
            StatementKind::Break => Flow::Break,
            StatementKind::Continue => Flow::Continue,
            StatementKind::Pass => Flow::Next,
        };
        self.leave();
        Ok(flow)
    }

    /// A condition; nothing if it depends on the result of an operator without a lowering.
    pub(super) fn test(
        &mut self,
        frame: &mut Frame,
        test: &Expression,
    ) -> Result<Option<bool>, ConvertError> {
        let value = self.expression(frame, test)?;
        truth(&mut self.context, &value).map_err(|error| frame.fail(test.at, error.message))
    }

    /// Binds variables, attributes or elements.
    pub(super) fn assign(
        &mut self,
        frame: &mut Frame,
        target: &Expression,
        value: Value,
    ) -> Result<(), ConvertError> {
        match &target.kind {
            ExpressionKind::Name(name) => {
                frame.variables.insert(name.clone(), value);
                Ok(())
            }
            ExpressionKind::Tuple(targets) => {
                let values = self.unpack(frame, target.at, value, targets.len())?;
                targets
                    .iter()
                    .zip(values)
                    .try_for_each(|(target, value)| self.assign(frame, target, value))
            }
            ExpressionKind::Attribute(object, name) => match self.expression(frame, object)? {
                Value::Object(object) => {
                    if let Some(path) = object.path() {
                        self.note(format!(
                            "the network sets the attribute `{name}` of the module `{path}`: each run of the converted \
                             network begins with the value in the archive"
                        ));
                    }
                    object.set(name.clone(), value);
                    Ok(())
                }
                Value::Unknown => Ok(()),
                other => Err(frame.fail(target.at, format!("sets an attribute of a {}", other.kind()))),
            },
            ExpressionKind::Subscript(container, index) => {
                let container = self.expression(frame, container)?;
                let index = self.expression(frame, index)?;
                self.operator(
                    frame,
                    target.at,
                    "aten::_set_item",
                    vec![container, index, value],
                    Vec::new(),
                )
                .map(|_| ())
            }
            _ => Err(frame.fail(target.at, "assigns to something that is no variable")),
        }
    }

    fn unpack(
        &self,
        frame: &Frame,
        at: Position,
        value: Value,
        count: usize,
    ) -> Result<Vec<Value>, ConvertError> {
        let values = match &value {
            Value::Tuple(tuple) => tuple.values().to_vec(),
            Value::List(list) => list.borrow().clone(),
            Value::Unknown => return Ok(vec![Value::Unknown; count]),
            other => return Err(frame.fail(at, format!("unpacks a {}", other.kind()))),
        };
        if values.len() == count {
            Ok(values)
        } else {
            Err(frame.fail(
                at,
                format!("unpacks {} values into {count} variables", values.len()),
            ))
        }
    }

    fn while_loop(
        &mut self,
        frame: &mut Frame,
        test: &Expression,
        body: &[Statement],
    ) -> Result<Flow, ConvertError> {
        loop {
            match self.test(frame, test)? {
                Some(true) => {}
                Some(false) => return Ok(Flow::Next),
                None => return self.skip(frame, body).map(|()| Flow::Next),
            }
            match self.block(frame, body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                flow @ Flow::Return(_) => return Ok(flow),
            }
        }
    }

    fn for_loop(
        &mut self,
        frame: &mut Frame,
        target: &Expression,
        values: &Expression,
        body: &[Statement],
    ) -> Result<Flow, ConvertError> {
        let Some(values) = self.iterated(frame, values, body)? else {
            self.forget_target(frame, target);
            return self.skip(frame, body).map(|()| Flow::Next);
        };
        for value in values {
            self.charge(frame, target.at, 1)?;
            self.assign(frame, target, value)?;
            match self.block(frame, body)? {
                Flow::Next | Flow::Continue => {}
                Flow::Break => return Ok(Flow::Next),
                flow @ Flow::Return(_) => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    /// The values of a loop; nothing if they depend on the result of an operator without a lowering.
    fn iterated(
        &mut self,
        frame: &mut Frame,
        values: &Expression,
        body: &[Statement],
    ) -> Result<Option<Box<dyn Iterator<Item = Value>>>, ConvertError> {
        if let ExpressionKind::Call(call) = &values.kind
            && matches!(&call.callee.kind, ExpressionKind::Name(name) if &**name == "range")
        {
            return self.range(frame, values.at, call, body);
        }
        let value = self.expression(frame, values)?;
        self.charge(frame, values.at, super::builtins::extent(&value))?;
        Ok(Some(match &value {
            Value::List(list) => {
                // the list may grow while the loop runs, which the language allows
                let (list, mut index) = (list.clone(), 0_usize);
                Box::new(std::iter::from_fn(move || {
                    index += 1;
                    list.borrow().get(index - 1).cloned()
                }))
            }
            Value::Tuple(tuple) => Box::new(tuple.values().to_vec().into_iter()),
            Value::Dict(dict) => {
                let keys: Vec<_> = dict.borrow().iter().map(|(key, _)| key.clone()).collect();
                Box::new(keys.into_iter())
            }
            Value::Str(text) => {
                let characters: Vec<_> = text
                    .chars()
                    .map(|c| Value::str(c.encode_utf8(&mut [0; 4])))
                    .collect();
                Box::new(characters.into_iter())
            }
            Value::Unknown => return Ok(None),
            other => return Err(frame.fail(values.at, format!("a loop over a {}", other.kind()))),
        }))
    }

    fn range(
        &mut self,
        frame: &mut Frame,
        at: Position,
        call: &Call,
        body: &[Statement],
    ) -> Result<Option<Box<dyn Iterator<Item = Value>>>, ConvertError> {
        let mut bounds = Vec::new();
        for argument in &call.positional {
            match self.expression(frame, argument)? {
                Value::Int(bound) => bounds.push(bound),
                Value::Unknown => return Ok(None),
                other => return Err(frame.fail(at, format!("the range of a loop is a {}", other.kind()))),
            }
        }
        let (start, end, step) = match bounds[..] {
            [end] => (0, end, 1),
            [start, end] => (start, end, 1),
            [start, end, step] if step != 0 => (start, end, step),
            _ => return Err(frame.fail(at, "a range takes one to three numbers, the step not being 0")),
        };
        // what cannot be done is said at once
        let rounds = (i128::from(end) - i128::from(start)) / i128::from(step);
        if rounds > i128::from(self.steps) && !may_end_early(body) {
            return Err(frame.fail(
                at,
                format!("a loop of {rounds} rounds cannot be converted: it is written out"),
            ));
        }
        let mut next = Some(start);
        Ok(Some(Box::new(std::iter::from_fn(move || {
            let value = next.filter(|value| if step > 0 { *value < end } else { *value > end })?;
            next = value.checked_add(step);
            Some(Value::Int(value))
        }))))
    }

    fn with(
        &mut self,
        frame: &mut Frame,
        at: Position,
        value: &Expression,
        target: Option<&Expression>,
        body: &[Statement],
    ) -> Result<Flow, ConvertError> {
        let Value::Object(object) = self.expression(frame, value)? else {
            return Err(frame.fail(at, "`with` something that is not an object"));
        };
        let entered = self.call_method(frame, at, &object, "__enter__", Vec::new(), Vec::new())?;
        if let Some(target) = target {
            self.assign(frame, target, entered)?;
        }
        let flow = self.block(frame, body)?;
        self.call_method(frame, at, &object, "__exit__", vec![Value::None; 3], Vec::new())?;
        Ok(flow)
    }

    fn raise(
        &mut self,
        frame: &mut Frame,
        at: Position,
        exception: &Expression,
    ) -> Result<Flow, ConvertError> {
        // the arguments of the exception, without making an instance of its class
        let message = match &exception.kind {
            ExpressionKind::Call(call) => match call.positional.first() {
                Some(argument) => self.expression(frame, argument)?,
                None => Value::str(""),
            },
            ExpressionKind::Name(name) if !frame.variables.contains_key(name) => Value::Str(name.clone()),
            _ => self.expression(frame, exception)?,
        };
        let message = self.text(frame, at, &message)?;
        Err(ConvertError::Raised {
            place: frame.place(at),
            message,
        })
    }

    /// The text of a value.
    pub(super) fn text(&self, frame: &Frame, at: Position, value: &Value) -> Result<String, ConvertError> {
        super::builtins::text::display(value).map_err(|error| frame.fail(at, error.message))
    }
}
