//! Comparisons, truth values and choice.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{Comparison, Logical};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row("Equal", compare, ""),
    row("NotEqual", compare, ""),
    row("Greater", compare, ""),
    row("GreaterEqual", compare, ""),
    row("Less", compare, ""),
    row("LessEqual", compare, ""),
    row("LogicalAnd", logical, ""),
    row("LogicalOr", logical, ""),
    row("LogicalNot", logical_not, ""),
    row("IsNan", special, ""),
    row("IsInf", special, ""),
    row("IsFinite", special, ""),
    row("Select", select, ""),
    row("SelectV2", select_v2, ""),
    row("Where", positions, "of what is known while converting"),
];

fn compare(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (comparison, negated) = match args.operator() {
        "Equal" => (Comparison::Equal, false),
        "NotEqual" => (Comparison::Equal, true),
        "Greater" => (Comparison::Greater, false),
        "GreaterEqual" => (Comparison::GreaterOrEqual, false),
        "Less" => (Comparison::Less, false),
        "LessEqual" => (Comparison::LessOrEqual, false),
        other => return Err(wrong(format!("`{other}` is no comparison"))),
    };
    let (parts, layout) = cx.aligned(&args.tensors(0, 2)?)?;
    let mut result = cx.graph.compare(comparison, &parts[0], &parts[1])?;
    if negated {
        result = cx.graph.not(&result)?;
    }
    stored(result, layout)
}

fn logical(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let operation = if args.operator() == "LogicalAnd" {
        Logical::And
    } else {
        Logical::Or
    };
    let (parts, layout) = cx.aligned(&args.tensors(0, 2)?)?;
    stored(cx.graph.logical(operation, &parts[0], &parts[1])?, layout)
}

fn logical_not(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    stored(cx.graph.not(x.value())?, x.layout())
}

fn special(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let result = match args.operator() {
        "IsNan" => cx.graph.is_special("IsNaN", x.value())?,
        "IsInf" => cx.graph.is_special("IsInf", x.value())?,
        _ => {
            let nan = cx.graph.is_special("IsNaN", x.value())?;
            let infinite = cx.graph.is_special("IsInf", x.value())?;
            let either = cx.graph.logical(Logical::Or, &nan, &infinite)?;
            cx.graph.not(&either)?
        }
    };
    stored(result, x.layout())
}

/// Without broadcasting, but that a vector chooses among whole rows.
fn select(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let condition = args.tensor(0)?;
    let rank = args.tensor(1)?.rank();
    if condition.rank() != 1 || rank < 2 {
        return select_v2(cx, args);
    }
    let condition = cx.plain(&condition)?;
    let mut shape = vec![1; rank];
    shape[0] = condition.count();
    let condition = cx.graph.reshape(&condition, &shape)?;
    let (a, b) = (args.plain(cx, 1)?, args.plain(cx, 2)?);
    one(cx.graph.choose(&condition, &a, &b)?)
}

fn select_v2(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (parts, layout) = cx.aligned(&args.tensors(0, 3)?)?;
    stored(cx.graph.choose(&parts[0], &parts[1], &parts[2])?, layout)
}

/// The indices of all elements that hold, one a row.
fn positions(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let data = args.constant(cx, 0)?;
    let mut rows = Vec::new();
    let mut count = 0;
    for (position, value) in data.to_f64().into_iter().enumerate() {
        if value == 0.0 {
            continue;
        }
        count += 1;
        let mut rest = position;
        let mut row = Vec::with_capacity(data.shape.len());
        for &length in data.shape.iter().rev() {
            row.push(crate::graph::signed(rest % length));
            rest /= length;
        }
        rows.extend(row.into_iter().rev());
    }
    let shape = [count, data.shape.len()];
    let data = TensorData::from_i64(ScalarType::Int64, &shape, &rows)?;
    one(cx.graph.computed(data))
}
