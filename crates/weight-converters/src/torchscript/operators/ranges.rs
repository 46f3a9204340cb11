//! Parts of tensors along an axis, as views.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::super::value::Tensor;
use super::super::views::{ViewStep, slice_length};
use super::operands::{Lowered, axis, size, tensor};
use super::shape::{as_view, reshaped};
use super::{Operator, row};
use crate::graph::signed;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::select", select, ""),
    row("aten::slice", slice, ""),
    row("aten::narrow", narrow, ""),
];

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
