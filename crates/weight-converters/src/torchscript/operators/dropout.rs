//! Dropout, which does nothing in inference.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, tensor, unchanged};
use super::{Operator, row};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::dropout", dropout, "evaluation mode: nothing"),
    row("aten::feature_dropout", dropout, "evaluation mode: nothing"),
    row("aten::alpha_dropout", dropout, "evaluation mode: nothing"),
    row("aten::feature_alpha_dropout", dropout, "evaluation mode: nothing"),
    row("aten::native_dropout", native_dropout, "evaluation mode: nothing"),
];

/// `dropout(input, p, train)`
fn dropout(cx: &mut Context, args: &Arguments) -> Lowered {
    let _ = &cx;
    if args.bool(2, "train")? && args.float(1, "p")? != 0.0 {
        return Err(training("dropout"));
    }
    unchanged(args)
}

fn native_dropout(cx: &mut Context, args: &Arguments) -> Lowered {
    if args.bool_or(2, "train", false)? && args.float(1, "p")? != 0.0 {
        return Err(training("dropout"));
    }
    let x = tensor(cx, args, 0, "self")?;
    let mask = cx.graph.scalar(ScalarType::Bool, 1.0);
    let mask = cx.graph.expand(&mask, &x.shape)?;
    Ok(Value::tuple(vec![unchanged(args)?, Value::from(mask)]))
}

pub(super) fn training(what: &str) -> LoweringError {
    LoweringError::new(format!(
        "{what} in training mode gives random results: save the network after `model.eval()`"
    ))
}
