//! A network as a graph of ONNX operators in which every value has a known element type and shape.
//!
//! Converters build a [`Graph`] by calling one method an operator; each checks its arguments, infers type and shape of
//! the result, and computes it at once where all inputs are known (shape arithmetic, masks, rearranged weights), so
//! the written graph has hardly an operation on constants. Values are immutable and named after the place in the
//! network that made them ([`Graph::set_scope`]). [`Graph::into_model`] leaves out what no output needs.
//!
//! Every length is known because a graph is made for one input shape. Axes are counted from zero.
//!
//! Nothing here knows the source format: operators, types and shapes are those of ONNX.

mod broadcast;
mod comparison;
mod convolution;
mod elementwise;
mod error;
mod fold;
#[cfg(feature = "tensorflow")]
mod fuse;
mod gather;
mod matmul;
mod model;
mod node;
mod normalization;
mod padding;
mod pooling;
mod range;
mod reduction;
mod resize;
mod shape;
mod slice;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::ops::Deref;
use std::rc::Rc;

pub(crate) use broadcast::broadcast_shapes;
pub(crate) use comparison::{Comparison, Logical};
pub(crate) use convolution::Window;
pub(crate) use elementwise::{Binary, Unary};
pub(crate) use error::GraphError;
pub(crate) use node::Attribute;
pub(crate) use padding::PadMode;
pub(crate) use reduction::Reduction;
pub(crate) use resize::{Coordinates, Interpolation, ResizeTo};
pub(crate) use slice::SliceRange;

use crate::tensor::{ScalarType, TensorData, element_count};
use node::Node;

/// Elements of the largest constant that is computed while converting; weights may be larger.
const LARGEST_FOLDED: usize = 1 << 22;

/// Elements of the largest value; beyond that sizes come from a broken file, not from a network.
const LARGEST_VALUE: usize = 1 << 36;

/// Bytes of the largest constant that is compared with the others.
const LARGEST_COMPARED: usize = 1 << 12;

/// A value of the graph: one definition, any number of uses.
#[derive(Debug)]
pub(crate) struct TensorValue {
    id: usize,
    /// The name in the graph.
    pub(crate) name: String,
    /// The type of the elements.
    pub(crate) dtype: ScalarType,
    /// The lengths of the axes, all known.
    pub(crate) shape: Vec<usize>,
    /// The elements, for weights and for what was computed during conversion.
    pub(crate) constant: Option<TensorData>,
}

impl TensorValue {
    /// Number of axes.
    pub(crate) fn rank(&self) -> usize {
        self.shape.len()
    }

    /// Number of elements.
    pub(crate) fn count(&self) -> usize {
        element_count(&self.shape).unwrap_or(usize::MAX)
    }
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

impl TensorRef {
    /// Whether both are the same value of the graph.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

/// A network under construction.
#[derive(Debug)]
pub(crate) struct Graph {
    opset: i64,
    scope: String,
    next_id: usize,
    nodes: Vec<Node>,
    /// index of the node that makes a value, by the value's id
    producers: HashMap<usize, usize>,
    inputs: Vec<TensorRef>,
    outputs: Vec<(String, TensorRef)>,
    /// names in use, with the number of the next variant
    names: HashMap<String, usize>,
    /// small constants by their contents
    constants: HashMap<TensorData, TensorRef>,
}

impl Graph {
    /// An empty graph of this opset.
    pub(crate) fn new(opset: i64) -> Self {
        Self {
            opset,
            scope: String::new(),
            next_id: 0,
            nodes: Vec::new(),
            producers: HashMap::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            names: HashMap::new(),
            constants: HashMap::new(),
        }
    }

    /// Nodes that are added from here on are named after this module path (`encoder.conv1`; empty at the root).
    pub(crate) fn set_scope(&mut self, path: &str) {
        path.clone_into(&mut self.scope);
    }

    /// Adds an input.
    ///
    /// # Errors
    /// When the shape has too many elements.
    pub(crate) fn input(
        &mut self,
        name: &str,
        dtype: ScalarType,
        shape: &[usize],
    ) -> Result<TensorRef, GraphError> {
        check_size("an input", shape, LARGEST_VALUE)?;
        let name = self.unique_name(name);
        let input = self.new_value(name, dtype, shape.to_vec(), None);
        self.inputs.push(input.clone());
        Ok(input)
    }

    /// A constant: becomes an initialiser only if a node that stays uses it. `hint` is the wanted name
    /// (`encoder.conv1.weight`), made unique. Equal small constants are one value under the first name.
    pub(crate) fn constant(&mut self, data: TensorData, hint: &str) -> TensorRef {
        let small = data.bytes.len() <= LARGEST_COMPARED;
        if small && let Some(known) = self.constants.get(&data) {
            return known.clone();
        }
        let name = self.unique_name(hint);
        let constant = self.new_value(name, data.dtype, data.shape.clone(), Some(data.clone()));
        if small {
            self.constants.insert(data, constant.clone());
        }
        constant
    }

    /// A computed constant.
    pub(crate) fn computed(&mut self, data: TensorData) -> TensorRef {
        let hint = if self.scope.is_empty() {
            "constant".to_owned()
        } else {
            format!("{}/constant", self.scope)
        };
        self.constant(data, &hint)
    }

    /// One number as a constant without axes.
    pub(crate) fn scalar(&mut self, dtype: ScalarType, value: f64) -> TensorRef {
        self.constant(TensorData::scalar(dtype, value), "constant")
    }

    /// 64-bit integers as a constant vector.
    pub(crate) fn integers(&mut self, values: &[i64]) -> TensorRef {
        self.constant(TensorData::int64_vector(values), "constant")
    }

    /// Sizes as a constant vector of 64-bit integers.
    pub(crate) fn sizes(&mut self, values: &[usize]) -> TensorRef {
        let values: Vec<i64> = values.iter().map(|&value| signed(value)).collect();
        self.integers(&values)
    }

    /// Declares an output with exactly this name (an `Identity` is added where needed: inputs, constants, duplicates).
    pub(crate) fn output(&mut self, name: &str, value: &TensorRef) {
        self.outputs.push((name.to_owned(), value.clone()));
    }

    /// Adds a node of any operator, with type and shape of each output as given.
    ///
    /// # Errors
    /// When an output has too many elements.
    pub(crate) fn add_node(
        &mut self,
        operator: &'static str,
        inputs: &[Option<&TensorRef>],
        attributes: Vec<(&'static str, Attribute)>,
        outputs: Vec<(ScalarType, Vec<usize>)>,
    ) -> Result<Vec<TensorRef>, GraphError> {
        for (_, shape) in &outputs {
            check_size(operator, shape, LARGEST_VALUE)?;
        }
        let wanted = if self.scope.is_empty() {
            operator.to_owned()
        } else {
            format!("{}/{operator}", self.scope)
        };
        let name = self.unique_name(&wanted);
        let index = self.nodes.len();
        let mut results = Vec::with_capacity(outputs.len());
        for (number, (dtype, shape)) in outputs.into_iter().enumerate() {
            let output = if number == 0 {
                name.clone()
            } else {
                self.unique_name(&format!("{name}:{number}"))
            };
            let value = self.new_value(output, dtype, shape, None);
            self.producers.insert(value.id, index);
            results.push(value);
        }
        let inputs = inputs.iter().map(|input| input.cloned()).collect();
        self.nodes.push(Node {
            operator,
            name,
            inputs,
            attributes,
            outputs: results.clone(),
        });
        Ok(results)
    }

    /// Adds a node with one output and without omitted inputs.
    ///
    /// # Errors
    /// When the output has too many elements.
    pub(crate) fn add_one(
        &mut self,
        operator: &'static str,
        inputs: &[&TensorRef],
        attributes: Vec<(&'static str, Attribute)>,
        dtype: ScalarType,
        shape: Vec<usize>,
    ) -> Result<TensorRef, GraphError> {
        let inputs: Vec<Option<&TensorRef>> = inputs.iter().copied().map(Some).collect();
        let mut outputs = self.add_node(operator, &inputs, attributes, vec![(dtype, shape)])?;
        outputs
            .pop()
            .ok_or_else(|| GraphError::invalid(operator, "has no output"))
    }

    /// The node that makes a value.
    fn producer(&self, value: &TensorRef) -> Option<&Node> {
        self.producers
            .get(&value.id)
            .and_then(|&index| self.nodes.get(index))
    }

    fn new_value(
        &mut self,
        name: String,
        dtype: ScalarType,
        shape: Vec<usize>,
        constant: Option<TensorData>,
    ) -> TensorRef {
        let id = self.next_id;
        self.next_id += 1;
        TensorRef(Rc::new(TensorValue {
            id,
            name,
            dtype,
            shape,
            constant,
        }))
    }

    fn unique_name(&mut self, wanted: &str) -> String {
        let wanted = if wanted.is_empty() { "value" } else { wanted };
        if !self.names.contains_key(wanted) {
            self.names.insert(wanted.to_owned(), 2);
            return wanted.to_owned();
        }
        loop {
            let number = self.names.get(wanted).copied().unwrap_or(2);
            self.names.insert(wanted.to_owned(), number + 1);
            let name = format!("{wanted}_{number}");
            if !self.names.contains_key(&name) {
                self.names.insert(name.clone(), 2);
                return name;
            }
        }
    }
}

/// A length as ONNX writes it; lengths of values that exist are far below the limit.
pub(crate) fn signed(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

/// The number of elements, if it is not above a limit.
pub(crate) fn check_size(what: &str, shape: &[usize], limit: usize) -> Result<usize, GraphError> {
    match element_count(shape) {
        Some(count) if count <= limit => Ok(count),
        _ => Err(GraphError::TooLarge {
            what: what.to_owned(),
            shape: shape.to_vec(),
            limit,
        }),
    }
}

/// Checks that an axis exists.
pub(crate) fn check_axis(operator: &str, axis: usize, rank: usize) -> Result<(), GraphError> {
    if axis < rank {
        Ok(())
    } else {
        Err(GraphError::invalid(
            operator,
            format!("axis {axis} does not exist: the tensor has {rank} axes"),
        ))
    }
}
