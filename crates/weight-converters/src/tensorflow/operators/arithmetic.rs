//! Operations of two operands, with broadcasting.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::{Lowered, Operator, row, stored, wrong};
use crate::graph::{Binary, Comparison, TensorRef, Unary};

pub(super) const OPERATORS: &[Operator] = &[
    row("Add", plain, ""),
    row("AddV2", plain, ""),
    row("Sub", plain, ""),
    row("Mul", plain, ""),
    row("RealDiv", plain, ""),
    row("Div", plain, ""),
    row("TruncateDiv", plain, "integers"),
    row("Maximum", plain, ""),
    row("Minimum", plain, ""),
    row("Pow", plain, ""),
    row("FloorMod", plain, ""),
    row("Mod", plain, ""),
    row("TruncateMod", plain, ""),
    row("FloorDiv", floor_div, ""),
    row("DivNoNan", div_no_nan, ""),
    row("MulNoNan", mul_no_nan, ""),
    row("SquaredDifference", squared_difference, ""),
    row("AddN", add_n, ""),
    row("AccumulateNV2", add_n, ""),
];

/// Two operands in one layout.
fn pair(
    cx: &mut Context,
    args: &Arguments<'_>,
) -> Result<(TensorRef, TensorRef, super::Layout), LoweringError> {
    let (parts, layout) = cx.aligned(&args.tensors(0, 2)?)?;
    match &parts[..] {
        [a, b] => Ok((a.clone(), b.clone(), layout)),
        _ => Err(wrong("two operands are expected")),
    }
}

fn plain(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let operation = match args.operator() {
        "Add" | "AddV2" => Binary::Add,
        "Sub" => Binary::Sub,
        "Mul" => Binary::Mul,
        "RealDiv" | "Div" | "TruncateDiv" => Binary::Div,
        "Maximum" => Binary::Max,
        "Minimum" => Binary::Min,
        "Pow" => Binary::Pow,
        "FloorMod" => Binary::Mod,
        "Mod" | "TruncateMod" => Binary::Fmod,
        other => return Err(wrong(format!("`{other}` is no operation of two operands"))),
    };
    let (a, b, layout) = pair(cx, args)?;
    stored(cx.graph.binary(operation, &a, &b)?, layout)
}

fn floor_div(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (a, b, layout) = pair(cx, args)?;
    let result = if a.dtype.is_floating_point() {
        let quotient = cx.graph.div(&a, &b)?;
        cx.graph.unary(Unary::Floor, &quotient)?
    } else {
        // what is left divides exactly
        let rest = cx.graph.binary(Binary::Mod, &a, &b)?;
        let whole = cx.graph.sub(&a, &rest)?;
        cx.graph.div(&whole, &b)?
    };
    stored(result, layout)
}

/// A quotient, and 0 where the divisor is 0.
fn div_no_nan(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (a, b, layout) = pair(cx, args)?;
    let zero = cx.graph.scalar(b.dtype, 0.0);
    let one = cx.graph.scalar(b.dtype, 1.0);
    let is_zero = cx.graph.compare(Comparison::Equal, &b, &zero)?;
    let safe = cx.graph.choose(&is_zero, &one, &b)?;
    let quotient = cx.graph.div(&a, &safe)?;
    stored(cx.graph.choose(&is_zero, &zero, &quotient)?, layout)
}

/// A product, and 0 where the second factor is 0.
fn mul_no_nan(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (a, b, layout) = pair(cx, args)?;
    let zero = cx.graph.scalar(b.dtype, 0.0);
    let is_zero = cx.graph.compare(Comparison::Equal, &b, &zero)?;
    let product = cx.graph.mul(&a, &b)?;
    stored(cx.graph.choose(&is_zero, &zero, &product)?, layout)
}

fn squared_difference(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (a, b, layout) = pair(cx, args)?;
    let difference = cx.graph.sub(&a, &b)?;
    stored(cx.graph.mul(&difference, &difference)?, layout)
}

fn add_n(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (parts, layout) = cx.aligned(&args.tensors(0, args.len())?)?;
    let mut parts = parts.into_iter();
    let mut sum = parts.next().ok_or_else(|| wrong("has no inputs"))?;
    for part in parts {
        sum = cx.graph.add(&sum, &part)?;
    }
    stored(sum, layout)
}
