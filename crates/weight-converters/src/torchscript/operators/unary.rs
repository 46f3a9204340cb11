//! Functions of one element.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::arithmetic::truncate;
use super::operands::{Lowered, fresh, tensor};
use super::promotion::floating;
use super::{Operator, row};
use crate::graph::{Binary, Comparison, Logical, TensorRef, Unary};
use crate::tensor::ScalarType;

/// A lowering of a function of floating-point numbers; integers become `float32` before.
macro_rules! function {
    ($name:ident, $operation:ident) => {
        fn $name(cx: &mut Context, args: &Arguments) -> Lowered {
            let x = tensor(cx, args, 0, "self")?;
            let x = floating(cx, &x)?;
            fresh(cx.graph.unary(Unary::$operation, &x)?)
        }
    };
}

/// A lowering of a function that leaves integers as they are.
macro_rules! rounding {
    ($name:ident, $operation:ident) => {
        fn $name(cx: &mut Context, args: &Arguments) -> Lowered {
            let x = tensor(cx, args, 0, "self")?;
            if !x.dtype.is_floating_point() {
                return fresh(x);
            }
            fresh(cx.graph.unary(Unary::$operation, &x)?)
        }
    };
}

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::abs", abs, ""),
    row("aten::absolute", abs, ""),
    row("aten::neg", neg, ""),
    row("aten::negative", neg, ""),
    row("aten::positive", positive, ""),
    row("aten::sign", sign, ""),
    row("aten::sgn", sign, ""),
    row("aten::exp", exp, ""),
    row("aten::exp2", exp2, ""),
    row("aten::expm1", expm1, ""),
    row("aten::log", log, ""),
    row("aten::log2", log2, ""),
    row("aten::log10", log10, ""),
    row("aten::log1p", log1p, ""),
    row("aten::sqrt", sqrt, ""),
    row("aten::rsqrt", rsqrt, ""),
    row("aten::reciprocal", reciprocal, ""),
    row("aten::erf", erf, ""),
    row("aten::erfc", erfc, ""),
    row("aten::sin", sin, ""),
    row("aten::cos", cos, ""),
    row("aten::tan", tan, ""),
    row("aten::asin", asin, ""),
    row("aten::arcsin", asin, ""),
    row("aten::acos", acos, ""),
    row("aten::arccos", acos, ""),
    row("aten::atan", atan, ""),
    row("aten::arctan", atan, ""),
    row("aten::sinh", sinh, ""),
    row("aten::cosh", cosh, ""),
    row("aten::tanh", tanh, ""),
    row("aten::asinh", asinh, ""),
    row("aten::acosh", acosh, ""),
    row("aten::atanh", atanh, ""),
    row("aten::floor", floor, ""),
    row("aten::ceil", ceil, ""),
    row("aten::round", round, "halves to even; `decimals`"),
    row("aten::trunc", trunc, ""),
    row("aten::fix", trunc, ""),
    row("aten::frac", frac, ""),
    row("aten::logit", logit, ""),
    row("aten::isnan", isnan, ""),
    row("aten::isinf", isinf, ""),
    row("aten::isfinite", isfinite, ""),
    row("aten::nan_to_num", nan_to_num, ""),
    row("aten::deg2rad", deg2rad, ""),
    row("aten::rad2deg", rad2deg, ""),
];

function!(exp, Exp);
function!(log, Log);
function!(sqrt, Sqrt);
function!(reciprocal, Reciprocal);
function!(erf, Erf);
function!(sin, Sin);
function!(cos, Cos);
function!(tan, Tan);
function!(asin, Asin);
function!(acos, Acos);
function!(atan, Atan);
function!(sinh, Sinh);
function!(cosh, Cosh);
function!(tanh, Tanh);
function!(asinh, Asinh);
function!(acosh, Acosh);
function!(atanh, Atanh);
rounding!(floor, Floor);
rounding!(ceil, Ceil);

fn abs(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(cx.graph.unary(Unary::Abs, &x)?)
}

fn neg(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.dtype == ScalarType::UInt8 {
        let zero = cx.graph.scalar(x.dtype, 0.0);
        return fresh(cx.graph.sub(&zero, &x)?);
    }
    fresh(cx.graph.unary(Unary::Neg, &x)?)
}

fn positive(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(x)
}

fn sign(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.dtype == ScalarType::Bool {
        return fresh(x);
    }
    fresh(cx.graph.unary(Unary::Sign, &x)?)
}

/// The operand as floating-point numbers, and a function of it.
fn of_floating(
    cx: &mut Context,
    args: &Arguments,
    function: impl FnOnce(&mut Context, &TensorRef) -> Lowered<TensorRef>,
) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let x = floating(cx, &x)?;
    fresh(function(cx, &x)?)
}

fn exp2(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let scaled = cx.graph.binary_number(Binary::Mul, x, std::f64::consts::LN_2)?;
        Ok(cx.graph.unary(Unary::Exp, &scaled)?)
    })
}

/// `exp(x) - 1 = 2 tanh(x / 2) / (1 - tanh(x / 2))`, without cancellation near zero; far from it the difference.
fn expm1(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let half = cx.graph.binary_number(Binary::Mul, x, 0.5)?;
        let t = cx.graph.unary(Unary::Tanh, &half)?;
        let double = cx.graph.binary_number(Binary::Mul, &t, 2.0)?;
        let one = cx.graph.scalar(x.dtype, 1.0);
        let rest = cx.graph.sub(&one, &t)?;
        let near = cx.graph.div(&double, &rest)?;
        let exponential = cx.graph.unary(Unary::Exp, x)?;
        let far = cx.graph.sub(&exponential, &one)?;
        let magnitude = cx.graph.unary(Unary::Abs, x)?;
        let is_near = cx.graph.compare(Comparison::Less, &magnitude, &one)?;
        Ok(cx.graph.choose(&is_near, &near, &far)?)
    })
}

fn logarithm(cx: &mut Context, args: &Arguments, factor: f64) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let natural = cx.graph.unary(Unary::Log, x)?;
        Ok(cx.graph.binary_number(Binary::Mul, &natural, factor)?)
    })
}

fn log2(cx: &mut Context, args: &Arguments) -> Lowered {
    logarithm(cx, args, std::f64::consts::LOG2_E)
}

fn log10(cx: &mut Context, args: &Arguments) -> Lowered {
    logarithm(cx, args, std::f64::consts::LOG10_E)
}

/// `log(u) x / (u - 1)` with `u = 1 + x` (Goldberg 1991), exact near zero where `log(1 + x)` is not.
fn log1p(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let one = cx.graph.scalar(x.dtype, 1.0);
        let shifted = cx.graph.add(x, &one)?;
        let logarithm = cx.graph.unary(Unary::Log, &shifted)?;
        let back = cx.graph.sub(&shifted, &one)?;
        let magnitude = cx.graph.unary(Unary::Abs, x)?;
        let limit = cx.graph.scalar(x.dtype, 0.5);
        let is_near = cx.graph.compare(Comparison::Less, &magnitude, &limit)?;
        let zero = cx.graph.scalar(x.dtype, 0.0);
        let lost = cx.graph.compare(Comparison::Equal, &back, &zero)?;
        // where nothing is left of x after adding one, log(1 + x) is x
        let divisor = cx.graph.choose(&lost, &one, &back)?;
        let corrected = cx.graph.mul(&logarithm, x)?;
        let corrected = cx.graph.div(&corrected, &divisor)?;
        let near = cx.graph.choose(&lost, x, &corrected)?;
        Ok(cx.graph.choose(&is_near, &near, &logarithm)?)
    })
}

fn rsqrt(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let root = cx.graph.unary(Unary::Sqrt, x)?;
        Ok(cx.graph.unary(Unary::Reciprocal, &root)?)
    })
}

fn erfc(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let erf = cx.graph.unary(Unary::Erf, x)?;
        let one = cx.graph.scalar(x.dtype, 1.0);
        Ok(cx.graph.sub(&one, &erf)?)
    })
}

/// `round(self, decimals=0)`
fn round(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if !x.dtype.is_floating_point() {
        return fresh(x);
    }
    let decimals = args.int_or(1, "decimals", 0)?;
    if decimals == 0 {
        return fresh(cx.graph.unary(Unary::Round, &x)?);
    }
    let factor = 10_f64.powi(i32::try_from(decimals.clamp(-300, 300)).unwrap_or(0));
    let scaled = cx.graph.binary_number(Binary::Mul, &x, factor)?;
    let rounded = cx.graph.unary(Unary::Round, &scaled)?;
    fresh(cx.graph.binary_number(Binary::Div, &rounded, factor)?)
}

fn trunc(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if !x.dtype.is_floating_point() {
        return fresh(x);
    }
    fresh(truncate(cx, &x)?)
}

fn frac(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        let whole = truncate(cx, x)?;
        Ok(cx.graph.sub(x, &whole)?)
    })
}

/// `logit(self, eps=None)`: `log(x / (1 - x))`, with `x` kept `eps` away from 0 and 1
fn logit(cx: &mut Context, args: &Arguments) -> Lowered {
    let epsilon = args.optional_float(1, "eps")?;
    of_floating(cx, args, |cx, x| {
        let x = match epsilon {
            Some(epsilon) => cx.graph.clip(x, Some(epsilon), Some(1.0 - epsilon))?,
            None => x.clone(),
        };
        let one = cx.graph.scalar(x.dtype, 1.0);
        let rest = cx.graph.sub(&one, &x)?;
        let odds = cx.graph.div(&x, &rest)?;
        Ok(cx.graph.unary(Unary::Log, &odds)?)
    })
}

/// Truth values that are all false, of the shape of a tensor.
fn never(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let no = cx.graph.scalar(ScalarType::Bool, 0.0);
    Ok(cx.graph.expand(&no, &x.shape)?)
}

fn special(cx: &mut Context, x: &TensorRef, operator: &'static str) -> Lowered<TensorRef> {
    if x.dtype.is_floating_point() {
        Ok(cx.graph.is_special(operator, x)?)
    } else {
        never(cx, x)
    }
}

fn isnan(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(special(cx, &x, "IsNaN")?)
}

fn isinf(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(special(cx, &x, "IsInf")?)
}

fn isfinite(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (nan, infinite) = (special(cx, &x, "IsNaN")?, special(cx, &x, "IsInf")?);
    let either = cx.graph.logical(Logical::Or, &nan, &infinite)?;
    fresh(cx.graph.not(&either)?)
}

/// `nan_to_num(self, nan=0, posinf=None, neginf=None)`; without numbers the largest of the type
fn nan_to_num(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if !x.dtype.is_floating_point() {
        return fresh(x);
    }
    let largest = match x.dtype {
        ScalarType::Float16 => 65504.0,
        ScalarType::Float64 => f64::MAX,
        _ => f64::from(f32::MAX),
    };
    let replacements = [
        args.float_or(1, "nan", 0.0)?,
        args.float_or(2, "posinf", largest)?,
        args.float_or(3, "neginf", -largest)?,
    ];
    let is_nan = cx.graph.is_special("IsNaN", &x)?;
    let [nan, above, below] = replacements.map(|value| cx.graph.scalar(x.dtype, value));
    let infinite = cx.graph.is_special("IsInf", &x)?;
    let zero = cx.graph.scalar(x.dtype, 0.0);
    let positive = cx.graph.compare(Comparison::Greater, &x, &zero)?;
    let bound = cx.graph.choose(&positive, &above, &below)?;
    let finite = cx.graph.choose(&infinite, &bound, &x)?;
    fresh(cx.graph.choose(&is_nan, &nan, &finite)?)
}

fn deg2rad(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        Ok(cx.graph.binary_number(Binary::Mul, x, 1_f64.to_radians())?)
    })
}

fn rad2deg(cx: &mut Context, args: &Arguments) -> Lowered {
    of_floating(cx, args, |cx, x| {
        Ok(cx.graph.binary_number(Binary::Mul, x, 1_f64.to_degrees())?)
    })
}
