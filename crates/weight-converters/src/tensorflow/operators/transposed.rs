//! Transposed convolutions: TensorFlow has them as gradients, with the shape of the result as an input.

use super::super::arguments::{Arguments, Channels};
use super::super::context::Context;
use super::window::Image;
use super::{Lowered, Operator, row, wrong};

pub(super) const OPERATORS: &[Operator] = &[
    row("Conv2DBackpropInput", transposed_2d, "no dilations with strides"),
    row(
        "Conv3DBackpropInputV2",
        transposed_3d,
        "no dilations with strides",
    ),
];

fn transposed_2d(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    transposed(cx, args, 2)
}

fn transposed_3d(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    transposed(cx, args, 3)
}

/// Inputs: shape of the result, kernel (space..., channels of the result, channels of the image), image.
fn transposed(cx: &mut Context, args: &Arguments<'_>, axes: usize) -> Lowered {
    let shape = args.lengths(cx, 0)?;
    let kernel = args.plain(cx, 1)?;
    let tensor = args.tensor(2)?;
    let image = Image::new(cx, &tensor, args.channels()?, Some(axes))?;
    if kernel.rank() != axes + 2 {
        return Err(wrong(format!(
            "the kernel has shape {:?}: {} axes are expected",
            kernel.shape,
            axes + 2
        )));
    }
    let first = match image.channels {
        Channels::Last => 1,
        Channels::First => 2,
    };
    // the shape may be that of the spatial axes alone
    let lengths = match shape.len() {
        length if length == axes => shape,
        length if length == axes + 2 => shape[first..first + axes].to_vec(),
        length => {
            return Err(wrong(format!(
                "the shape of the result has {length} axes, not {}",
                axes + 2
            )));
        }
    };
    let strides = image.spatial(args, "strides")?;
    let dilations = image.spatial(args, "dilations")?;
    let mut order = vec![axes + 1, axes];
    order.extend(0..axes);
    let weight = cx.graph.transpose(&kernel, &order)?;
    // padding is that of the convolution whose gradient this is, from the result to the image
    let mut window = image.window_over(args, &lengths, kernel.shape[..axes].to_vec(), strides, dilations)?;
    let mut extra = vec![0; axes];
    for axis in 0..axes {
        let reach = window
            .reach(axis)
            .ok_or_else(|| wrong("the kernel is too large"))?;
        let full = image.value.shape[axis + 2]
            .checked_sub(1)
            .and_then(|steps| steps.checked_mul(window.strides[axis]))
            .and_then(|last| last.checked_add(reach))
            .ok_or_else(|| wrong("the image has no elements"))?;
        let length = lengths[axis];
        let fits = length
            .checked_add(window.before[axis].saturating_add(window.after[axis]))
            .and_then(|padded| padded.checked_sub(reach))
            .map(|rest| rest / window.strides[axis] + 1);
        if fits != Some(image.value.shape[axis + 2]) {
            return Err(wrong(format!(
                "a result of length {length} does not fit an image of length {} with a kernel of {reach} and stride {}",
                image.value.shape[axis + 2],
                window.strides[axis]
            )));
        }
        // what is computed beyond the result is cut off behind it, what is missing is added there
        let wanted = window.before[axis].saturating_add(length);
        let behind = wanted.min(full);
        window.after[axis] = full - behind;
        extra[axis] = wanted - behind;
    }
    // engines disagree on lengths that are added: zeros behind the result are the same
    let result = cx
        .graph
        .convolve_transposed(&image.value, &weight, None, &window, &vec![0; axes], 1)?;
    let mut pads = vec![(0, 0); axes + 2];
    for axis in 0..axes {
        pads[axis + 2].1 = crate::graph::signed(extra[axis]);
    }
    let result = cx
        .graph
        .pad(&result, &pads, crate::graph::PadMode::Constant(0.0))?;
    image.with(result)
}
