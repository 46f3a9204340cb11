//! What a lowering works with: the graph, and weights.

use std::collections::HashMap;
use std::rc::Rc;

use super::error::LayerError;
use crate::graph::{Graph, SliceRange, TensorRef};
use crate::onnx::OPSET_VERSION;
use crate::tensor::{ScalarType, TensorData};

/// Elements of all computed tables of a network.
const LARGEST_TABLES: usize = 1 << 25;

/// What differs between the versions of Keras.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// The version that wrote the file: 1, 2 or 3.
    pub(crate) major: u32,
    /// Kernels are those of a convolution in the sense of mathematics, as Theano computes it: turned around.
    pub(crate) turned_kernels: bool,
}

/// A weight of a layer.
#[derive(Debug, Clone)]
pub(crate) struct Weight(Rc<WeightData>);

#[derive(Debug)]
struct WeightData {
    id: usize,
    name: String,
    data: TensorData,
}

impl Weight {
    /// The lengths of the axes.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.0.data.shape
    }

    /// The elements.
    pub(crate) fn data(&self) -> &TensorData {
        &self.0.data
    }
}

/// The state of a conversion that lowerings see.
#[derive(Debug)]
pub(crate) struct Context {
    /// The graph under construction.
    pub(crate) graph: Graph,
    /// The version of Keras.
    pub(crate) dialect: Dialect,
    weights: usize,
    /// constants that were made of weights, so that layers that are used twice share them
    constants: HashMap<(usize, Vec<usize>, Vec<usize>, usize), TensorRef>,
    table_elements: usize,
    notes: Vec<String>,
}

impl Context {
    /// A context with an empty graph.
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self {
            graph: Graph::new(OPSET_VERSION),
            dialect,
            weights: 0,
            constants: HashMap::new(),
            table_elements: LARGEST_TABLES,
            notes: Vec::new(),
        }
    }

    /// A weight under the name that it has in the network. Numbers become `float32`.
    ///
    /// # Errors
    /// When it has no elements.
    pub(crate) fn weight(&mut self, name: String, data: TensorData) -> Result<Weight, LayerError> {
        if data.is_empty() {
            return Err(LayerError::new(format!(
                "the shape {:?} has no elements",
                data.shape
            )));
        }
        let data = if data.dtype.is_floating_point() && data.dtype != ScalarType::Float32 {
            TensorData::from_f64(ScalarType::Float32, &data.shape, &data.to_f64())?
        } else {
            data
        };
        self.weights += 1;
        Ok(Weight(Rc::new(WeightData {
            id: self.weights,
            name,
            data,
        })))
    }

    /// A weight as a constant, its axes in another order and then in another shape.
    ///
    /// # Errors
    /// When order or shape do not fit.
    pub(crate) fn turned(
        &mut self,
        weight: &Weight,
        order: &[usize],
        shape: &[usize],
    ) -> Result<TensorRef, LayerError> {
        self.shared(weight, order, shape, 0)
    }

    /// A kernel as a constant, its axes in another order and then in another shape, of which the last `axes` are those of
    /// space: turned around if the file has kernels in the sense of mathematics.
    ///
    /// # Errors
    /// When order or shape do not fit.
    pub(crate) fn kernel(
        &mut self,
        weight: &Weight,
        order: &[usize],
        shape: &[usize],
        axes: usize,
    ) -> Result<TensorRef, LayerError> {
        let axes = if self.dialect.turned_kernels { axes } else { 0 };
        self.shared(weight, order, shape, axes)
    }

    fn shared(
        &mut self,
        weight: &Weight,
        order: &[usize],
        shape: &[usize],
        turned_axes: usize,
    ) -> Result<TensorRef, LayerError> {
        let key = (weight.0.id, order.to_vec(), shape.to_vec(), turned_axes);
        if let Some(known) = self.constants.get(&key) {
            return Ok(known.clone());
        }
        // in a graph of its own, so that only the result takes the name of the weight
        let mut aside = Graph::new(OPSET_VERSION);
        let whole = aside.constant(weight.0.data.clone(), "weight");
        let turned = aside.transpose(&whole, order)?;
        let shaped = aside.reshape(&turned, shape)?;
        let backwards: Vec<SliceRange> = (shape.len().saturating_sub(turned_axes)..shape.len())
            .map(|axis| SliceRange {
                axis,
                start: shape[axis].saturating_sub(1),
                length: shape[axis],
                step: -1,
            })
            .collect();
        let shaped = aside.slice(&shaped, &backwards)?;
        let data = shaped
            .constant
            .clone()
            .ok_or_else(|| LayerError::new("a weight is not known"))?;
        let constant = self.graph.constant(data, &weight.0.name);
        self.constants.insert(key, constant.clone());
        Ok(constant)
    }

    /// Takes from what may be computed in large tables, all layers together.
    ///
    /// # Errors
    /// When nothing is left.
    pub(crate) fn spend(&mut self, elements: usize) -> Result<(), LayerError> {
        self.table_elements = self
            .table_elements
            .checked_sub(elements)
            .ok_or_else(|| LayerError::new("the interpolations of the network need too large tables"))?;
        Ok(())
    }

    /// A weight as it is.
    ///
    /// # Errors
    /// None for weights that were read.
    pub(crate) fn constant(&mut self, weight: &Weight) -> Result<TensorRef, LayerError> {
        let shape = weight.shape().to_vec();
        let order: Vec<usize> = (0..shape.len()).collect();
        self.turned(weight, &order, &shape)
    }

    /// A weight in another shape.
    ///
    /// # Errors
    /// When the number of elements differs.
    pub(crate) fn shaped(&mut self, weight: &Weight, shape: &[usize]) -> Result<TensorRef, LayerError> {
        let order: Vec<usize> = (0..weight.shape().len()).collect();
        self.turned(weight, &order, shape)
    }

    /// Something worth knowing about the conversion; said once.
    pub(crate) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// The graph and the notes.
    pub(crate) fn finish(self) -> (Graph, Vec<String>) {
        (self.graph, self.notes)
    }
}
