//! Arithmetic and comparisons of numbers, as the language computes them: `int / int` is `float`, `//` and `%` go towards
//! minus infinity, `int ** int` is `float`, and integers have 64 bits (more is an error).

use std::cmp::Ordering;

use super::{Builtin, Scope, argument, items, no_meaning};
use crate::torchscript::arguments::Arguments;
use crate::torchscript::context::LoweringError;
use crate::torchscript::evaluate::compare::{Number, equal, number};
use crate::torchscript::value::Value;

type Outcome = Result<Option<Value>, LoweringError>;

pub(super) fn find(aten: &str, prim: &str) -> Option<Builtin> {
    Some(match (aten, prim) {
        ("add", _) => |scope, arguments| match items::concatenated(scope, arguments)? {
            Some(value) => Ok(Some(value)),
            None => arithmetic(arguments, i64::checked_add, |a, b| a + b, 1),
        },
        ("sub", _) => |_, arguments| arithmetic(arguments, i64::checked_sub, |a, b| a - b, 1),
        ("rsub", _) => |_, arguments| arithmetic(arguments, |a, b| b.checked_sub(a), |a, b| b - a, 1),
        ("mul", _) => |scope, arguments| match items::repeated(scope, arguments)? {
            Some(value) => Ok(Some(value)),
            None => arithmetic(arguments, i64::checked_mul, |a, b| a * b, 1),
        },
        ("div", _) => divide,
        ("floordiv", _) => |_, arguments| {
            check_divisor(arguments)?;
            arithmetic(arguments, floor_divide, |a, b| (a / b).floor(), 0)
        },
        ("__round_to_zero_floordiv", _) => |_, arguments| {
            check_divisor(arguments)?;
            arithmetic(arguments, i64::checked_div, |a, b| (a / b).trunc(), 0)
        },
        ("remainder", _) => |_, arguments| {
            check_divisor(arguments)?;
            arithmetic(arguments, remainder, |a, b| a - b * (a / b).floor(), 0)
        },
        ("fmod", _) => |_, arguments| {
            check_divisor(arguments)?;
            arithmetic(arguments, |_, _| None, |a, b| a % b, 0)
        },
        ("divmod", _) => |_, arguments| {
            check_divisor(arguments)?;
            let quotient = arithmetic(arguments, floor_divide, |a, b| (a / b).floor(), 0)?;
            let rest = arithmetic(arguments, remainder, |a, b| a - b * (a / b).floor(), 0)?;
            Ok(quotient
                .zip(rest)
                .map(|(quotient, rest)| Value::tuple(vec![quotient, rest])))
        },
        ("pow", _) => |_, arguments| Ok(floats(arguments)?.map(|(a, b)| Value::Float(a.powf(b)))),
        ("atan2", _) => |_, arguments| Ok(floats(arguments)?.map(|(a, b)| Value::Float(a.atan2(b)))),
        ("copysign", _) => |_, arguments| Ok(floats(arguments)?.map(|(a, b)| Value::Float(a.copysign(b)))),
        ("gcd", _) => |_, arguments| {
            arithmetic(
                arguments,
                |a, b| i64::try_from(gcd(a.unsigned_abs(), b.unsigned_abs())).ok(),
                |_, _| f64::NAN,
                0,
            )
        },
        ("__and__", _) => |_, arguments| bits(arguments, |a, b| Some(a & b)),
        ("__or__", _) => |_, arguments| bits(arguments, |a, b| Some(a | b)),
        ("__xor__", _) => |_, arguments| bits(arguments, |a, b| Some(a ^ b)),
        ("__lshift__", _) => |_, arguments| {
            bits(arguments, |a, b| {
                u32::try_from(b)
                    .ok()
                    .and_then(|b| a.checked_mul(1_i64.checked_shl(b)?))
            })
        },
        ("__rshift__", _) => |_, arguments| bits(arguments, |a, b| a.checked_shr(u32::try_from(b).ok()?)),
        ("__not__", _) => |_, arguments| match argument(arguments, 0)? {
            Value::Bool(value) => Ok(Some(Value::Bool(!value))),
            _ => Ok(None),
        },
        ("eq", _) => |_, arguments| equality(arguments, true),
        ("ne", _) => |_, arguments| equality(arguments, false),
        ("lt", _) => |_, arguments| order(arguments, Ordering::is_lt),
        ("le", _) => |_, arguments| order(arguments, Ordering::is_le),
        ("gt", _) => |_, arguments| order(arguments, Ordering::is_gt),
        ("ge", _) => |_, arguments| order(arguments, Ordering::is_ge),
        ("neg", _) => |_, arguments| {
            unary(arguments, |n| match n {
                Number::Int(a) => a.checked_neg().map(Value::Int),
                Number::Float(a) => Some(Value::Float(-a)),
            })
        },
        ("abs" | "fabs", _) | (_, "abs") => |_, arguments| {
            unary(arguments, |n| match n {
                Number::Int(a) => a.checked_abs().map(Value::Int),
                Number::Float(a) => Some(Value::Float(a.abs())),
            })
        },
        ("floor", _) => |_, arguments| unary(arguments, |n| whole(n, f64::floor)),
        ("ceil", _) => |_, arguments| unary(arguments, |n| whole(n, f64::ceil)),
        ("trunc", _) => |_, arguments| unary(arguments, |n| whole(n, f64::trunc)),
        ("round", _) => |_, arguments| {
            unary(arguments, |n| match n {
                Number::Int(a) => Some(Value::Int(a)),
                Number::Float(a) => Some(Value::Float(a.round_ties_even())),
            })
        },
        ("sqrt", _) => |_, arguments| real(arguments, f64::sqrt),
        ("exp", _) => |_, arguments| real(arguments, f64::exp),
        ("expm1", _) => |_, arguments| real(arguments, f64::exp_m1),
        ("log", _) => |_, arguments| match arguments.positional.len() {
            1 => real(arguments, f64::ln),
            _ => Ok(floats(arguments)?.map(|(a, b)| Value::Float(a.ln() / b.ln()))),
        },
        ("log10", _) => |_, arguments| real(arguments, f64::log10),
        ("log2", _) => |_, arguments| real(arguments, f64::log2),
        ("log1p", _) => |_, arguments| real(arguments, f64::ln_1p),
        ("sin", _) => |_, arguments| real(arguments, f64::sin),
        ("cos", _) => |_, arguments| real(arguments, f64::cos),
        ("tan", _) => |_, arguments| real(arguments, f64::tan),
        ("asin", _) => |_, arguments| real(arguments, f64::asin),
        ("acos", _) => |_, arguments| real(arguments, f64::acos),
        ("atan", _) => |_, arguments| real(arguments, f64::atan),
        ("sinh", _) => |_, arguments| real(arguments, f64::sinh),
        ("cosh", _) => |_, arguments| real(arguments, f64::cosh),
        ("tanh", _) => |_, arguments| real(arguments, f64::tanh),
        ("degrees", _) => |_, arguments| real(arguments, f64::to_degrees),
        ("radians", _) => |_, arguments| real(arguments, f64::to_radians),
        ("isnan", _) => |_, arguments| unary(arguments, |n| Some(Value::Bool(n.float().is_nan()))),
        ("isinf", _) => |_, arguments| unary(arguments, |n| Some(Value::Bool(n.float().is_infinite()))),
        ("isfinite", _) => |_, arguments| unary(arguments, |n| Some(Value::Bool(n.float().is_finite()))),
        (_, "min") => |_, arguments| extreme(arguments, Ordering::Less),
        (_, "max") => |_, arguments| extreme(arguments, Ordering::Greater),
        ("__range_length", _) => range_length,
        ("__derive_index", _) => |_, arguments| match &arguments.positional[..] {
            [Value::Int(index), Value::Int(start), Value::Int(step)] => index
                .checked_mul(*step)
                .and_then(|offset| start.checked_add(offset))
                .map(|value| Some(Value::Int(value)))
                .ok_or_else(overflow),
            _ => Err(no_meaning(arguments)),
        },
        _ => return None,
    })
}

fn overflow() -> LoweringError {
    LoweringError::new("the result does not fit into 64 bits")
}

/// Both operands, if they are numbers.
fn operands(arguments: &Arguments) -> Result<Option<(Number, Number)>, LoweringError> {
    Ok(number(argument(arguments, 0)?).zip(number(argument(arguments, 1)?)))
}

fn floats(arguments: &Arguments) -> Result<Option<(f64, f64)>, LoweringError> {
    Ok(operands(arguments)?.map(|(a, b)| (a.float(), b.float())))
}

/// `a op alpha * b`
fn arithmetic(
    arguments: &Arguments,
    integers: fn(i64, i64) -> Option<i64>,
    floats: fn(f64, f64) -> f64,
    alpha: i64,
) -> Outcome {
    let Some((a, mut b)) = operands(arguments)? else {
        return Ok(None);
    };
    // `add.Scalar(a, b, alpha)` is an operator on tensors; a third number can only be alpha
    if alpha == 1
        && let Some(alpha) = arguments.get(2, "alpha").and_then(number)
        && !alpha.equals(Number::Int(1))
    {
        b = match (b, alpha) {
            (Number::Int(b), Number::Int(alpha)) => Number::Int(b.checked_mul(alpha).ok_or_else(overflow)?),
            (b, alpha) => Number::Float(b.float() * alpha.float()),
        };
    }
    match (a, b) {
        (Number::Int(a), Number::Int(b)) => integers(a, b)
            .map(|value| Some(Value::Int(value)))
            .ok_or_else(overflow),
        (a, b) => Ok(Some(Value::Float(floats(a.float(), b.float())))),
    }
}

fn check_divisor(arguments: &Arguments) -> Result<(), LoweringError> {
    match operands(arguments)? {
        Some((_, divisor)) if divisor.equals(Number::Int(0)) => Err(LoweringError::new("division by zero")),
        _ => Ok(()),
    }
}

fn divide(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let Some((a, b)) = floats(arguments)? else {
        return Ok(None);
    };
    check_divisor(arguments)?;
    Ok(Some(match arguments.get(2, "rounding_mode") {
        None | Some(Value::None) => Value::Float(a / b),
        Some(Value::Str(mode)) if &**mode == "floor" => Value::Float((a / b).floor()),
        Some(Value::Str(mode)) if &**mode == "trunc" => Value::Float((a / b).trunc()),
        Some(_) => return Err(no_meaning(arguments)),
    }))
}

fn floor_divide(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let inexact = a.checked_rem(b)? != 0;
    if inexact && (a < 0) != (b < 0) {
        quotient.checked_sub(1)
    } else {
        Some(quotient)
    }
}

fn remainder(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    if rest != 0 && (rest < 0) != (b < 0) {
        rest.checked_add(b)
    } else {
        Some(rest)
    }
}

fn gcd(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn bits(arguments: &Arguments, operation: fn(i64, i64) -> Option<i64>) -> Outcome {
    Ok(Some(match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::Bool(a), Value::Bool(b)) => {
            Value::Bool(operation(i64::from(*a), i64::from(*b)).is_some_and(|value| value != 0))
        }
        (Value::Int(a), Value::Int(b)) => Value::Int(operation(*a, *b).ok_or_else(overflow)?),
        _ => return Ok(None),
    }))
}

fn equality(arguments: &Arguments, wanted: bool) -> Outcome {
    match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::Tensor(_), _) | (_, Value::Tensor(_)) => Ok(None),
        (a, b) => Ok(Some(Value::Bool(equal(a, b)? == wanted))),
    }
}

fn order(arguments: &Arguments, wanted: fn(Ordering) -> bool) -> Outcome {
    match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (Value::Tensor(_), _) | (_, Value::Tensor(_)) => Ok(None),
        (a, b) => Ok(Some(Value::Bool(compare(a, b)?.is_some_and(wanted)))),
    }
}

/// The order of two numbers or texts; nothing with NaN.
pub(super) fn compare(a: &Value, b: &Value) -> Result<Option<Ordering>, LoweringError> {
    match (a, b, number(a), number(b)) {
        (Value::Str(a), Value::Str(b), ..) => Ok(Some(a.cmp(b))),
        (_, _, Some(Number::Int(a)), Some(Number::Int(b))) => Ok(Some(a.cmp(&b))),
        (_, _, Some(a), Some(b)) => Ok(a.float().partial_cmp(&b.float())),
        _ => Err(LoweringError::new(format!(
            "compares a {} with a {}",
            a.kind(),
            b.kind()
        ))),
    }
}

fn unary(arguments: &Arguments, operation: fn(Number) -> Option<Value>) -> Outcome {
    match number(argument(arguments, 0)?) {
        Some(value) => operation(value).map(Some).ok_or_else(overflow),
        None => Ok(None),
    }
}

fn real(arguments: &Arguments, operation: fn(f64) -> f64) -> Outcome {
    Ok(number(argument(arguments, 0)?).map(|value| Value::Float(operation(value.float()))))
}

fn whole(value: Number, rounding: fn(f64) -> f64) -> Option<Value> {
    match value {
        Number::Int(value) => Some(Value::Int(value)),
        Number::Float(value) => to_int(rounding(value)).map(Value::Int),
    }
}

/// The integer of a number without fraction, if it has 64 bits.
pub(super) fn to_int(value: f64) -> Option<i64> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0; // 2^63
    #[allow(clippy::cast_possible_truncation)] // checked
    if (-LIMIT..LIMIT).contains(&value) {
        Some(value as i64)
    } else {
        None
    }
}

/// The smallest or largest of two numbers or of a list.
fn extreme(arguments: &Arguments, wanted: Ordering) -> Outcome {
    let values = match &arguments.positional[..] {
        [Value::List(a), Value::List(b)] => {
            // the smaller list, element by element
            let (x, y) = (a.borrow(), b.borrow());
            for (left, right) in x.iter().zip(y.iter()) {
                match compare(left, right)? {
                    Some(Ordering::Equal) => {}
                    found => {
                        return Ok(Some(Value::List(if found == Some(wanted) {
                            a.clone()
                        } else {
                            b.clone()
                        })));
                    }
                }
            }
            let first = x.len().cmp(&y.len()) == wanted;
            return Ok(Some(Value::List(if first { a.clone() } else { b.clone() })));
        }
        [Value::List(list)] => list.borrow().clone(),
        [Value::Tensor(_), ..] | [_, Value::Tensor(_)] => return Ok(None),
        values => values.to_vec(),
    };
    // of an `int` and a `float` the result is a `float`
    let any_float = values.iter().any(|value| matches!(value, Value::Float(_)));
    let mut values = values.into_iter();
    let mut best = values
        .next()
        .ok_or_else(|| LoweringError::new("of an empty list"))?;
    for value in values {
        if compare(&value, &best)? == Some(wanted) {
            best = value;
        }
    }
    Ok(Some(match number(&best) {
        Some(number) if any_float => Value::Float(number.float()),
        _ => best,
    }))
}

fn range_length(_: &mut Scope<'_>, arguments: &Arguments) -> Outcome {
    let [Value::Int(start), Value::Int(end), Value::Int(step)] = &arguments.positional[..] else {
        return Err(no_meaning(arguments));
    };
    let (start, end, step) = (i128::from(*start), i128::from(*end), i128::from(*step));
    let distance = match step {
        0 => return Err(LoweringError::new("a range with the step 0")),
        1.. => end - start,
        _ => start - end,
    };
    let length = if distance <= 0 {
        0
    } else {
        (distance - 1) / step.abs() + 1
    };
    i64::try_from(length)
        .map(|length| Some(Value::Int(length)))
        .map_err(|_| overflow())
}
