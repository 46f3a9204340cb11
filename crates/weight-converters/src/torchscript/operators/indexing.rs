//! Picking elements by index.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::{Tensor, Value};
use super::operands::{Lowered, axis, fresh, size, tensor};
use super::{Operator, row};
use crate::graph::{Binary, Comparison, TensorRef, broadcast_shapes, signed};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::index",
        index,
        "tensors of integers, or truth values that are known while converting",
    ),
    row("aten::index_select", index_select, ""),
    row("aten::gather", gather, ""),
    row("aten::take", take, ""),
    row("aten::take_along_dim", take_along, ""),
    row("aten::embedding", embedding, ""),
    row("aten::one_hot", one_hot, "with a number of classes"),
    row("aten::unfold", unfold, "windows along an axis"),
];

/// Which elements `index` and `index_put` address.
pub(super) struct Selection {
    /// the axes that are indexed, then the others
    pub(super) order: Vec<usize>,
    /// how many axes are indexed
    pub(super) indexed: usize,
    /// position among the indexed axes as if they were one, of the shape to which the indices broadcast
    pub(super) positions: TensorRef,
    /// where the axes of `positions` are in the result
    pub(super) place: usize,
}

/// An index tensor for each axis, or none.
pub(super) fn index_list(
    cx: &mut Context,
    args: &Arguments,
    x: &TensorRef,
) -> Lowered<Vec<Option<TensorRef>>> {
    let list: Vec<Value> = match args.value(1, "indices")? {
        Value::List(list) => list.borrow().clone(),
        Value::Tuple(tuple) => tuple.values().to_vec(),
        Value::Tensor(single) => vec![Value::Tensor(single.clone())],
        other => {
            return Err(LoweringError::new(format!(
                "`indices` is a {}, not a list of Tensors",
                other.kind()
            )));
        }
    };
    let mut indices = Vec::new();
    for value in &list {
        match value {
            Value::None => indices.push(None),
            Value::Tensor(tensor) => push_index(cx, &mut indices, tensor, x)?,
            other => return Err(LoweringError::new(format!("`indices` holds a {}", other.kind()))),
        }
    }
    if indices.len() > x.rank() {
        return Err(LoweringError::new(format!(
            "{} indices for shape {:?}",
            indices.len(),
            x.shape
        )));
    }
    Ok(indices)
}

/// Truth values stand for the indices of the elements that are true, one tensor an axis.
fn push_index(
    cx: &mut Context,
    indices: &mut Vec<Option<TensorRef>>,
    tensor: &Tensor,
    x: &TensorRef,
) -> Lowered<()> {
    let index = cx.read(tensor)?;
    if !matches!(index.dtype, ScalarType::Bool | ScalarType::UInt8) {
        indices.push(Some(cx.graph.cast(&index, ScalarType::Int64)?));
        return Ok(());
    }
    let first = indices.len();
    if x.shape.get(first..first + index.rank()) != Some(&index.shape[..]) {
        return Err(LoweringError::new(format!(
            "a mask of shape {:?} does not fit {:?}",
            index.shape, x.shape
        )));
    }
    let Some(data) = index.constant.as_ref().and_then(TensorData::to_i64) else {
        return Err(LoweringError::new(
            "a mask that the network computes picks a number of elements that is known only when it runs; \
             `torch.where` with three arguments keeps the shape",
        ));
    };
    let mut columns = vec![Vec::new(); index.rank()];
    for (position, _) in data.iter().enumerate().filter(|(_, value)| **value != 0) {
        let mut rest = position;
        for (column, &length) in columns.iter_mut().zip(&index.shape).rev() {
            column.push(signed(rest % length));
            rest /= length;
        }
    }
    for column in columns {
        indices.push(Some(cx.graph.integers(&column)));
    }
    Ok(())
}

/// One position for all indexed axes.
pub(super) fn selection(
    cx: &mut Context,
    x: &TensorRef,
    indices: &[Option<TensorRef>],
) -> Lowered<Option<Selection>> {
    let indexed: Vec<usize> = (0..indices.len())
        .filter(|&axis| indices[axis].is_some())
        .collect();
    let (Some(&first), Some(&last)) = (indexed.first(), indexed.last()) else {
        return Ok(None);
    };
    // next to each other: the new axes take their place; else they come first
    let place = if last - first + 1 == indexed.len() {
        first
    } else {
        0
    };
    let mut order = indexed.clone();
    order.extend((0..x.rank()).filter(|axis| !indexed.contains(axis)));
    let mut positions: Option<TensorRef> = None;
    for (&axis, index) in indexed.iter().zip(indices.iter().flatten()) {
        let length = x.shape[axis];
        let index = from_start(cx, index, length, axis)?;
        positions = Some(match positions {
            None => index,
            Some(earlier) => {
                broadcast_shapes("index", &earlier.shape, &index.shape)?;
                let scaled = cx.graph.binary_number(Binary::Mul, &earlier, length as f64)?;
                cx.graph.add(&scaled, &index)?
            }
        });
    }
    Ok(positions.map(|positions| Selection {
        order,
        indexed: indexed.len(),
        positions,
        place,
    }))
}

/// Indices below zero count from the end.
fn from_start(cx: &mut Context, index: &TensorRef, length: usize, axis: usize) -> Lowered<TensorRef> {
    if let Some(values) = index.constant.as_ref().and_then(TensorData::to_i64) {
        let bound = signed(length);
        if let Some(wrong) = values.iter().find(|value| !(-bound..bound).contains(*value)) {
            return Err(LoweringError::new(format!(
                "index {wrong} leaves axis {axis} of length {length}"
            )));
        }
        if values.iter().all(|&value| value >= 0) {
            return Ok(index.clone());
        }
    }
    let zero = cx.graph.scalar(ScalarType::Int64, 0.0);
    let negative = cx.graph.compare(Comparison::Less, index, &zero)?;
    let shifted = cx.graph.binary_number(Binary::Add, index, length as f64)?;
    Ok(cx.graph.choose(&negative, &shifted, index)?)
}

/// `x` with the indexed axes in front and joined to one.
pub(super) fn with_joined_axes(cx: &mut Context, x: &TensorRef, selection: &Selection) -> Lowered<TensorRef> {
    let turned = cx.graph.transpose(x, &selection.order)?;
    let mut shape = vec![turned.shape[..selection.indexed].iter().product()];
    shape.extend(&turned.shape[selection.indexed..]);
    Ok(cx.graph.reshape(&turned, &shape)?)
}

/// `index(self, indices)`
fn index(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let indices = index_list(cx, args, &x)?;
    let Some(selection) = selection(cx, &x, &indices)? else {
        return fresh(x);
    };
    if selection.indexed == 1 {
        return fresh(cx.graph.gather(&x, &selection.positions, selection.order[0])?);
    }
    let joined = with_joined_axes(cx, &x, &selection)?;
    let picked = cx.graph.gather(&joined, &selection.positions, 0)?;
    // the axes of the positions go to their place
    let new = selection.positions.rank();
    let mut permutation: Vec<usize> = (new..new + selection.place).collect();
    permutation.extend(0..new);
    permutation.extend(new + selection.place..picked.rank());
    fresh(cx.graph.transpose(&picked, &permutation)?)
}

fn index_argument(cx: &mut Context, args: &Arguments, index: usize, name: &str) -> Lowered<TensorRef> {
    let indices = tensor(cx, args, index, name)?;
    Ok(cx.graph.cast(&indices, ScalarType::Int64)?)
}

/// `index_select(self, dim, index)`
fn index_select(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let indices = index_argument(cx, args, 2, "index")?;
    let indices = cx.graph.reshape(&indices, &[indices.count()])?;
    fresh(cx.graph.gather(&x, &indices, axis)?)
}

/// `gather(self, dim, index, sparse_grad)`
fn gather(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let indices = index_argument(cx, args, 2, "index")?;
    fresh(cx.graph.gather_elements(&x, &indices, axis)?)
}

/// `take(self, index)`: of the flattened tensor
fn take(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let indices = index_argument(cx, args, 1, "index")?;
    let flat = cx.graph.reshape(&x, &[x.count()])?;
    fresh(cx.graph.gather(&flat, &indices, 0)?)
}

/// `take_along_dim(self, indices, dim)`: shapes broadcast on the other axes
fn take_along(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let indices = index_argument(cx, args, 1, "indices")?;
    let Some(dim) = args.optional_int(2, "dim")? else {
        let flat = cx.graph.reshape(&x, &[x.count()])?;
        let indices = cx.graph.reshape(&indices, &[indices.count()])?;
        return fresh(cx.graph.gather(&flat, &indices, 0)?);
    };
    let axis = axis(dim, x.rank())?;
    let (mut a, mut b) = (x.shape.clone(), indices.shape.clone());
    if a.len() != b.len() || a.is_empty() {
        return Err(LoweringError::new(format!(
            "{a:?} and {b:?} have different numbers of axes"
        )));
    }
    let (own, wanted) = (
        std::mem::replace(&mut a[axis], 1),
        std::mem::replace(&mut b[axis], 1),
    );
    let mut shape = broadcast_shapes("take_along_dim", &a, &b)?;
    shape[axis] = own;
    let x = cx.graph.expand(&x, &shape)?;
    shape[axis] = wanted;
    let indices = cx.graph.expand(&indices, &shape)?;
    fresh(cx.graph.gather_elements(&x, &indices, axis)?)
}

/// `embedding(weight, indices, padding_idx, ...)`
fn embedding(cx: &mut Context, args: &Arguments) -> Lowered {
    let weight = tensor(cx, args, 0, "weight")?;
    let indices = index_argument(cx, args, 1, "indices")?;
    fresh(cx.graph.gather(&weight, &indices, 0)?)
}

/// `one_hot(self, num_classes)`
fn one_hot(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = index_argument(cx, args, 0, "self")?;
    let Ok(classes) = usize::try_from(args.int_or(1, "num_classes", -1)?) else {
        return Err(LoweringError::new(
            "without a number of classes the size depends on contents",
        ));
    };
    let classes = size(signed(classes).min(1 << 24), "num_classes")?;
    let all: Vec<i64> = (0..signed(classes)).collect();
    let all = cx.graph.integers(&all);
    let x = cx.graph.unsqueeze(&x, x.rank())?;
    let hot = cx.graph.compare(Comparison::Equal, &x, &all)?;
    fresh(cx.graph.cast(&hot, ScalarType::Int64)?)
}

/// `unfold(self, dimension, size, step)`: windows along an axis; their elements become the last axis
fn unfold(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dimension")?, x.rank())?;
    let (width, step) = (
        size(args.int(2, "size")?, "size")?,
        size(args.int(3, "step")?, "step")?,
    );
    let length = x.shape.get(axis).copied().unwrap_or(1);
    let rest = length.checked_sub(width).filter(|_| step > 0).ok_or_else(|| {
        LoweringError::new(format!(
            "windows of {width} in steps of {step} do not fit a length of {length}"
        ))
    })?;
    let count = rest / step + 1;
    if count.saturating_mul(width) > 1 << 24 {
        return Err(LoweringError::new(
            "more than 16777216 elements in windows along an axis",
        ));
    }
    let indices: Vec<i64> = (0..count)
        .flat_map(|window| (0..width).map(move |index| signed(window * step + index)))
        .collect();
    let x = if x.rank() == 0 {
        cx.graph.reshape(&x, &[1])?
    } else {
        x
    };
    let indices = cx.graph.computed(TensorData::from_i64(
        ScalarType::Int64,
        &[count, width],
        &indices,
    )?);
    let windows = cx.graph.gather(&x, &indices, axis)?;
    let mut permutation: Vec<usize> = (0..windows.rank()).filter(|&other| other != axis + 1).collect();
    permutation.push(axis + 1);
    fresh(cx.graph.transpose(&windows, &permutation)?)
}
