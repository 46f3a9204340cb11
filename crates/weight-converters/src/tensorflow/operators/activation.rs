//! Activation functions and softmax.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::{Lowered, Operator, row, stored, wrong};
use crate::graph::{Binary, TensorRef, Unary};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row("Relu", activation, ""),
    row("Relu6", activation, ""),
    row("LeakyRelu", activation, ""),
    row("Elu", activation, ""),
    row("Selu", activation, ""),
    row("Softplus", activation, ""),
    row("Softsign", activation, ""),
    row("Sigmoid", activation, ""),
    row("Tanh", activation, ""),
    row("_FusedHardSwish", activation, ""),
    row("Prelu", prelu, "TensorFlow.js"),
    row("Softmax", softmax, ""),
    row("LogSoftmax", softmax, ""),
];

fn activation(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let result = by_name(cx, args, args.operator(), x.value())?;
    stored(result, x.layout())
}

/// An activation by the name of its operator.
pub(super) fn by_name(
    cx: &mut Context,
    args: &Arguments<'_>,
    name: &str,
    x: &TensorRef,
) -> Result<TensorRef, LoweringError> {
    let alpha = args.float("alpha", 0.2);
    Ok(match name {
        "Relu" => super::convolution::relu(cx, x)?,
        "Relu6" => cx.graph.clip(x, Some(0.0), Some(6.0))?,
        "LeakyRelu" => {
            let alpha = args.float("leakyrelu_alpha", alpha);
            cx.graph.activation("LeakyRelu", x, &[("alpha", alpha)])?
        }
        "Elu" => cx.graph.activation("Elu", x, &[("alpha", 1.0)])?,
        "Selu" => {
            let constants = [
                ("alpha", 1.673_263_242_354_377_2),
                ("gamma", 1.050_700_987_355_480_5),
            ];
            cx.graph.activation("Selu", x, &constants)?
        }
        "Softplus" => softplus(cx, x)?,
        "Softsign" => {
            let size = cx.graph.unary(Unary::Abs, x)?;
            let below = cx.graph.binary_number(Binary::Add, &size, 1.0)?;
            cx.graph.div(x, &below)?
        }
        "Sigmoid" => cx.graph.unary(Unary::Sigmoid, x)?,
        "Tanh" => cx.graph.unary(Unary::Tanh, x)?,
        "_FusedHardSwish" => {
            let shifted = cx.graph.binary_number(Binary::Add, x, 3.0)?;
            let cut = cx.graph.clip(&shifted, Some(0.0), Some(6.0))?;
            let product = cx.graph.mul(x, &cut)?;
            cx.graph.binary_number(Binary::Mul, &product, 1.0 / 6.0)?
        }
        other => return Err(wrong(format!("the activation `{other}` is not supported"))),
    })
}

/// `max(x, 0) + log(1 + exp(-|x|))`: large numbers do not overflow in any engine.
fn softplus(cx: &mut Context, x: &TensorRef) -> Result<TensorRef, LoweringError> {
    let size = cx.graph.unary(Unary::Abs, x)?;
    let negative = cx.graph.unary(Unary::Neg, &size)?;
    let power = cx.graph.unary(Unary::Exp, &negative)?;
    let sum = cx.graph.binary_number(Binary::Add, &power, 1.0)?;
    let log = cx.graph.unary(Unary::Log, &sum)?;
    let positive = cx.graph.unary(Unary::Relu, x)?;
    Ok(cx.graph.add(&positive, &log)?)
}

fn prelu(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let parts = args.tensors(0, 2)?;
    let (parts, layout) = cx.aligned(&parts)?;
    let result = parametric(cx, &parts[0], &parts[1])?;
    stored(result, layout)
}

/// `x` above zero, `x * slope` below.
pub(super) fn parametric(
    cx: &mut Context,
    x: &TensorRef,
    slope: &TensorRef,
) -> Result<TensorRef, LoweringError> {
    if let Some(alpha) = slope.constant.as_ref().and_then(TensorData::item_f64) {
        return Ok(cx.graph.activation("LeakyRelu", x, &[("alpha", alpha)])?);
    }
    Ok(cx
        .graph
        .add_one("PRelu", &[x, slope], Vec::new(), x.dtype, x.shape.clone())?)
}

fn softmax(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let last = x
        .rank()
        .checked_sub(1)
        .ok_or_else(|| wrong("a number has no axis"))?;
    let name = if args.operator() == "Softmax" {
        "Softmax"
    } else {
        "LogSoftmax"
    };
    let result = cx.graph.softmax(name, x.value(), x.stored_axis(last))?;
    stored(result, x.layout())
}
