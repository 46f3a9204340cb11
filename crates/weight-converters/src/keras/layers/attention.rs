//! Attention.

use serde_json::Value;

use super::super::config::Config;
use super::super::context::{Context, Weight};
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::call::{Call, Operand, as_numbers};
use super::{Row, Slot, row};
use crate::graph::{Binary, TensorRef};

pub(super) const LAYERS: &[Row] = &[
    row(
        &["MultiHeadAttention"],
        heads_slots,
        multi_head,
        "of sequences, without masks and scores",
    ),
    row(
        &["Attention"],
        scale_slot,
        luong,
        "`score_mode` `dot`, without masks and scores",
    ),
];

fn heads_slots(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    let bias = config.flag("use_bias", true)?;
    let mut slots = Vec::new();
    for part in ["query", "key", "value", "attention_output"] {
        slots.push(Slot::trained(&format!("{part}/kernel")));
        if bias {
            slots.push(Slot::trained(&format!("{part}/bias")));
        }
    }
    Ok(slots)
}

fn scale_slot(config: Config<'_>) -> Result<Vec<Slot>, LayerError> {
    Ok(if config.flag("use_scale", false)? {
        vec![Slot::trained("scale")]
    } else {
        Vec::new()
    })
}

/// Query, key and value: by place in the order query, value, key, or by name. A missing key is the value.
fn sources(cx: &mut Context, call: &Call<'_>) -> Result<[TensorRef; 3], LayerError> {
    for (name, operand) in &call.kwargs {
        let given = match operand {
            Operand::Constant(Value::Null | Value::Bool(false)) => false,
            Operand::Constant(_) => *name != "training",
            Operand::List(_) | Operand::Feature(_) => !matches!(*name, "query" | "value" | "key" | "inputs"),
        };
        if given {
            return Err(LayerError::new(format!("the argument `{name}` is not supported")));
        }
    }
    call.refuse_training()?;
    let mut placed = Vec::new();
    call.args.iter().for_each(|operand| operand.features(&mut placed));
    let mut placed = placed.into_iter();
    let mut find = |name: &str| match call.keyword(name) {
        Some(Operand::Feature(feature)) => Some(feature.clone()),
        _ => placed.next(),
    };
    let missing = || LayerError::new("takes a query and a value");
    let query = find("query").ok_or_else(missing)?;
    let value = find("value").ok_or_else(missing)?;
    let key = find("key").unwrap_or_else(|| value.clone());
    if placed.next().is_some() {
        return Err(LayerError::new(
            "takes a query, a value and a key: masks are not supported",
        ));
    }
    let mut tensors = Vec::new();
    for feature in [query, key, value] {
        let tensor = as_numbers(cx, &feature)?.get(&mut cx.graph, Layout::Plain)?;
        if tensor.rank() != 3 {
            return Err(LayerError::new(format!(
                "takes sequences of vectors, found shape {:?}",
                tensor.shape
            )));
        }
        tensors.push(tensor);
    }
    <[TensorRef; 3]>::try_from(tensors).map_err(|_| missing())
}

fn multi_head(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let sources = sources(cx, call)?;
    let bias = call.config.flag("use_bias", true)?;
    let step = if bias { 2 } else { 1 };
    let weights = |part: usize| -> Result<(Weight, Option<Weight>), LayerError> {
        let kernel = call.weight(part * step)?.clone();
        let bias = if bias {
            Some(call.weight(part * step + 1)?.clone())
        } else {
            None
        };
        Ok((kernel, bias))
    };
    let mut projected = Vec::new();
    for (part, source) in sources.iter().enumerate() {
        let (kernel, bias) = weights(part)?;
        let &[inputs, heads, length] = kernel.shape() else {
            return Err(wrong_kernel(&kernel));
        };
        let flat = heads * length;
        let y = project(
            cx,
            source,
            (&kernel, [inputs, flat]),
            bias.as_ref().map(|bias| (bias, flat)),
        )?;
        let y = cx
            .graph
            .reshape(&y, &[source.shape[0], source.shape[1], heads, length])?;
        projected.push(cx.graph.transpose(&y, &[0, 2, 1, 3])?);
    }
    let key_length = projected[0].shape[3];
    let query = cx
        .graph
        .binary_number(Binary::Mul, &projected[0], 1.0 / (key_length as f64).sqrt())?;
    let y = attend(cx, &query, &projected[1], &projected[2])?;
    let y = cx.graph.transpose(&y, &[0, 2, 1, 3])?;
    let joined = y.shape[2] * y.shape[3];
    let y = cx.graph.reshape(&y, &[y.shape[0], y.shape[1], joined])?;
    let (kernel, bias) = weights(3)?;
    let &[heads, length, outputs] = kernel.shape() else {
        return Err(wrong_kernel(&kernel));
    };
    let y = project(
        cx,
        &y,
        (&kernel, [heads * length, outputs]),
        bias.as_ref().map(|bias| (bias, outputs)),
    )?;
    Ok(Feature::plain(y))
}

fn wrong_kernel(kernel: &Weight) -> LayerError {
    LayerError::new(format!(
        "a kernel has the shape {:?}, three axes expected",
        kernel.shape()
    ))
}

/// A product with a kernel of this shape, and a bias of this length.
fn project(
    cx: &mut Context,
    x: &TensorRef,
    (kernel, shape): (&Weight, [usize; 2]),
    bias: Option<(&Weight, usize)>,
) -> Result<TensorRef, LayerError> {
    let kernel = cx.shaped(kernel, &shape)?;
    let mut y = cx.graph.matmul(x, &kernel)?;
    if let Some((bias, length)) = bias {
        let bias = cx.shaped(bias, &[length])?;
        y = cx.graph.add(&y, &bias)?;
    }
    Ok(y)
}

/// The values, weighted by the softmax of the products of query and keys.
fn attend(
    cx: &mut Context,
    query: &TensorRef,
    key: &TensorRef,
    value: &TensorRef,
) -> Result<TensorRef, LayerError> {
    let rank = key.rank();
    let turned = cx.graph.swap_axes(key, rank - 2, rank - 1)?;
    let scores = cx.graph.matmul(query, &turned)?;
    let shares = cx.graph.softmax("Softmax", &scores, rank - 1)?;
    Ok(cx.graph.matmul(&shares, value)?)
}

fn luong(cx: &mut Context, call: &Call<'_>) -> Result<Feature, LayerError> {
    let [mut query, key, value] = sources(cx, call)?;
    match call.config.text("score_mode")? {
        None | Some("dot") => {}
        Some(other) => {
            return Err(LayerError::new(format!(
                "`score_mode` `{other}` is not supported"
            )));
        }
    }
    if call.config.flag("use_scale", false)? {
        let scale = cx.shaped(&call.weight(0)?.clone(), &[1])?;
        query = cx.graph.mul(&query, &scale)?;
    }
    Ok(Feature::plain(attend(cx, &query, &key, &value)?))
}
