//! What a lowering works with: the graph, and tensors whose channels lie where ONNX has them.

use std::collections::HashMap;
use std::fmt;

use super::operators::Batched;
use crate::graph::{Graph, GraphError, TensorRef};

/// Why an operator could not be lowered. The evaluator adds the node.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LoweringError {
    /// What was found and what was expected.
    pub(crate) message: String,
}

impl LoweringError {
    /// An error with this text.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for LoweringError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<GraphError> for LoweringError {
    fn from(error: GraphError) -> Self {
        Self::new(error.to_string())
    }
}

/// How the axes of a tensor are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    /// in their own order
    Plain,
    /// the last one (channels) behind the first one (batch)
    ChannelsFirst,
}

/// A tensor of the network: its axes are those of TensorFlow, however they are stored.
#[derive(Debug, Clone)]
pub(crate) struct Tensor {
    stored: TensorRef,
    layout: Layout,
}

impl Tensor {
    /// A tensor whose axes are stored in their own order.
    pub(crate) fn plain(stored: TensorRef) -> Self {
        Self {
            stored,
            layout: Layout::Plain,
        }
    }

    /// A tensor that is stored with channels behind the batch axis.
    pub(crate) fn stored(stored: TensorRef, layout: Layout) -> Self {
        let layout = if stored.rank() < 3 { Layout::Plain } else { layout };
        Self { stored, layout }
    }

    /// How it is stored.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// What is stored.
    pub(crate) fn value(&self) -> &TensorRef {
        &self.stored
    }

    /// Number of axes.
    pub(crate) fn rank(&self) -> usize {
        self.stored.rank()
    }

    /// The lengths of the axes in TensorFlow's order.
    pub(crate) fn shape(&self) -> Vec<usize> {
        let mut shape = self.stored.shape.clone();
        if self.layout == Layout::ChannelsFirst {
            shape[1..].rotate_left(1);
        }
        shape
    }

    /// The stored axis of an axis.
    pub(crate) fn stored_axis(&self, axis: usize) -> usize {
        match (self.layout, axis) {
            (Layout::Plain, _) | (_, 0) => axis,
            (Layout::ChannelsFirst, axis) if axis + 1 == self.rank() => 1,
            (Layout::ChannelsFirst, axis) => axis + 1,
        }
    }

    /// One item an axis, in the order in which axes are stored.
    pub(crate) fn stored_order<T: Clone>(&self, items: &[T]) -> Vec<T> {
        let mut items = items.to_vec();
        if self.layout == Layout::ChannelsFirst && items.len() == self.rank() {
            items[1..].rotate_right(1);
        }
        items
    }
}

/// The state of a conversion that lowerings see.
#[derive(Debug)]
pub(crate) struct Context {
    /// The graph under construction.
    pub(crate) graph: Graph,
    /// Tensors in the other layout, by the name of what is stored.
    turned: HashMap<(String, Layout), TensorRef>,
    /// Tensors that are parts of an image side by side in the batch axis, by the name of what is stored.
    pub(crate) batched: HashMap<String, Batched>,
    /// What is worth knowing.
    pub(crate) notes: Vec<String>,
}

impl Context {
    /// A context with an empty graph of this opset.
    pub(crate) fn new(opset: i64) -> Self {
        Self {
            graph: Graph::new(opset),
            turned: HashMap::new(),
            batched: HashMap::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a note, once.
    pub(crate) fn note(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// A tensor with its axes in TensorFlow's order.
    ///
    /// # Errors
    ///
    /// Those of the graph.
    pub(crate) fn plain(&mut self, tensor: &Tensor) -> Result<TensorRef, LoweringError> {
        self.in_layout(tensor, Layout::Plain)
    }

    /// A tensor with its last axis behind the first one.
    ///
    /// # Errors
    ///
    /// Those of the graph.
    pub(crate) fn channels_first(&mut self, tensor: &Tensor) -> Result<TensorRef, LoweringError> {
        self.in_layout(tensor, Layout::ChannelsFirst)
    }

    /// A tensor as it is stored in a layout.
    ///
    /// # Errors
    ///
    /// Those of the graph.
    pub(crate) fn in_layout(&mut self, tensor: &Tensor, layout: Layout) -> Result<TensorRef, LoweringError> {
        if tensor.layout == layout || tensor.rank() < 3 {
            return Ok(tensor.stored.clone());
        }
        let key = (tensor.stored.name.clone(), layout);
        if let Some(known) = self.turned.get(&key) {
            return Ok(known.clone());
        }
        let mut order: Vec<usize> = (0..tensor.rank()).collect();
        match layout {
            Layout::Plain => order[1..].rotate_left(1),
            Layout::ChannelsFirst => order[1..].rotate_right(1),
        }
        let turned = self.permute(&tensor.stored, &order)?;
        // the way back is known, too
        self.turned
            .insert((turned.name.clone(), tensor.layout), tensor.stored.clone());
        self.turned.insert(key, turned.clone());
        Ok(turned)
    }

    /// Axes in another order: a transpose, or a reshape where that is the same.
    ///
    /// # Errors
    ///
    /// Those of the graph.
    pub(crate) fn permute(&mut self, x: &TensorRef, order: &[usize]) -> Result<TensorRef, LoweringError> {
        let long: Vec<usize> = order.iter().copied().filter(|&axis| x.shape[axis] != 1).collect();
        if long.is_sorted() && x.constant.is_none() {
            let shape: Vec<usize> = order.iter().map(|&axis| x.shape[axis]).collect();
            return Ok(self.graph.reshape(x, &shape)?);
        }
        Ok(self.graph.transpose(x, order)?)
    }

    /// Tensors that are combined element by element, stored in one layout and with as many axes as the largest one has.
    ///
    /// # Errors
    ///
    /// Those of the graph.
    pub(crate) fn aligned(&mut self, tensors: &[Tensor]) -> Result<(Vec<TensorRef>, Layout), LoweringError> {
        let rank = tensors.iter().map(Tensor::rank).max().unwrap_or(0);
        let turned = tensors
            .iter()
            .any(|tensor| tensor.layout == Layout::ChannelsFirst && tensor.rank() == rank);
        if !turned {
            let values = tensors
                .iter()
                .map(|tensor| self.plain(tensor))
                .collect::<Result<_, _>>()?;
            return Ok((values, Layout::Plain));
        }
        let mut values = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            if tensor.rank() == rank {
                values.push(self.channels_first(tensor)?);
                continue;
            }
            let plain = self.plain(tensor)?;
            if plain.rank() == 0 {
                values.push(plain);
                continue;
            }
            let mut shape = vec![1; rank - plain.rank()];
            shape.extend(&plain.shape);
            let wide = self.graph.reshape(&plain, &shape)?;
            let mut order: Vec<usize> = (0..rank).collect();
            order[1..].rotate_right(1);
            values.push(self.permute(&wide, &order)?);
        }
        Ok((values, Layout::ChannelsFirst))
    }
}
