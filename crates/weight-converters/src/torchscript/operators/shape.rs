//! Views: operators whose result shares the storage of their operand.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::{Tensor, Value};
use super::super::views::{ViewStep, slice_length};
use super::operands::{Lowered, axes, axis, size, tensor, unchanged};
use super::{Operator, row};
use crate::graph::signed;
use crate::tensor::element_count;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::view", view, "view of sizes"),
    row("aten::_unsafe_view", view, ""),
    row("aten::reshape", view, ""),
    row("aten::_reshape_alias", view, ""),
    row("aten::view_as", view_as, ""),
    row("aten::reshape_as", view_as, ""),
    row("aten::flatten", flatten, ""),
    row("aten::ravel", ravel, ""),
    row("aten::unflatten", unflatten, ""),
    row("aten::squeeze", squeeze, "one axis, several, or all"),
    row("aten::unsqueeze", unsqueeze, ""),
    row("aten::permute", permute, ""),
    row("aten::transpose", transpose, ""),
    row("aten::swapaxes", transpose, ""),
    row("aten::swapdims", transpose, ""),
    row("aten::t", t, ""),
    row("aten::numpy_T", reverse_axes, ""),
    row("aten::mT", matrix_transpose, ""),
    row("aten::adjoint", matrix_transpose, "of real numbers"),
    row("aten::movedim", movedim, ""),
    row("aten::moveaxis", movedim, ""),
    row("aten::select", select, ""),
    row("aten::slice", slice, ""),
    row("aten::narrow", narrow, ""),
    row("aten::expand", expand, ""),
    row("aten::expand_as", expand_as, ""),
    row("aten::broadcast_to", expand, ""),
    row("aten::atleast_1d", atleast_1d, ""),
    row("aten::atleast_2d", atleast_2d, ""),
    row("aten::atleast_3d", atleast_3d, ""),
    row("aten::contiguous", contiguous, ""),
];

/// A view of the first argument.
fn as_view(cx: &mut Context, args: &Arguments, step: ViewStep) -> Lowered {
    Ok(Value::Tensor(cx.view(args.tensor(0, "self")?, step)?))
}

fn reshaped(cx: &mut Context, args: &Arguments, shape: Vec<usize>) -> Lowered {
    as_view(cx, args, ViewStep::Reshape(shape))
}

/// Sizes of which one may be -1: what is left.
fn inferred(list: &[i64], count: usize) -> Lowered<Vec<usize>> {
    let mut shape = Vec::with_capacity(list.len());
    let mut open = None;
    for (index, &length) in list.iter().enumerate() {
        if length == -1 && open.is_none() {
            open = Some(index);
            shape.push(1);
        } else {
            shape.push(size(length, "size")?);
        }
    }
    if let Some(index) = open {
        let known = element_count(&shape).filter(|&known| known > 0 && count.is_multiple_of(known));
        shape[index] = count
            / known
                .ok_or_else(|| LoweringError::new(format!("{count} elements do not fit sizes {list:?}")))?;
    }
    Ok(shape)
}

/// `view(self, size)`; the form with a `dtype` reads the bytes anew
fn view(cx: &mut Context, args: &Arguments) -> Lowered {
    if matches!(args.get(1, "size"), Some(Value::Int(_))) {
        return Err(LoweringError::new(
            "reading the bytes as another element type is not supported",
        ));
    }
    let x = tensor(cx, args, 0, "self")?;
    let list = match args.get(1, "size") {
        Some(_) => args.ints(1, "size")?,
        None => args.ints(1, "shape")?,
    };
    let shape = inferred(&list, x.count())?;
    reshaped(cx, args, shape)
}

fn view_as(cx: &mut Context, args: &Arguments) -> Lowered {
    let other = tensor(cx, args, 1, "other")?;
    reshaped(cx, args, other.shape.clone())
}

/// `flatten(self, start_dim=0, end_dim=-1)`
fn flatten(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let first = axis(args.int_or(1, "start_dim", 0)?, x.rank())?;
    let last = axis(args.int_or(2, "end_dim", -1)?, x.rank())?;
    if x.rank() == 0 {
        return reshaped(cx, args, vec![1]);
    }
    if last < first {
        return Err(LoweringError::new(format!("axis {first} is behind axis {last}")));
    }
    let mut shape = x.shape[..first].to_vec();
    shape.push(x.shape[first..=last].iter().product());
    shape.extend(&x.shape[last + 1..]);
    reshaped(cx, args, shape)
}

fn ravel(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    reshaped(cx, args, vec![x.count()])
}

/// `unflatten(self, dim, sizes)`
fn unflatten(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("needs an axis"))?;
    let parts = inferred(&args.ints(2, "sizes")?, length)?;
    let mut shape = x.shape[..axis].to_vec();
    shape.extend(parts);
    shape.extend(&x.shape[axis + 1..]);
    reshaped(cx, args, shape)
}

/// `squeeze(self)`, `squeeze(self, dim)`; axes that are longer than 1 stay
fn squeeze(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let gone = match args.optional_ints(1, "dim")? {
        Some(list) => axes(&list, x.rank())?,
        None => (0..x.rank()).collect(),
    };
    let shape: Vec<usize> = x
        .shape
        .iter()
        .enumerate()
        .filter(|(axis, length)| **length != 1 || !gone.contains(axis))
        .map(|(_, &length)| length)
        .collect();
    reshaped(cx, args, shape)
}

fn unsqueeze(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank() + 1)?;
    let mut shape = x.shape.clone();
    shape.insert(axis, 1);
    reshaped(cx, args, shape)
}

fn permute(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let permutation = axes(&args.ints(1, "dims")?, x.rank())?;
    as_view(cx, args, ViewStep::Permute(permutation))
}

fn transpose(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let (a, b) = (
        axis(args.int(1, "dim0")?, x.rank())?,
        axis(args.int(2, "dim1")?, x.rank())?,
    );
    let mut permutation: Vec<usize> = (0..x.rank()).collect();
    if x.rank() > 0 {
        permutation.swap(a, b);
    }
    as_view(cx, args, ViewStep::Permute(permutation))
}

fn t(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    if x.rank() > 2 {
        return Err(LoweringError::new(format!(
            "takes up to two axes, found shape {:?}",
            x.shape
        )));
    }
    reverse_axes(cx, args)
}

fn reverse_axes(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    as_view(cx, args, ViewStep::Permute((0..x.rank()).rev().collect()))
}

fn matrix_transpose(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let rank = x.rank();
    if rank < 2 {
        return Err(LoweringError::new(format!(
            "takes two axes or more, found shape {:?}",
            x.shape
        )));
    }
    let mut permutation: Vec<usize> = (0..rank).collect();
    permutation.swap(rank - 2, rank - 1);
    as_view(cx, args, ViewStep::Permute(permutation))
}

/// `movedim(self, source, destination)`
fn movedim(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let from = axes(&args.ints(1, "source")?, x.rank())?;
    let to = axes(&args.ints(2, "destination")?, x.rank())?;
    if from.len() != to.len() {
        return Err(LoweringError::new("`source` and `destination` have as many axes"));
    }
    let mut permutation = vec![None; x.rank()];
    for (&from, &to) in from.iter().zip(&to) {
        permutation[to] = Some(from);
    }
    let mut rest = (0..x.rank()).filter(|axis| !from.contains(axis));
    let permutation: Option<Vec<usize>> = permutation
        .into_iter()
        .map(|place| place.or_else(|| rest.next()))
        .collect();
    let permutation = permutation.ok_or_else(|| LoweringError::new("axes do not fit"))?;
    as_view(cx, args, ViewStep::Permute(permutation))
}

/// `select(self, dim, index)`
fn select(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("a tensor without axes cannot be indexed"))?;
    let index = args.int(2, "index")?;
    let place = if index < 0 {
        index.saturating_add(signed(length))
    } else {
        index
    };
    let place = usize::try_from(place)
        .ok()
        .filter(|&place| place < length)
        .ok_or_else(|| {
            LoweringError::new(format!("index {index} leaves axis {axis} of shape {:?}", x.shape))
        })?;
    as_view(cx, args, ViewStep::Select { axis, index: place })
}

/// `slice(self, dim=0, start=None, end=None, step=1)`; bounds beyond the axis are cut
fn slice(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int_or(1, "dim", 0)?, x.rank())?;
    let length = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("a tensor without axes cannot be sliced"))?;
    let bound = |number: Option<i64>, default: usize| {
        number.map_or(default, |number| {
            let number = if number < 0 {
                number.saturating_add(signed(length))
            } else {
                number
            };
            usize::try_from(number.max(0)).unwrap_or(length).min(length)
        })
    };
    let start = bound(args.optional_int(2, "start")?, 0);
    let end = bound(args.optional_int(3, "end")?, length).max(start);
    let step = size(args.int_or(4, "step", 1)?, "step")?;
    if slice_length(start, end, step)? == length {
        return unchanged_view(cx, args);
    }
    as_view(
        cx,
        args,
        ViewStep::Slice {
            axis,
            start,
            end,
            step,
        },
    )
}

/// The tensor itself as a view.
fn unchanged_view(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    reshaped(cx, args, x.shape.clone())
}

/// `narrow(self, dim, start, length)`
fn narrow(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let axis = axis(args.int(1, "dim")?, x.rank())?;
    let available = *x
        .shape
        .get(axis)
        .ok_or_else(|| LoweringError::new("a tensor without axes has no ranges"))?;
    let start = super::operands::known_number(cx, args, 2, "start")? as i64;
    let start = if start < 0 {
        start.saturating_add(signed(available))
    } else {
        start
    };
    let (start, length) = (size(start, "start")?, size(args.int(3, "length")?, "length")?);
    let end = start
        .checked_add(length)
        .filter(|&end| end <= available)
        .ok_or_else(|| {
            LoweringError::new(format!(
                "{length} elements from {start} on leave axis {axis} of shape {:?}",
                x.shape
            ))
        })?;
    as_view(
        cx,
        args,
        ViewStep::Slice {
            axis,
            start,
            end,
            step: 1,
        },
    )
}

/// `expand(self, size)`; -1 keeps a length
fn expand(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let list = args.ints(1, "size")?;
    let missing = list
        .len()
        .checked_sub(x.rank())
        .ok_or_else(|| LoweringError::new(format!("{} sizes for shape {:?}", list.len(), x.shape)))?;
    let shape: Vec<usize> = list
        .iter()
        .enumerate()
        .map(|(index, &length)| match index.checked_sub(missing) {
            Some(own) if length == -1 => Ok(x.shape[own]),
            _ => size(length, "size"),
        })
        .collect::<Lowered<_>>()?;
    as_view(cx, args, ViewStep::Expand(shape))
}

fn expand_as(cx: &mut Context, args: &Arguments) -> Lowered {
    let other = tensor(cx, args, 1, "other")?;
    as_view(cx, args, ViewStep::Expand(other.shape.clone()))
}

fn atleast_1d(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shape = if x.rank() == 0 { vec![1] } else { x.shape.clone() };
    reshaped(cx, args, shape)
}

fn atleast_2d(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shape = match x.shape[..] {
        [] => vec![1, 1],
        [length] => vec![1, length],
        _ => x.shape.clone(),
    };
    reshaped(cx, args, shape)
}

fn atleast_3d(cx: &mut Context, args: &Arguments) -> Lowered {
    let x = tensor(cx, args, 0, "self")?;
    let shape = match x.shape[..] {
        [] => vec![1, 1, 1],
        [length] => vec![1, length, 1],
        [rows, columns] => vec![rows, columns, 1],
        _ => x.shape.clone(),
    };
    reshaped(cx, args, shape)
}

fn contiguous(cx: &mut Context, args: &Arguments) -> Lowered {
    let _ = &cx;
    unchanged(args)
}

/// A view of a range of an axis.
pub(super) fn range_view(
    cx: &mut Context,
    base: &Tensor,
    axis: usize,
    start: usize,
    length: usize,
) -> Lowered<Tensor> {
    cx.view(
        base,
        ViewStep::Slice {
            axis,
            start,
            end: start + length,
            step: 1,
        },
    )
}
