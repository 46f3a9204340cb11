//! Diagonals and triangles of matrices.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, axis, fresh, tensor};
use super::{Operator, row};
use crate::graph::{TensorRef, signed};
use crate::tensor::TensorData;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::diagonal", diagonal, "not written in place"),
    row("aten::diag", diag, ""),
    row("aten::diag_embed", diag_embed, "offset 0, last two axes"),
    row("aten::tril", tril, ""),
    row("aten::triu", triu, ""),
];

/// `diagonal(self, offset=0, dim1=0, dim2=1)`: the axes vanish, and one along the diagonal is added at the end
fn diagonal(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "offset", 0)?;
    let a = axis(args.int_or(2, "dim1", 0)?, x.rank())?;
    let b = axis(args.int_or(3, "dim2", 1)?, x.rank())?;
    fresh(diagonal_of(cx, &x, offset, a, b)?)
}

fn diagonal_of(cx: &mut Context, x: &TensorRef, offset: i64, a: usize, b: usize) -> Lowered<TensorRef> {
    if a == b || x.rank() < 2 {
        return Err(LoweringError::new("a diagonal lies between two axes"));
    }
    let down = usize::try_from(offset.saturating_neg()).unwrap_or(0);
    let right = usize::try_from(offset).unwrap_or(0);
    let length = x.shape[a]
        .saturating_sub(down)
        .min(x.shape[b].saturating_sub(right));
    let mut permutation: Vec<usize> = (0..x.rank()).filter(|&axis| axis != a && axis != b).collect();
    let mut shape: Vec<usize> = permutation.iter().map(|&axis| x.shape[axis]).collect();
    permutation.extend([a, b]);
    let moved = cx.graph.transpose(x, &permutation)?;
    shape.push(x.shape[a] * x.shape[b]);
    let flat = cx.graph.reshape(&moved, &shape)?;
    let indices: Vec<i64> = (0..length)
        .map(|index| signed((index + down) * x.shape[b] + index + right))
        .collect();
    let indices = cx.graph.integers(&indices);
    Ok(cx.graph.gather(&flat, &indices, shape.len() - 1)?)
}

/// Of a matrix the diagonal, of a vector the matrix with it.
fn diag(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "diagonal", 0)?;
    match x.rank() {
        2 => fresh(diagonal_of(cx, &x, offset, 0, 1)?),
        1 if offset == 0 => fresh(embedded(cx, &x)?),
        _ => Err(LoweringError::new(format!(
            "offset {offset} of shape {:?} is not supported",
            x.shape
        ))),
    }
}

fn diag_embed(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axes = (
        args.int_or(1, "offset", 0)?,
        args.int_or(2, "dim1", -2)?,
        args.int_or(3, "dim2", -1)?,
    );
    if axes != (0, -2, -1) {
        return Err(LoweringError::new(
            "is supported with offset 0 and the last two axes",
        ));
    }
    fresh(embedded(cx, &x)?)
}

/// Matrices with the last axis as their diagonal.
fn embedded(cx: &mut Context, x: &TensorRef) -> Lowered<TensorRef> {
    let length = *x
        .shape
        .last()
        .ok_or_else(|| LoweringError::new("needs an axis"))?;
    let eye: Vec<i64> = (0..length * length)
        .map(|index| i64::from(index / length == index % length))
        .collect();
    let eye = cx
        .graph
        .computed(TensorData::from_i64(x.dtype, &[length, length], &eye)?);
    let rows = cx.graph.unsqueeze(x, x.rank())?;
    Ok(cx.graph.mul(&rows, &eye)?)
}

fn tril(cx: &mut Context, args: &Arguments) -> Lowered {
    triangle(cx, args, |row, column, offset| column <= row + offset)
}

fn triu(cx: &mut Context, args: &Arguments) -> Lowered {
    triangle(cx, args, |row, column, offset| column >= row + offset)
}

/// Zeros outside a triangle of the last two axes.
fn triangle(cx: &mut Context, args: &Arguments, inside: fn(i64, i64, i64) -> bool) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let offset = args.int_or(1, "diagonal", 0)?.clamp(-(1 << 40), 1 << 40);
    let &[.., rows, columns] = &x.shape[..] else {
        return Err(LoweringError::new(format!(
            "takes two axes or more, found shape {:?}",
            x.shape
        )));
    };
    if rows.saturating_mul(columns) > 1 << 26 {
        return Err(LoweringError::new(format!(
            "a triangle of {rows} x {columns} elements is too large"
        )));
    }
    let mask: Vec<i64> = (0..rows * columns)
        .map(|index| i64::from(inside(signed(index / columns), signed(index % columns), offset)))
        .collect();
    let mask = cx.graph.computed(TensorData::from_i64(
        crate::tensor::ScalarType::Bool,
        &[rows, columns],
        &mask,
    )?);
    let zero = cx.graph.scalar(x.dtype, 0.0);
    fresh(cx.graph.choose(&mask, &x, &zero)?)
}
