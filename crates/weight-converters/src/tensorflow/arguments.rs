//! The inputs and parameters of a node.

use super::constant::tensor_data;
use super::context::{Context, LoweringError, Tensor};
use super::dtype::scalar_type;
use super::proto::{Attr, ListValue, NodeDef};
use super::value::Value;
use crate::graph::TensorRef;
use crate::tensor::{ScalarType, TensorData};

/// A node with what goes into it.
#[derive(Debug)]
pub(crate) struct Arguments<'a> {
    node: &'a NodeDef,
    inputs: Vec<Value>,
}

/// Where the channels of images are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channels {
    /// `NHWC` and its kin
    Last,
    /// `NCHW` and its kin
    First,
}

impl<'a> Arguments<'a> {
    /// A node with these inputs.
    pub(crate) fn new(node: &'a NodeDef, inputs: Vec<Value>) -> Self {
        Self { node, inputs }
    }

    /// The operator.
    pub(crate) fn operator(&self) -> &'a str {
        &self.node.op
    }

    /// The number of inputs.
    pub(crate) fn len(&self) -> usize {
        self.inputs.len()
    }

    /// All inputs.
    pub(crate) fn values(&self) -> &[Value] {
        &self.inputs
    }

    /// An input of any kind.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub(crate) fn value(&self, index: usize) -> Result<&Value, LoweringError> {
        self.inputs.get(index).ok_or_else(|| {
            LoweringError::new(format!(
                "input {index} is missing: the node has {}",
                self.inputs.len()
            ))
        })
    }

    /// An input that is a tensor.
    ///
    /// # Errors
    ///
    /// When it is missing or something else.
    pub(crate) fn tensor(&self, index: usize) -> Result<Tensor, LoweringError> {
        match self.value(index)? {
            Value::Tensor(tensor) => Ok(tensor.clone()),
            other => Err(LoweringError::new(format!(
                "input {index} is {}, not a tensor",
                other.kind()
            ))),
        }
    }

    /// The inputs from `first` up to `end`, all tensors.
    ///
    /// # Errors
    ///
    /// When one is missing or something else.
    pub(crate) fn tensors(&self, first: usize, end: usize) -> Result<Vec<Tensor>, LoweringError> {
        (first..end).map(|index| self.tensor(index)).collect()
    }

    /// An input with its axes in TensorFlow's order.
    ///
    /// # Errors
    ///
    /// When it is missing or something else.
    pub(crate) fn plain(&self, cx: &mut Context, index: usize) -> Result<TensorRef, LoweringError> {
        cx.plain(&self.tensor(index)?)
    }

    /// The elements of an input that is known while converting.
    ///
    /// # Errors
    ///
    /// When it depends on the contents of the inputs of the network.
    pub(crate) fn constant(&self, cx: &mut Context, index: usize) -> Result<TensorData, LoweringError> {
        let value = self.plain(cx, index)?;
        value.constant.clone().ok_or_else(|| {
            LoweringError::new(format!(
                "input {index} depends on the contents of the network's inputs; it has to follow from their shapes"
            ))
        })
    }

    /// The whole numbers of an input that is known while converting.
    ///
    /// # Errors
    ///
    /// When it is not known, or has other elements.
    pub(crate) fn integers(&self, cx: &mut Context, index: usize) -> Result<Vec<i64>, LoweringError> {
        let data = self.constant(cx, index)?;
        data.to_i64()
            .ok_or_else(|| LoweringError::new(format!("input {index} has {}, not integers", data.dtype)))
    }

    /// The one whole number of an input that is known while converting.
    ///
    /// # Errors
    ///
    /// When it is not known, or is not one whole number.
    pub(crate) fn integer(&self, cx: &mut Context, index: usize) -> Result<i64, LoweringError> {
        match self.integers(cx, index)?[..] {
            [one] => Ok(one),
            ref several => Err(LoweringError::new(format!(
                "input {index} has {} elements, not one",
                several.len()
            ))),
        }
    }

    /// The one number of an input that is known while converting.
    ///
    /// # Errors
    ///
    /// When it is not known, or is not one number.
    pub(crate) fn number(&self, cx: &mut Context, index: usize) -> Result<f64, LoweringError> {
        let data = self.constant(cx, index)?;
        data.item_f64()
            .ok_or_else(|| LoweringError::new(format!("input {index} has {} elements, not one", data.len())))
    }

    /// Lengths in an input that is known while converting.
    ///
    /// # Errors
    ///
    /// When it is not known, or a number is below zero.
    pub(crate) fn lengths(&self, cx: &mut Context, index: usize) -> Result<Vec<usize>, LoweringError> {
        self.integers(cx, index)?
            .into_iter()
            .map(|length| {
                usize::try_from(length)
                    .map_err(|_| LoweringError::new(format!("input {index} has the length {length}")))
            })
            .collect()
    }

    fn attr(&self, name: &str) -> Option<&'a Attr> {
        self.node.attr.get(name).and_then(|attr| attr.value.as_ref())
    }

    /// A truth value.
    pub(crate) fn flag(&self, name: &str) -> bool {
        matches!(self.attr(name), Some(Attr::Flag(true)))
    }

    /// A truth value that holds unless it is stated.
    pub(crate) fn flag_or_true(&self, name: &str) -> bool {
        !matches!(self.attr(name), Some(Attr::Flag(false)))
    }

    /// A whole number.
    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.attr(name) {
            Some(Attr::Int(value)) => Some(*value),
            _ => None,
        }
    }

    /// A number, or what stands for it where it is not stated.
    pub(crate) fn float(&self, name: &str, otherwise: f64) -> f64 {
        match self.attr(name) {
            Some(Attr::Float(value)) => f64::from(*value),
            _ => otherwise,
        }
    }

    /// Text; empty where it is not stated.
    ///
    /// # Errors
    ///
    /// When it is no UTF-8.
    pub(crate) fn text(&self, name: &str) -> Result<&'a str, LoweringError> {
        match self.attr(name) {
            Some(Attr::Text(bytes)) => std::str::from_utf8(bytes)
                .map_err(|_| LoweringError::new(format!("the attribute `{name}` is not UTF-8"))),
            _ => Ok(""),
        }
    }

    fn list(&self, name: &str) -> Option<&'a ListValue> {
        match self.attr(name) {
            Some(Attr::List(list)) => Some(list),
            _ => None,
        }
    }

    /// Texts; none where they are not stated.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let list = self.list(name).map(|list| list.s.as_slice()).unwrap_or_default();
        list.iter()
            .map(|bytes| String::from_utf8_lossy(bytes).into_owned())
            .collect()
    }

    /// Whole numbers; none where they are not stated.
    pub(crate) fn ints(&self, name: &str) -> Vec<i64> {
        self.list(name).map(|list| list.i.clone()).unwrap_or_default()
    }

    /// Lengths; none where they are not stated.
    ///
    /// # Errors
    ///
    /// When a number is below zero.
    pub(crate) fn sizes(&self, name: &str) -> Result<Vec<usize>, LoweringError> {
        self.ints(name)
            .into_iter()
            .map(|value| {
                usize::try_from(value)
                    .map_err(|_| LoweringError::new(format!("the attribute `{name}` has the number {value}")))
            })
            .collect()
    }

    /// An element type.
    ///
    /// # Errors
    ///
    /// When it is not stated, or not supported.
    pub(crate) fn dtype(&self, name: &str) -> Result<ScalarType, LoweringError> {
        match self.attr(name) {
            Some(Attr::Type(code)) => scalar_type(*code).map_err(LoweringError::new),
            _ => Err(LoweringError::new(format!("has no attribute `{name}`"))),
        }
    }

    /// A tensor; `None` for text.
    ///
    /// # Errors
    ///
    /// When it is not stated, or damaged.
    pub(crate) fn attribute_tensor(&self, name: &str) -> Result<Option<TensorData>, LoweringError> {
        match self.attr(name) {
            Some(Attr::Tensor(tensor)) => tensor_data(tensor).map_err(LoweringError::new),
            _ => Err(LoweringError::new(format!("has no attribute `{name}`"))),
        }
    }

    /// The name of a function.
    pub(crate) fn function(&self, name: &str) -> Option<&'a str> {
        match self.attr(name) {
            Some(Attr::Function(function)) => Some(&function.name),
            _ => None,
        }
    }

    /// The names of functions.
    pub(crate) fn functions(&self, name: &str) -> Vec<&'a str> {
        let list = self
            .list(name)
            .map(|list| list.func.as_slice())
            .unwrap_or_default();
        list.iter().map(|function| function.name.as_str()).collect()
    }

    /// Where the channels are.
    ///
    /// # Errors
    ///
    /// When `data_format` is something else.
    pub(crate) fn channels(&self) -> Result<Channels, LoweringError> {
        match self.text("data_format")? {
            "" | "NHWC" | "NDHWC" | "NWC" | "channelsLast" => Ok(Channels::Last),
            "NCHW" | "NCDHW" | "NCW" | "channelsFirst" => Ok(Channels::First),
            other => Err(LoweringError::new(format!(
                "the data format {other} is not supported"
            ))),
        }
    }
}

/// An axis counted from the start; below zero it counts from the end.
pub(crate) fn axis(axis: i64, rank: usize) -> Result<usize, LoweringError> {
    let signed = i64::try_from(rank).unwrap_or(i64::MAX);
    let counted = if axis < 0 {
        axis.checked_add(signed)
    } else {
        Some(axis)
    };
    counted
        .and_then(|axis| usize::try_from(axis).ok())
        .filter(|&axis| axis < rank)
        .ok_or_else(|| LoweringError::new(format!("axis {axis} does not exist: the tensor has {rank} axes")))
}
