//! What goes into a conversion and what comes out of it, whatever the weights format.

use crate::tensor::ScalarType;

/// An input of the network to convert for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputSpec {
    /// The name in the ONNX model.
    pub name: String,
    /// The type of the elements.
    pub dtype: ScalarType,
    /// The lengths of the axes, the batch axis included.
    pub shape: Vec<usize>,
}

impl InputSpec {
    /// An input of this name, type and shape.
    pub fn new(name: impl Into<String>, dtype: ScalarType, shape: impl Into<Vec<usize>>) -> Self {
        Self {
            name: name.into(),
            dtype,
            shape: shape.into(),
        }
    }
}

/// What may be chosen about a conversion.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// The names of the outputs in the ONNX model, as many as the network has results. Without them the keys of a
    /// dictionary and the fields of a named tuple are taken, and `output` (`output_0`, `output_1`, ...) otherwise.
    pub output_names: Option<Vec<String>>,
}

impl Options {
    /// With these names of the outputs.
    #[must_use]
    pub fn with_output_names(names: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            output_names: Some(names.into_iter().map(Into::into).collect()),
        }
    }
}

/// A tensor that goes into or comes out of a converted network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Port {
    /// The name in the ONNX model.
    pub name: String,
    /// The type of the elements.
    pub dtype: ScalarType,
    /// The lengths of the axes.
    pub shape: Vec<usize>,
}

/// A converted network.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converted {
    /// The ONNX model: a serialised `ModelProto`.
    pub model: Vec<u8>,
    /// The version of the ONNX operators that it uses.
    pub opset: i64,
    /// Its inputs.
    pub inputs: Vec<Port>,
    /// Its outputs, in the order in which the network returns them.
    pub outputs: Vec<Port>,
    /// What is worth knowing: warnings of the network, attributes that it sets.
    pub notes: Vec<String>,
}
