//! The lowering tables: what each operator of `TorchScript` becomes in ONNX, one file a family.
//!
//! A lowering follows the documentation of `PyTorch` for the operator. It reads its tensors from the [`Context`], adds
//! nodes to the graph, and returns new tensors, or views where `PyTorch` returns views. An operator whose name ends
//! in an underscore and that has no entry of its own is computed as the one without, and the result is written into
//! its first argument.

mod activation;
mod adaptive_pooling;
mod antialiasing;
mod arithmetic;
mod attention;
mod axes;
mod cast;
mod comparison;
mod composed;
mod convolution;
mod creation;
mod diagonals;
mod dropout;
mod einsum;
mod extremes;
mod indexing;
mod joining;
mod limits;
mod listing;
mod matmul;
mod normalization;
mod norms;
mod operands;
mod padding;
mod patches;
mod pooling;
mod promotion;
mod ranges;
mod rearrangement;
mod rectifier;
mod recurrent;
mod reduction;
mod refused;
mod scatter;
mod shape;
mod shuffling;
mod softmax;
mod sorting;
#[cfg(test)]
mod tests;
mod unary;
mod upsampling;

use std::collections::HashMap;
use std::sync::OnceLock;

use super::arguments::Arguments;
use super::context::{Context, LoweringError};
use super::value::Value;
use crate::graph::GraphError;
use crate::operator_table;

pub use listing::supported_operators;
pub(crate) use refused::refused;

/// Adds the nodes of one operator to the graph of the context and returns the operator's result.
pub(crate) type Lowering = fn(&mut Context, &Arguments) -> Result<Value, LoweringError>;

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
    ("pooling", pooling::OPERATORS),
    ("adaptive pooling", adaptive_pooling::OPERATORS),
    ("normalisation", normalization::OPERATORS),
    ("rectifiers", rectifier::OPERATORS),
    ("activation", activation::OPERATORS),
    ("softmax", softmax::OPERATORS),
    ("dropout", dropout::OPERATORS),
    ("upsampling", upsampling::OPERATORS),
    ("upsampling with anti-aliasing", antialiasing::OPERATORS),
    ("padding", padding::OPERATORS),
    ("patches", patches::OPERATORS),
    ("arithmetic", arithmetic::OPERATORS),
    ("composed functions", composed::OPERATORS),
    ("limits", limits::OPERATORS),
    ("functions of one element", unary::OPERATORS),
    ("comparison and choice", comparison::OPERATORS),
    ("reduction", reduction::OPERATORS),
    ("largest and smallest elements", extremes::OPERATORS),
    ("norms", norms::OPERATORS),
    ("order", sorting::OPERATORS),
    ("shape", shape::OPERATORS),
    ("order of axes", axes::OPERATORS),
    ("parts", ranges::OPERATORS),
    ("rearrangement", rearrangement::OPERATORS),
    ("diagonals and triangles", diagonals::OPERATORS),
    ("channels and pixels", shuffling::OPERATORS),
    ("joining and splitting", joining::OPERATORS),
    ("indexing", indexing::OPERATORS),
    ("writing by index", scatter::OPERATORS),
    ("matrix products", matmul::OPERATORS),
    ("einsum", einsum::OPERATORS),
    ("attention", attention::OPERATORS),
    ("recurrent layers", recurrent::OPERATORS),
    ("creation", creation::OPERATORS),
    ("element types and copies", cast::OPERATORS),
];

/// A lowering that was found by name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    operator: &'static Operator,
    in_place: bool,
}

impl Found {
    /// Adds the nodes of the operator and returns its result.
    ///
    /// # Errors
    ///
    /// When the arguments are not those that the operator takes, or a form is not supported.
    pub(crate) fn lower(&self, cx: &mut Context, args: &Arguments) -> Result<Value, LoweringError> {
        if args
            .get(usize::MAX, "out")
            .is_some_and(|out| !matches!(out, Value::None))
        {
            return Err(LoweringError::new(
                "writing into `out=` is not supported: use the form that returns its result",
            ));
        }
        let result = (self.operator.lowering)(cx, args)?;
        if self.in_place {
            operands::write_back(cx, args, &result)
        } else {
            Ok(result)
        }
    }
}

/// The lowering of an operator, by its qualified name: `aten::conv2d` for `torch.conv2d(...)`, `prim::...` for
/// `ops.prim...(...)`.
pub(crate) fn find(name: &str) -> Option<Found> {
    static BY_NAME: OnceLock<HashMap<&'static str, &'static Operator>> = OnceLock::new();
    let by_name = BY_NAME.get_or_init(|| operator_table::by_name(FAMILIES));
    if let Some(operator) = by_name.get(name) {
        return Some(Found {
            operator,
            in_place: false,
        });
    }
    let operator = by_name.get(name.strip_suffix('_')?)?;
    Some(Found {
        operator,
        in_place: true,
    })
}

impl From<GraphError> for LoweringError {
    fn from(error: GraphError) -> Self {
        Self::new(error.to_string())
    }
}
