//! Arithmetic of two operands with broadcasting and type promotion.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, fresh, tensor};
use super::promotion::{Operand, floating, promoted};
use super::{Operator, row};
use crate::graph::{Binary, Logical, TensorRef, Unary};
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
];

/// The operands at places 0 and 1 in their common type.
pub(super) fn pair(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
    let (a, b) = (args.value(0, "self")?.clone(), args.value(1, "other")?.clone());
    let (a, b) = (Operand::read(cx, &a)?, Operand::read(cx, &b)?);
    promoted(cx, &a, &b)
}

/// As [`pair`], with floating-point numbers: integers become `float32`.
pub(super) fn floating_pair(cx: &mut Context, args: &Arguments) -> Lowered<(TensorRef, TensorRef)> {
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
