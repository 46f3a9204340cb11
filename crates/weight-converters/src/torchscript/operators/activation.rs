//! Activation functions other than rectifiers and softmax.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, axis, fresh, tensor};
use super::promotion::floating;
use super::rectifier::known_or;
use super::{Operator, row};
use crate::graph::{Binary, Comparison, TensorRef, Unary};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::gelu", gelu, "exact, and `tanh`"),
    row("aten::silu", silu, ""),
    row("aten::mish", mish, ""),
    row("aten::sigmoid", sigmoid, ""),
    row("aten::hardsigmoid", hardsigmoid, ""),
    row("aten::hardswish", hardswish, ""),
    row("aten::log_sigmoid", log_sigmoid, ""),
    row("aten::logsigmoid", log_sigmoid, ""),
    row("aten::softplus", softplus, ""),
    row("aten::softsign", softsign, ""),
    row("aten::tanhshrink", tanhshrink, ""),
    row("aten::softshrink", softshrink, ""),
    row("aten::hardshrink", hardshrink, ""),
    row("aten::glu", glu, ""),
];

/// `gelu(self, approximate="none")`
fn gelu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let mode = match args.get(1, "approximate") {
        None | Some(Value::None) => "none",
        Some(_) => args.str(1, "approximate")?,
    };
    let inner = match mode {
        "none" => {
            let scaled = cx
                .graph
                .binary_number(Binary::Mul, &x, std::f64::consts::FRAC_1_SQRT_2)?;
            cx.graph.unary(Unary::Erf, &scaled)?
        }
        "tanh" => {
            // sqrt(2 / pi) * (x + 0.044715 x^3)
            let square = cx.graph.mul(&x, &x)?;
            let cube = cx.graph.mul(&square, &x)?;
            let small = cx.graph.binary_number(Binary::Mul, &cube, 0.044_715)?;
            let sum = cx.graph.add(&x, &small)?;
            let scale = (2.0 / std::f64::consts::PI).sqrt();
            let scaled = cx.graph.binary_number(Binary::Mul, &sum, scale)?;
            cx.graph.unary(Unary::Tanh, &scaled)?
        }
        other => {
            return Err(LoweringError::new(format!(
                "`approximate` is `none` or `tanh`, found `{other}`"
            )));
        }
    };
    let shifted = cx.graph.binary_number(Binary::Add, &inner, 1.0)?;
    let product = cx.graph.mul(&x, &shifted)?;
    fresh(cx.graph.binary_number(Binary::Mul, &product, 0.5)?)
}

fn silu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let gate = cx.graph.unary(Unary::Sigmoid, &x)?;
    fresh(cx.graph.mul(&x, &gate)?)
}

fn mish(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let soft = softplus_of(cx, &x)?;
    let gate = cx.graph.unary(Unary::Tanh, &soft)?;
    fresh(cx.graph.mul(&x, &gate)?)
}

/// `log(1 + exp(x))` without overflow: `max(x, 0) + log(1 + exp(-|x|))`
fn softplus_of(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let magnitude = cx.graph.unary(Unary::Abs, x)?;
    let negative = cx.graph.unary(Unary::Neg, &magnitude)?;
    let exponential = cx.graph.unary(Unary::Exp, &negative)?;
    let shifted = cx.graph.binary_number(Binary::Add, &exponential, 1.0)?;
    let logarithm = cx.graph.unary(Unary::Log, &shifted)?;
    let positive = cx.graph.unary(Unary::Relu, x)?;
    Ok(cx.graph.add(&positive, &logarithm)?)
}

fn sigmoid(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let x = floating(cx, &x)?;
    fresh(cx.graph.unary(Unary::Sigmoid, &x)?)
}

/// `clamp(x / 6 + 1 / 2, 0, 1)`
fn hardsigmoid(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(
        cx.graph
            .activation("HardSigmoid", &x, &[("alpha", 1.0 / 6.0), ("beta", 0.5)])?,
    )
}

fn hardswish(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let gate = cx
        .graph
        .activation("HardSigmoid", &x, &[("alpha", 1.0 / 6.0), ("beta", 0.5)])?;
    fresh(cx.graph.mul(&x, &gate)?)
}

fn log_sigmoid(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let negative = cx.graph.unary(Unary::Neg, &x)?;
    let soft = softplus_of(cx, &negative)?;
    fresh(cx.graph.unary(Unary::Neg, &soft)?)
}

/// `softplus(self, beta=1, threshold=20)`; above the threshold `PyTorch` takes `x` itself, which is the same to within
/// rounding for the default.
fn softplus(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let beta = known_or(cx, args, 1, "beta", 1.0)?;
    let limit = known_or(cx, args, 2, "threshold", 20.0)?;
    let scaled = cx.graph.binary_number(Binary::Mul, &x, beta)?;
    let soft = softplus_of(cx, &scaled)?;
    let result = cx.graph.binary_number(Binary::Div, &soft, beta)?;
    if limit >= 17.0 {
        return fresh(result);
    }
    let limit = cx.graph.scalar(x.dtype, limit);
    let above = cx.graph.compare(Comparison::Greater, &scaled, &limit)?;
    fresh(cx.graph.choose(&above, &x, &result)?)
}

fn softsign(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let magnitude = cx.graph.unary(Unary::Abs, &x)?;
    let shifted = cx.graph.binary_number(Binary::Add, &magnitude, 1.0)?;
    fresh(cx.graph.div(&x, &shifted)?)
}

fn tanhshrink(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let curved = cx.graph.unary(Unary::Tanh, &x)?;
    fresh(cx.graph.sub(&x, &curved)?)
}

/// `softshrink(self, lambd=0.5)`: `x - clamp(x, -lambd, lambd)`
fn softshrink(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let limit = known_or(cx, args, 1, "lambd", 0.5)?;
    let inner = cx.graph.clip(&x, Some(-limit), Some(limit))?;
    fresh(cx.graph.sub(&x, &inner)?)
}

/// `hardshrink(self, lambd=0.5)`: zero where `|x| <= lambd`
fn hardshrink(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let limit = known_or(cx, args, 1, "lambd", 0.5)?;
    let magnitude = cx.graph.unary(Unary::Abs, &x)?;
    let limit = cx.graph.scalar(x.dtype, limit);
    let inside = cx.graph.compare(Comparison::LessOrEqual, &magnitude, &limit)?;
    let zero = cx.graph.scalar(x.dtype, 0.0);
    fresh(cx.graph.choose(&inside, &zero, &x)?)
}

/// `glu(self, dim=-1)`: the first half times the sigmoid of the second
fn glu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int_or(1, "dim", -1)?, x.rank())?;
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("needs an axis"))?;
    if length % 2 != 0 {
        return Err(LoweringError::new(format!(
            "axis {axis} of shape {:?} has no halves",
            x.shape
        )));
    }
    let first = cx.graph.narrow(&x, axis, 0, length / 2)?;
    let second = cx.graph.narrow(&x, axis, length / 2, length / 2)?;
    let gate = cx.graph.unary(Unary::Sigmoid, &second)?;
    fresh(cx.graph.mul(&first, &gate)?)
}
