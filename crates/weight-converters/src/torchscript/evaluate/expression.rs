//! Expressions.

use std::rc::Rc;

use super::{CONTAINER_STEPS, Evaluator, Frame};
use crate::torchscript::error::ConvertError;
use crate::torchscript::parser::{BinaryOperator, Expression, ExpressionKind, UnaryOperator};
use crate::torchscript::program::Definition;
use crate::torchscript::source::Position;
use crate::torchscript::value::{Dict, Object, Tuple, Value};

impl Evaluator<'_> {
    pub(super) fn expression(
        &mut self,
        frame: &mut Frame,
        expression: &Expression,
    ) -> Result<Value, ConvertError> {
        let at = expression.at;
        self.enter(frame, at)?;
        let value = match &expression.kind {
            ExpressionKind::None => Value::None,
            ExpressionKind::Bool(value) => Value::Bool(*value),
            ExpressionKind::Int(value) => Value::Int(*value),
            ExpressionKind::Float(value) => Value::Float(*value),
            ExpressionKind::Str(text) => Value::Str(Rc::clone(text)),
            ExpressionKind::Name(name) => match frame.variables.get(name) {
                Some(value) => value.clone(),
                None => return Err(frame.fail(at, format!("the variable `{name}` has no value"))),
            },
            ExpressionKind::Qualified(name) => self.qualified(frame, at, name)?,
            ExpressionKind::Attribute(value, name) => {
                let value = self.expression(frame, value)?;
                self.attribute(frame, at, &value, name)?
            }
            ExpressionKind::Subscript(container, index) => self.subscript(frame, at, container, index)?,
            ExpressionKind::Slice(..) => return Err(frame.fail(at, "a slice outside of a subscript")),
            ExpressionKind::Call(call) => self.call(frame, at, call)?,
            ExpressionKind::List(items) => {
                self.charge(frame, at, CONTAINER_STEPS)?;
                Value::list(self.expressions(frame, items)?)
            }
            ExpressionKind::Tuple(items) => {
                self.charge(frame, at, CONTAINER_STEPS)?;
                Value::tuple(self.expressions(frame, items)?)
            }
            ExpressionKind::Dict(entries) => {
                self.charge(frame, at, CONTAINER_STEPS)?;
                let dict = Value::Dict(Dict::new(Vec::new()));
                for (key, value) in entries {
                    let (key, value) = (self.expression(frame, key)?, self.expression(frame, value)?);
                    self.operator(
                        frame,
                        at,
                        "aten::_set_item",
                        vec![dict.clone(), key, value],
                        Vec::new(),
                    )?;
                }
                dict
            }
            ExpressionKind::Unary(operator, operand) => {
                let operand = self.expression(frame, operand)?;
                let name = match operator {
                    UnaryOperator::Not => "aten::__not__",
                    UnaryOperator::Minus => "aten::neg",
                    UnaryOperator::Invert => "aten::bitwise_not",
                };
                self.operator(frame, at, name, vec![operand], Vec::new())?
            }
            ExpressionKind::Binary(operator, left, right) => {
                let (left, right) = (self.expression(frame, left)?, self.expression(frame, right)?);
                self.binary(frame, at, *operator, left, right)?
            }
            ExpressionKind::And(left, right) => match self.test(frame, left)? {
                Some(false) => Value::Bool(false),
                Some(true) => self.expression(frame, right)?,
                None => Value::Unknown,
            },
            ExpressionKind::Or(left, right) => match self.test(frame, left)? {
                Some(true) => Value::Bool(true),
                Some(false) => self.expression(frame, right)?,
                None => Value::Unknown,
            },
            ExpressionKind::Conditional {
                test,
                then,
                otherwise,
            } => match self.test(frame, test)? {
                Some(true) => self.expression(frame, then)?,
                Some(false) => self.expression(frame, otherwise)?,
                None => Value::Unknown,
            },
        };
        self.leave();
        Ok(value)
    }

    pub(super) fn expressions(
        &mut self,
        frame: &mut Frame,
        expressions: &[Expression],
    ) -> Result<Vec<Value>, ConvertError> {
        expressions
            .iter()
            .map(|expression| self.expression(frame, expression))
            .collect()
    }

    fn binary(
        &mut self,
        frame: &mut Frame,
        at: Position,
        operator: BinaryOperator,
        left: Value,
        right: Value,
    ) -> Result<Value, ConvertError> {
        use BinaryOperator as B;
        let name = match operator {
            B::Add => "aten::add",
            B::Subtract => "aten::sub",
            B::Multiply => "aten::mul",
            B::Divide => "aten::div",
            B::FloorDivide => "aten::floordiv",
            B::Remainder => "aten::remainder",
            B::Power => "aten::pow",
            B::MatMul => "aten::matmul",
            B::Equal => "aten::eq",
            B::NotEqual => "aten::ne",
            B::Less => "aten::lt",
            B::LessEqual => "aten::le",
            B::Greater => "aten::gt",
            B::GreaterEqual => "aten::ge",
            B::Is => "aten::__is__",
            B::IsNot => "aten::__isnot__",
            B::BitAnd => "aten::__and__",
            B::BitOr => "aten::__or__",
            B::BitXor => "aten::__xor__",
            B::ShiftLeft => "aten::__lshift__",
            B::ShiftRight => "aten::__rshift__",
            B::In => return self.operator(frame, at, "aten::__contains__", vec![right, left], Vec::new()),
            B::NotIn => {
                let found = self.operator(frame, at, "aten::__contains__", vec![right, left], Vec::new())?;
                return self.operator(frame, at, "aten::__not__", vec![found], Vec::new());
            }
        };
        self.operator(frame, at, name, vec![left, right], Vec::new())
    }

    /// A qualified name that is not called: constants.
    fn qualified(&mut self, frame: &mut Frame, at: Position, name: &Rc<str>) -> Result<Value, ConvertError> {
        if let Some(index) = name.strip_prefix("CONSTANTS.c") {
            let constant = index
                .parse::<usize>()
                .ok()
                .and_then(|index| self.constants.get(index));
            return constant.cloned().ok_or_else(|| {
                let count = self.constants.len();
                frame.fail(
                    at,
                    format!("`{name}` is not among the {count} constants of the archive"),
                )
            });
        }
        match &**name {
            "math.pi" => return Ok(Value::Float(std::f64::consts::PI)),
            "math.e" => return Ok(Value::Float(std::f64::consts::E)),
            "math.inf" | "torch.inf" => return Ok(Value::Float(f64::INFINITY)),
            "math.nan" | "torch.nan" => return Ok(Value::Float(f64::NAN)),
            _ => {}
        }
        if self.program.find(name)?.is_some() {
            return Ok(Value::Function(Rc::clone(name)));
        }
        // `__torch__.Color.RED`
        if let Some((class, member)) = name.rsplit_once('.')
            && let Some(Definition::Class(class, file)) = self.program.find(&Rc::from(class))?
            && class.base.as_deref() == Some("Enum")
            && let Some(value) = class
                .attribute(member)
                .and_then(|attribute| attribute.value.as_ref())
        {
            let value = self.constant_expression(&file, &Rc::clone(&frame.module), value)?;
            let names: [Rc<str>; 2] = ["name".into(), "value".into()];
            return Ok(Value::Tuple(Tuple::named(
                vec![Value::str(member), value],
                names.into(),
            )));
        }
        Err(frame.fail(at, format!("`{name}` is not a value")))
    }

    pub(super) fn attribute(
        &mut self,
        frame: &mut Frame,
        at: Position,
        value: &Value,
        name: &str,
    ) -> Result<Value, ConvertError> {
        match value {
            Value::Object(object) => match self.find_attribute(frame, object, name)? {
                Some(value) => Ok(value),
                None => Err(frame.fail(at, format!("`{}` has no attribute `{name}`", object.class()))),
            },
            Value::Tuple(tuple) => {
                let index = tuple
                    .names()
                    .and_then(|names| names.iter().position(|field| &**field == name));
                let value = index.and_then(|index| tuple.values().get(index));
                value
                    .cloned()
                    .ok_or_else(|| frame.fail(at, format!("the tuple has no field `{name}`")))
            }
            Value::Unknown => Ok(Value::Unknown),
            // `x.shape` and the like are written as operators
            other => Err(frame.fail(at, format!("the attribute `{name}` of a {}", other.kind()))),
        }
    }

    /// An attribute of the instance, or a constant of its class.
    pub(super) fn find_attribute(
        &mut self,
        frame: &Frame,
        object: &Object,
        name: &str,
    ) -> Result<Option<Value>, ConvertError> {
        if let Some(value) = object.get(name) {
            return Ok(Some(value));
        }
        let Some(Definition::Class(class, file)) = self.program.find(object.class())? else {
            return Err(super::missing_class(object.class()));
        };
        match class
            .attribute(name)
            .and_then(|attribute| attribute.value.as_ref())
        {
            Some(value) => self
                .constant_expression(&file, &Rc::clone(&frame.module), value)
                .map(Some),
            None => Ok(None),
        }
    }

    fn subscript(
        &mut self,
        frame: &mut Frame,
        at: Position,
        container: &Expression,
        index: &Expression,
    ) -> Result<Value, ConvertError> {
        let container = self.expression(frame, container)?;
        if let ExpressionKind::Slice(lower, upper, step) = &index.kind {
            let mut arguments = vec![container];
            for part in [lower, upper, step] {
                arguments.push(match part {
                    Some(part) => self.expression(frame, part)?,
                    None => Value::None,
                });
            }
            return self.operator(frame, at, "aten::slice", arguments, Vec::new());
        }
        let index = self.expression(frame, index)?;
        if let Value::Object(object) = &container {
            return self.container_item(frame, at, object, &index);
        }
        self.operator(frame, at, "aten::__getitem__", vec![container, index], Vec::new())
    }

    /// `layers[2]` of a `ModuleList`, `heads["a"]` of a `ModuleDict`: modules are attributes.
    fn container_item(
        &mut self,
        frame: &mut Frame,
        at: Position,
        object: &Object,
        index: &Value,
    ) -> Result<Value, ConvertError> {
        match index {
            Value::Int(index) if *index >= 0 => {
                self.attribute(frame, at, &Value::Object(object.clone()), &index.to_string())
            }
            Value::Str(name) => self.attribute(frame, at, &Value::Object(object.clone()), name),
            other => Err(frame.fail(at, format!("a {} as the index of a module", other.kind()))),
        }
    }
}
