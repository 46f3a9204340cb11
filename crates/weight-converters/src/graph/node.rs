//! Nodes: the operations of a graph.

use super::TensorRef;
use crate::onnx::{AttributeProto, attribute_type};

/// Value of a node's parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Attribute {
    /// an integer
    Int(i64),
    /// a number
    Float(f32),
    /// text
    Text(&'static str),
    /// several texts
    Texts(Vec<&'static str>),
    /// integers
    Ints(Vec<i64>),
}

/// One operation.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) operator: &'static str,
    pub(super) name: String,
    /// `None` leaves an optional input out
    pub(super) inputs: Vec<Option<TensorRef>>,
    pub(super) attributes: Vec<(&'static str, Attribute)>,
    pub(super) outputs: Vec<TensorRef>,
}

impl Attribute {
    /// Integers from sizes.
    pub(crate) fn sizes(sizes: &[usize]) -> Self {
        Self::Ints(sizes.iter().map(|&size| super::signed(size)).collect())
    }

    /// Whether it holds, as ONNX writes it.
    pub(crate) fn flag(set: bool) -> Self {
        Self::Int(i64::from(set))
    }

    pub(super) fn to_proto(&self, name: &str) -> AttributeProto {
        let mut proto = AttributeProto {
            name: Some(name.to_owned()),
            ..AttributeProto::default()
        };
        let kind = match self {
            Self::Int(value) => {
                proto.i = Some(*value);
                attribute_type::INT
            }
            Self::Float(value) => {
                proto.f = Some(*value);
                attribute_type::FLOAT
            }
            Self::Text(value) => {
                proto.s = Some(value.as_bytes().to_vec());
                attribute_type::STRING
            }
            Self::Texts(values) => {
                proto.strings = values.iter().map(|value| value.as_bytes().to_vec()).collect();
                attribute_type::STRINGS
            }
            Self::Ints(values) => {
                proto.ints.clone_from(values);
                attribute_type::INTS
            }
        };
        proto.r#type = Some(kind);
        proto
    }
}
