//! The graph under construction. (Stub for the interface; the real one follows.)

use std::ops::Deref;
use std::rc::Rc;

use crate::tensor::{ScalarType, TensorData};

/// A value of the graph: one definition, any number of uses.
#[derive(Debug)]
pub(crate) struct TensorValue {
    /// The name in the graph.
    pub(crate) name: String,
    /// The type of the elements.
    pub(crate) dtype: ScalarType,
    /// The lengths of the axes, all known.
    pub(crate) shape: Vec<usize>,
    /// The elements, for weights and for what was computed during conversion.
    pub(crate) constant: Option<TensorData>,
}

/// A shared, immutable reference to a value of the graph.
#[derive(Debug, Clone)]
pub(crate) struct TensorRef(Rc<TensorValue>);

impl Deref for TensorRef {
    type Target = TensorValue;

    fn deref(&self) -> &TensorValue {
        &self.0
    }
}

/// The graph under construction.
#[derive(Debug)]
pub(crate) struct Graph {}

impl Graph {
    /// An empty graph of this opset.
    pub(crate) fn new(_opset: i64) -> Self {
        Self {}
    }

    /// Adds an input.
    pub(crate) fn input(&mut self, name: &str, dtype: ScalarType, shape: &[usize]) -> TensorRef {
        TensorRef(Rc::new(TensorValue { name: name.to_owned(), dtype, shape: shape.to_vec(), constant: None }))
    }

    /// A constant: becomes an initialiser only if a node that stays uses it. `hint` is the wanted name
    /// (`encoder.conv1.weight`), made unique.
    pub(crate) fn constant(&mut self, data: TensorData, hint: &str) -> TensorRef {
        TensorRef(Rc::new(TensorValue {
            name: hint.to_owned(),
            dtype: data.dtype,
            shape: data.shape.clone(),
            constant: Some(data),
        }))
    }

    /// Nodes that are added from here on are named after this module path (`encoder.conv1`; empty at the root).
    pub(crate) fn set_scope(&mut self, _path: &str) {}

    /// Declares an output with exactly this name (an `Identity` is added where needed: inputs, constants, duplicates).
    pub(crate) fn output(&mut self, _name: &str, _value: &TensorRef) {}

    /// The finished model: nodes that no output needs are left out.
    pub(crate) fn into_model_bytes(self, _name: &str) -> Vec<u8> {
        Vec::new()
    }
}
