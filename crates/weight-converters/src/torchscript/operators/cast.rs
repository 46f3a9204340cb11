//! Element types, copies, and filling in place. Devices, layouts and memory formats mean nothing here.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::super::value::Value;
use super::operands::{self, Lowered, assign, fresh, tensor, unchanged};
use super::promotion::Operand;
use super::{Operator, row};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::to", to, "all forms"),
    row("aten::_to_copy", to_copy, ""),
    row("aten::type_as", type_as, ""),
    row("aten::float", float, ""),
    row("aten::double", double, ""),
    row("aten::half", half, ""),
    row("aten::bfloat16", bfloat16, ""),
    row("aten::int", int, ""),
    row("aten::long", long, ""),
    row("aten::short", short, ""),
    row("aten::char", char, ""),
    row("aten::byte", byte, ""),
    row("aten::bool", bool, ""),
    row("aten::_cast_Float", float, ""),
    row("aten::_cast_Double", double, ""),
    row("aten::_cast_Half", half, ""),
    row("aten::_cast_Int", int, ""),
    row("aten::_cast_Long", long, ""),
    row("aten::_cast_Short", short, ""),
    row("aten::_cast_Char", char, ""),
    row("aten::_cast_Byte", byte, ""),
    row("aten::cpu", same, ""),
    row("aten::cuda", same, ""),
    row("aten::clone", clone, ""),
    row("aten::detach", same, ""),
    row("aten::detach_", same, ""),
    row("aten::alias", same, ""),
    row("aten::lift_fresh", same, ""),
    row("aten::data", same, ""),
    row("prim::data", same, ""),
    row("aten::requires_grad_", same, ""),
    row("aten::resolve_conj", same, "of real numbers"),
    row("aten::resolve_neg", same, ""),
    row("aten::conj", same, "of real numbers"),
    row("aten::real", same, "of real numbers"),
    row("aten::pin_memory", same, ""),
    row("aten::copy_", copy, ""),
    row("aten::copy", copied, ""),
    row("aten::fill_", fill, ""),
    row("aten::fill", filled, ""),
    row("aten::zero_", zero, ""),
];

/// The first of the arguments behind `self` that says a type: a code, or another tensor.
fn wanted_type(cx: &mut Context, args: &Arguments) -> Lowered<Option<ScalarType>> {
    if let Some((_, Value::Int(code))) = args.keyword.iter().find(|(name, _)| name == "dtype") {
        return operands::dtype_of_code(*code).map(Some);
    }
    if let Some((_, Value::Tensor(other))) = args.keyword.iter().find(|(name, _)| name == "other") {
        return Ok(Some(cx.read(other)?.dtype));
    }
    // `to(dtype, ...)`, `to(device, dtype, ...)`, `to(other, ...)`; behind it come flags and a memory format
    for value in args.positional.iter().skip(1).take(2) {
        match value {
            Value::Int(code) => return operands::dtype_of_code(*code).map(Some),
            Value::Tensor(other) => return Ok(Some(cx.read(other)?.dtype)),
            Value::Bool(_) => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}

fn to(cx: &mut Context, args: &Arguments) -> Lowered {
    let wanted = wanted_type(cx, args)?;
    converted(cx, args, wanted)
}

/// The tensor itself where nothing changes.
fn converted(cx: &mut Context, args: &Arguments, wanted: Option<ScalarType>) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    match wanted {
        Some(dtype) if dtype != x.dtype => fresh(cx.graph.cast(&x, dtype)?),
        _ => unchanged(args),
    }
}

fn to_copy(cx: &mut Context, args: &Arguments) -> Lowered {
    let wanted = wanted_type(cx, args)?;
    let x = tensor(cx, args, 0, "self")?;
    fresh(cx.graph.cast(&x, wanted.unwrap_or(x.dtype))?)
}

fn type_as(cx: &mut Context, args: &Arguments) -> Lowered {
    let other = tensor(cx, args, 1, "other")?;
    converted(cx, args, Some(other.dtype))
}

fn float(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Float32))
}

fn double(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Float64))
}

fn half(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Float16))
}

fn bfloat16(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::BFloat16))
}

fn int(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Int32))
}

fn long(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Int64))
}

fn short(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Int16))
}

fn char(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Int8))
}

fn byte(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::UInt8))
}

fn bool(cx: &mut Context, args: &Arguments) -> Lowered {
    converted(cx, args, Some(ScalarType::Bool))
}

fn same(cx: &mut Context, args: &Arguments) -> Lowered {
    let _ = &cx;
    unchanged(args)
}

/// A tensor of its own with the present value: later writes to one do not reach the other.
fn clone(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(x)
}

/// `copy_(self, src, non_blocking=False)`
fn copy(cx: &mut Context, args: &Arguments) -> Lowered {
    let target = args.tensor(0, "self")?.clone();
    let source = tensor(cx, args, 1, "src")?;
    assign(cx, &target, &source)?;
    Ok(Value::Tensor(target))
}

/// `copy(self, src)`: the source in the type and shape of the first
fn copied(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, source) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "src")?);
    let source = cx.graph.cast(&source, x.dtype)?;
    fresh(cx.graph.expand(&source, &x.shape)?)
}

/// `fill_(self, value)`
fn fill(cx: &mut Context, args: &Arguments) -> Lowered {
    let target = args.tensor(0, "self")?.clone();
    let value = args.value(1, "value")?.clone();
    let dtype = cx.read(&target)?.dtype;
    let value = Operand::read(cx, &value)?.tensor(cx, dtype)?;
    assign(cx, &target, &value)?;
    Ok(Value::Tensor(target))
}

fn filled(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let value = args.value(1, "value")?.clone();
    let value = Operand::read(cx, &value)?.tensor(cx, x.dtype)?;
    fresh(cx.graph.expand(&value, &x.shape)?)
}

fn zero(cx: &mut Context, args: &Arguments) -> Lowered {
    let target = args.tensor(0, "self")?.clone();
    let dtype = cx.read(&target)?.dtype;
    let value = cx.graph.scalar(dtype, 0.0);
    assign(cx, &target, &value)?;
    Ok(Value::Tensor(target))
}
