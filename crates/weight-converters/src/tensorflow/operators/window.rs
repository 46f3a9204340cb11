//! Kernels that run over an image: strides, paddings and dilations.

use super::super::arguments::{Arguments, Channels};
use super::super::context::{Context, Layout, LoweringError, Tensor};
use super::{Lowered, stored, wrong};
use crate::graph::{TensorRef, Window};

/// An image with channels behind the batch axis, and where they were.
pub(super) struct Image {
    pub(super) value: TensorRef,
    pub(super) channels: Channels,
}

impl Image {
    /// An input as an image with `axes` spatial axes.
    pub(super) fn new(
        cx: &mut Context,
        tensor: &Tensor,
        channels: Channels,
        axes: Option<usize>,
    ) -> Result<Self, LoweringError> {
        let rank = tensor.rank();
        if rank < 3 || axes.is_some_and(|axes| rank != axes + 2) {
            return Err(wrong(format!(
                "the image has shape {:?}: a batch axis, channels and {} are expected",
                tensor.shape(),
                axes.map_or_else(|| "spatial axes".into(), |axes| format!("{axes} spatial axes"))
            )));
        }
        let value = match channels {
            Channels::Last => cx.channels_first(tensor)?,
            Channels::First => cx.plain(tensor)?,
        };
        Ok(Self { value, channels })
    }

    /// The number of spatial axes.
    pub(super) fn axes(&self) -> usize {
        self.value.rank() - 2
    }

    /// What was computed of it, with channels where they were.
    pub(super) fn with(&self, value: TensorRef) -> Lowered {
        stored(value, self.layout())
    }

    /// How results are stored.
    pub(super) fn layout(&self) -> Layout {
        match self.channels {
            Channels::Last => Layout::ChannelsFirst,
            Channels::First => Layout::Plain,
        }
    }

    /// The numbers for the spatial axes in an attribute with one number an axis; those for batch and channels must be 1.
    pub(super) fn spatial(&self, args: &Arguments<'_>, name: &str) -> Result<Vec<usize>, LoweringError> {
        let all = args.sizes(name)?;
        self.spatial_of(&all, name)
    }

    /// The same of a list.
    pub(super) fn spatial_of(&self, all: &[usize], name: &str) -> Result<Vec<usize>, LoweringError> {
        let axes = self.axes();
        if all.is_empty() {
            return Ok(vec![1; axes]);
        }
        if all.len() != axes + 2 {
            return Err(wrong(format!(
                "the attribute `{name}` has {} numbers for {} axes",
                all.len(),
                axes + 2
            )));
        }
        let (spatial, channel) = match self.channels {
            Channels::Last => (&all[1..=axes], all[axes + 1]),
            Channels::First => (&all[2..], all[1]),
        };
        if all[0] != 1 || channel != 1 {
            return Err(wrong(format!(
                "the attribute `{name}` {all:?} covers the batch or the channels, which is not supported"
            )));
        }
        Ok(spatial.to_vec())
    }

    /// A window over it, padded as the attributes say.
    pub(super) fn window(
        &self,
        args: &Arguments<'_>,
        kernel: Vec<usize>,
        strides: Vec<usize>,
        dilations: Vec<usize>,
    ) -> Result<Window, LoweringError> {
        self.window_over(args, &self.value.shape[2..], kernel, strides, dilations)
    }

    /// A window over an image of other lengths.
    pub(super) fn window_over(
        &self,
        args: &Arguments<'_>,
        lengths: &[usize],
        kernel: Vec<usize>,
        strides: Vec<usize>,
        dilations: Vec<usize>,
    ) -> Result<Window, LoweringError> {
        let axes = lengths.len();
        let lists = [&kernel, &strides, &dilations];
        if lists.iter().any(|list| list.len() != axes || list.contains(&0)) {
            return Err(wrong(format!(
                "a kernel of {kernel:?}, strides {strides:?} and dilations {dilations:?} do not fit {axes} spatial axes"
            )));
        }
        let mut window = Window {
            kernel,
            strides,
            before: vec![0; axes],
            after: vec![0; axes],
            dilations,
        };
        match args.text("padding")? {
            "VALID" => {}
            "SAME" => {
                for (axis, &length) in lengths.iter().enumerate() {
                    let (before, after) = same(length, &window, axis)?;
                    window.before[axis] = before;
                    window.after[axis] = after;
                }
            }
            "EXPLICIT" => {
                let pads = args.sizes("explicit_paddings")?;
                let first = match self.channels {
                    Channels::Last => 1,
                    Channels::First => 2,
                };
                if pads.len() != 2 * (axes + 2) {
                    return Err(wrong(format!(
                        "{} explicit paddings for {} axes",
                        pads.len(),
                        axes + 2
                    )));
                }
                for axis in 0..axes {
                    window.before[axis] = pads[2 * (first + axis)];
                    window.after[axis] = pads[2 * (first + axis) + 1];
                }
            }
            other => return Err(wrong(format!("the padding `{other}` is not supported"))),
        }
        Ok(window)
    }
}

/// What `SAME` adds: as much as makes the result as long as the input divided by the stride, more of it behind.
fn same(length: usize, window: &Window, axis: usize) -> Result<(usize, usize), LoweringError> {
    let stride = window.strides[axis];
    let reach = window
        .reach(axis)
        .ok_or_else(|| wrong("the kernel is too large"))?;
    let total = length
        .div_ceil(stride)
        .saturating_sub(1)
        .checked_mul(stride)
        .and_then(|last| last.checked_add(reach))
        .ok_or_else(|| wrong("the kernel is too large"))?
        .saturating_sub(length);
    Ok((total / 2, total - total / 2))
}
