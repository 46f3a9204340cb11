//! Operations on tensors that are known while converting.
//!
//! Integers are computed in 64 bits and wrapped to their type. Floating-point numbers are computed in `f64` and rounded
//! once: for `f32` that gives the same as computing in `f32` for `+ - * /` and square roots (the double rounding is
//! innocuous since 53 >= 2 * 24 + 2; Figueroa, 1995), and the more exact result for others.

use super::{Binary, Comparison, GraphError, Logical, Unary};
use crate::tensor::{ScalarType, TensorData, element_count};

/// `None` where only an engine computes the operation.
pub(super) fn unary(operation: Unary, x: &TensorData) -> Result<Option<TensorData>, GraphError> {
    if let Some(values) = x.to_i64() {
        let function: fn(i64) -> i64 = match operation {
            Unary::Abs => i64::wrapping_abs,
            Unary::Neg => i64::wrapping_neg,
            Unary::Sign => i64::signum,
            Unary::Relu => |value| value.max(0),
            _ => return Ok(None),
        };
        let values: Vec<i64> = values.into_iter().map(function).collect();
        return TensorData::from_i64(x.dtype, &x.shape, &values).map(Some);
    }
    let function: fn(f64) -> f64 = match operation {
        Unary::Abs => f64::abs,
        Unary::Acos => f64::acos,
        Unary::Asin => f64::asin,
        Unary::Atan => f64::atan,
        Unary::Ceil => f64::ceil,
        Unary::Cos => f64::cos,
        Unary::Cosh => f64::cosh,
        Unary::Exp => f64::exp,
        Unary::Floor => f64::floor,
        Unary::Log => f64::ln,
        Unary::Neg => |value| -value,
        Unary::Reciprocal => f64::recip,
        Unary::Relu => |value| if value < 0.0 { 0.0 } else { value },
        Unary::Round => f64::round_ties_even,
        Unary::Sigmoid => |value| 1.0 / (1.0 + (-value).exp()),
        Unary::Sign => |value| {
            if value == 0.0 || value.is_nan() {
                value
            } else {
                value.signum()
            }
        },
        Unary::Sin => f64::sin,
        Unary::Sinh => f64::sinh,
        Unary::Sqrt => f64::sqrt,
        Unary::Tan => f64::tan,
        Unary::Tanh => f64::tanh,
        Unary::Acosh | Unary::Asinh | Unary::Atanh | Unary::Erf => return Ok(None),
    };
    let values: Vec<f64> = x.to_f64().into_iter().map(function).collect();
    TensorData::from_f64(x.dtype, &x.shape, &values).map(Some)
}

/// `None` for divisions of integers by zero, which each engine treats in its own way.
pub(super) fn binary(
    operation: Binary,
    x: &TensorData,
    y: &TensorData,
    shape: &[usize],
) -> Result<Option<TensorData>, GraphError> {
    if let (Some(a), Some(b)) = (x.to_i64(), y.to_i64()) {
        let mut values = Vec::with_capacity(element_count(shape).unwrap_or(0));
        for (i, j) in index_pairs(&x.shape, &y.shape, shape) {
            let (a, b) = (a[i], b[j]);
            let value = match operation {
                Binary::Add => Some(a.wrapping_add(b)),
                Binary::Sub => Some(a.wrapping_sub(b)),
                Binary::Mul => Some(a.wrapping_mul(b)),
                Binary::Div => a.checked_div(b),
                Binary::Pow => integer_power(a, b),
                Binary::Max => Some(a.max(b)),
                Binary::Min => Some(a.min(b)),
                Binary::Mod => a.checked_rem(b).map(|rest| {
                    if rest != 0 && (rest < 0) != (b < 0) {
                        rest + b
                    } else {
                        rest
                    }
                }),
                Binary::Fmod => a.checked_rem(b),
            };
            match value {
                Some(value) => values.push(value),
                None => return Ok(None),
            }
        }
        return TensorData::from_i64(x.dtype, shape, &values).map(Some);
    }
    let function: fn(f64, f64) -> f64 = match operation {
        Binary::Add => |a, b| a + b,
        Binary::Sub => |a, b| a - b,
        Binary::Mul => |a, b| a * b,
        Binary::Div => |a, b| a / b,
        Binary::Pow => f64::powf,
        // NaN of either operand stays, as in PyTorch and ONNX
        Binary::Max => |a, b| if a.is_nan() || a > b { a } else { b },
        Binary::Min => |a, b| if a.is_nan() || a < b { a } else { b },
        Binary::Mod => |a, b| a - b * (a / b).floor(),
        Binary::Fmod => |a, b| a % b,
    };
    let (a, b) = (x.to_f64(), y.to_f64());
    let values: Vec<f64> = index_pairs(&x.shape, &y.shape, shape)
        .into_iter()
        .map(|(i, j)| function(a[i], b[j]))
        .collect();
    TensorData::from_f64(x.dtype, shape, &values).map(Some)
}

fn integer_power(base: i64, exponent: i64) -> Option<i64> {
    u32::try_from(exponent)
        .ok()
        .map(|exponent| base.wrapping_pow(exponent))
}

pub(super) fn compare(
    comparison: Comparison,
    x: &TensorData,
    y: &TensorData,
    shape: &[usize],
) -> Result<TensorData, GraphError> {
    let pairs = index_pairs(&x.shape, &y.shape, shape);
    let bytes = if let (Some(a), Some(b)) = (x.to_i64(), y.to_i64()) {
        pairs
            .into_iter()
            .map(|(i, j)| u8::from(holds(comparison, &a[i], &b[j])))
            .collect()
    } else {
        let (a, b) = (x.to_f64(), y.to_f64());
        pairs
            .into_iter()
            .map(|(i, j)| u8::from(holds(comparison, &a[i], &b[j])))
            .collect()
    };
    TensorData::new(ScalarType::Bool, shape.to_vec(), bytes)
}

fn holds<T: PartialOrd>(comparison: Comparison, a: &T, b: &T) -> bool {
    match comparison {
        Comparison::Equal => a == b,
        Comparison::Greater => a > b,
        Comparison::GreaterOrEqual => a >= b,
        Comparison::Less => a < b,
        Comparison::LessOrEqual => a <= b,
    }
}

pub(super) fn logical(
    operation: Logical,
    x: &TensorData,
    y: &TensorData,
    shape: &[usize],
) -> Result<TensorData, GraphError> {
    let pairs = index_pairs(&x.shape, &y.shape, shape).into_iter();
    let bytes = pairs
        .map(|(i, j)| {
            let (a, b) = (x.bytes[i] != 0, y.bytes[j] != 0);
            u8::from(match operation {
                Logical::And => a && b,
                Logical::Or => a || b,
                Logical::Xor => a != b,
            })
        })
        .collect();
    TensorData::new(ScalarType::Bool, shape.to_vec(), bytes)
}

pub(super) fn choose(
    condition: &TensorData,
    x: &TensorData,
    y: &TensorData,
    shape: &[usize],
) -> Result<TensorData, GraphError> {
    let size = x.dtype.size();
    let chosen = broadcast_indices(&condition.shape, shape);
    let mut bytes = Vec::with_capacity(chosen.len() * size);
    for (c, (i, j)) in chosen.into_iter().zip(index_pairs(&x.shape, &y.shape, shape)) {
        let (source, index) = if condition.bytes[c] != 0 { (x, i) } else { (y, j) };
        bytes.extend_from_slice(&source.bytes[index * size..(index + 1) * size]);
    }
    TensorData::new(x.dtype, shape.to_vec(), bytes)
}

/// Matrix products of the last two axes, accumulated in `f64`; both have at least two axes.
pub(super) fn matmul(x: &TensorData, y: &TensorData, shape: &[usize]) -> Result<TensorData, GraphError> {
    let (front, matrix) = shape.split_at(shape.len().saturating_sub(2));
    let (x_front, x_matrix) = x.shape.split_at(x.shape.len().saturating_sub(2));
    let (y_front, _) = y.shape.split_at(y.shape.len().saturating_sub(2));
    let (&[rows, columns], &[_, inner]) = (matrix, x_matrix) else {
        return Err(GraphError::invalid("MatMul", "takes at least two axes"));
    };
    let (a, b) = (x.to_f64(), y.to_f64());
    let mut values = Vec::with_capacity(element_count(shape).unwrap_or(0));
    for (i, j) in index_pairs(x_front, y_front, front) {
        let (a, b) = (
            &a[i * rows * inner..][..rows * inner],
            &b[j * inner * columns..][..inner * columns],
        );
        for row in 0..rows {
            for column in 0..columns {
                values.push(
                    (0..inner)
                        .map(|k| a[row * inner + k] * b[k * columns + column])
                        .sum(),
                );
            }
        }
    }
    TensorData::from_f64(x.dtype, shape, &values)
}

/// Elements picked by their position, in a new shape; works for every type.
pub(super) fn pick(x: &TensorData, positions: &[usize], shape: &[usize]) -> Result<TensorData, GraphError> {
    let size = x.dtype.size();
    let mut bytes = Vec::with_capacity(positions.len().saturating_mul(size));
    for &position in positions {
        let element = x.bytes.get(position * size..(position + 1) * size);
        bytes.extend_from_slice(
            element.ok_or_else(|| GraphError::invalid("constant", "an index is out of range"))?,
        );
    }
    TensorData::new(x.dtype, shape.to_vec(), bytes)
}

/// The elements of a view, contiguous: axis `i` has `shape[i]` elements, `steps[i]` apart, from `start` on.
pub(super) fn rearrange(
    x: &TensorData,
    start: usize,
    shape: &[usize],
    steps: &[isize],
) -> Result<TensorData, GraphError> {
    let bytes = match x.dtype.size() {
        1 => rearranged::<1>(&x.bytes, start, shape, steps),
        2 => rearranged::<2>(&x.bytes, start, shape, steps),
        4 => rearranged::<4>(&x.bytes, start, shape, steps),
        _ => rearranged::<8>(&x.bytes, start, shape, steps),
    };
    let bytes = bytes.ok_or_else(|| GraphError::invalid("constant", "an index is out of range"))?;
    TensorData::new(x.dtype, shape.to_vec(), bytes)
}

/// Edge of the squares in which the last two axes are walked, so that reads along one and writes along the other stay
/// in the cache.
const SQUARE: usize = 32;

fn rearranged<const SIZE: usize>(
    source: &[u8],
    start: usize,
    shape: &[usize],
    steps: &[isize],
) -> Option<Vec<u8>> {
    let count = element_count(shape)?;
    let mut target = vec![0; count.checked_mul(SIZE)?];
    if count == 0 {
        return Some(target);
    }
    let (source, _) = source.as_chunks::<SIZE>();
    let (elements, _) = target.as_chunks_mut::<SIZE>();
    // at least two axes, of which the last are a matrix
    let mut shape = shape.to_vec();
    let mut steps = steps.to_vec();
    while shape.len() < 2 {
        shape.insert(0, 1);
        steps.insert(0, 0);
    }
    let (columns, rows) = (shape.pop()?, shape.pop()?);
    let (column_step, row_step) = (steps.pop()?, steps.pop()?);
    let starts = strided_positions(start, &shape, &steps);
    for (matrix, first) in elements.chunks_exact_mut(rows * columns).zip(starts) {
        for row_block in (0..rows).step_by(SQUARE) {
            for column_block in (0..columns).step_by(SQUARE) {
                for row in row_block..rows.min(row_block + SQUARE) {
                    let line = offset(first, row, row_step);
                    for column in column_block..columns.min(column_block + SQUARE) {
                        matrix[row * columns + column] = *source.get(offset(line, column, column_step))?;
                    }
                }
            }
        }
    }
    Some(target)
}

/// Row-major strides in elements.
pub(super) fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (0..shape.len().saturating_sub(1)).rev() {
        strides[axis] = strides[axis + 1] * shape[axis + 1].max(1);
    }
    strides
}

/// Positions of the elements of a view: axis `i` has `shape[i]` elements, `steps[i]` apart, from `start` on.
pub(super) fn strided_positions(start: usize, shape: &[usize], steps: &[isize]) -> Vec<usize> {
    let mut positions = vec![start];
    for (&length, &step) in shape.iter().zip(steps) {
        positions = positions
            .iter()
            .flat_map(|&position| (0..length).map(move |index| offset(position, index, step)))
            .collect();
    }
    positions
}

fn offset(position: usize, index: usize, step: isize) -> usize {
    let distance = index.wrapping_mul(step.unsigned_abs());
    if step < 0 {
        position.wrapping_sub(distance)
    } else {
        position.wrapping_add(distance)
    }
}

/// For each element of `shape`, the position of the element of the broadcast tensor.
pub(super) fn broadcast_indices(from: &[usize], shape: &[usize]) -> Vec<usize> {
    let own = strides(from);
    let missing = shape.len() - from.len();
    let steps: Vec<isize> = (0..shape.len())
        .map(|axis| match axis.checked_sub(missing) {
            Some(index) if from[index] != 1 => isize::try_from(own[index]).unwrap_or(isize::MAX),
            _ => 0,
        })
        .collect();
    strided_positions(0, shape, &steps)
}

fn index_pairs(x: &[usize], y: &[usize], shape: &[usize]) -> Vec<(usize, usize)> {
    broadcast_indices(x, shape)
        .into_iter()
        .zip(broadcast_indices(y, shape))
        .collect()
}
