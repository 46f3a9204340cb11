//! Shapes of inputs and outputs.

use crate::diagnostic::Code;
use crate::document::{Node, NodeKind};
use crate::read::{FromNode, Reader};
use crate::value::TensorName;

/// The shapes that an input may have (field `inputs[].shape`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InputShape {
    /// Exactly this shape; the batch axis is free all the same.
    Explicit(Vec<usize>),
    /// `min + k * step` for whole numbers `k`, chosen for each axis by itself.
    Parametrized {
        /// The smallest shape.
        min: Vec<usize>,
        /// What each axis grows by; zero for an axis of fixed size.
        step: Vec<usize>,
    },
}

impl InputShape {
    /// The smallest shape.
    #[must_use]
    pub fn minimum(&self) -> &[usize] {
        match self {
            Self::Explicit(shape) => shape,
            Self::Parametrized { min, .. } => min,
        }
    }

    /// The number of axes.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.minimum().len()
    }
}

impl FromNode for InputShape {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.kind {
            NodeKind::Sequence(_) => FromNode::from_node(node, reader).map(Self::Explicit),
            NodeKind::Mapping(_) => {
                let mut fields = reader.fields(node)?;
                let min = fields.required(reader, "min");
                let step = fields.required(reader, "step");
                fields.finish(reader);
                Some(Self::Parametrized {
                    min: min?,
                    step: step?,
                })
            }
            NodeKind::Scalar(_) => {
                let message = format!(
                    "the shape of an input is a list of sizes or has `min` and `step`, found {}",
                    node.describe()
                );
                reader.report(Code::InvalidShape, node, message);
                None
            }
        }
    }
}

/// The shape of an output (field `outputs[].shape`).
#[derive(Clone, Debug, PartialEq)]
pub enum OutputShape {
    /// Exactly this shape.
    Explicit(Vec<usize>),
    /// `shape(reference) * scale + 2 * offset` for each axis.
    Implicit {
        /// The tensor that `scale` refers to.
        reference_tensor: TensorName,
        /// Output pixels for an input pixel; `None` for an axis that the reference does not have.
        scale: Vec<Option<f64>>,
        /// Half of what the network adds to the size of an axis; negative if it removes.
        offset: Vec<f64>,
    },
}

impl OutputShape {
    /// The number of axes.
    #[must_use]
    pub fn rank(&self) -> usize {
        match self {
            Self::Explicit(shape) => shape.len(),
            Self::Implicit { scale, .. } => scale.len(),
        }
    }
}

/// A scale that may be null.
struct Scale(Option<f64>);

impl FromNode for Scale {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        if node.is_null() {
            return Some(Self(None));
        }
        let scale = f64::from_node(node, reader)?;
        if !scale.is_finite() || scale < 0.0 {
            reader.report(
                Code::InvalidValue,
                node,
                format!("a scale is a finite number of at least 0, found {scale}"),
            );
            return None;
        }
        Some(Self(Some(scale)))
    }
}

impl FromNode for OutputShape {
    fn from_node(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &node.kind {
            NodeKind::Sequence(_) => FromNode::from_node(node, reader).map(Self::Explicit),
            NodeKind::Mapping(_) => {
                let mut fields = reader.fields(node)?;
                let reference_tensor = fields.required(reader, "reference_tensor");
                let scale: Option<Vec<Scale>> = fields.required(reader, "scale");
                let offset = fields.required(reader, "offset");
                fields.finish(reader);
                let scale = scale?.into_iter().map(|scale| scale.0).collect();
                Some(Self::Implicit {
                    reference_tensor: reference_tensor?,
                    scale,
                    offset: offset?,
                })
            }
            NodeKind::Scalar(_) => {
                let message = format!(
                    "the shape of an output is a list of sizes or has `reference_tensor`, `scale` and `offset`, found {}",
                    node.describe()
                );
                reader.report(Code::InvalidShape, node, message);
                None
            }
        }
    }
}
