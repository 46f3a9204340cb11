//! Arithmetic of two operands with broadcasting and type promotion.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, fresh, tensor};
use super::promotion::{Operand, common_type, floating, promoted};
use super::{Operator, row};
use crate::graph::{Binary, Comparison, Logical, TensorRef, Unary};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::add", add, "`alpha`; truth values: or"),
    row("aten::sub", sub, "`alpha`"),
    row("aten::subtract", sub, "`alpha`"),
    row("aten::rsub", rsub, "`alpha`"),
    row("aten::mul", mul, "truth values: and"),
    row("aten::multiply", mul, "truth values: and"),
    row("aten::div", div, "`rounding_mode` `trunc` or `floor`"),
    row("aten::divide", div, "`rounding_mode` `trunc` or `floor`"),
    row("aten::true_divide", true_divide, ""),
    row(
        "aten::floor_divide",
        floor_divide,
        "rounds towards minus infinity, as torch >= 1.13",
    ),
    row("aten::remainder", remainder, "the sign of the divisor"),
    row("aten::fmod", fmod, "the sign of the dividend"),
    row("aten::pow", pow, ""),
    row("aten::float_power", float_power, ""),
    row("aten::square", square, ""),
    row("aten::maximum", maximum, ""),
    row("aten::minimum", minimum, ""),
    row(
        "aten::fmax",
        maximum,
        "NaN stays where `PyTorch` takes the other operand",
    ),
    row(
        "aten::fmin",
        minimum,
        "NaN stays where `PyTorch` takes the other operand",
    ),
    row("aten::clamp", clamp, "bounds may be tensors"),
    row("aten::clip", clamp, "bounds may be tensors"),
    row("aten::clamp_min", clamp_min, ""),
    row("aten::clamp_max", clamp_max, ""),
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

/// The operands at places 0 and 1 in their common type.
pub(super) fn pair(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
    let (a, b) = (args.value(0, "self")?.clone(), args.value(1, "other")?.clone());
    let (a, b) = (Operand::read(cx, &a)?, Operand::read(cx, &b)?);
    promoted(cx, &a, &b)
}

/// As [`pair`], with floating-point numbers: integers become `float32`.
fn floating_pair(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
    let (a, b) = pair(cx, args)?;
    Ok((floating(cx, &a)?, floating(cx, &b)?))
}

/// `b` times the factor `alpha` of additions.
fn scaled(cx: &mut Context, args: &Arguments, b: &TensorRef) -> Lowered<TensorRef> {
    match operands::optional_number(cx, args, 2, "alpha")? {
        None => Ok(b.clone()),
        Some(1.0) => Ok(b.clone()),
        Some(alpha) => Ok(cx.graph.binary_number(Binary::Mul, b, alpha)?),
    }
}

fn add(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    if a.dtype == ScalarType::Bool {
        return fresh(cx.graph.logical(Logical::Or, &a, &b)?);
    }
    let b = scaled(cx, args, &b)?;
    fresh(cx.graph.add(&a, &b)?)
}

fn sub(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let b = scaled(cx, args, &b)?;
    fresh(cx.graph.sub(&a, &b)?)
}

/// `other - alpha * self`
fn rsub(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let a = scaled(cx, args, &a)?;
    fresh(cx.graph.sub(&b, &a)?)
}

fn mul(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    if a.dtype == ScalarType::Bool {
        return fresh(cx.graph.logical(Logical::And, &a, &b)?);
    }
    fresh(cx.graph.mul(&a, &b)?)
}

/// `div(self, other, rounding_mode=None)`
fn div(cx: &mut Context, args: &Arguments) -> Lowered {
    let mode = match args.get(2, "rounding_mode") {
        None | Some(Value::None) => return true_divide(cx, args),
        Some(_) => args.str(2, "rounding_mode")?,
    };
    match mode {
        "floor" => floor_divide(cx, args),
        "trunc" => {
            let (a, b) = pair(cx, args)?;
            if !a.dtype.is_floating_point() {
                let (a, b) = numbers(cx, a, b)?;
                return fresh(cx.graph.div(&a, &b)?);
            }
            let quotient = cx.graph.div(&a, &b)?;
            fresh(truncate(cx, &quotient)?)
        }
        other => Err(LoweringError::new(format!(
            "`rounding_mode` is `floor`, `trunc` or None, found `{other}`"
        ))),
    }
}

/// Truth values as numbers, others as they are.
fn numbers(cx: &mut Context, a: TensorRef, b: TensorRef) -> Lowered<(TensorRef, TensorRef)> {
    if a.dtype != ScalarType::Bool {
        return Ok((a, b));
    }
    Ok((
        cx.graph.cast(&a, ScalarType::Int64)?,
        cx.graph.cast(&b, ScalarType::Int64)?,
    ))
}

/// Towards zero: `sign(x) * floor(|x|)`.
pub(super) fn truncate(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let sign = cx.graph.unary(Unary::Sign, x)?;
    let magnitude = cx.graph.unary(Unary::Abs, x)?;
    let whole = cx.graph.unary(Unary::Floor, &magnitude)?;
    Ok(cx.graph.mul(&sign, &whole)?)
}

fn true_divide(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = floating_pair(cx, args)?;
    // a constant divisor keeps its rounding: a product with the reciprocal would differ in the last digit
    fresh(cx.graph.div(&a, &b)?)
}

fn floor_divide(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    if a.dtype.is_floating_point() {
        let quotient = cx.graph.div(&a, &b)?;
        return fresh(cx.graph.unary(Unary::Floor, &quotient)?);
    }
    let (a, b) = numbers(cx, a, b)?;
    // (a - a mod b) / b is exact, so it does not matter how the division rounds
    let rest = cx.graph.binary(Binary::Mod, &a, &b)?;
    let whole = cx.graph.sub(&a, &rest)?;
    fresh(cx.graph.div(&whole, &b)?)
}

fn remainder(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let (a, b) = numbers(cx, a, b)?;
    fresh(cx.graph.binary(Binary::Mod, &a, &b)?)
}

fn fmod(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let (a, b) = numbers(cx, a, b)?;
    fresh(cx.graph.binary(Binary::Fmod, &a, &b)?)
}

fn pow(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let (a, b) = numbers(cx, a, b)?;
    fresh(power(cx, &a, &b)?)
}

/// Small constant exponents as products and roots, which are faster and exact.
pub(super) fn power(cx: &mut Context, a: &TensorRef, b: &TensorRef) -> Lowered<TensorRef> {
    if let Some(exponent) = b.constant.as_ref().and_then(TensorData::item_f64)
        && a.constant.is_none()
        && b.rank() <= a.rank()
        && b.count() == 1
    {
        if exponent == 2.0 {
            return Ok(cx.graph.mul(a, a)?);
        }
        if exponent == 0.5 && a.dtype.is_floating_point() {
            return Ok(cx.graph.unary(Unary::Sqrt, a)?);
        }
        if exponent == -0.5 && a.dtype.is_floating_point() {
            let root = cx.graph.unary(Unary::Sqrt, a)?;
            return Ok(cx.graph.unary(Unary::Reciprocal, &root)?);
        }
        if exponent == -1.0 && a.dtype.is_floating_point() {
            return Ok(cx.graph.unary(Unary::Reciprocal, a)?);
        }
        if exponent == 3.0 {
            let square = cx.graph.mul(a, a)?;
            return Ok(cx.graph.mul(&square, a)?);
        }
    }
    Ok(cx.graph.binary(Binary::Pow, a, b)?)
}

fn float_power(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = pair(cx, args)?;
    let (a, b) = (
        cx.graph.cast(&a, ScalarType::Float64)?,
        cx.graph.cast(&b, ScalarType::Float64)?,
    );
    fresh(power(cx, &a, &b)?)
}

fn square(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(cx.graph.mul(&x, &x)?)
}

pub(super) fn maximum(cx: &mut Context, args: &Arguments) -> Lowered {
    extreme(cx, args, Binary::Max, Logical::Or)
}

pub(super) fn minimum(cx: &mut Context, args: &Arguments) -> Lowered {
    extreme(cx, args, Binary::Min, Logical::And)
}

fn extreme(cx: &mut Context, args: &Arguments, operation: Binary, logical: Logical) -> Lowered {
    let (a, b) = pair(cx, args)?;
    if a.dtype == ScalarType::Bool {
        return fresh(cx.graph.logical(logical, &a, &b)?);
    }
    fresh(cx.graph.binary(operation, &a, &b)?)
}

/// `clamp(self, min=None, max=None)`
fn clamp(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = args.value(0, "self")?.clone();
    let x = Operand::read(cx, &x)?;
    let bound = |cx: &mut Context, index: usize, name: &str| -> Lowered<Option<Operand>> {
        match args.get(index, name).cloned() {
            None | Some(Value::None) => Ok(None),
            Some(value) => Operand::read(cx, &value).map(Some),
        }
    };
    let (min, max) = (bound(cx, 1, "min")?, bound(cx, 2, "max")?);
    limit(cx, &x, min.as_ref(), max.as_ref())
}

fn limit(cx: &mut Context, x: &Operand, min: Option<&Operand>, max: Option<&Operand>) -> Lowered {
    let all: Vec<Operand> = [Some(x), min, max].into_iter().flatten().cloned().collect();
    let dtype = common_type(&all);
    let mut x = x.tensor(cx, dtype)?;
    let known = |bound: Option<&Operand>| match bound {
        Some(Operand::Int(value)) => Some(Some(*value as f64)),
        Some(Operand::Float(value)) => Some(Some(*value)),
        None => Some(None),
        _ => None,
    };
    if let (Some(min), Some(max)) = (known(min), known(max)) {
        // where the bounds are crossed, the upper one counts in PyTorch and in ONNX
        return fresh(cx.graph.clip(&x, min, max)?);
    }
    if let Some(min) = min {
        let min = min.tensor(cx, dtype)?;
        x = cx.graph.binary(Binary::Max, &x, &min)?;
    }
    if let Some(max) = max {
        let max = max.tensor(cx, dtype)?;
        x = cx.graph.binary(Binary::Min, &x, &max)?;
    }
    fresh(x)
}

fn clamp_min(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, min) = (args.value(0, "self")?.clone(), args.value(1, "min")?.clone());
    let (x, min) = (Operand::read(cx, &x)?, Operand::read(cx, &min)?);
    limit(cx, &x, Some(&min), None)
}

fn clamp_max(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, max) = (args.value(0, "self")?.clone(), args.value(1, "max")?.clone());
    let (x, max) = (Operand::read(cx, &x)?, Operand::read(cx, &max)?);
    limit(cx, &x, None, Some(&max))
}

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
    fresh(super::reduction::norm(cx, &difference, order, &axes, false)?)
}
