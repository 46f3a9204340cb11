//! Functions of several tensors that are made of simpler ones.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::arithmetic::floating_pair;
use super::operands::{self, Lowered, fresh, tensor};
use super::promotion::{Operand, common_type};
use super::{Operator, row};
use crate::graph::{Binary, Comparison, Logical, Unary};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::lerp", lerp, ""),
    row("aten::addcmul", addcmul, ""),
    row("aten::addcdiv", addcdiv, ""),
    row("aten::hypot", hypot, ""),
    row("aten::atan2", atan2, ""),
    row("aten::logaddexp", logaddexp, ""),
    row("aten::copysign", copysign, ""),
    row("aten::xlogy", xlogy, ""),
    row("aten::dist", dist, "order 2"),
];

/// `lerp(self, end, weight)`: `self + weight (end - self)`
fn lerp(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let weight = args.value(2, "weight")?.clone();
    let weight = Operand::read(cx, &weight)?.tensor(cx, a.dtype)?;
    let difference = cx.graph.sub(&b, &a)?;
    let part = cx.graph.mul(&weight, &difference)?;
    fresh(cx.graph.add(&a, &part)?)
}

/// `addcmul(self, tensor1, tensor2, value=1)`
fn addcmul(cx: &mut Context, args: &Arguments) -> Lowered {
    add_scaled(cx, args, Binary::Mul)
}

/// `addcdiv(self, tensor1, tensor2, value=1)`
fn addcdiv(cx: &mut Context, args: &Arguments) -> Lowered {
    add_scaled(cx, args, Binary::Div)
}

fn add_scaled(cx: &mut Context, args: &Arguments, operation: Binary) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let a = tensor(cx, args, 1, "tensor1")?;
    let b = tensor(cx, args, 2, "tensor2")?;
    let value = operands::optional_number(cx, args, 3, "value")?.unwrap_or(1.0);
    let dtype = common_type(&[&x, &a, &b].map(|tensor| Operand::Tensor(tensor.clone())));
    let dtype = if operation == Binary::Div && !dtype.is_floating_point() {
        ScalarType::Float32
    } else {
        dtype
    };
    let (x, a, b) = (
        cx.graph.cast(&x, dtype)?,
        cx.graph.cast(&a, dtype)?,
        cx.graph.cast(&b, dtype)?,
    );
    let scaled = cx.graph.binary_number(Binary::Mul, &a, value)?;
    let part = cx.graph.binary(operation, &scaled, &b)?;
    fresh(cx.graph.add(&x, &part)?)
}

fn hypot(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let (a, b) = (cx.graph.mul(&a, &a)?, cx.graph.mul(&b, &b)?);
    let sum = cx.graph.add(&a, &b)?;
    fresh(cx.graph.unary(Unary::Sqrt, &sum)?)
}

/// The angle of the point (`other`, `self`): `2 atan(y / (sqrt(x² + y²) + x))`, with pi on the negative half-line.
fn atan2(cx: &mut Context, args: &Arguments) -> Lowered {
    let (y, x) = floating_pair(cx, args)?;
    let dtype = y.dtype;
    let zero = cx.graph.scalar(dtype, 0.0);
    let quotient = cx.graph.div(&y, &x)?;
    let angle = cx.graph.unary(Unary::Atan, &quotient)?;
    let left = cx.graph.compare(Comparison::Less, &x, &zero)?;
    let above = cx.graph.compare(Comparison::GreaterOrEqual, &y, &zero)?;
    let (plus, minus) = (
        cx.graph.scalar(dtype, std::f64::consts::PI),
        cx.graph.scalar(dtype, -std::f64::consts::PI),
    );
    let turn = cx.graph.choose(&above, &plus, &minus)?;
    let turned = cx.graph.add(&angle, &turn)?;
    let result = cx.graph.choose(&left, &turned, &angle)?;
    // on the vertical axis the quotient is infinite, which atan takes; at the origin it is NaN
    let (x_zero, y_zero) = (
        cx.graph.compare(Comparison::Equal, &x, &zero)?,
        cx.graph.compare(Comparison::Equal, &y, &zero)?,
    );
    let origin = cx.graph.logical(Logical::And, &x_zero, &y_zero)?;
    fresh(cx.graph.choose(&origin, &zero, &result)?)
}

/// `log(exp(a) + exp(b))` without overflow: the larger plus `log(1 + exp(-|a - b|))`
fn logaddexp(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let larger = cx.graph.binary(Binary::Max, &a, &b)?;
    let difference = cx.graph.sub(&a, &b)?;
    let difference = cx.graph.unary(Unary::Abs, &difference)?;
    let negative = cx.graph.unary(Unary::Neg, &difference)?;
    let exponential = cx.graph.unary(Unary::Exp, &negative)?;
    let shifted = cx.graph.binary_number(Binary::Add, &exponential, 1.0)?;
    let logarithm = cx.graph.unary(Unary::Log, &shifted)?;
    fresh(cx.graph.add(&larger, &logarithm)?)
}

/// The magnitude of one with the sign of the other; the sign of zero counts as plus.
fn copysign(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let magnitude = cx.graph.unary(Unary::Abs, &a)?;
    let negative = cx.graph.unary(Unary::Neg, &magnitude)?;
    let zero = cx.graph.scalar(b.dtype, 0.0);
    let below = cx.graph.compare(Comparison::Less, &b, &zero)?;
    fresh(cx.graph.choose(&below, &negative, &magnitude)?)
}

/// `a log(b)`, zero where `a` is zero
fn xlogy(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let zero = cx.graph.scalar(a.dtype, 0.0);
    let is_zero = cx.graph.compare(Comparison::Equal, &a, &zero)?;
    let logarithm = cx.graph.unary(Unary::Log, &b)?;
    let product = cx.graph.mul(&a, &logarithm)?;
    fresh(cx.graph.choose(&is_zero, &zero, &product)?)
}

fn dist(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    let order = args.float_or(2, "p", 2.0)?;
    let difference = cx.graph.sub(&a, &b)?;
    let axes: Vec<usize> = (0..difference.rank()).collect();
    fresh(super::norms::norm(cx, &difference, order, &axes, false)?)
}
