//! Activation functions, softmax, and dropout in evaluation mode.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{self, Lowered, axis, fresh, known_number, tensor, unchanged};
use super::promotion::floating;
use super::{Operator, row};
use crate::graph::{Binary, Comparison, TensorRef, Unary};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::relu", relu, ""),
    row("aten::relu6", relu6, ""),
    row("aten::hardtanh", hardtanh, ""),
    row("aten::leaky_relu", leaky_relu, ""),
    row("aten::prelu", prelu, "one slope, or one a channel"),
    row("aten::_prelu_kernel", prelu_kernel, "as prelu"),
    row("aten::rrelu", rrelu, "evaluation mode: the mean slope"),
    row(
        "aten::rrelu_with_noise",
        rrelu_with_noise,
        "evaluation mode: the mean slope",
    ),
    row("aten::elu", elu, ""),
    row("aten::selu", selu, ""),
    row("aten::celu", celu, ""),
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
    row("aten::threshold", threshold, ""),
    row("aten::glu", glu, ""),
    row("aten::softmax", softmax, ""),
    row("aten::_softmax", softmax, ""),
    row("aten::softmin", softmin, ""),
    row("aten::log_softmax", log_softmax, ""),
    row("aten::_log_softmax", log_softmax, ""),
    row("aten::dropout", dropout, "evaluation mode: nothing"),
    row("aten::feature_dropout", dropout, "evaluation mode: nothing"),
    row("aten::alpha_dropout", dropout, "evaluation mode: nothing"),
    row("aten::feature_alpha_dropout", dropout, "evaluation mode: nothing"),
    row("aten::native_dropout", native_dropout, "evaluation mode: nothing"),
];

fn relu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.dtype.is_integer() {
        return fresh(cx.graph.clip(&x, Some(0.0), None)?);
    }
    fresh(cx.graph.unary(Unary::Relu, &x)?)
}

fn relu6(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    fresh(cx.graph.clip(&x, Some(0.0), Some(6.0))?)
}

/// `hardtanh(self, min_val=-1, max_val=1)`
fn hardtanh(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (min, max) = (
        args.float_or(1, "min_val", -1.0)?,
        args.float_or(2, "max_val", 1.0)?,
    );
    fresh(cx.graph.clip(&x, Some(min), Some(max))?)
}

fn leaky_relu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let slope = args.float_or(1, "negative_slope", 0.01)?;
    fresh(cx.graph.activation("LeakyRelu", &x, &[("alpha", slope)])?)
}

fn prelu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let slope = tensor(cx, args, 1, "weight")?;
    let slope = if slope.count() == 1 {
        cx.graph.reshape(&slope, &[1])?
    } else if x.rank() < 2 {
        slope
    } else {
        // aligned at the last axis, ONNX needs the axes behind the channel
        let mut shape = vec![1; x.rank() - 1];
        shape[0] = slope.count();
        cx.graph.reshape(&slope, &shape)?
    };
    prelu_with(cx, &x, &slope)
}

fn prelu_kernel(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let slope = tensor(cx, args, 1, "weight")?;
    prelu_with(cx, &x, &slope)
}

fn prelu_with(cx: &mut Context, x: &TensorRef, slope: &TensorRef) -> Lowered {
    if let Some(slope) = slope.constant.as_ref().and_then(TensorData::item_f64) {
        return fresh(cx.graph.activation("LeakyRelu", x, &[("alpha", slope)])?);
    }
    fresh(
        cx.graph
            .add_one("PRelu", &[x, slope], Vec::new(), x.dtype, x.shape.clone())?,
    )
}

/// `rrelu(self, lower=1/8, upper=1/3, training=False)`
fn rrelu(cx: &mut Context, args: &Arguments) -> Lowered {
    if args.bool_or(3, "training", false)? {
        return Err(training("rrelu"));
    }
    mean_slope(cx, args, 1)
}

/// `rrelu_with_noise(self, noise, lower, upper, training)`
fn rrelu_with_noise(cx: &mut Context, args: &Arguments) -> Lowered {
    if args.bool_or(4, "training", false)? {
        return Err(training("rrelu"));
    }
    mean_slope(cx, args, 2)
}

fn mean_slope(cx: &mut Context, args: &Arguments, first: usize) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let lower = args.float_or(first, "lower", 0.125)?;
    let upper = args.float_or(first + 1, "upper", 1.0 / 3.0)?;
    fresh(
        cx.graph
            .activation("LeakyRelu", &x, &[("alpha", f64::midpoint(lower, upper))])?,
    )
}

/// `elu(self, alpha=1, scale=1, input_scale=1)`
fn elu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let alpha = known_or(cx, args, 1, "alpha", 1.0)?;
    let scale = known_or(cx, args, 2, "scale", 1.0)?;
    let input_scale = known_or(cx, args, 3, "input_scale", 1.0)?;
    if input_scale == 1.0 {
        let result = cx.graph.activation("Elu", &x, &[("alpha", alpha)])?;
        return fresh(cx.graph.binary_number(Binary::Mul, &result, scale)?);
    }
    // scale * (max(x, 0) + alpha * (exp(min(x, 0) * input_scale) - 1))
    let positive = cx.graph.unary(Unary::Relu, &x)?;
    let negative = cx.graph.clip(&x, None, Some(0.0))?;
    let scaled = cx.graph.binary_number(Binary::Mul, &negative, input_scale)?;
    let curved = cx.graph.activation("Elu", &scaled, &[("alpha", alpha)])?;
    let sum = cx.graph.add(&positive, &curved)?;
    fresh(cx.graph.binary_number(Binary::Mul, &sum, scale)?)
}

fn known_or(cx: &mut Context, args: &Arguments, index: usize, name: &str, default: f64) -> Lowered<f64> {
    Ok(operands::optional_number(cx, args, index, name)?.unwrap_or(default))
}

fn selu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    // the constants of Klambauer et al. (2017), which both PyTorch and ONNX use
    let parameters = [
        ("alpha", 1.673_263_242_354_377_2),
        ("gamma", 1.050_700_987_355_480_5),
    ];
    fresh(cx.graph.activation("Selu", &x, &parameters)?)
}

/// `celu(self, alpha=1)`: `max(0, x) + min(0, alpha (exp(x / alpha) - 1))`
fn celu(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let alpha = known_or(cx, args, 1, "alpha", 1.0)?;
    let scaled = cx.graph.binary_number(Binary::Div, &x, alpha)?;
    let curved = cx.graph.activation("Elu", &scaled, &[("alpha", 1.0)])?;
    fresh(cx.graph.binary_number(Binary::Mul, &curved, alpha)?)
}

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

/// `threshold(self, threshold, value)`: `value` where `x <= threshold`
fn threshold(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let limit = known_number(cx, args, 1, "threshold")?;
    let value = known_number(cx, args, 2, "value")?;
    let limit = cx.graph.scalar(x.dtype, limit);
    let value = cx.graph.scalar(x.dtype, value);
    let below = cx.graph.compare(Comparison::LessOrEqual, &x, &limit)?;
    fresh(cx.graph.choose(&below, &value, &x)?)
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

fn training(what: &str) -> LoweringError {
    LoweringError::new(format!(
        "{what} in training mode gives random results: save the network after `model.eval()`"
    ))
}
