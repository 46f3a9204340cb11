//! Views: operators whose result shares the storage of their operand.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Value;
use super::super::views::ViewStep;
use super::operands::{Lowered, axes, axis, size, tensor, unchanged};
use super::{Operator, row};
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
    row("aten::expand", expand, ""),
    row("aten::expand_as", expand_as, ""),
    row("aten::broadcast_to", expand, ""),
    row("aten::atleast_1d", atleast_1d, ""),
    row("aten::atleast_2d", atleast_2d, ""),
    row("aten::atleast_3d", atleast_3d, ""),
    row("aten::contiguous", contiguous, ""),
];

/// A view of the first argument.
pub(super) fn as_view(cx: &mut Context, args: &Arguments, step: ViewStep) -> Lowered {
    Ok(Value::Tensor(cx.view(args.tensor(0, "self")?, step)?))
}

pub(super) fn reshaped(cx: &mut Context, args: &Arguments, shape: Vec<usize>) -> Lowered {
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
