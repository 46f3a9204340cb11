//! Calls: operators, functions, methods, constructors.

use std::rc::Rc;

use super::unsupported::operator_name;
use super::{Evaluator, Frame, MAX_TEXT, OPERATOR_STEPS, builtins};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::error::ConvertError;
use crate::torchscript::operators;
use crate::torchscript::parser::{Call, Class, Expression, ExpressionKind};
use crate::torchscript::program::Definition;
use crate::torchscript::source::Position;
use crate::torchscript::value::{Object, Tuple, Value};

impl Evaluator<'_> {
    pub(super) fn call(
        &mut self,
        frame: &mut Frame,
        at: Position,
        call: &Call,
    ) -> Result<Value, ConvertError> {
        match &call.callee.kind {
            ExpressionKind::Name(name) => self.call_name(frame, at, name, call),
            ExpressionKind::Qualified(name) => {
                if let Some(operator) = operator_name(name) {
                    let (positional, keyword) = self.arguments(frame, call)?;
                    return self.operator(frame, at, &operator, positional, keyword);
                }
                if let Some(function) = name.strip_prefix("math.") {
                    let (positional, keyword) = self.arguments(frame, call)?;
                    return self.operator(frame, at, &format!("aten::{function}"), positional, keyword);
                }
                self.call_qualified(frame, at, name, call)
            }
            ExpressionKind::Attribute(object, method) => {
                let object = self.expression(frame, object)?;
                let (positional, keyword) = self.arguments(frame, call)?;
                match object {
                    Value::Object(object) => {
                        self.call_method(frame, at, &object, method, positional, keyword)
                    }
                    Value::Unknown => Ok(Value::Unknown),
                    other => {
                        Err(frame.fail(at, format!("calls the method `{method}` of a {}", other.kind())))
                    }
                }
            }
            _ => Err(frame.fail(at, "calls something that is not a function")),
        }
    }

    #[allow(clippy::type_complexity)] // positional and keyword arguments
    fn arguments(
        &mut self,
        frame: &mut Frame,
        call: &Call,
    ) -> Result<(Vec<Value>, Vec<(Rc<str>, Value)>), ConvertError> {
        let positional = self.expressions(frame, &call.positional)?;
        let mut keyword = Vec::with_capacity(call.keyword.len());
        for (name, value) in &call.keyword {
            keyword.push((Rc::clone(name), self.expression(frame, value)?));
        }
        Ok((positional, keyword))
    }

    /// Functions without a module: the forms of the language, and conversions.
    fn call_name(
        &mut self,
        frame: &mut Frame,
        at: Position,
        name: &Rc<str>,
        call: &Call,
    ) -> Result<Value, ConvertError> {
        match frame.variables.get(name) {
            None => {}
            Some(Value::Function(function)) => {
                return self.call_qualified(frame, at, &Rc::clone(function), call);
            }
            Some(Value::Unknown) => return Ok(Value::Unknown),
            Some(other) => return Err(frame.fail(at, format!("calls a {}", other.kind()))),
        }
        match (&**name, &call.positional[..]) {
            ("annotate" | "unchecked_cast", [_, value]) => self.expression(frame, value),
            ("uninitialized", _) => Ok(Value::Uninitialized),
            ("isinstance", [value, class]) => {
                let value = self.expression(frame, value)?;
                if matches!(value, Value::Unknown) {
                    return Ok(value);
                }
                is_instance(&value, class)
                    .map(Value::Bool)
                    .map_err(|message| frame.fail(at, message))
            }
            ("getattr", [object, attribute]) => {
                let object = self.expression(frame, object)?;
                match self.expression(frame, attribute)? {
                    Value::Str(name) => self.attribute(frame, at, &object, &name),
                    other => Err(frame.fail(at, format!("a {} as the name of an attribute", other.kind()))),
                }
            }
            ("hasattr", [object, attribute]) => {
                let object = self.expression(frame, object)?;
                match (object, self.expression(frame, attribute)?) {
                    (Value::Object(object), Value::Str(name)) => {
                        Ok(Value::Bool(self.find_attribute(frame, &object, &name)?.is_some()))
                    }
                    _ => Err(frame.fail(at, "`hasattr` of something that is not an object")),
                }
            }
            ("print", _) => {
                self.arguments(frame, call)?;
                Ok(Value::None)
            }
            _ => {
                let operator = match &**name {
                    "int" => "aten::Int",
                    "float" => "aten::Float",
                    "bool" => "aten::Bool",
                    "str" => "aten::str",
                    "len" => "aten::len",
                    "list" => "aten::list",
                    "dict" => "aten::dict",
                    "sorted" => "aten::sorted",
                    "min" => "prim::min",
                    "max" => "prim::max",
                    "abs" => "prim::abs",
                    "round" => "aten::round",
                    "ord" => "aten::ord",
                    "chr" => "aten::chr",
                    "range" => "prim::rangelist",
                    _ => return Err(frame.fail(at, format!("`{name}` is not a function of the language"))),
                };
                let (positional, keyword) = self.arguments(frame, call)?;
                self.operator(frame, at, operator, positional, keyword)
            }
        }
    }

    /// Functions and classes of the program.
    fn call_qualified(
        &mut self,
        frame: &mut Frame,
        at: Position,
        name: &Rc<str>,
        call: &Call,
    ) -> Result<Value, ConvertError> {
        if let Some(class) = name.strip_suffix(".__new__") {
            return Ok(Value::Object(Object::new(Rc::from(class), None)));
        }
        let (positional, keyword) = self.arguments(frame, call)?;
        match self.program.find(name)? {
            Some(Definition::Function(function, file)) => {
                let inner = Frame::new(file, Rc::clone(&frame.module));
                self.call_function(frame, at, inner, &function, positional, keyword)
            }
            Some(Definition::Class(class, _)) => self.construct(frame, at, name, &class, positional, keyword),
            None => Err(frame.fail(at, format!("`{name}` is not in the archive"))),
        }
    }

    fn construct(
        &mut self,
        frame: &mut Frame,
        at: Position,
        name: &Rc<str>,
        class: &Class,
        positional: Vec<Value>,
        keyword: Vec<(Rc<str>, Value)>,
    ) -> Result<Value, ConvertError> {
        if class.base.as_deref() == Some("NamedTuple") {
            let names: Rc<[Rc<str>]> = class
                .attributes
                .iter()
                .map(|field| Rc::clone(&field.name))
                .collect();
            if positional.len() != names.len() || !keyword.is_empty() {
                let (given, taken) = (positional.len(), names.len());
                return Err(frame.fail(at, format!("`{name}` has {taken} fields, found {given} values")));
            }
            return Ok(Value::Tuple(Tuple::named(positional, names)));
        }
        let object = Object::new(Rc::clone(name), None);
        if class.method("__init__").is_some() {
            self.call_method(frame, at, &object, "__init__", positional, keyword)?;
        }
        Ok(Value::Object(object))
    }

    /// An operator: computed if it is about values of the language, else lowered.
    pub(super) fn operator(
        &mut self,
        frame: &Frame,
        at: Position,
        name: &str,
        positional: Vec<Value>,
        keyword: Vec<(Rc<str>, Value)>,
    ) -> Result<Value, ConvertError> {
        let keyword = keyword
            .into_iter()
            .map(|(name, value)| (name.to_string(), value))
            .collect();
        let arguments = Arguments { positional, keyword };
        let all = || {
            arguments
                .positional
                .iter()
                .chain(arguments.keyword.iter().map(|(_, value)| value))
        };
        let extent: u64 = all().map(builtins::extent).sum();
        // what takes time with every element is little work for each
        self.charge(frame, at, extent / 16)?;
        if all().any(has_unknown) {
            return Ok(if super::unsupported::is_supported(name) {
                Value::Unknown
            } else {
                self.unsupported(name, frame.place(at))
            });
        }
        match name {
            "prim::RaiseException" => {
                let message = arguments.positional.first().cloned().unwrap_or(Value::None);
                let message = self.text(frame, at, &message)?;
                return Err(ConvertError::Raised {
                    place: frame.place(at),
                    message,
                });
            }
            "aten::warn" => {
                if let Some(message) = arguments.positional.first() {
                    let message = self.text(frame, at, message)?;
                    self.note(format!("the network warns: {message}"));
                }
                return Ok(Value::None);
            }
            _ => {}
        }
        let fail = |message: String| {
            frame.fail(
                at,
                format!("`{}`: {message}", super::unsupported::source_name(name)),
            )
        };
        if let Some(result) = builtins::call(&mut self.context, name, &arguments, self.steps) {
            let value = result.map_err(|error| fail(error.message))?;
            if matches!(&value, Value::Str(text) if text.len() > MAX_TEXT) {
                return Err(fail(format!("a text of more than {MAX_TEXT} bytes")));
            }
            // operators in place return their first argument
            let is_new = match (&value, arguments.positional.first()) {
                (Value::List(new), Some(Value::List(old))) => !new.is(old),
                _ => true,
            };
            if is_new {
                self.charge(frame, at, builtins::extent(&value))?;
            }
            return Ok(value);
        }
        let Some(operator) = operators::find(name) else {
            return Ok(self.unsupported(name, frame.place(at)));
        };
        self.charge(frame, at, OPERATOR_STEPS)?;
        let value = operator
            .lower(&mut self.context, &arguments)
            .map_err(|error| fail(error.message))?;
        self.charge_computed(frame, at, &arguments.positional, &value)?;
        Ok(value)
    }
}

/// Whether a value or an element of it is unknown; what is nested deeper is not seen by lowerings.
fn has_unknown(value: &Value) -> bool {
    match value {
        Value::Unknown => true,
        Value::List(list) => list.borrow().iter().any(|value| matches!(value, Value::Unknown)),
        Value::Tuple(tuple) => tuple.values().iter().any(|value| matches!(value, Value::Unknown)),
        _ => false,
    }
}

/// `isinstance` for the types that values know.
fn is_instance(value: &Value, class: &Expression) -> Result<bool, String> {
    let head = match &class.kind {
        ExpressionKind::Tuple(classes) => {
            for class in classes {
                if is_instance(value, class)? {
                    return Ok(true);
                }
            }
            return Ok(false);
        }
        ExpressionKind::None => return Ok(matches!(value, Value::None)),
        ExpressionKind::Name(name) => name,
        ExpressionKind::Qualified(name) => {
            return Ok(matches!(value, Value::Object(object) if object.class() == name));
        }
        // `List[int]`: of an empty list the type of the elements is not known
        ExpressionKind::Subscript(head, element) => {
            let ExpressionKind::Name(head) = &head.kind else {
                return Err("an unknown type".into());
            };
            return match (&**head, value) {
                ("Optional", Value::None) => Ok(true),
                ("Optional", value) => is_instance(value, element),
                ("List", Value::List(list)) => list
                    .borrow()
                    .first()
                    .map_or(Ok(true), |first| is_instance(first, element)),
                ("Tuple", Value::Tuple(_)) | ("Dict", Value::Dict(_)) => Ok(true),
                ("List" | "Tuple" | "Dict", _) => Ok(false),
                (other, _) => Err(format!("`isinstance` of the type `{other}`")),
            };
        }
        _ => return Err("an unknown type".into()),
    };
    Ok(match &**head {
        "int" => matches!(value, Value::Int(_)),
        "float" => matches!(value, Value::Float(_)),
        "bool" => matches!(value, Value::Bool(_)),
        "str" => matches!(value, Value::Str(_)),
        "Tensor" => matches!(value, Value::Tensor(_)),
        "NoneType" => matches!(value, Value::None),
        "Device" => matches!(value, Value::Device(_)),
        "list" | "List" => matches!(value, Value::List(_)),
        "tuple" | "Tuple" => matches!(value, Value::Tuple(_)),
        "dict" | "Dict" => matches!(value, Value::Dict(_)),
        other => return Err(format!("`isinstance` of the type `{other}`")),
    })
}
