//! Changing the lengths of spatial axes, as `tf.image.resize` does without antialiasing.
//!
//! What ONNX has no operator for is a matrix for each axis, whose rows hold the weights of the old elements in a new one.

use std::f64::consts::PI;

use super::super::context::Context;
use super::super::error::LayerError;
use crate::graph::{Coordinates, Interpolation, ResizeTo, TensorRef};
use crate::tensor::{ScalarType, TensorData};

/// Steps of the table in which TensorFlow's kernel keeps the weights of its cubic interpolation.
const CUBIC_STEPS: f64 = 1024.0;

/// A tensor in the order of ONNX with other lengths of its spatial axes.
///
/// # Errors
/// When the method is not known, or sizes are too large.
pub(super) fn resize(
    cx: &mut Context,
    x: &TensorRef,
    lengths: &[usize],
    method: &str,
) -> Result<TensorRef, LayerError> {
    if x.rank() != lengths.len() + 2 || lengths.contains(&0) || x.shape[2..].contains(&0) {
        return Err(LayerError::new(format!(
            "a tensor of the shape {:?} cannot get the spatial lengths {lengths:?}",
            x.shape
        )));
    }
    match method {
        "bilinear" => Ok(cx.graph.resize(
            x,
            &ResizeTo::Lengths(lengths.to_vec()),
            Interpolation::Linear,
            Coordinates::HalfPixel,
        )?),
        "nearest" => nearest(cx, x, lengths),
        _ => {
            let mut y = x.clone();
            for (index, &length) in lengths.iter().enumerate() {
                let old = x.shape[index + 2];
                if old == length {
                    continue;
                }
                cx.spend(old.saturating_mul(length))?;
                let mut matrix = Vec::with_capacity(old * length);
                for position in 0..length {
                    matrix.extend(weights(method, position, old, length)?);
                }
                let matrix = TensorData::from_f64(ScalarType::Float32, &[length, old], &matrix)?;
                let matrix = cx.graph.computed(matrix);
                y = cx.graph.multiply_axis(&y, index + 2, &matrix)?;
            }
            Ok(y)
        }
    }
}

fn nearest(cx: &mut Context, x: &TensorRef, lengths: &[usize]) -> Result<TensorRef, LayerError> {
    let factors: Option<Vec<usize>> = lengths
        .iter()
        .zip(&x.shape[2..])
        .map(|(&new, &old)| new.is_multiple_of(old).then_some(new / old))
        .collect();
    if let Some(factors) = factors {
        return Ok(cx.graph.repeat_elements(x, &factors)?);
    }
    let mut y = x.clone();
    for (index, &length) in lengths.iter().enumerate() {
        let old = x.shape[index + 2];
        let scale = old as f32 / length as f32;
        let picked: Vec<usize> = (0..length)
            .map(|position| (((position as f32 + 0.5) * scale) as usize).min(old - 1))
            .collect();
        let picked = cx.graph.sizes(&picked);
        y = cx.graph.gather(&y, &picked, index + 2)?;
    }
    Ok(y)
}

/// The weights of the old elements in a new one.
fn weights(method: &str, position: usize, old: usize, new: usize) -> Result<Vec<f64>, LayerError> {
    let scale = old as f64 / new as f64;
    match method {
        "bicubic" => Ok(cubic(position, old, scale)),
        "area" => Ok(area(position, old, scale)),
        "lanczos3" => Ok(spread(position, old, new, 3.0, |x| lanczos(x, 3.0))),
        "lanczos5" => Ok(spread(position, old, new, 5.0, |x| lanczos(x, 5.0))),
        "gaussian" => Ok(spread(position, old, new, 1.5, |x| {
            if x >= 1.5 { 0.0 } else { (-x * x * 2.0).exp() }
        })),
        "mitchellcubic" => Ok(spread(position, old, new, 2.0, mitchell)),
        other => Err(LayerError::new(format!(
            "the interpolation `{other}` is not supported"
        ))),
    }
}

/// Keys's cubic with `a = -0.5`; weights of elements beyond the borders fall to the others.
fn cubic(position: usize, old: usize, scale: f64) -> Vec<f64> {
    let place = (position as f64 + 0.5) * scale - 0.5;
    let left = place.floor();
    let offset = ((place - left) * CUBIC_STEPS).round_ties_even() / CUBIC_STEPS;
    let mut row = vec![0.0; old];
    for (step, distance) in [
        (-1.0, 1.0 + offset),
        (0.0, offset),
        (1.0, 1.0 - offset),
        (2.0, 2.0 - offset),
    ] {
        let index = left + step;
        if index >= 0.0 && index < old as f64 {
            row[index as usize] += keys(distance);
        }
    }
    normalized(row)
}

fn keys(x: f64) -> f64 {
    if x >= 2.0 {
        0.0
    } else if x >= 1.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        (1.5 * x - 2.5) * x * x + 1.0
    }
}

/// Shares of the old elements in the stretch that the new one covers.
fn area(position: usize, old: usize, scale: f64) -> Vec<f64> {
    let (start, end) = (position as f64 * scale, (position + 1) as f64 * scale);
    let row = (0..old)
        .map(|index| {
            let (left, right) = (index as f64, (index + 1) as f64);
            (right.min(end) - left.max(start)).max(0.0) / scale
        })
        .collect();
    normalized(row)
}

/// A function of the distance to the new element's centre, up to a radius. In single precision, which decides on elements
/// that lie at the radius.
fn spread(position: usize, old: usize, new: usize, radius: f32, function: impl Fn(f64) -> f64) -> Vec<f64> {
    let step = 1.0 / (new as f32 / old as f32);
    let centre = (position as f32 + 0.5) * step;
    let first = (centre - radius - 0.5).ceil().max(0.0);
    let last = (centre + radius - 0.5).floor().min(old as f32 - 1.0);
    let row = (0..old)
        .map(|index| {
            let index = index as f32;
            if index >= first && index <= last {
                function(f64::from((index + 0.5 - centre).abs()))
            } else {
                0.0
            }
        })
        .collect();
    normalized(row)
}

fn lanczos(x: f64, radius: f64) -> f64 {
    if x > radius {
        0.0
    } else if x <= 1e-3 {
        1.0
    } else {
        radius * (PI * x).sin() * (PI * x / radius).sin() / (PI * PI * x * x)
    }
}

fn mitchell(x: f64) -> f64 {
    if x >= 2.0 {
        0.0
    } else if x >= 1.0 {
        ((-7.0 / 18.0 * x + 2.0) * x - 10.0 / 3.0) * x + 16.0 / 9.0
    } else {
        (7.0 / 6.0 * x - 2.0) * x * x + 8.0 / 9.0
    }
}

fn normalized(row: Vec<f64>) -> Vec<f64> {
    let total: f64 = row.iter().sum();
    if total == 0.0 {
        return row;
    }
    row.into_iter().map(|weight| weight / total).collect()
}
