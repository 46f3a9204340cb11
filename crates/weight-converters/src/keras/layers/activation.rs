//! Activation functions: by name, as a setting of a layer or as a layer.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use serde_json::Value;

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::Feature;
use super::call::as_numbers;
use crate::graph::{Binary, Comparison, Graph, TensorRef, Unary};

/// A function of one element.
type Function = fn(&mut Graph, &TensorRef) -> Result<TensorRef, LayerError>;

/// The functions of one element, by the names that Keras has had for them.
const FUNCTIONS: &[(&[&str], Function)] = &[
    (&["relu"], |g, x| Ok(g.unary(Unary::Relu, x)?)),
    (&["relu6"], |g, x| Ok(g.clip(x, Some(0.0), Some(6.0))?)),
    (&["sigmoid"], |g, x| Ok(g.unary(Unary::Sigmoid, x)?)),
    (&["tanh"], |g, x| Ok(g.unary(Unary::Tanh, x)?)),
    (&["exponential", "exp"], |g, x| Ok(g.unary(Unary::Exp, x)?)),
    (&["elu"], |g, x| Ok(g.activation("Elu", x, &[("alpha", 1.0)])?)),
    (&["celu"], |g, x| Ok(g.activation("Elu", x, &[("alpha", 1.0)])?)),
    (&["selu"], selu),
    (&["softplus"], |g, x| Ok(g.activation("Softplus", x, &[])?)),
    (&["softsign", "soft_sign"], |g, x| {
        Ok(g.activation("Softsign", x, &[])?)
    }),
    (&["swish", "silu"], |g, x| {
        let gate = g.unary(Unary::Sigmoid, x)?;
        Ok(g.mul(x, &gate)?)
    }),
    (&["mish"], |g, x| {
        let gate = g.activation("Softplus", x, &[])?;
        let gate = g.unary(Unary::Tanh, &gate)?;
        Ok(g.mul(x, &gate)?)
    }),
    (&["gelu"], |g, x| gelu(g, x, false)),
    (&["leaky_relu"], |g, x| {
        Ok(g.activation("LeakyRelu", x, &[("alpha", 0.2)])?)
    }),
    (&["hard_silu", "hard_swish"], |g, x| {
        let gate = shifted(g, x, 1.0 / 6.0, 0.5, 0.0, 1.0)?;
        Ok(g.mul(x, &gate)?)
    }),
    (&["hard_tanh"], |g, x| Ok(g.clip(x, Some(-1.0), Some(1.0))?)),
    (&["log_sigmoid"], |g, x| {
        let negated = g.unary(Unary::Neg, x)?;
        let y = g.activation("Softplus", &negated, &[])?;
        Ok(g.unary(Unary::Neg, &y)?)
    }),
    (&["tanh_shrink"], |g, x| {
        let y = g.unary(Unary::Tanh, x)?;
        Ok(g.sub(x, &y)?)
    }),
    (&["soft_shrink"], |g, x| {
        let kept = g.clip(x, Some(-0.5), Some(0.5))?;
        Ok(g.sub(x, &kept)?)
    }),
    (&["hard_shrink"], |g, x| {
        let size = g.unary(Unary::Abs, x)?;
        let limit = g.scalar(x.dtype, 0.5);
        let large = g.compare(Comparison::Greater, &size, &limit)?;
        let zero = g.scalar(x.dtype, 0.0);
        Ok(g.choose(&large, x, &zero)?)
    }),
    (&["squareplus"], |g, x| {
        let square = g.mul(x, x)?;
        let square = g.binary_number(Binary::Add, &square, 4.0)?;
        let root = g.unary(Unary::Sqrt, &square)?;
        let sum = g.add(x, &root)?;
        Ok(g.binary_number(Binary::Mul, &sum, 0.5)?)
    }),
];

/// Names of all activation functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS
        .iter()
        .flat_map(|(names, _)| names.iter().copied())
        .chain(["linear", "hard_sigmoid", "softmax", "log_softmax"])
}

/// Applies the activation of a configuration: a name, or an object that holds a function or a layer.
///
/// # Errors
/// When it is not known.
pub(super) fn apply(cx: &mut Context, setting: Option<&Value>, x: &Feature) -> Result<Feature, LayerError> {
    match setting {
        None => Ok(x.clone()),
        Some(Value::String(name)) => by_name(cx, name, x),
        Some(Value::Object(map)) => {
            let class = map.get("class_name").and_then(Value::as_str).unwrap_or_default();
            match map.get("config") {
                Some(Value::String(name)) => by_name(cx, name, x),
                Some(Value::Object(config)) => super::activation_layers::apply(cx, class, config, x),
                _ => Err(unknown(class)),
            }
        }
        Some(other) => Err(unknown(&other.to_string())),
    }
}

/// Applies the function of a name.
///
/// # Errors
/// When it is not known.
pub(super) fn by_name(cx: &mut Context, name: &str, x: &Feature) -> Result<Feature, LayerError> {
    let x = &as_numbers(cx, x)?;
    let snake = snake_case(name);
    match snake.as_str() {
        "linear" => return Ok(x.clone()),
        "softmax" => return along(cx, "Softmax", x, -1),
        "log_softmax" => return along(cx, "LogSoftmax", x, -1),
        "hard_sigmoid" => {
            // Keras 3 took the formula of other frameworks
            let slope = if cx.dialect.major >= 3 { 1.0 / 6.0 } else { 0.2 };
            return x.map(&mut cx.graph, |g, x| shifted(g, x, slope, 0.5, 0.0, 1.0));
        }
        _ => {}
    }
    let function = FUNCTIONS
        .iter()
        .find(|(names, _)| names.contains(&snake.as_str()))
        .map(|(_, function)| *function)
        .ok_or_else(|| unknown(name))?;
    x.map(&mut cx.graph, function)
}

/// `Softmax` or `LogSoftmax` along an axis of Keras.
///
/// # Errors
/// When the axis does not exist.
pub(super) fn along(
    cx: &mut Context,
    operator: &'static str,
    x: &Feature,
    axis: i64,
) -> Result<Feature, LayerError> {
    let axis = x.axis(axis)?;
    let place = x.axis_in(axis, x.origin());
    x.map(&mut cx.graph, |g, x| Ok(g.softmax(operator, x, place)?))
}

/// `x` times the probability of a normal variable below `x`, exactly or by a hyperbolic tangent.
///
/// # Errors
/// Those of the graph.
pub(super) fn gelu(g: &mut Graph, x: &TensorRef, approximate: bool) -> Result<TensorRef, LayerError> {
    let half = g.binary_number(Binary::Mul, x, 0.5)?;
    let inner = if approximate {
        let square = g.mul(x, x)?;
        let cube = g.mul(&square, x)?;
        let cube = g.binary_number(Binary::Mul, &cube, 0.044_715)?;
        let sum = g.add(x, &cube)?;
        let scaled = g.binary_number(Binary::Mul, &sum, (2.0 / PI).sqrt())?;
        g.unary(Unary::Tanh, &scaled)?
    } else {
        let scaled = g.binary_number(Binary::Mul, x, FRAC_1_SQRT_2)?;
        g.unary(Unary::Erf, &scaled)?
    };
    let gate = g.binary_number(Binary::Add, &inner, 1.0)?;
    Ok(g.mul(&half, &gate)?)
}

fn selu(g: &mut Graph, x: &TensorRef) -> Result<TensorRef, LayerError> {
    let constants = [
        ("alpha", 1.673_263_242_354_377_2),
        ("gamma", 1.050_700_987_355_480_5),
    ];
    Ok(g.activation("Selu", x, &constants)?)
}

/// `clip(slope * x + shift, min, max)`.
fn shifted(
    g: &mut Graph,
    x: &TensorRef,
    slope: f64,
    shift: f64,
    min: f64,
    max: f64,
) -> Result<TensorRef, LayerError> {
    let scaled = g.binary_number(Binary::Mul, x, slope)?;
    let moved = g.binary_number(Binary::Add, &scaled, shift)?;
    Ok(g.clip(&moved, Some(min), Some(max))?)
}

/// `hardSigmoid` as `hard_sigmoid`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            text.push('_');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

fn unknown(name: &str) -> LayerError {
    LayerError::new(format!("the activation function `{name}` is not supported"))
}
