//! Softmax and its kin.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::super::value::Value;
use super::operands::{self, Lowered, axis, fresh, tensor};
use super::promotion::floating;
use super::{Operator, row};
use crate::graph::{TensorRef, Unary};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::softmax", softmax, ""),
    row("aten::_softmax", softmax, ""),
    row("aten::softmin", softmin, ""),
    row("aten::log_softmax", log_softmax, ""),
    row("aten::_log_softmax", log_softmax, ""),
];

/// `softmax(self, dim, dtype=None)`
fn softmax(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = softmax_input(cx, args)?;
    soft(cx, args, "Softmax", &x)
}

fn softmin(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = softmax_input(cx, args)?;
    let x = cx.graph.unary(Unary::Neg, &x)?;
    soft(cx, args, "Softmax", &x)
}

fn log_softmax(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = softmax_input(cx, args)?;
    soft(cx, args, "LogSoftmax", &x)
}

/// The input in the type of `dtype`; the native forms have a flag at its place.
fn softmax_input(cx: &mut Context, args: &Arguments) -> Lowered<TensorRef> {
    let x = tensor(cx, args, 0, "self")?;
    let dtype = match args.get(2, "dtype") {
        Some(Value::Int(code)) => Some(operands::dtype_of_code(*code)?),
        _ => None,
    };
    match dtype {
        Some(dtype) => Ok(cx.graph.cast(&x, dtype)?),
        None => floating(cx, &x),
    }
}

fn soft(cx: &mut Context, args: &Arguments, operator: &'static str, x: &TensorRef) -> Lowered {
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    if x.rank() == 0 {
        let value = if operator == "Softmax" { 1.0 } else { 0.0 };
        return fresh(cx.graph.scalar(x.dtype, value));
    }
    // engines are fastest along the last axis; they transpose themselves where that pays
    fresh(cx.graph.softmax(operator, x, axis)?)
}
