//! Comparisons, truth values, and choosing by them.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::arithmetic::pair;
use super::operands::{Lowered, fresh, tensor};
use super::promotion::{Operand, promoted};
use super::{Operator, row};
use crate::graph::{Binary, Comparison, Logical, Reduction, TensorRef, Unary};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::eq", eq, ""),
    row("aten::ne", ne, ""),
    row("aten::not_equal", ne, ""),
    row("aten::lt", lt, ""),
    row("aten::less", lt, ""),
    row("aten::le", le, ""),
    row("aten::less_equal", le, ""),
    row("aten::gt", gt, ""),
    row("aten::greater", gt, ""),
    row("aten::ge", ge, ""),
    row("aten::greater_equal", ge, ""),
    row("aten::logical_and", logical_and, ""),
    row("aten::logical_or", logical_or, ""),
    row("aten::logical_xor", logical_xor, ""),
    row("aten::logical_not", logical_not, ""),
    row("aten::bitwise_and", bitwise_and, "truth values only"),
    row("aten::bitwise_or", bitwise_or, "truth values only"),
    row("aten::bitwise_xor", bitwise_xor, "truth values only"),
    row("aten::bitwise_not", bitwise_not, "truth values and integers"),
    row("aten::__and__", bitwise_and, "truth values only"),
    row("aten::__or__", bitwise_or, "truth values only"),
    row("aten::__xor__", bitwise_xor, "truth values only"),
    row("aten::where", choose, "with three arguments"),
    row("aten::masked_fill", masked_fill, ""),
    row("aten::isclose", isclose, ""),
    row(
        "aten::equal",
        equal,
        "of tensors that are known while converting, or whose shapes differ",
    ),
    row("aten::heaviside", heaviside, ""),
];

fn compare(cx: &mut Context, args: &Arguments, comparison: Comparison) -> Lowered<TensorRef> {
    let (a, b) = pair(cx, args)?;
    Ok(cx.graph.compare(comparison, &a, &b)?)
}

fn eq(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(compare(cx, args, Comparison::Equal)?)
}

fn ne(cx: &mut Context, args: &Arguments) -> Lowered {
    let equal = compare(cx, args, Comparison::Equal)?;
    fresh(cx.graph.not(&equal)?)
}

fn lt(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(compare(cx, args, Comparison::Less)?)
}

fn le(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(compare(cx, args, Comparison::LessOrEqual)?)
}

fn gt(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(compare(cx, args, Comparison::Greater)?)
}

fn ge(cx: &mut Context, args: &Arguments) -> Lowered {
    fresh(compare(cx, args, Comparison::GreaterOrEqual)?)
}

/// An operand as truth values.
fn truth(cx: &mut Context, args: &Arguments, index: usize, name: &str) -> Lowered<TensorRef> {
    let value = args.value(index, name)?.clone();
    Operand::read(cx, &value)?.tensor(cx, ScalarType::Bool)
}

fn logical(cx: &mut Context, args: &Arguments, operation: Logical) -> Lowered {
    let (a, b) = (truth(cx, args, 0, "self")?, truth(cx, args, 1, "other")?);
    fresh(cx.graph.logical(operation, &a, &b)?)
}

fn logical_and(cx: &mut Context, args: &Arguments) -> Lowered {
    logical(cx, args, Logical::And)
}

fn logical_or(cx: &mut Context, args: &Arguments) -> Lowered {
    logical(cx, args, Logical::Or)
}

fn logical_xor(cx: &mut Context, args: &Arguments) -> Lowered {
    logical(cx, args, Logical::Xor)
}

fn logical_not(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = truth(cx, args, 0, "self")?;
    fresh(cx.graph.not(&x)?)
}

fn bitwise(cx: &mut Context, args: &Arguments, operation: Logical) -> Lowered {
    let (a, b) = pair(cx, args)?;
    if a.dtype != ScalarType::Bool {
        return Err(LoweringError::new(format!(
            "is supported for truth values, found {}",
            a.dtype
        )));
    }
    fresh(cx.graph.logical(operation, &a, &b)?)
}

fn bitwise_and(cx: &mut Context, args: &Arguments) -> Lowered {
    bitwise(cx, args, Logical::And)
}

fn bitwise_or(cx: &mut Context, args: &Arguments) -> Lowered {
    bitwise(cx, args, Logical::Or)
}

fn bitwise_xor(cx: &mut Context, args: &Arguments) -> Lowered {
    bitwise(cx, args, Logical::Xor)
}

/// Of an integer: `-1 - x`.
fn bitwise_not(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.dtype == ScalarType::Bool {
        return fresh(cx.graph.not(&x)?);
    }
    if !x.dtype.is_integer() {
        return Err(LoweringError::new(format!(
            "takes truth values or integers, found {}",
            x.dtype
        )));
    }
    let ones = cx
        .graph
        .scalar(x.dtype, if x.dtype == ScalarType::UInt8 { 255.0 } else { -1.0 });
    fresh(cx.graph.sub(&ones, &x)?)
}

/// `where(condition, self, other)`
fn choose(cx: &mut Context, args: &Arguments) -> Lowered {
    if args.get(1, "self").is_none() {
        return Err(LoweringError::new(
            "with one argument gives as many indices as elements are true, which is known only when the network runs",
        ));
    }
    let condition = truth(cx, args, 0, "condition")?;
    let (a, b) = (args.value(1, "self")?.clone(), args.value(2, "other")?.clone());
    let (a, b) = (Operand::read(cx, &a)?, Operand::read(cx, &b)?);
    let (a, b) = promoted(cx, &a, &b)?;
    fresh(cx.graph.choose(&condition, &a, &b)?)
}

/// `masked_fill(self, mask, value)`
fn masked_fill(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let mask = truth(cx, args, 1, "mask")?;
    let value = args.value(2, "value")?.clone();
    let value = Operand::read(cx, &value)?.tensor(cx, x.dtype)?;
    fresh(cx.graph.choose(&mask, &value, &x)?)
}

/// `isclose(self, other, rtol=1e-5, atol=1e-8)`
fn isclose(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let (relative, absolute) = (args.float_or(2, "rtol", 1e-5)?, args.float_or(3, "atol", 1e-8)?);
    let difference = cx.graph.sub(&a, &b)?;
    let difference = cx.graph.unary(Unary::Abs, &difference)?;
    let magnitude = cx.graph.unary(Unary::Abs, &b)?;
    let allowed = cx.graph.binary_number(Binary::Mul, &magnitude, relative)?;
    let allowed = cx.graph.binary_number(Binary::Add, &allowed, absolute)?;
    fresh(cx.graph.compare(Comparison::LessOrEqual, &difference, &allowed)?)
}

/// `equal(self, other)` is a truth value of the program, not a tensor.
fn equal(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "other")?);
    if a.shape != b.shape {
        return Ok(Value::Bool(false));
    }
    let same = cx.graph.compare(Comparison::Equal, &a, &b)?;
    let same = cx.graph.cast(&same, ScalarType::Int32)?;
    let axes: Vec<usize> = (0..same.rank()).collect();
    let all = cx.graph.reduce(Reduction::Min, &same, &axes, false)?;
    match all.constant.as_ref().and_then(TensorData::item_i64) {
        Some(all) => Ok(Value::Bool(all != 0)),
        None => Err(LoweringError::new(
            "compares contents of tensors that are known only when the network runs",
        )),
    }
}

/// `heaviside(self, values)`: 0 below zero, 1 above, `values` at zero
fn heaviside(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, values) = pair(cx, args)?;
    let zero = cx.graph.scalar(x.dtype, 0.0);
    let one = cx.graph.scalar(x.dtype, 1.0);
    let above = cx.graph.compare(Comparison::Greater, &x, &zero)?;
    let at = cx.graph.compare(Comparison::Equal, &x, &zero)?;
    let step = cx.graph.choose(&above, &one, &zero)?;
    fresh(cx.graph.choose(&at, &values, &step)?)
}
