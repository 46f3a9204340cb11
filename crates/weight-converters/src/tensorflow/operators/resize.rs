//! Resizing, with the three conventions of TensorFlow for where pixels lie.

use super::super::arguments::{Arguments, Channels};
use super::super::context::{Context, LoweringError};
use super::window::Image;
use super::{Lowered, Operator, row, wrong};
use crate::graph::{Coordinates, Interpolation, ResizeTo, TensorRef};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "ResizeBilinear",
        bilinear,
        "size known while converting; all conventions",
    ),
    row(
        "ResizeNearestNeighbor",
        nearest,
        "size known while converting; all conventions",
    ),
    row(
        "ResizeBicubic",
        bicubic,
        "products with matrices; all conventions",
    ),
    row("ResizeArea", area, "products with matrices"),
];

/// Steps of the table from which TensorFlow takes cubic weights.
const TABLE: f64 = 1024.0;
/// The most elements of a matrix that resizes an axis.
const MAX_MATRIX: usize = 1 << 24;

/// The longest axis that is made pixel by pixel.
const MAX_LENGTH: usize = 1 << 24;

/// Where the pixels lie.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Convention {
    /// first and last pixels of both images coincide
    AlignCorners,
    /// pixels are areas, whose centres are at half-integers
    HalfPixel,
    /// the corners of the first pixels coincide
    Legacy,
}

/// An image and its wanted lengths.
fn operands(
    cx: &mut Context,
    args: &Arguments<'_>,
) -> Result<(Image, [usize; 2], Convention), LoweringError> {
    let x = args.tensor(0)?;
    let image = Image::new(cx, &x, Channels::Last, Some(2))?;
    let size = match args.lengths(cx, 1)?[..] {
        [height, width] if height > 0 && width > 0 => [height, width],
        ref other => return Err(wrong(format!("the new size {other:?} is no height and width"))),
    };
    let convention = match (args.flag("align_corners"), args.flag("half_pixel_centers")) {
        (true, false) => Convention::AlignCorners,
        (false, true) => Convention::HalfPixel,
        (false, false) => Convention::Legacy,
        (true, true) => return Err(wrong("align_corners and half_pixel_centers exclude each other")),
    };
    Ok((image, size, convention))
}

fn floating(cx: &mut Context, x: &TensorRef) -> Result<TensorRef, LoweringError> {
    Ok(if x.dtype.is_floating_point() {
        x.clone()
    } else {
        cx.graph.cast(x, ScalarType::Float32)?
    })
}

fn bilinear(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, convention) = operands(cx, args)?;
    let x = floating(cx, &image.value)?;
    let coordinates = match convention {
        Convention::AlignCorners => Coordinates::AlignCorners,
        Convention::HalfPixel => Coordinates::HalfPixel,
        Convention::Legacy => Coordinates::Asymmetric,
    };
    let target = ResizeTo::Lengths(size.to_vec());
    let result = cx.graph.resize(&x, &target, Interpolation::Linear, coordinates)?;
    image.with(result)
}

fn nearest(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, convention) = operands(cx, args)?;
    let lengths = [image.value.shape[2], image.value.shape[3]];
    let whole = lengths
        .iter()
        .zip(&size)
        .all(|(&old, &new)| old > 0 && new.is_multiple_of(old));
    if whole && convention != Convention::AlignCorners {
        let factors = [size[0] / lengths[0], size[1] / lengths[1]];
        if factors == [1, 1] {
            return image.with(image.value.clone());
        }
        let result = cx.graph.repeat_elements(&image.value, &factors)?;
        return image.with(result);
    }
    let mut result = image.value.clone();
    for axis in 0..2 {
        let (old, new) = (lengths[axis], size[axis]);
        if old == new {
            continue;
        }
        if old == 0 || new > MAX_LENGTH {
            return Err(wrong(format!(
                "{old} pixels cannot become {new}; up to {MAX_LENGTH} are supported"
            )));
        }
        // in `f32`, as TensorFlow has it
        let scale = scale(old, new, convention) as f32;
        let indices: Vec<i64> = (0..new)
            .map(|index| {
                let position = match convention {
                    Convention::AlignCorners => (index as f32 * scale).round(),
                    Convention::HalfPixel => ((index as f32 + 0.5) * scale).floor(),
                    Convention::Legacy => (index as f32 * scale).floor(),
                };
                (position as i64).clamp(0, crate::graph::signed(old - 1))
            })
            .collect();
        let indices = cx.graph.integers(&indices);
        result = cx.graph.gather(&result, &indices, axis + 2)?;
    }
    image.with(result)
}

fn scale(old: usize, new: usize, convention: Convention) -> f64 {
    if convention == Convention::AlignCorners && new > 1 {
        (old as f64 - 1.0) / (new as f64 - 1.0)
    } else {
        old as f64 / new as f64
    }
}

fn bicubic(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, convention) = operands(cx, args)?;
    let mut result = floating(cx, &image.value)?;
    for (axis, &new) in size.iter().enumerate() {
        let old = result.shape[axis + 2];
        let scale = scale(old, new, convention) as f32;
        result = with_matrix(cx, &result, axis + 2, new, |index, row| {
            let position = match convention {
                Convention::HalfPixel => (index as f32 + 0.5) * scale - 0.5,
                _ => index as f32 * scale,
            };
            cubic_weights(position, convention == Convention::HalfPixel, row);
        })?;
    }
    image.with(result)
}

/// The weights of four neighbours. Of those beyond the border the border itself counts; with the weights of Keys, which
/// TensorFlow takes for centres at half-integers, nothing counts, and the others are scaled up.
fn cubic_weights(position: f32, keys: bool, row: &mut [f64]) {
    let first = position.floor();
    let step = f64::from((position - first) * TABLE as f32).round_ties_even() / TABLE;
    let a = if keys { -0.5 } else { -0.75 };
    let near = |x: f64| ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
    let far = |x: f64| ((a * x - 5.0 * a) * x + 8.0 * a) * x - 4.0 * a;
    let weights = [far(step + 1.0), near(step), near(1.0 - step), far(2.0 - step)];
    let last = crate::graph::signed(row.len()) - 1;
    for (offset, weight) in (-1..).zip(weights) {
        let index = first as i64 + offset;
        let inside = index.clamp(0, last);
        if inside == index || !keys {
            row[inside as usize] += weight;
        }
    }
    let sum: f64 = row.iter().sum();
    if keys && sum.abs() > 1e-30 {
        row.iter_mut().for_each(|weight| *weight /= sum);
    }
}

/// The mean of all pixels that a pixel of the result covers.
fn area(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let (image, size, convention) = operands(cx, args)?;
    let mut result = floating(cx, &image.value)?;
    for (axis, &new) in size.iter().enumerate() {
        let old = result.shape[axis + 2];
        let scale = scale(old, new, convention);
        result = with_matrix(cx, &result, axis + 2, new, |index, row| {
            let (start, end) = (index as f64 * scale, (index as f64 + 1.0) * scale);
            let last = row.len() - 1;
            let mut pixel = start.floor();
            while pixel < end && scale > 0.0 {
                let covered = end.min(pixel + 1.0) - start.max(pixel);
                row[(pixel as usize).min(last)] += covered / scale;
                pixel += 1.0;
            }
        })?;
    }
    image.with(result)
}

/// Multiplies along an axis with a matrix whose rows are filled by `fill`.
fn with_matrix(
    cx: &mut Context,
    x: &TensorRef,
    axis: usize,
    new: usize,
    fill: impl Fn(usize, &mut [f64]),
) -> Result<TensorRef, LoweringError> {
    let old = x.shape[axis];
    let count = old
        .checked_mul(new)
        .filter(|&count| count > 0 && count <= MAX_MATRIX);
    let Some(count) = count else {
        return Err(wrong(format!(
            "resizing a length of {old} to {new} takes too large a matrix"
        )));
    };
    let mut matrix = vec![0.0; count];
    for (index, row) in matrix.chunks_exact_mut(old).enumerate() {
        fill(index, row);
    }
    let matrix = TensorData::from_f64(x.dtype, &[new, old], &matrix)?;
    let matrix = cx.graph.computed(matrix);
    Ok(cx.graph.multiply_axis(x, axis, &matrix)?)
}
