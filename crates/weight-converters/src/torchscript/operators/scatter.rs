//! Writing elements by index.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::super::views::ViewStep;
use super::indexing::{index_list, selection, with_joined_axes};
use super::operands::{Lowered, axis, fresh, known_number, size, tensor};
use super::promotion::Operand;
use super::{Operator, row};
use crate::graph::{TensorRef, signed};
use crate::tensor::ScalarType;

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::index_put",
        index_put,
        "indices as in index; a mask that the network computes with one value",
    ),
    row("aten::_index_put_impl", index_put, "as index_put"),
    row("aten::scatter", scatter, "without `reduce`"),
    row("aten::scatter_add", scatter_add, ""),
    row("aten::index_add", index_add, ""),
    row("aten::index_copy", index_copy, ""),
    row("aten::index_fill", index_fill, ""),
    row("aten::select_scatter", select_scatter, ""),
    row("aten::slice_scatter", slice_scatter, ""),
];

/// `index_put(self, indices, values, accumulate=False)`
fn index_put(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let values = tensor(cx, args, 2, "values")?;
    let values = cx.graph.cast(&values, x.dtype)?;
    let accumulate = args.bool_or(3, "accumulate", false)?;
    if let Some(mask) = computed_mask(cx, args)? {
        if values.count() != 1 || accumulate {
            return Err(LoweringError::new(
                "a mask that the network computes can be filled with one value only: how many elements it picks is \
                 known only when the network runs",
            ));
        }
        let mut shape = mask.shape.clone();
        shape.resize(x.rank(), 1);
        let mask = cx.graph.reshape(&mask, &shape)?;
        let value = cx.graph.reshape(&values, &[])?;
        return fresh(cx.graph.choose(&mask, &value, &x)?);
    }
    let indices = index_list(cx, args, &x)?;
    let Some(selection) = selection(cx, &x, &indices)? else {
        let values = cx.graph.expand(&values, &x.shape)?;
        return fresh(if accumulate {
            cx.graph.add(&x, &values)?
        } else {
            values
        });
    };
    let joined = with_joined_axes(cx, &x, &selection)?;
    // the values have the shape of `index`: the axes of the positions at their place
    let rest = &joined.shape[1..];
    let mut shape = rest[..selection.place].to_vec();
    shape.extend(&selection.positions.shape);
    shape.extend(&rest[selection.place..]);
    let values = cx.graph.expand(&values, &shape)?;
    let new = selection.positions.rank();
    let mut permutation: Vec<usize> = (selection.place..selection.place + new).collect();
    permutation.extend(0..selection.place);
    permutation.extend(selection.place + new..values.rank());
    let values = cx.graph.transpose(&values, &permutation)?;
    let tuples = cx.graph.unsqueeze(&selection.positions, new)?;
    let written = cx.graph.scatter_tuples(&joined, &tuples, &values, accumulate)?;
    // back to the order of the axes
    let turned: Vec<usize> = selection.order.iter().map(|&axis| x.shape[axis]).collect();
    let split = cx.graph.reshape(&written, &turned)?;
    let mut inverse = vec![0; x.rank()];
    for (index, &axis) in selection.order.iter().enumerate() {
        inverse[axis] = index;
    }
    fresh(cx.graph.transpose(&split, &inverse)?)
}

/// The mask, if the only index is one that is not known while converting.
fn computed_mask(cx: &mut Context, args: &Arguments) -> Lowered<Option<TensorRef>> {
    let single = match args.value(1, "indices")? {
        Value::List(list) => match &list.borrow()[..] {
            [Value::Tensor(only)] => Some(only.clone()),
            _ => None,
        },
        _ => None,
    };
    let Some(single) = single else {
        return Ok(None);
    };
    let mask = cx.read(&single)?;
    Ok((mask.dtype == ScalarType::Bool && mask.constant.is_none()).then_some(mask))
}

/// An axis at place 1, and indices at place 2.
fn along(cx: &mut Context, args: &Arguments, x: &TensorRef) -> Lowered<(usize, TensorRef)> {
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let indices = tensor(cx, args, 2, "index")?;
    Ok((axis, cx.graph.cast(&indices, ScalarType::Int64)?))
}

/// `scatter(self, dim, index, src or value)`
fn scatter(cx: &mut Context, args: &Arguments) -> Lowered {
    if args
        .get(4, "reduce")
        .is_some_and(|value| !matches!(value, Value::None))
    {
        return Err(LoweringError::new("`reduce` is not supported"));
    }
    scattered(cx, args, false)
}

fn scatter_add(cx: &mut Context, args: &Arguments) -> Lowered {
    scattered(cx, args, true)
}

fn scattered(cx: &mut Context, args: &Arguments, accumulate: bool) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axis, indices) = along(cx, args, &x)?;
    let source = match args.get(3, "src").or_else(|| args.get(3, "value")).cloned() {
        Some(source) => Operand::read(cx, &source)?,
        None => return Err(LoweringError::new("argument 3 (`src`) is missing")),
    };
    let mut source = source.tensor(cx, x.dtype)?;
    if source.rank() == 0 {
        source = cx.graph.expand(&source, &indices.shape)?;
    } else {
        // the source may be larger than the indices
        for other in 0..source.rank() {
            let length = *indices
                .shape
                .get(other)
                .ok_or_else(|| LoweringError::new("indices have too few axes"))?;
            source = cx.graph.narrow(&source, other, 0, length)?;
        }
    }
    fresh(
        cx.graph
            .scatter_elements(&x, &indices, &source, axis, accumulate)?,
    )
}

/// Writes slices along an axis: moves the axis to the front.
fn write_slices(
    cx: &mut Context,
    x: &TensorRef,
    axis: usize,
    indices: &TensorRef,
    source: &TensorRef,
    accumulate: bool,
) -> Lowered {
    let front = cx.graph.swap_axes(x, 0, axis)?;
    let source = cx.graph.swap_axes(source, 0, axis)?;
    let tuples = cx.graph.reshape(indices, &[indices.count(), 1])?;
    let written = cx.graph.scatter_tuples(&front, &tuples, &source, accumulate)?;
    fresh(cx.graph.swap_axes(&written, 0, axis)?)
}

/// `index_add(self, dim, index, source, alpha=1)`
fn index_add(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axis, indices) = along(cx, args, &x)?;
    let source = tensor(cx, args, 3, "source")?;
    let source = cx.graph.cast(&source, x.dtype)?;
    let alpha = args.float_or(4, "alpha", 1.0)?;
    let source = cx
        .graph
        .binary_number(crate::graph::Binary::Mul, &source, alpha)?;
    write_slices(cx, &x, axis, &indices, &source, true)
}

/// `index_copy(self, dim, index, source)`
fn index_copy(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axis, indices) = along(cx, args, &x)?;
    let source = tensor(cx, args, 3, "source")?;
    let source = cx.graph.cast(&source, x.dtype)?;
    write_slices(cx, &x, axis, &indices, &source, false)
}

/// `index_fill(self, dim, index, value)`
fn index_fill(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (axis, indices) = along(cx, args, &x)?;
    let value = known_number(cx, args, 3, "value")?;
    let mut shape = x.shape.clone();
    *shape
        .get_mut(axis)
        .ok_or_else(|| LoweringError::new("needs an axis"))? = indices.count();
    let source = cx.graph.filled(&x, &shape, value)?;
    write_slices(cx, &x, axis, &indices, &source, false)
}

/// `select_scatter(self, src, dim, index)`
fn select_scatter(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, source) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "src")?);
    let axis = axis(args.int(2, "dim")?, x.rank())?;
    let index = args.int(3, "index")?;
    let index = if index < 0 {
        index + signed(x.shape[axis])
    } else {
        index
    };
    let index = size(index, "index")?;
    if index >= x.shape[axis] {
        return Err(LoweringError::new(format!(
            "index {index} leaves axis {axis} of shape {:?}",
            x.shape
        )));
    }
    fresh(ViewStep::Select { axis, index }.write(&mut cx.graph, &x, &source)?)
}

/// `slice_scatter(self, src, dim=0, start=None, end=None, step=1)`
fn slice_scatter(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, source) = (tensor(cx, args, 0, "self")?, tensor(cx, args, 1, "src")?);
    let axis = axis(args.int_or(2, "dim", 0)?, x.rank())?;
    let length = signed(
        *x.shape
            .get(axis)
            .ok_or_else(|| LoweringError::new("needs an axis"))?,
    );
    let start = args.int_or(3, "start", 0)?;
    let start = if start < 0 {
        start.saturating_add(length)
    } else {
        start
    }
    .clamp(0, length);
    let (start, step) = (size(start, "start")?, size(args.int_or(5, "step", 1)?, "step")?);
    let end = start + source.shape[axis].saturating_sub(1).saturating_mul(step);
    if step == 0 || (source.shape[axis] > 0 && end >= x.shape[axis]) {
        return Err(LoweringError::new(format!(
            "{:?} does not fit into {:?}",
            source.shape, x.shape
        )));
    }
    fresh(
        ViewStep::Slice {
            axis,
            start,
            end: x.shape[axis],
            step,
        }
        .write(&mut cx.graph, &x, &source)?,
    )
}
