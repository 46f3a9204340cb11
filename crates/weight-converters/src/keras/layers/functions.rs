//! Functions that a functional model calls without a layer: `TFOpLambda` of Keras 2, operations of Keras 3.
//!
//! Keras 2 names the function in the configuration (`math.add`), Keras 3 in the class (`Add`); the table has the last part
//! of the name in small letters.

use serde_json::Value;

use super::super::config::{as_integer, as_integers};
use super::super::context::Context;
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout, common_layout, resolve_axis};
use super::super::model::Layer;
use super::call::{Call, Operand, as_numbers};
use super::{Row, activation, merging, no_slots, row};
use crate::graph::{Binary, Reduction, SliceRange, Unary};
use crate::tensor::{ScalarType, TensorData};

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

/// An argument: by place, by one of its names, or from the configuration of an operation.
fn argument(call: &Call<'_>, place: usize, names: &str) -> Option<Operand> {
    let named = || names.split('|').find_map(|name| call.keyword(name).cloned());
    let set = || {
        call.config
            .get(names)
            .map(|value| Operand::Constant(value.clone()))
    };
    call.args
        .get(place)
        .cloned()
        .or_else(named)
        .or_else(set)
        .filter(|operand| !matches!(operand, Operand::Constant(Value::Null)))
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

/// A tensor, or a constant as one.
fn operand(cx: &mut Context, operand: &Operand) -> Result<Feature, LayerError> {
    fn collect(value: &Value, depth: usize, shape: &mut Vec<usize>, found: &mut Vec<f64>) -> Option<()> {
        match value {
            Value::Array(items) => {
                match shape.get(depth) {
                    None => shape.push(items.len()),
                    Some(length) if *length == items.len() => {}
                    Some(_) => return None,
                }
                items
                    .iter()
                    .try_for_each(|item| collect(item, depth + 1, shape, found))
            }
            other => {
                found.push(other.as_f64()?);
                (depth == shape.len()).then_some(())
            }
        }
    }
    let value = match operand {
        Operand::Feature(feature) => return as_numbers(cx, feature),
        Operand::Constant(value) => value.clone(),
        Operand::List(items) => Value::Array(
            items
                .iter()
                .map(|item| match item {
                    Operand::Constant(value) => value.clone(),
                    _ => Value::Null,
                })
                .collect(),
        ),
    };
    let (mut shape, mut found) = (Vec::new(), Vec::new());
    collect(&value, 0, &mut shape, &mut found).ok_or_else(|| LayerError::new("takes tensors and numbers"))?;
    let data = TensorData::from_f64(ScalarType::Float32, &shape, &found)?;
    Ok(Feature::plain(cx.graph.computed(data)))
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

fn cast(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let target = match argument(call, 1, "dtype") {
        Some(Operand::Constant(Value::String(name))) => name,
        _ => return Err(LayerError::new("`dtype` is the name of a type")),
    };
    let dtype = match target.as_str() {
        "float16" | "bfloat16" | "float32" | "float64" => ScalarType::Float32,
        "int32" => ScalarType::Int32,
        "int64" => ScalarType::Int64,
        "uint8" => ScalarType::UInt8,
        other => return Err(LayerError::new(format!("the type `{other}` is not supported"))),
    };
    let x = call.input()?;
    x.map(&mut cx.graph, |g, x| Ok(g.cast(x, dtype)?))
}

fn reshape(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let target =
        axes_of(argument(call, 1, "shape|newshape"))?.ok_or_else(|| LayerError::new("`shape` is missing"))?;
    let count: usize = x.shape().iter().product();
    let known = target
        .iter()
        .filter(|&&length| length != -1)
        .try_fold(1_usize, |product, &length| {
            product.checked_mul(usize::try_from(length).ok()?)
        })
        .filter(|&known| known > 0 && count.is_multiple_of(known))
        .ok_or_else(|| LayerError::new(format!("{:?} cannot become {target:?}", x.shape())))?;
    if target.iter().filter(|&&length| length == -1).count() > 1 {
        return Err(LayerError::new("several lengths of `shape` are open"));
    }
    let shape: Vec<usize> = target
        .iter()
        .map(|&length| usize::try_from(length).unwrap_or(count / known))
        .collect();
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

fn squeeze(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let x = call.input()?;
    let axes = match axes_of(argument(call, 1, "axis"))? {
        None => (0..x.rank()).filter(|&axis| x.shape()[axis] == 1).collect(),
        Some(axes) => axes
            .into_iter()
            .map(|axis| x.axis(axis))
            .collect::<Result<Vec<_>, _>>()?,
    };
    if axes.iter().any(|&axis| x.shape()[axis] != 1) {
        return Err(LayerError::new(format!(
            "the axes {axes:?} of the shape {:?} are not of length 1",
            x.shape()
        )));
    }
    let shape: Vec<usize> = (0..x.rank())
        .filter(|axis| !axes.contains(axis))
        .map(|axis| x.shape()[axis])
        .collect();
    let tensor = x.get(&mut cx.graph, Layout::Plain)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

/// One step of an index.
enum Index {
    Range(Option<i64>, Option<i64>, Option<i64>),
    At(i64),
    NewAxis,
    Rest,
}

fn get_item(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let bad = || LayerError::new("an index that is no number and no range is not supported");
    let x = call.input()?;
    let spec = argument(call, 1, "slice_spec|key").ok_or_else(bad)?;
    let mut indices = read_index(&spec).ok_or_else(bad)?;
    let used = indices
        .iter()
        .filter(|index| matches!(index, Index::Range(..) | Index::At(_)))
        .count();
    let free = x
        .rank()
        .checked_sub(used)
        .ok_or_else(|| LayerError::new("there are more indices than axes"))?;
    let rest = indices.iter().position(|index| matches!(index, Index::Rest));
    let whole = (0..free).map(|_| Index::Range(None, None, None));
    match rest {
        Some(place) => drop(indices.splice(place..=place, whole)),
        None => indices.extend(whole),
    }
    let mut tensor = x.get(&mut cx.graph, Layout::Plain)?;
    let (mut ranges, mut shape, mut axis) = (Vec::new(), Vec::new(), 0);
    for index in indices {
        let (range, kept) = match index {
            Index::NewAxis => {
                shape.push(1);
                continue;
            }
            Index::Rest => return Err(bad()),
            Index::At(position) => {
                let start = resolve_axis(position, x.shape()[axis]).map_err(|_| {
                    LayerError::new(format!("index {position} leaves axis {axis} of {:?}", x.shape()))
                })?;
                (range_of(axis, start, 1, 1), false)
            }
            Index::Range(start, stop, step) => {
                let step = step.unwrap_or(1);
                let step_size = usize::try_from(step).ok().filter(|&step| step > 0);
                let step_size =
                    step_size.ok_or_else(|| LayerError::new("steps below one are not supported"))?;
                let length = x.shape()[axis];
                let bound =
                    |place: Option<i64>, default: usize| place.map_or(default, |place| clamp(place, length));
                let (start, stop) = (bound(start, 0), bound(stop, length));
                let count = stop.saturating_sub(start).div_ceil(step_size);
                (range_of(axis, start, count, step_size), true)
            }
        };
        if kept {
            shape.push(range.length);
        }
        ranges.push(range);
        axis += 1;
    }
    tensor = cx.graph.slice(&tensor, &ranges)?;
    Ok(Feature::plain(cx.graph.reshape(&tensor, &shape)?))
}

fn range_of(axis: usize, start: usize, length: usize, step: usize) -> SliceRange {
    SliceRange {
        axis,
        start,
        length,
        step: isize::try_from(step).unwrap_or(isize::MAX),
    }
}

/// A border of a range, counted from the end if below zero, within the axis.
fn clamp(place: i64, length: usize) -> usize {
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let counted = if place < 0 {
        place.saturating_add(signed)
    } else {
        place
    };
    usize::try_from(counted).unwrap_or(0).min(length)
}

fn read_index(operand: &Operand) -> Option<Vec<Index>> {
    match operand {
        Operand::List(items) => items
            .iter()
            .map(|item| match item {
                Operand::Constant(value) => one_index(value),
                _ => None,
            })
            .collect(),
        Operand::Constant(Value::Array(items)) => items.iter().map(one_index).collect(),
        Operand::Constant(value) => one_index(value).map(|index| vec![index]),
        Operand::Feature(_) => None,
    }
}

fn one_index(value: &Value) -> Option<Index> {
    match value {
        Value::Null => Some(Index::NewAxis),
        Value::Number(_) => as_integer(value).map(Index::At),
        Value::String(text) if text == "..." => Some(Index::Rest),
        Value::Object(map) => {
            if map.get("class_name").is_some_and(|class| class == "__ellipsis__") {
                return Some(Index::Rest);
            }
            let map = match map.get("config") {
                Some(Value::Object(config)) => config,
                _ => map,
            };
            let part = |key: &str| match map.get(key) {
                None | Some(Value::Null) => Some(None),
                Some(value) => as_integer(value).map(Some),
            };
            if ["start", "stop", "step"]
                .iter()
                .all(|key| !map.contains_key(*key))
            {
                return None;
            }
            Some(Index::Range(part("start")?, part("stop")?, part("step")?))
        }
        _ => None,
    }
}

/// Whole numbers of an argument.
fn axes_of(operand: Option<Operand>) -> Result<Option<Vec<i64>>, LayerError> {
    let numbers = match &operand {
        None => return Ok(None),
        Some(Operand::Constant(value)) => as_integers(value),
        Some(Operand::List(items)) => items
            .iter()
            .map(|item| match item {
                Operand::Constant(value) => as_integer(value),
                _ => None,
            })
            .collect(),
        Some(Operand::Feature(_)) => None,
    };
    numbers
        .map(Some)
        .ok_or_else(|| LayerError::new("whole numbers are expected as an argument, not tensors"))
}

fn one(axes: &[i64]) -> Result<i64, LayerError> {
    match axes {
        &[axis] => Ok(axis),
        _ => Err(LayerError::new("one axis is expected")),
    }
}

fn number(operand: Option<Operand>) -> Result<Option<f64>, LayerError> {
    match operand {
        None => Ok(None),
        Some(Operand::Constant(value)) if value.is_number() => Ok(value.as_f64()),
        Some(_) => Err(LayerError::new("a number is expected as an argument")),
    }
}
