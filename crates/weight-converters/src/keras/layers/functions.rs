//! Functions that a functional model calls without a layer: `TFOpLambda` of Keras 2, operations of Keras 3.
//!
//! Keras 2 names the function in the configuration (`math.add`), Keras 3 in the class (`Add`); the table has the last part
//! of the name in small letters.

mod arguments;
mod index;
mod shape;

use serde_json::Value;

use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout, common_layout, resolve_axis};
use super::super::model::Layer;
use super::call::{Call, Operand};
use super::{Row, activation, merging, no_slots, row};
use crate::graph::{Binary, Reduction, Unary};
use arguments::{argument, axes_of, number, one, operand};
use index::get_item;
use shape::{cast, reshape, squeeze};

/// What a function is.
#[derive(Debug, Clone, Copy)]
enum Function {
    Unary(Unary),
    Square,
    Rsqrt,
    Binary(Binary),
    Activation(&'static str),
    Reduction(Reduction),
    Concatenate,
    Clip,
    Cast,
    Reshape,
    ExpandDims,
    Squeeze,
    Transpose,
    GetItem,
    Identity,
}

const FUNCTIONS: &[(&str, Function)] = &[
    ("abs", Function::Unary(Unary::Abs)),
    ("absolute", Function::Unary(Unary::Abs)),
    ("add", Function::Binary(Binary::Add)),
    ("amax", Function::Reduction(Reduction::Max)),
    ("cast", Function::Cast),
    ("ceil", Function::Unary(Unary::Ceil)),
    ("clip", Function::Clip),
    ("clip_by_value", Function::Clip),
    ("concat", Function::Concatenate),
    ("concatenate", Function::Concatenate),
    ("cos", Function::Unary(Unary::Cos)),
    ("divide", Function::Binary(Binary::Div)),
    ("elu", Function::Activation("elu")),
    ("erf", Function::Unary(Unary::Erf)),
    ("exp", Function::Unary(Unary::Exp)),
    ("expand_dims", Function::ExpandDims),
    ("floor", Function::Unary(Unary::Floor)),
    ("get_item", Function::GetItem),
    ("getitem", Function::GetItem),
    ("identity", Function::Identity),
    ("log", Function::Unary(Unary::Log)),
    ("max", Function::Reduction(Reduction::Max)),
    ("maximum", Function::Binary(Binary::Max)),
    ("mean", Function::Reduction(Reduction::Mean)),
    ("min", Function::Reduction(Reduction::Min)),
    ("minimum", Function::Binary(Binary::Min)),
    ("multiply", Function::Binary(Binary::Mul)),
    ("neg", Function::Unary(Unary::Neg)),
    ("negative", Function::Unary(Unary::Neg)),
    ("pow", Function::Binary(Binary::Pow)),
    ("power", Function::Binary(Binary::Pow)),
    ("reduce_max", Function::Reduction(Reduction::Max)),
    ("reduce_mean", Function::Reduction(Reduction::Mean)),
    ("reduce_min", Function::Reduction(Reduction::Min)),
    ("reduce_sum", Function::Reduction(Reduction::Sum)),
    ("relu", Function::Activation("relu")),
    ("relu6", Function::Activation("relu6")),
    ("reshape", Function::Reshape),
    ("round", Function::Unary(Unary::Round)),
    ("rsqrt", Function::Rsqrt),
    ("selu", Function::Activation("selu")),
    ("sigmoid", Function::Activation("sigmoid")),
    ("sign", Function::Unary(Unary::Sign)),
    ("silu", Function::Activation("silu")),
    ("sin", Function::Unary(Unary::Sin)),
    ("softmax", Function::Activation("softmax")),
    ("softplus", Function::Activation("softplus")),
    ("sqrt", Function::Unary(Unary::Sqrt)),
    ("square", Function::Square),
    ("squeeze", Function::Squeeze),
    ("sub", Function::Binary(Binary::Sub)),
    ("subtract", Function::Binary(Binary::Sub)),
    ("sum", Function::Reduction(Reduction::Sum)),
    ("swish", Function::Activation("silu")),
    ("tanh", Function::Activation("tanh")),
    ("transpose", Function::Transpose),
    ("true_divide", Function::Binary(Binary::Div)),
    ("truediv", Function::Binary(Binary::Div)),
];

/// The row of all functions.
pub(super) const ROW: &Row = &row(&["TFOpLambda"], no_slots, lower, "");

/// Names of all functions.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name)
}

/// Whether a layer calls a function.
pub(super) fn is_function(layer: &Layer) -> bool {
    layer.is_operation || matches!(layer.class.as_str(), "TFOpLambda" | "SlicingOpLambda")
}

/// The class with its function, if there is no lowering for it.
pub(super) fn unsupported(layer: &Layer) -> Option<String> {
    let (name, full) = name_of(layer);
    find(&name).is_none().then(|| {
        if layer.is_operation {
            full
        } else {
            format!("{}({full})", layer.class)
        }
    })
}

fn find(name: &str) -> Option<Function> {
    FUNCTIONS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, function)| *function)
}

/// The name in the table, and the whole name.
fn name_of(layer: &Layer) -> (String, String) {
    if layer.is_operation {
        let mut snake = String::new();
        for letter in layer.class.chars() {
            if letter.is_ascii_uppercase() && !snake.is_empty() {
                snake.push('_');
            }
            snake.push(letter.to_ascii_lowercase());
        }
        return (snake, layer.class.clone());
    }
    let full = layer
        .config
        .get("function")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let last = full.rsplit('.').next().unwrap_or_default();
    (last.trim_matches('_').to_owned(), full.to_owned())
}

fn lower(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let (name, _) = name_of(call.layer);
    let function = find(&name).ok_or_else(|| LayerError::new("is not supported"))?;
    match function {
        Function::Unary(operation) => {
            let x = call.number_input(cx)?;
            x.map(&mut cx.graph, |g, x| Ok(g.unary(operation, x)?))
        }
        Function::Square => {
            let x = call.number_input(cx)?;
            x.map(&mut cx.graph, |g, x| Ok(g.mul(x, x)?))
        }
        Function::Rsqrt => {
            let x = call.number_input(cx)?;
            x.map(&mut cx.graph, |g, x| {
                let root = g.unary(Unary::Sqrt, x)?;
                Ok(g.unary(Unary::Reciprocal, &root)?)
            })
        }
        Function::Binary(operation) => binary(cx, call, operation),
        Function::Activation("softmax") => {
            let axis = axes_of(argument(call, 1, "axis"))?.map_or(Ok(-1), |axes| one(&axes))?;
            let x = call.number_input(cx)?;
            activation::along(cx, "Softmax", &x, axis)
        }
        Function::Activation(name) => activation::by_name(cx, name, call.input()?),
        Function::Reduction(reduction) => reduce(cx, call, reduction),
        Function::Concatenate => {
            let axis = axes_of(argument(call, 1, "axis"))?.map_or(Ok(0), |axes| one(&axes))?;
            merging::along(cx, &call.inputs, axis)
        }
        Function::Clip => {
            let x = call.number_input(cx)?;
            let min = number(argument(call, 1, "clip_value_min|x_min"))?;
            let max = number(argument(call, 2, "clip_value_max|x_max"))?;
            x.map(&mut cx.graph, |g, x| Ok(g.clip(x, min, max)?))
        }
        Function::Cast => cast(cx, call),
        Function::Reshape => reshape(cx, call),
        Function::ExpandDims => {
            let x = call.input()?;
            let axis = axes_of(argument(call, 1, "axis"))?.map_or(Ok(-1), |axes| one(&axes))?;
            let axis = resolve_axis(axis, x.rank() + 1)?;
            let tensor = x.get(&mut cx.graph, Layout::Plain)?;
            Ok(Feature::plain(cx.graph.unsqueeze(&tensor, axis)?))
        }
        Function::Squeeze => squeeze(cx, call),
        Function::Transpose => {
            let x = call.input()?;
            let order = axes_of(argument(call, 1, "perm|axes"))?;
            let order = match order {
                None => (0..x.rank()).rev().collect(),
                Some(order) => order
                    .into_iter()
                    .map(|axis| x.axis(axis))
                    .collect::<Result<Vec<_>, _>>()?,
            };
            let tensor = x.get(&mut cx.graph, Layout::Plain)?;
            Ok(Feature::plain(cx.graph.transpose(&tensor, &order)?))
        }
        Function::GetItem => get_item(cx, call),
        Function::Identity => call.input().cloned(),
    }
}

fn binary(cx: &mut Context, call: &Call<'_>, operation: Binary) -> Result<Feature, LayerError> {
    let missing = || LayerError::new("takes two arguments");
    let a = argument(call, 0, "x|x1|a").ok_or_else(missing)?;
    let b = argument(call, 1, "y|x2|b").ok_or_else(missing)?;
    let a = operand(cx, &a)?;
    let b = operand(cx, &b)?;
    // a number fits every order of axes
    let features: Vec<Feature> = [&a, &b]
        .into_iter()
        .filter(|feature| feature.rank() > 0)
        .cloned()
        .collect();
    let layout = common_layout(&features);
    let a = a.get(&mut cx.graph, layout)?;
    let b = b.get(&mut cx.graph, layout)?;
    let y = cx.graph.binary(operation, &a, &b)?;
    Ok(Feature::with_layout(y, layout))
}

fn reduce(cx: &mut Context, call: &Call<'_>, reduction: Reduction) -> Result<Feature, LayerError> {
    let x = call.number_input(cx)?;
    let axes = match axes_of(argument(call, 1, "axis"))? {
        None => (0..x.rank()).collect(),
        Some(axes) => axes
            .into_iter()
            .map(|axis| x.axis(axis))
            .collect::<Result<Vec<_>, _>>()?,
    };
    let keep = match argument(call, 2, "keepdims|keep_dims") {
        Some(Operand::Constant(Value::Bool(keep))) => keep,
        _ => false,
    };
    if keep {
        let places: Vec<usize> = axes.iter().map(|&axis| x.axis_in(axis, x.origin())).collect();
        return x.map(&mut cx.graph, |g, x| Ok(g.reduce(reduction, x, &places, true)?));
    }
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reduce(reduction, &tensor, &axes, false)?))
}
