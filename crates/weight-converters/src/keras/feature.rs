//! Tensors of a Keras network, whatever order their axes have in the graph.
//!
//! Keras counts channels last, ONNX counts them at axis 1. A [`Feature`] is the tensor that Keras means, kept in the
//! order in which it was computed; the other order is made when it is asked for, once.

use std::cell::OnceCell;
use std::rc::Rc;

use super::error::LayerError;
use crate::graph::{Graph, TensorRef};
use crate::tensor::ScalarType;

/// The order of the axes in the graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// as Keras counts them
    Plain,
    /// the last axis of Keras stands at axis 1
    ChannelsFirst,
}

/// A tensor as Keras sees it.
#[derive(Debug, Clone)]
pub(crate) struct Feature(Rc<Inner>);

#[derive(Debug)]
struct Inner {
    shape: Vec<usize>,
    dtype: ScalarType,
    origin: Layout,
    plain: OnceCell<TensorRef>,
    first: OnceCell<TensorRef>,
}

impl Feature {
    /// A tensor whose axes are in the order of Keras.
    pub(crate) fn plain(tensor: TensorRef) -> Self {
        Self::with_layout(tensor, Layout::Plain)
    }

    /// A tensor in this order.
    pub(crate) fn with_layout(tensor: TensorRef, layout: Layout) -> Self {
        let mut shape = tensor.shape.clone();
        let dtype = tensor.dtype;
        let (plain, first) = (OnceCell::new(), OnceCell::new());
        let cell = match layout {
            Layout::ChannelsFirst if shape.len() > 2 => {
                shape[1..].rotate_left(1);
                first.set(tensor)
            }
            _ => plain.set(tensor),
        };
        debug_assert!(cell.is_ok(), "the cell is new");
        let origin = if shape.len() > 2 { layout } else { Layout::Plain };
        Self(Rc::new(Inner {
            shape,
            dtype,
            origin,
            plain,
            first,
        }))
    }

    /// The lengths of the axes as Keras counts them.
    pub(crate) fn shape(&self) -> &[usize] {
        &self.0.shape
    }

    /// Number of axes.
    pub(crate) fn rank(&self) -> usize {
        self.0.shape.len()
    }

    /// The type of the elements.
    pub(crate) fn dtype(&self) -> ScalarType {
        self.0.dtype
    }

    /// The order in which it was computed.
    pub(crate) fn origin(&self) -> Layout {
        self.0.origin
    }

    /// The tensor in the graph, in the wanted order.
    ///
    /// # Errors
    /// Those of a transposition.
    pub(crate) fn get(&self, graph: &mut Graph, layout: Layout) -> Result<TensorRef, LayerError> {
        let rank = self.rank();
        let layout = if rank > 2 { layout } else { Layout::Plain };
        let cell = match layout {
            Layout::Plain => &self.0.plain,
            Layout::ChannelsFirst => &self.0.first,
        };
        if let Some(tensor) = cell.get() {
            return Ok(tensor.clone());
        }
        let (source, permutation) = match layout {
            Layout::Plain => {
                let mut order: Vec<usize> = (0..rank).collect();
                order[1..].rotate_left(1);
                (self.0.first.get(), order)
            }
            Layout::ChannelsFirst => {
                let mut order: Vec<usize> = (0..rank).collect();
                order[1..].rotate_right(1);
                (self.0.plain.get(), order)
            }
        };
        let source = source.ok_or_else(|| LayerError::new("a tensor has no value"))?;
        let shape: Vec<usize> = permutation.iter().map(|&axis| source.shape[axis]).collect();
        let spatial = &self.0.shape[1..rank - 1];
        // moving an axis past axes of length 1 moves no element
        let moved = if self.0.shape[rank - 1] == 1 || spatial.iter().all(|&length| length == 1) {
            graph.reshape(source, &shape)?
        } else {
            graph.transpose(source, &permutation)?
        };
        Ok(cell.get_or_init(|| moved).clone())
    }

    /// The tensor in the order in which it was computed.
    ///
    /// # Errors
    /// Those of [`Feature::get`].
    pub(crate) fn own(&self, graph: &mut Graph) -> Result<TensorRef, LayerError> {
        self.get(graph, self.origin())
    }

    /// Where an axis of Keras is in the graph.
    pub(crate) fn axis_in(&self, axis: usize, layout: Layout) -> usize {
        match layout {
            Layout::ChannelsFirst if self.rank() > 2 && axis > 0 => {
                if axis + 1 == self.rank() {
                    1
                } else {
                    axis + 1
                }
            }
            _ => axis,
        }
    }

    /// An axis that may be counted from the end.
    ///
    /// # Errors
    /// When it does not exist.
    pub(crate) fn axis(&self, axis: i64) -> Result<usize, LayerError> {
        resolve_axis(axis, self.rank())
    }

    /// Something computed of each element, in the same order of axes.
    ///
    /// # Errors
    /// Those of the function.
    pub(crate) fn map(
        &self,
        graph: &mut Graph,
        function: impl FnOnce(&mut Graph, &TensorRef) -> Result<TensorRef, LayerError>,
    ) -> Result<Self, LayerError> {
        let own = self.own(graph)?;
        let result = function(graph, &own)?;
        Ok(Self::with_layout(result, self.origin()))
    }
}

/// An axis that may be counted from the end.
///
/// # Errors
/// When it does not exist.
pub(crate) fn resolve_axis(axis: i64, rank: usize) -> Result<usize, LayerError> {
    let length = i64::try_from(rank).unwrap_or(i64::MAX);
    let counted = if axis < 0 {
        axis.checked_add(length)
    } else {
        Some(axis)
    };
    counted
        .and_then(|axis| usize::try_from(axis).ok())
        .filter(|&axis| axis < rank)
        .ok_or_else(|| LayerError::new(format!("axis {axis} does not exist: the tensor has {rank} axes")))
}

/// The order that serves several tensors: that of most work, which is channels first where any has it.
pub(crate) fn common_layout(features: &[Feature]) -> Layout {
    let same_rank = features.windows(2).all(|pair| pair[0].rank() == pair[1].rank());
    let any_first = features.iter().any(|f| f.origin() == Layout::ChannelsFirst);
    if same_rank && any_first {
        Layout::ChannelsFirst
    } else {
        Layout::Plain
    }
}
