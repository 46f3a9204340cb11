//! What is known of tensors without their elements, conversions to numbers, identity, and the state of the interpreter.

use super::numbers::to_int;
use super::{Builtin, Scope, argument, no_meaning};
use crate::graph::TensorRef;
use crate::tensor::{ScalarType, TensorData};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::value::Value;

type Outcome = Result<Option<Value>, LoweringError>;

pub(super) fn find(aten: &str, prim: &str) -> Option<Builtin> {
    Some(match (aten, prim) {
        ("size" | "sym_size", _) | (_, "shape") => size,
        ("dim" | "ndimension", _) | (_, "ndim") => {
            |scope, arguments| about(scope, arguments, |tensor| int(tensor.rank()))
        }
        ("numel" | "sym_numel", _) => {
            |scope, arguments| about(scope, arguments, |tensor| int(tensor.count()))
        }
        ("is_floating_point", _) => |scope, arguments| {
            about(scope, arguments, |tensor| {
                Value::Bool(tensor.dtype.is_floating_point())
            })
        },
        (_, "dtype") => {
            |scope, arguments| about(scope, arguments, |tensor| Value::Int(tensor.dtype.torch_code()))
        }
        ("element_size", _) | (_, "itemsize") => {
            |scope, arguments| about(scope, arguments, |tensor| int(tensor.dtype.size()))
        }
        // the network runs on the CPU, with dense tensors, without gradients
        (_, "device") => |scope, arguments| about(scope, arguments, |_| Value::Device("cpu".into())),
        (_, "layout") => |scope, arguments| about(scope, arguments, |_| Value::Int(0)),
        ("is_contiguous", _) => |scope, arguments| about(scope, arguments, |_| Value::Bool(true)),
        ("is_complex" | "is_conj" | "is_neg" | "is_inference", _)
        | (
            _,
            "requires_grad" | "is_cuda" | "is_cpu" | "is_sparse" | "is_sparse_csr" | "is_mkldnn"
            | "is_quantized" | "is_mps" | "is_meta" | "is_xla" | "is_vulkan" | "is_xpu" | "is_ipu"
            | "is_maia" | "is_nested" | "is_mtia",
        ) => {
            let answer: Builtin = if prim == "is_cpu" {
                |scope, arguments| about(scope, arguments, |_| Value::Bool(true))
            } else {
                |scope, arguments| about(scope, arguments, |_| Value::Bool(false))
            };
            answer
        }
        ("get_device", _) => |scope, arguments| about(scope, arguments, |_| Value::Int(-1)),
        ("Int" | "IntImplicit", _) => |scope, arguments| match scalar(scope, arguments)? {
            Value::Int(value) => Ok(Some(Value::Int(value))),
            Value::Bool(value) => Ok(Some(Value::Int(value.into()))),
            Value::Float(value) => to_int(value.trunc())
                .map(|value| Some(Value::Int(value)))
                .ok_or_else(|| LoweringError::new(format!("{value} is not an integer of 64 bits"))),
            Value::Str(text) => text
                .trim()
                .parse()
                .map(|value| Some(Value::Int(value)))
                .map_err(|_| LoweringError::new(format!("{text:?} is not an integer"))),
            _ => Err(no_meaning(arguments)),
        },
        ("Float" | "FloatImplicit", _) => |scope, arguments| match scalar(scope, arguments)? {
            Value::Int(value) => Ok(Some(Value::Float(value as f64))),
            Value::Bool(value) => Ok(Some(Value::Float(f64::from(u8::from(value))))),
            Value::Float(value) => Ok(Some(Value::Float(value))),
            Value::Str(text) => text
                .trim()
                .parse()
                .map(|value| Some(Value::Float(value)))
                .map_err(|_| LoweringError::new(format!("{text:?} is not a number"))),
            _ => Err(no_meaning(arguments)),
        },
        ("Bool", _) => |scope, arguments| match scalar(scope, arguments)? {
            Value::Int(value) => Ok(Some(Value::Bool(value != 0))),
            Value::Bool(value) => Ok(Some(Value::Bool(value))),
            Value::Float(value) => Ok(Some(Value::Bool(value != 0.0))),
            Value::Str(text) => Ok(Some(Value::Bool(!text.is_empty()))),
            _ => Err(no_meaning(arguments)),
        },
        ("item" | "ScalarImplicit", _) | (_, "ImplicitTensorToNum") => {
            |scope, arguments| scalar(scope, arguments).map(Some)
        }
        (_, "NumToTensor") => |scope, arguments| {
            let data = match argument(arguments, 0)? {
                Value::Int(value) => TensorData::from_i64(ScalarType::Int64, &[], &[*value])?,
                Value::Float(value) => TensorData::from_f64(ScalarType::Float64, &[], &[*value])?,
                Value::Bool(value) => TensorData::from_i64(ScalarType::Bool, &[], &[i64::from(*value)])?,
                Value::Tensor(tensor) => return Ok(Some(Value::Tensor(tensor.clone()))),
                _ => return Err(no_meaning(arguments)),
            };
            Ok(Some(Value::from(scope.context.graph.computed(data))))
        },
        ("_shape_as_tensor", _) => |scope, arguments| {
            let tensor = scope.context.read(arguments.tensor(0, "self")?)?;
            Ok(Some(Value::from(scope.context.graph.sizes(&tensor.shape))))
        },
        ("__is__", _) => |_, arguments| identical(arguments, true),
        ("__isnot__", _) => |_, arguments| identical(arguments, false),
        ("_unwrap_optional", _) | (_, "unchecked_unwrap_optional" | "unchecked_cast") => {
            |_, arguments| match argument(arguments, 0)? {
                Value::None => Err(LoweringError::new("the value is None")),
                value => Ok(Some(value.clone())),
            }
        }
        ("device", _) => |_, arguments| match &arguments.positional[..] {
            [Value::Str(name) | Value::Device(name), ..] => Ok(Some(Value::Device(name.clone()))),
            _ => Err(no_meaning(arguments)),
        },
        (_, "type") => |_, arguments| match argument(arguments, 0)? {
            Value::Device(name) => Ok(Some(Value::str(name.split(':').next().unwrap_or(name)))),
            _ => Err(no_meaning(arguments)),
        },
        (_, "EnumName") => |_, arguments| field(arguments, "name"),
        (_, "EnumValue") => |_, arguments| field(arguments, "value"),
        ("is_scripting", _) => |_, _| Ok(Some(Value::Bool(true))),
        (
            "is_grad_enabled"
            | "is_autocast_enabled"
            | "is_autocast_cpu_enabled"
            | "_get_tracing_state"
            | "_is_tracing"
            | "has_torch_function"
            | "is_vulkan_available",
            _,
        ) => |_, _| Ok(Some(Value::Bool(false))),
        ("set_grad_enabled", _) | (_, "Print") => |_, _| Ok(Some(Value::None)),
        _ => return None,
    })
}

fn int(length: usize) -> Value {
    Value::Int(i64::try_from(length).unwrap_or(i64::MAX))
}

fn about(scope: &mut Scope<'_>, arguments: &Arguments, answer: fn(&TensorRef) -> Value) -> Outcome {
    let tensor = arguments.tensor(0, "self")?;
    Ok(Some(answer(&scope.context.read(tensor)?)))
}

fn size(scope: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let tensor = scope.context.read(arguments.tensor(0, "self")?)?;
    Ok(Some(match arguments.optional_int(1, "dim")? {
        None => Value::list(tensor.shape.iter().map(|length| int(*length)).collect()),
        Some(axis) => int(tensor.shape[super::items::place(axis, tensor.shape.len())?]),
    }))
}

/// The number that a tensor of one known element is, or the value itself.
fn scalar(scope: &mut Scope<'_>, arguments: &Arguments) -> Result<Value, LoweringError> {
    let Value::Tensor(tensor) = argument(arguments, 0)? else {
        return Ok(argument(arguments, 0)?.clone());
    };
    let tensor = scope.context.read(tensor)?;
    if tensor.count() != 1 {
        return Err(LoweringError::new(format!(
            "a number from a tensor of shape {:?}",
            tensor.shape
        )));
    }
    let Some(data) = &tensor.constant else {
        return Err(LoweringError::new(
            "the program needs an element of a tensor that is only known when the network runs: that cannot be converted",
        ));
    };
    let value = match data.dtype {
        ScalarType::Bool => data.item_i64().map(|value| Value::Bool(value != 0)),
        _ => data
            .item_i64()
            .map(Value::Int)
            .or_else(|| data.item_f64().map(Value::Float)),
    };
    value.ok_or_else(|| LoweringError::new("a tensor without a number"))
}

fn identical(arguments: &Arguments, wanted: bool) -> Outcome {
    let same = match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::None, Value::None) => true,
        (Value::Tensor(a), Value::Tensor(b)) => a.is(b),
        (Value::List(a), Value::List(b)) => a.is(b),
        (Value::Dict(a), Value::Dict(b)) => a.is(b),
        (Value::Object(a), Value::Object(b)) => a.is(b),
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => a == b,
        _ => false,
    };
    Ok(Some(Value::Bool(same == wanted)))
}

fn field(arguments: &Arguments, name: &str) -> Outcome {
    match argument(arguments, 0)? {
        Value::Tuple(tuple) => {
            let index = tuple
                .names()
                .and_then(|names| names.iter().position(|field| &**field == name));
            let value = index.and_then(|index| tuple.values().get(index));
            value
                .map(|value| Some(value.clone()))
                .ok_or_else(|| no_meaning(arguments))
        }
        _ => Err(no_meaning(arguments)),
    }
}
