//! The lowering tables: what each operator of TensorFlow becomes in ONNX, one file a family.
//!
//! A lowering follows the documentation of the operator in TensorFlow. It reads its tensors from the [`Context`], where they
//! are stored in either layout, adds nodes to the graph, and returns what the node's outputs are.

mod activation;
mod arithmetic;
mod batches;
mod comparison;
mod convolution;
mod creation;
mod einsum;
mod gather;
mod joining;
mod listing;
mod lists;
mod matmul;
mod normalization;
mod padding;
mod passing;
mod pooling;
mod rearrangement;
mod reduction;
mod resize;
mod shape;
mod slicing;
mod transposed;
mod unary;
mod window;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::arguments::Arguments;
use super::context::{Context, Layout, LoweringError, Tensor};
use super::value::Value;
use crate::graph::TensorRef;
use crate::operator_table;

pub(crate) use batches::Batched;
pub use listing::supported_operators;

/// What a lowering returns: the outputs of the node.
pub(crate) type Lowered = Result<Vec<Value>, LoweringError>;

/// Adds the nodes of one operator to the graph of the context and returns the outputs.
pub(crate) type Lowering = fn(&mut Context, &Arguments<'_>) -> Lowered;

/// One row of the tables.
pub(crate) type Operator = operator_table::Operator<Lowering>;

const fn row(name: &'static str, lowering: Lowering, notes: &'static str) -> Operator {
    Operator {
        name,
        notes,
        lowering,
    }
}

/// The families, in the order of the documentation.
const FAMILIES: operator_table::Families<Lowering> = &[
    ("convolution", convolution::OPERATORS),
    ("transposed convolution", transposed::OPERATORS),
    ("space and batch", batches::OPERATORS),
    ("pooling", pooling::OPERATORS),
    ("normalisation", normalization::OPERATORS),
    ("activation", activation::OPERATORS),
    ("resizing", resize::OPERATORS),
    ("padding", padding::OPERATORS),
    ("arithmetic", arithmetic::OPERATORS),
    ("functions of one element", unary::OPERATORS),
    ("comparison and choice", comparison::OPERATORS),
    ("reduction", reduction::OPERATORS),
    ("shape", shape::OPERATORS),
    ("rearrangement", rearrangement::OPERATORS),
    ("slicing and splitting", slicing::OPERATORS),
    ("joining", joining::OPERATORS),
    ("indexing", gather::OPERATORS),
    ("matrix products", matmul::OPERATORS),
    ("einsum", einsum::OPERATORS),
    ("creation", creation::OPERATORS),
    ("lists of tensors", lists::OPERATORS),
    ("passing on", passing::OPERATORS),
];

/// What is resolved while walking through the graph, with notes.
pub(crate) const STRUCTURE: &[(&str, &str)] = &[
    ("Const", ""),
    (
        "Placeholder",
        "an input of the signature; that of Keras that asks whether it trains: no",
    ),
    (
        "PlaceholderWithDefault",
        "its default, unless it is an input of the signature",
    ),
    ("VarHandleOp", "a weight"),
    ("VariableV2", "a weight"),
    ("Variable", "a weight"),
    ("ReadVariableOp", "not of what the same run writes"),
    ("ResourceGather", ""),
    ("PartitionedCall", "inlined"),
    ("StatefulPartitionedCall", "inlined"),
    ("If", "if the choice follows from shapes"),
    ("StatelessIf", "if the choice follows from shapes"),
    ("Case", "if the choice follows from shapes"),
    ("StatelessCase", "if the choice follows from shapes"),
    ("While", "unrolled, if the number of turns follows from shapes"),
    (
        "StatelessWhile",
        "unrolled, if the number of turns follows from shapes",
    ),
    ("Switch", "if the choice follows from shapes"),
    ("RefSwitch", "if the choice follows from shapes"),
    ("Merge", "of the branch that is taken"),
    ("NoOp", "dropped"),
];

/// Operators that cannot be converted, with the reason.
const REFUSED: &[(&[&str], &str)] = &[
    (
        &[
            "Enter",
            "Exit",
            "NextIteration",
            "LoopCond",
            "RefEnter",
            "RefExit",
        ],
        "loops of TensorFlow 1 are not supported: save the model with TensorFlow 2",
    ),
    (
        &[
            "RandomUniform",
            "RandomStandardNormal",
            "TruncatedNormal",
            "RandomUniformInt",
            "StatelessRandomUniformV2",
            "StatelessRandomNormalV2",
            "StatelessRandomUniform",
            "StatelessRandomNormal",
            "StatefulUniform",
            "Multinomial",
        ],
        "random numbers: save the model for inference (training=False)",
    ),
    (
        &["PyFunc", "EagerPyFunc", "PyFuncStateless"],
        "calls Python, which is not in the bundle",
    ),
    (
        &[
            "FFT", "FFT2D", "FFT3D", "IFFT", "IFFT2D", "IFFT3D", "RFFT", "RFFT2D", "IRFFT2D",
        ],
        "ONNX has no complex numbers",
    ),
    (
        &[
            "FakeQuantWithMinMaxVars",
            "QuantizeAndDequantizeV2",
            "QuantizeV2",
            "Dequantize",
        ],
        "quantised networks are not supported",
    ),
];

/// Outputs of operators that have several, by name.
const OUTPUTS: &[(&[&str], &[&str])] = &[
    (
        &["FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"],
        &[
            "y",
            "batch_mean",
            "batch_variance",
            "reserve_space_1",
            "reserve_space_2",
            "reserve_space_3",
        ],
    ),
    (&["TopKV2", "TopK"], &["values", "indices"]),
    (&["Switch", "RefSwitch"], &["output_false", "output_true"]),
    (&["Merge"], &["output", "value_index"]),
    (&["MaxPoolWithArgmax"], &["output", "argmax"]),
    (&["Unique", "UniqueV2"], &["y", "idx"]),
    (&["TensorListPopBack"], &["output_handle", "tensor"]),
];

/// The lowering of an operator.
pub(crate) fn find(name: &str) -> Option<Lowering> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Operator>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| operator_table::by_name(FAMILIES));
    by_name.get(name).map(|operator| operator.lowering)
}

/// Why an operator cannot be converted, where it is known that it cannot.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    REFUSED
        .iter()
        .find(|(names, _)| names.contains(&name))
        .map(|(_, reason)| *reason)
}

/// The number of the first tensor of a named output.
pub(crate) fn output_number(operator: &str, output: &str) -> Option<usize> {
    match OUTPUTS.iter().find(|(names, _)| names.contains(&operator)) {
        Some((_, outputs)) => outputs.iter().position(|name| *name == output),
        None => Some(0),
    }
}

fn one(tensor: TensorRef) -> Lowered {
    Ok(vec![Value::Tensor(Tensor::plain(tensor))])
}

fn stored(tensor: TensorRef, layout: Layout) -> Lowered {
    Ok(vec![Value::Tensor(Tensor::stored(tensor, layout))])
}

fn wrong(message: impl Into<String>) -> LoweringError {
    LoweringError::new(message)
}
