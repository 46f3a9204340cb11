//! Rectifiers: the half of the numbers above zero, and little of the other.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::dropout::training;
use super::operands::{self, Lowered, fresh, known_number, tensor};
use super::{Operator, row};
use crate::graph::{Binary, Comparison, TensorRef, Unary};
use crate::tensor::TensorData;

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
    row("aten::threshold", threshold, ""),
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

pub(super) fn known_or(
    cx: &mut Context,
    args: &Arguments,
    index: usize,
    name: &str,
    default: f64,
) -> Lowered<f64> {
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
