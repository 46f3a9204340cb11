//! The larger and the smaller of two, and limits.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::super::value::Value;
use super::arithmetic::pair;
use super::operands::{Lowered, fresh};
use super::promotion::{Operand, common_type};
use super::{Operator, row};
use crate::graph::{Binary, Logical};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
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
];

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
