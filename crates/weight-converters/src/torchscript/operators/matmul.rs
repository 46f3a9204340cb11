//! Products of matrices and vectors.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, fresh, optional_tensor, tensor};
use super::{Operator, operands, row};
use crate::graph::{Binary, Reduction, TensorRef};

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::matmul", matmul, "any numbers of axes"),
    row("aten::mm", matmul, ""),
    row("aten::bmm", matmul, ""),
    row("aten::mv", matmul, ""),
    row("aten::dot", matmul, ""),
    row("aten::vdot", matmul, "of real numbers"),
    row("aten::inner", inner, ""),
    row("aten::outer", outer, ""),
    row("aten::ger", outer, ""),
    row("aten::linear", linear, ""),
    row("aten::addmm", addmm, "`beta`, `alpha`"),
    row("aten::addmv", addmm, "`beta`, `alpha`"),
    row("aten::baddbmm", addmm, "`beta`, `alpha`"),
    row("aten::addbmm", addbmm, "`beta`, `alpha`"),
    row("aten::tensordot", tensordot, ""),
    row("aten::bilinear", bilinear, ""),
    row("aten::cosine_similarity", cosine_similarity, ""),
    row("aten::pairwise_distance", pairwise_distance, ""),
    row("aten::cdist", cdist, "from all differences"),
];

fn matmul(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "other")?);
    fresh(product(cx, &a, &b)?)
}

/// Vectors get an axis, which vanishes from the result.
pub(super) fn product(cx: &mut Context, a: &TensorRef, b: &TensorRef) -> Lowered<TensorRef> {
    if a.rank() == 0 || b.rank() == 0 {
        return Err(LoweringError::new("tensors without axes have no matrix product"));
    }
    let wide_a = if a.rank() == 1 {
        cx.graph.unsqueeze(a, 0)?
    } else {
        a.clone()
    };
    let wide_b = if b.rank() == 1 {
        cx.graph.unsqueeze(b, 1)?
    } else {
        b.clone()
    };
    let result = cx.graph.matmul(&wide_a, &wide_b)?;
    let mut shape = result.shape.clone();
    if b.rank() == 1 {
        shape.pop();
    }
    if a.rank() == 1 {
        shape.remove(shape.len() - 1 - usize::from(b.rank() != 1));
    }
    Ok(cx.graph.reshape(&result, &shape)?)
}

/// The sum over the last axes of both.
fn inner(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "other")?);
    if a.rank() == 0 || b.rank() == 0 {
        return fresh(cx.graph.mul(&a, &b)?);
    }
    let length = b.shape[b.rank() - 1];
    let rows = cx
        .graph
        .reshape(&b, &[b.count().checked_div(length).unwrap_or(0), length])?;
    let columns = cx.graph.swap_axes(&rows, 0, 1)?;
    let result = product(cx, &a, &columns)?;
    let mut shape = a.shape[..a.rank() - 1].to_vec();
    shape.extend(&b.shape[..b.rank() - 1]);
    fresh(cx.graph.reshape(&result, &shape)?)
}

fn outer(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "vec2")?);
    let column = cx.graph.unsqueeze(&a, a.rank())?;
    fresh(cx.graph.mul(&column, &b)?)
}

/// `linear(input, weight, bias=None)`: `x W^T + b`
fn linear(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "input")?;
    let weight = tensor(cx, args, 1, "weight")?;
    let bias = optional_tensor(cx, args, 2, "bias")?;
    fresh(linear_of(cx, &x, &weight, bias.as_ref())?)
}

pub(super) fn linear_of(
    cx: &mut Context,
    x: &TensorRef,
    weight: &TensorRef,
    bias: Option<&TensorRef>,
) -> Lowered<TensorRef> {
    let columns = if weight.rank() == 2 {
        cx.graph.swap_axes(weight, 0, 1)?
    } else {
        weight.clone()
    };
    let result = product(cx, x, &columns)?;
    match bias {
        Some(bias) => Ok(cx.graph.add(&result, bias)?),
        None => Ok(result),
    }
}

/// `addmm(self, mat1, mat2, beta=1, alpha=1)`: `beta self + alpha mat1 mat2`
fn addmm(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 1, "mat1")?, tensor(cx, args, 2, "mat2")?);
    let result = product(cx, &a, &b)?;
    weighted_sum(cx, args, result)
}

/// The first argument times `beta`, plus a result times `alpha`.
fn weighted_sum(cx: &mut Context, args: &Arguments, result: TensorRef) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let beta = operands::optional_number(cx, args, 3, "beta")?.unwrap_or(1.0);
    let alpha = operands::optional_number(cx, args, 4, "alpha")?.unwrap_or(1.0);
    let result = cx.graph.binary_number(Binary::Mul, &result, alpha)?;
    if beta == 0.0 {
        return fresh(result);
    }
    let x = cx.graph.binary_number(Binary::Mul, &x, beta)?;
    fresh(cx.graph.add(&x, &result)?)
}

/// The sum of the products of a batch.
fn addbmm(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 1, "batch1")?, tensor(cx, args, 2, "batch2")?);
    let products = product(cx, &a, &b)?;
    let sum = cx.graph.reduce(Reduction::Sum, &products, &[0], false)?;
    weighted_sum(cx, args, sum)
}

/// `bilinear(input1, input2, weight, bias)`: `x1^T W_k x2` for each output `k`
fn bilinear(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "input1")?, tensor(cx, args, 1, "input2")?);
    let weight = tensor(cx, args, 2, "weight")?;
    let &[outputs, rows, columns] = &weight.shape[..] else {
        return Err(LoweringError::new(format!(
            "a weight of three axes is expected, found {:?}",
            weight.shape
        )));
    };
    let count = a.count().checked_div(rows).unwrap_or(0);
    let left = cx.graph.reshape(&a, &[1, count, rows])?;
    let right = cx.graph.reshape(&b, &[1, count, columns])?;
    let half = cx.graph.matmul(&left, &weight)?;
    let products = cx.graph.mul(&half, &right)?;
    let sums = cx.graph.reduce(Reduction::Sum, &products, &[2], false)?;
    let turned = cx.graph.swap_axes(&sums, 0, 1)?;
    let mut shape = a.shape[..a.rank() - 1].to_vec();
    shape.push(outputs);
    let result = cx.graph.reshape(&turned, &shape)?;
    match optional_tensor(cx, args, 3, "bias")? {
        Some(bias) => fresh(cx.graph.add(&result, &bias)?),
        None => fresh(result),
    }
}

/// `cosine_similarity(x1, x2, dim=1, eps=1e-8)`; each norm is at least `eps`
fn cosine_similarity(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "x1")?, tensor(cx, args, 1, "x2")?);
    let shape = crate::graph::broadcast_shapes("cosine_similarity", &a.shape, &b.shape)?;
    let axis = operands::axis(args.int_or(2, "dim", 1)?, shape.len())?;
    let epsilon = args.float_or(3, "eps", 1e-8)?;
    let (a, b) = (cx.graph.expand(&a, &shape)?, cx.graph.expand(&b, &shape)?);
    let mut unit = Vec::new();
    for x in [&a, &b] {
        let norm = cx.graph.reduce(Reduction::L2, x, &[axis], true)?;
        let norm = cx.graph.clip(&norm, Some(epsilon), None)?;
        unit.push(cx.graph.div(x, &norm)?);
    }
    let products = cx.graph.mul(&unit[0], &unit[1])?;
    fresh(cx.graph.reduce(Reduction::Sum, &products, &[axis], false)?)
}

/// `pairwise_distance(x1, x2, p=2, eps=1e-6, keepdim=False)`: the norm of `x1 - x2 + eps` along the last axis
fn pairwise_distance(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "x1")?, tensor(cx, args, 1, "x2")?);
    let order = args.float_or(2, "p", 2.0)?;
    let epsilon = args.float_or(3, "eps", 1e-6)?;
    let difference = cx.graph.sub(&a, &b)?;
    let difference = cx.graph.binary_number(Binary::Add, &difference, epsilon)?;
    let last = operands::axis(-1, difference.rank())?;
    fresh(super::norms::norm(
        cx,
        &difference,
        order,
        &[last],
        args.bool_or(4, "keepdim", false)?,
    )?)
}

/// `cdist(x1, x2, p=2)`: distances of all rows of one to all rows of the other
fn cdist(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "x1")?, tensor(cx, args, 1, "x2")?);
    if a.rank() < 2 || b.rank() < 2 {
        return Err(LoweringError::new(format!(
            "rows of vectors are expected, found {:?} and {:?}",
            a.shape, b.shape
        )));
    }
    let order = args.float_or(2, "p", 2.0)?;
    let rows = cx.graph.unsqueeze(&a, a.rank() - 1)?;
    let columns = cx.graph.unsqueeze(&b, b.rank() - 2)?;
    let difference = cx.graph.sub(&rows, &columns)?;
    let last = difference.rank() - 1;
    fresh(super::norms::norm(cx, &difference, order, &[last], false)?)
}

/// `tensordot(self, other, dims_self, dims_other)`: the sum over pairs of axes
fn tensordot(cx: &mut Context, args: &Arguments) -> Lowered {
    let (a, b) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "other")?);
    let own = operands::axes(&args.ints(2, "dims_self")?, a.rank())?;
    let others = operands::axes(&args.ints(3, "dims_other")?, b.rank())?;
    let rows: Vec<usize> = (0..a.rank()).filter(|axis| !own.contains(axis)).collect();
    let columns: Vec<usize> = (0..b.rank()).filter(|axis| !others.contains(axis)).collect();
    let lengths =
        |x: &TensorRef, axes: &[usize]| -> Vec<usize> { axes.iter().map(|&axis| x.shape[axis]).collect() };
    if lengths(&a, &own) != lengths(&b, &others) {
        return Err(LoweringError::new(format!(
            "axes {own:?} of {:?} and {others:?} of {:?} differ",
            a.shape, b.shape
        )));
    }
    let inner: usize = lengths(&a, &own).iter().product();
    let left = cx.graph.transpose(&a, &[&rows[..], &own[..]].concat())?;
    let right = cx.graph.transpose(&b, &[&others[..], &columns[..]].concat())?;
    let left = cx
        .graph
        .reshape(&left, &[lengths(&a, &rows).iter().product(), inner])?;
    let right = cx
        .graph
        .reshape(&right, &[inner, lengths(&b, &columns).iter().product()])?;
    let result = cx.graph.matmul(&left, &right)?;
    fresh(
        cx.graph
            .reshape(&result, &[lengths(&a, &rows), lengths(&b, &columns)].concat())?,
    )
}
