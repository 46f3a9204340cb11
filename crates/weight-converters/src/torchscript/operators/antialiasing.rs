//! Resizing that smooths where it makes smaller (`antialias=True`): products with matrices of weights.

use super::super::arguments::Arguments;
use super::super::context::Context;
use super::operands::{Lowered, fresh, tensor};
use super::upsampling::{Target, read_target};
use super::{Operator, row};
use crate::graph::{Interpolation, TensorRef};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::_upsample_bilinear2d_aa",
        smooth_linear,
        "with anti-aliasing: a product with constant weights",
    ),
    row(
        "aten::_upsample_bicubic2d_aa",
        smooth_cubic,
        "with anti-aliasing: a product with constant weights",
    ),
];

fn smooth_linear(cx: &mut Context, args: &Arguments) -> Lowered {
    smooth(cx, args, Interpolation::Linear)
}

fn smooth_cubic(cx: &mut Context, args: &Arguments) -> Lowered {
    // with anti-aliasing PyTorch uses the kernel of Pillow
    smooth(cx, args, Interpolation::Cubic { hundredths: 50 })
}

fn smooth(cx: &mut Context, args: &Arguments, interpolation: Interpolation) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let align_corners = args.bool(2, "align_corners")?;
    let target = read_target(args, &x, 1)?;
    fresh(weighted(cx, &x, &target, interpolation, true, align_corners)?)
}

/// Interpolation as a product with constant weights along each axis.
pub(super) fn weighted(
    cx: &mut Context,
    x: &TensorRef,
    target: &Target,
    interpolation: Interpolation,
    smooth: bool,
    align_corners: bool,
) -> Lowered<TensorRef> {
    let mut x = x.clone();
    for (index, &wanted) in target.lengths.iter().enumerate() {
        let axis = index + 2;
        let length = x.shape[axis];
        if length == wanted && target.factors[index].is_none_or(|factor| factor == 1.0) {
            continue;
        }
        let step = match target.factors[index] {
            _ if align_corners && wanted > 1 => (length - 1) as f64 / (wanted - 1) as f64,
            _ if align_corners => 0.0,
            Some(factor) => 1.0 / factor,
            None => length as f64 / wanted as f64,
        };
        let weights = interpolation_weights(length, wanted, step, interpolation, smooth, align_corners);
        let matrix = cx
            .graph
            .computed(TensorData::from_f64(x.dtype, &[wanted, length], &weights)?);
        x = cx.graph.multiply_axis(&x, axis, &matrix)?;
    }
    Ok(x)
}

/// Row `i` holds the weights of the elements of the input for element `i` of the result.
fn interpolation_weights(
    length: usize,
    wanted: usize,
    step: f64,
    interpolation: Interpolation,
    smooth: bool,
    align_corners: bool,
) -> Vec<f64> {
    let mut weights = vec![0.0; length * wanted];
    let support = match interpolation {
        Interpolation::Linear => 1.0,
        Interpolation::Cubic { .. } => 2.0,
    };
    for (index, row) in weights.chunks_exact_mut(length).enumerate() {
        // with anti-aliasing PyTorch keeps the centres of elements at half-integers, whatever the corners
        let centre = if align_corners && !smooth {
            index as f64 * step
        } else {
            (index as f64 + 0.5) * step - 0.5
        };
        if smooth {
            // the kernel is stretched when shrinking, cut at the borders, and its weights sum to one
            let stretch = step.max(1.0);
            let reach = support * stretch;
            let from = (centre + 0.5 - reach + 0.5).floor().max(0.0) as usize;
            let to = ((centre + 0.5 + reach + 0.5).floor().max(0.0) as usize).min(length);
            let mut total = 0.0;
            for (position, weight) in row.iter_mut().enumerate().take(to).skip(from) {
                *weight = kernel((position as f64 - centre) / stretch, interpolation);
                total += *weight;
            }
            for weight in row.iter_mut() {
                *weight /= total;
            }
        } else {
            let centre = if support < 2.0 { centre.max(0.0) } else { centre };
            let first = (centre - support).floor() as i64;
            for position in first..=first + 5 {
                let weight = kernel(position as f64 - centre, interpolation);
                let inside = usize::try_from(position).unwrap_or(0).min(length - 1);
                row[inside] += weight;
            }
        }
    }
    weights
}

/// The weight of an element at a distance: a triangle, or the cubic of Keys (1981).
fn kernel(distance: f64, interpolation: Interpolation) -> f64 {
    let d = distance.abs();
    match interpolation {
        Interpolation::Linear => (1.0 - d).max(0.0),
        Interpolation::Cubic { hundredths } => {
            let a = f64::from(hundredths) / -100.0;
            if d < 1.0 {
                ((a + 2.0) * d - (a + 3.0)) * d * d + 1.0
            } else if d < 2.0 {
                (((d - 5.0) * d + 8.0) * d - 4.0) * a
            } else {
                0.0
            }
        }
    }
}
