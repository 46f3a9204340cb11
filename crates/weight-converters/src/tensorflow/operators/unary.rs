//! Functions of each element, and element types.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::{Lowered, Operator, row, stored, wrong};
use crate::graph::{Binary, Comparison, TensorRef, Unary};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("Abs", unary, ""),
    row("Acos", unary, ""),
    row("Acosh", unary, ""),
    row("Asin", unary, ""),
    row("Asinh", unary, ""),
    row("Atan", unary, ""),
    row("Atanh", unary, ""),
    row("Ceil", unary, ""),
    row("Cos", unary, ""),
    row("Cosh", unary, ""),
    row("Erf", unary, ""),
    row("Erfc", unary, ""),
    row("Exp", unary, ""),
    row("Expm1", unary, ""),
    row("Floor", unary, ""),
    row("Inv", unary, ""),
    row("Log", unary, ""),
    row("Log1p", unary, ""),
    row("Neg", unary, ""),
    row("Reciprocal", unary, ""),
    row("Rint", unary, ""),
    row("Round", unary, "to even"),
    row("Rsqrt", unary, ""),
    row("Sign", unary, ""),
    row("Sin", unary, ""),
    row("Sinh", unary, ""),
    row("Sqrt", unary, ""),
    row("Square", unary, ""),
    row("Tan", unary, ""),
    row("Cast", cast, ""),
    row("ClipByValue", clip, ""),
];

fn unary(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let result = function(cx, args.operator(), x.value())?;
    stored(result, x.layout())
}

fn function(cx: &mut Context, name: &str, x: &TensorRef) -> Result<TensorRef, LoweringError> {
    let operation = match name {
        "Abs" => Unary::Abs,
        "Acos" => Unary::Acos,
        "Acosh" => Unary::Acosh,
        "Asin" => Unary::Asin,
        "Asinh" => Unary::Asinh,
        "Atan" => Unary::Atan,
        "Atanh" => Unary::Atanh,
        "Ceil" => Unary::Ceil,
        "Cos" => Unary::Cos,
        "Cosh" => Unary::Cosh,
        "Erf" => Unary::Erf,
        "Exp" => Unary::Exp,
        "Floor" => Unary::Floor,
        "Inv" | "Reciprocal" => Unary::Reciprocal,
        "Log" => Unary::Log,
        "Neg" => Unary::Neg,
        "Sign" => Unary::Sign,
        "Sin" => Unary::Sin,
        "Sinh" => Unary::Sinh,
        "Sqrt" => Unary::Sqrt,
        "Tan" => Unary::Tan,
        "Rint" | "Round" => {
            if x.dtype.is_integer() {
                return Ok(x.clone());
            }
            Unary::Round
        }
        "Square" => return Ok(cx.graph.mul(x, x)?),
        "Rsqrt" => {
            let root = cx.graph.unary(Unary::Sqrt, x)?;
            return Ok(cx.graph.unary(Unary::Reciprocal, &root)?);
        }
        "Erfc" => {
            let erf = cx.graph.unary(Unary::Erf, x)?;
            let one = cx.graph.scalar(x.dtype, 1.0);
            return Ok(cx.graph.sub(&one, &erf)?);
        }
        "Expm1" => {
            let power = cx.graph.unary(Unary::Exp, x)?;
            return Ok(cx.graph.binary_number(Binary::Sub, &power, 1.0)?);
        }
        "Log1p" => {
            let sum = cx.graph.binary_number(Binary::Add, x, 1.0)?;
            return Ok(cx.graph.unary(Unary::Log, &sum)?);
        }
        other => return Err(wrong(format!("`{other}` is no function of one element"))),
    };
    Ok(cx.graph.unary(operation, x)?)
}

fn cast(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let dtype = args.dtype("DstT")?;
    let value = x.value();
    let result = if dtype == ScalarType::Bool && value.constant.is_none() {
        let zero = cx.graph.scalar(value.dtype, 0.0);
        let equal = cx.graph.compare(Comparison::Equal, value, &zero)?;
        cx.graph.not(&equal)?
    } else {
        cx.graph.cast(value, dtype)?
    };
    stored(result, x.layout())
}

fn clip(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (parts, layout) = cx.aligned(&args.tensors(0, 3)?)?;
    let [x, low, high] = &parts[..] else {
        return Err(wrong("three operands are expected"));
    };
    let at_most = cx.graph.binary(Binary::Min, x, high)?;
    stored(cx.graph.binary(Binary::Max, &at_most, low)?, layout)
}
