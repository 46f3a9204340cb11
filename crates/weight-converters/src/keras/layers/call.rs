//! A call of a layer: what a lowering is given.

use serde_json::Value;

use super::super::config::Config;
use super::super::context::{Context, Weight};
use super::super::error::LayerError;
use super::super::feature::{Feature, Layout};
use super::super::model::Layer;
use crate::graph::TensorRef;
use crate::tensor::ScalarType;

/// An argument of a call, its tensors computed.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    /// a tensor
    Feature(Feature),
    /// anything else
    Constant(Value),
    /// several
    List(Vec<Operand>),
}

impl Operand {
    /// All tensors in it, in order.
    pub(crate) fn features(&self, found: &mut Vec<Feature>) {
        match self {
            Self::Feature(feature) => found.push(feature.clone()),
            Self::Constant(_) => {}
            Self::List(items) => items.iter().for_each(|item| item.features(found)),
        }
    }
}

/// Where a layer has its channels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// the last axis
    Last,
    /// axis 1
    First,
}

/// A call of a layer.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    /// The layer.
    pub(crate) layer: &'a Layer,
    /// Its configuration.
    pub(crate) config: Config<'a>,
    /// Its weights, in the order of its slots.
    pub(crate) weights: &'a [Weight],
    /// All tensors of the call in order.
    pub(crate) inputs: Vec<Feature>,
    /// The arguments by position.
    pub(crate) args: Vec<Operand>,
    /// The arguments by name.
    pub(crate) kwargs: Vec<(&'a str, Operand)>,
}

impl Call<'_> {
    /// The only tensor of the call.
    ///
    /// # Errors
    /// When there are more, which layers that take one do not know what to do with: masks, states.
    pub(crate) fn input(&self) -> Result<&Feature, LayerError> {
        match &self.inputs[..] {
            [one] => Ok(one),
            several => Err(LayerError::new(format!(
                "takes one tensor, found {}",
                several.len()
            ))),
        }
    }

    /// The only tensor, as `float32`.
    ///
    /// # Errors
    /// Those of [`Call::input`].
    pub(crate) fn number_input(&self, cx: &mut Context) -> Result<Feature, LayerError> {
        as_numbers(cx, self.input()?)
    }

    /// The only tensor as `float32` with a batch axis, channels, and this many spatial axes, in the order of ONNX.
    ///
    /// # Errors
    /// When it has another number of axes.
    pub(crate) fn spatial_input(
        &self,
        cx: &mut Context,
        axes: usize,
        format: Format,
    ) -> Result<TensorRef, LayerError> {
        let input = self.number_input(cx)?;
        if input.rank() != axes + 2 {
            return Err(LayerError::new(format!(
                "takes a tensor of {} axes, found shape {:?}",
                axes + 2,
                input.shape()
            )));
        }
        input.get(&mut cx.graph, format.layout())
    }

    /// Where the channels are.
    ///
    /// # Errors
    /// When the configuration names something else.
    pub(crate) fn format(&self) -> Result<Format, LayerError> {
        match self.config.text("data_format|dim_ordering")? {
            None | Some("channels_last" | "tf" | "default" | "channelsLast") => Ok(Format::Last),
            Some("channels_first" | "th" | "channelsFirst") => Ok(Format::First),
            Some(other) => Err(LayerError::new(format!(
                "`data_format` is `{other}`, `channels_last` or `channels_first` expected"
            ))),
        }
    }

    /// The number of spatial axes, which is in the name of the class.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn spatial_axes(&self) -> Result<usize, LayerError> {
        ["1D", "2D", "3D"]
            .iter()
            .position(|axes| self.layer.class.contains(axes))
            .map(|index| index + 1)
            .ok_or_else(|| LayerError::new("has no number of axes in its name"))
    }

    /// A weight by its place.
    ///
    /// # Errors
    /// When the layer has fewer.
    pub(crate) fn weight(&self, index: usize) -> Result<&Weight, LayerError> {
        self.weights
            .get(index)
            .ok_or_else(|| LayerError::new(format!("weight {index} is missing")))
    }

    /// Refuses calls in training mode, in which the result is random or depends on the rest of the batch.
    ///
    /// # Errors
    /// When `training=True` is an argument.
    pub(crate) fn refuse_training(&self) -> Result<(), LayerError> {
        match self.keyword("training") {
            Some(Operand::Constant(Value::Bool(true))) => Err(LayerError::new(
                "is called with `training=True`, so its result is random or depends on the rest of the batch: this \
                 cannot be converted",
            )),
            _ => Ok(()),
        }
    }

    /// An argument by name.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Operand> {
        self.kwargs
            .iter()
            .find(|(other, _)| *other == name)
            .map(|(_, operand)| operand)
    }
}

impl Format {
    /// The order of axes in which ONNX takes a tensor of this format.
    pub(crate) fn layout(self) -> Layout {
        match self {
            Self::Last => Layout::ChannelsFirst,
            Self::First => Layout::Plain,
        }
    }

    /// The tensor of this format behind one in the order of ONNX.
    pub(crate) fn feature(self, tensor: TensorRef) -> Feature {
        Feature::with_layout(tensor, self.layout())
    }
}

/// A tensor as `float32`, in which all networks are computed.
///
/// # Errors
/// Those of a cast.
pub(crate) fn as_numbers(cx: &mut Context, input: &Feature) -> Result<Feature, LayerError> {
    if input.dtype() == ScalarType::Float32 {
        return Ok(input.clone());
    }
    input.map(&mut cx.graph, |graph, x| Ok(graph.cast(x, ScalarType::Float32)?))
}
