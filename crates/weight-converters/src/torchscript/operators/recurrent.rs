//! Recurrent layers over whole sequences.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::operands::{Lowered, size, tensor, tensors};
use super::{Operator, row};
use crate::graph::{Attribute, TensorRef, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::lstm",
        lstm,
        "of tensors, not of packed sequences; no projections, no dropout",
    ),
    row(
        "aten::gru",
        gru,
        "of tensors, not of packed sequences; no dropout",
    ),
    row(
        "aten::rnn_tanh",
        rnn_tanh,
        "of tensors, not of packed sequences; no dropout",
    ),
    row(
        "aten::rnn_relu",
        rnn_relu,
        "of tensors, not of packed sequences; no dropout",
    ),
];

/// A kind of layer.
struct Kind {
    operator: &'static str,
    /// for each gate of ONNX, its place in `PyTorch`
    gates: &'static [usize],
    /// `Tanh` or `Relu`, where the kind has a choice
    activation: Option<&'static str>,
    /// number of states: hidden, and cell
    states: usize,
}

fn lstm(cx: &mut Context, args: &Arguments) -> Lowered {
    // PyTorch: input, forget, cell, output; ONNX: input, output, forget, cell
    run(
        cx,
        args,
        &Kind {
            operator: "LSTM",
            gates: &[0, 3, 1, 2],
            activation: None,
            states: 2,
        },
    )
}

fn gru(cx: &mut Context, args: &Arguments) -> Lowered {
    // PyTorch: reset, update, new; ONNX: update, reset, new
    run(
        cx,
        args,
        &Kind {
            operator: "GRU",
            gates: &[1, 0, 2],
            activation: None,
            states: 1,
        },
    )
}

fn rnn_tanh(cx: &mut Context, args: &Arguments) -> Lowered {
    run(
        cx,
        args,
        &Kind {
            operator: "RNN",
            gates: &[0],
            activation: Some("Tanh"),
            states: 1,
        },
    )
}

fn rnn_relu(cx: &mut Context, args: &Arguments) -> Lowered {
    run(
        cx,
        args,
        &Kind {
            operator: "RNN",
            gates: &[0],
            activation: Some("Relu"),
            states: 1,
        },
    )
}

/// `(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)`; for an LSTM `hx` is the
/// list of hidden and cell state.
fn run(cx: &mut Context, args: &Arguments, kind: &Kind) -> Lowered {
    let packed = matches!(args.value(3, "has_biases")?, Value::List(_) | Value::Tensor(_));
    if packed {
        return Err(LoweringError::new("packed sequences are not supported"));
    }
    let mut x = tensor(cx, args, 0, "input")?;
    let states = if kind.states == 2 {
        tensors(cx, args, 1, "hx")?
    } else {
        vec![tensor(cx, args, 1, "hx")?]
    };
    let parameters = tensors(cx, args, 2, "params")?;
    let with_biases = args.bool(3, "has_biases")?;
    let layers = size(args.int(4, "num_layers")?, "num_layers")?;
    if args.float(5, "dropout")? != 0.0 && args.bool(6, "train")? {
        return Err(LoweringError::new(
            "dropout gives random results: save the network after `model.eval()`",
        ));
    }
    let directions = if args.bool(7, "bidirectional")? { 2 } else { 1 };
    let batch_first = args.bool(8, "batch_first")?;
    let in_a_cell = if with_biases { 4 } else { 2 };
    if layers == 0
        || states.len() != kind.states
        || layers.checked_mul(directions * in_a_cell) != Some(parameters.len())
        || x.rank() != 3
        || states
            .iter()
            .any(|state| state.rank() != 3 || state.shape[0] != layers * directions)
    {
        return Err(LoweringError::new(format!(
            "input {:?}, {} states and {} parameters of {layers} layers do not fit",
            x.shape,
            states.len(),
            parameters.len()
        )));
    }
    if batch_first {
        x = cx.graph.swap_axes(&x, 0, 1)?;
    }
    let mut last: Vec<Vec<TensorRef>> = vec![Vec::new(); kind.states];
    for (layer, cells) in parameters.chunks_exact(directions * in_a_cell).enumerate() {
        let mut initial = Vec::new();
        for state in &states {
            initial.push(cx.graph.narrow(state, 0, layer * directions, directions)?);
        }
        let (output, finals) = one_layer(cx, kind, &x, cells, &initial, directions)?;
        x = output;
        for (all, state) in last.iter_mut().zip(finals) {
            all.push(state);
        }
    }
    if batch_first {
        x = cx.graph.swap_axes(&x, 0, 1)?;
    }
    let mut results = vec![Value::from(x)];
    for states in &last {
        results.push(Value::from(cx.graph.concat(states, 0)?));
    }
    Ok(Value::tuple(results))
}

/// One layer in one or both directions: its output (sequence, batch, directions * hidden), and the last states.
fn one_layer(
    cx: &mut Context,
    kind: &Kind,
    x: &TensorRef,
    parameters: &[TensorRef],
    initial: &[TensorRef],
    directions: usize,
) -> Lowered<(TensorRef, Vec<TensorRef>)> {
    let hidden = initial.first().map_or(0, |state| state.shape[2]);
    let in_a_cell = parameters.len() / directions;
    // input weights, recurrent weights, and both biases, in the order of the gates of ONNX, stacked by direction
    let mut stacked = Vec::new();
    for index in 0..in_a_cell {
        let mut parts = Vec::new();
        for cell in parameters.chunks_exact(in_a_cell) {
            let ordered = reordered(cx, &cell[index], kind, hidden)?;
            parts.push(cx.graph.unsqueeze(&ordered, 0)?);
        }
        stacked.push(cx.graph.concat(&parts, 0)?);
    }
    // engines take biases that are zero better than none
    let biases = if in_a_cell == 4 {
        cx.graph.concat(&stacked[2..], 1)?
    } else {
        cx.graph
            .filled(x, &[directions, 2 * kind.gates.len() * hidden], 0.0)?
    };
    let (sequence, batch) = (x.shape[0], x.shape[1]);
    if stacked[0].shape.get(2) != x.shape.get(2)
        || stacked[1].shape.get(2) != Some(&hidden)
        || initial[0].shape[1] != batch
    {
        return Err(LoweringError::new(format!(
            "weights {:?} and {:?} do not fit the input {:?}",
            stacked[0].shape, stacked[1].shape, x.shape
        )));
    }
    let mut inputs = vec![Some(x), Some(&stacked[0]), Some(&stacked[1]), Some(&biases), None];
    inputs.extend(initial.iter().map(Some));
    let mut attributes = vec![
        ("hidden_size", Attribute::Int(signed(hidden))),
        (
            "direction",
            Attribute::Text(if directions == 2 {
                "bidirectional"
            } else {
                "forward"
            }),
        ),
    ];
    if kind.operator == "GRU" {
        attributes.push(("linear_before_reset", Attribute::Int(1)));
    }
    if let Some(activation) = kind.activation {
        attributes.push(("activations", Attribute::Texts(vec![activation; directions])));
    }
    let state = vec![directions, batch, hidden];
    let mut outputs = vec![(x.dtype, vec![sequence, directions, batch, hidden])];
    outputs.extend((0..kind.states).map(|_| (x.dtype, state.clone())));
    let mut results = cx.graph.add_node(kind.operator, &inputs, attributes, outputs)?;
    let states = results.split_off(1);
    let output = results.pop().ok_or_else(|| LoweringError::new("has no output"))?;
    let turned = cx.graph.transpose(&output, &[0, 2, 1, 3])?;
    Ok((
        cx.graph
            .reshape(&turned, &[sequence, batch, directions * hidden])?,
        states,
    ))
}

/// Gates in the order of ONNX.
fn reordered(cx: &mut Context, weight: &TensorRef, kind: &Kind, hidden: usize) -> Lowered<TensorRef> {
    if weight.shape.first() != hidden.checked_mul(kind.gates.len()).as_ref() {
        return Err(LoweringError::new(format!(
            "a weight of {} gates of {hidden} is expected, found {:?} (projections are not supported)",
            kind.gates.len(),
            weight.shape
        )));
    }
    let mut gates = Vec::new();
    for &gate in kind.gates {
        gates.push(cx.graph.narrow(weight, 0, gate * hidden, hidden)?);
    }
    Ok(cx.graph.concat(&gates, 0)?)
}
