//! Parts of tensors.

use super::super::arguments::{Arguments, axis};
use super::super::context::{Context, LoweringError, Tensor};
use super::super::value::Value;
use super::{Lowered, Operator, one, row, stored, wrong};
use crate::graph::{SliceRange, signed};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "StridedSlice",
        strided_slice,
        "all masks; bounds are known while converting",
    ),
    row("Slice", slice, "bounds are known while converting"),
    row("Split", split, ""),
    row("SplitV", split_v, ""),
    row("Unpack", unpack, ""),
];

/// The most parts that a tensor is split into.
const MAX_PARTS: usize = 100_000;

/// What `x[...]` gives.
struct Selection {
    ranges: Vec<SliceRange>,
    /// The lengths of the result, with new axes and without those of one index.
    shape: Vec<usize>,
    /// Whether axes come or go.
    reshaped: bool,
}

fn strided_slice(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let (begin, end, strides) = (
        args.integers(cx, 1)?,
        args.integers(cx, 2)?,
        args.integers(cx, 3)?,
    );
    if begin.len() != end.len() || begin.len() != strides.len() {
        return Err(wrong("begin, end and strides have different lengths"));
    }
    let selection = select(args, &x.shape(), &begin, &end, &strides)?;
    let ranges: Vec<SliceRange> = selection
        .ranges
        .iter()
        .map(|range| SliceRange {
            axis: x.stored_axis(range.axis),
            ..*range
        })
        .collect();
    let part = Tensor::stored(cx.graph.slice(x.value(), &ranges)?, x.layout());
    if !selection.reshaped {
        return Ok(vec![Value::Tensor(part)]);
    }
    let plain = cx.plain(&part)?;
    one(cx.graph.reshape(&plain, &selection.shape)?)
}

fn select(
    args: &Arguments<'_>,
    own: &[usize],
    begin: &[i64],
    end: &[i64],
    strides: &[i64],
) -> Result<Selection, LoweringError> {
    let mask = |name: &str| args.int(name).unwrap_or(0);
    let (begin_mask, end_mask) = (mask("begin_mask"), mask("end_mask"));
    let (ellipsis, new_axes, shrink) = (
        mask("ellipsis_mask"),
        mask("new_axis_mask"),
        mask("shrink_axis_mask"),
    );
    let bit = |mask: i64, index: usize| index < 63 && mask >> index & 1 == 1;
    let added = (0..begin.len())
        .filter(|&index| bit(new_axes, index) && !bit(ellipsis, index))
        .count();
    let has_ellipsis = (0..begin.len()).any(|index| bit(ellipsis, index));
    let named = begin.len() - added - usize::from(has_ellipsis);
    let skipped = own
        .len()
        .checked_sub(named)
        .ok_or_else(|| wrong(format!("{named} axes are selected of a tensor of shape {own:?}")))?;
    let mut selection = Selection {
        ranges: Vec::new(),
        shape: Vec::new(),
        reshaped: false,
    };
    let mut axis = 0;
    let mut open = true;
    for index in 0..begin.len() {
        if bit(ellipsis, index) {
            if !open {
                return Err(wrong("two ellipses"));
            }
            open = false;
            selection.shape.extend(&own[axis..axis + skipped]);
            axis += skipped;
        } else if bit(new_axes, index) {
            selection.shape.push(1);
            selection.reshaped = true;
        } else {
            let length = own[axis];
            let stride = strides[index];
            if bit(shrink, index) {
                let place = if begin[index] < 0 {
                    begin[index].saturating_add(signed(length))
                } else {
                    begin[index]
                };
                let place = usize::try_from(place).ok().filter(|&place| place < length);
                let start = place.ok_or_else(|| {
                    wrong(format!(
                        "index {} leaves axis {axis} of shape {own:?}",
                        begin[index]
                    ))
                })?;
                selection.ranges.push(SliceRange {
                    axis,
                    start,
                    length: 1,
                    step: 1,
                });
                selection.reshaped = true;
            } else {
                let start = (!bit(begin_mask, index)).then_some(begin[index]);
                let stop = (!bit(end_mask, index)).then_some(end[index]);
                let range = range(axis, length, start, stop, stride)?;
                selection.shape.push(range.length);
                selection.ranges.push(range);
            }
            axis += 1;
        }
    }
    selection.shape.extend(&own[axis..]);
    Ok(selection)
}

/// What `start:stop:stride` selects of an axis, as Python does.
fn range(
    axis: usize,
    length: usize,
    start: Option<i64>,
    stop: Option<i64>,
    stride: i64,
) -> Result<SliceRange, LoweringError> {
    let total = signed(length);
    let (low, high) = if stride > 0 { (0, total) } else { (-1, total - 1) };
    let place = |number: i64| {
        let counted = if number < 0 {
            number.saturating_add(total)
        } else {
            number
        };
        counted.clamp(low, high)
    };
    let first = start.map_or(if stride > 0 { low } else { high }, place);
    let last = stop.map_or(if stride > 0 { high } else { low }, place);
    let count = match stride {
        0 => return Err(wrong("a stride is zero")),
        1.. => last.saturating_sub(first).max(0).saturating_add(stride - 1) / stride,
        _ => {
            let step = stride
                .checked_neg()
                .ok_or_else(|| wrong("a stride is too large"))?;
            first.saturating_sub(last).max(0).saturating_add(step - 1) / step
        }
    };
    let step = isize::try_from(stride).map_err(|_| wrong("a stride is too large"))?;
    Ok(SliceRange {
        axis,
        start: usize::try_from(first).unwrap_or(0).min(length.saturating_sub(1)),
        length: usize::try_from(count).unwrap_or(0),
        // one element has no distance to the next
        step: if count <= 1 { 1 } else { step },
    })
}

fn slice(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let own = x.shape();
    let (begin, size) = (args.lengths(cx, 1)?, args.integers(cx, 2)?);
    if begin.len() != own.len() || size.len() != own.len() {
        return Err(wrong(format!("the bounds do not fit shape {own:?}")));
    }
    let mut ranges = Vec::new();
    for (axis, (&start, &size)) in begin.iter().zip(&size).enumerate() {
        let rest = own[axis].checked_sub(start);
        let length = if size == -1 {
            rest
        } else {
            usize::try_from(size).ok()
        };
        let length =
            length.ok_or_else(|| wrong(format!("{size} elements from {start} leave axis {axis}")))?;
        ranges.push(SliceRange {
            axis: x.stored_axis(axis),
            start: if length == 0 { start.min(own[axis]) } else { start },
            length,
            step: 1,
        });
    }
    stored(cx.graph.slice(x.value(), &ranges)?, x.layout())
}

fn parts(cx: &mut Context, x: &Tensor, axis: usize, lengths: &[usize]) -> Lowered {
    let total = lengths
        .iter()
        .try_fold(0_usize, |sum, &length| sum.checked_add(length));
    if total != Some(x.shape()[axis]) {
        return Err(wrong(format!(
            "axis {axis} of shape {:?} cannot be split into {lengths:?}",
            x.shape()
        )));
    }
    let mut start = 0;
    let mut outputs = Vec::with_capacity(lengths.len());
    for &length in lengths {
        let part = cx.graph.narrow(x.value(), x.stored_axis(axis), start, length)?;
        outputs.push(Value::Tensor(Tensor::stored(part, x.layout())));
        start += length;
    }
    Ok(outputs)
}

fn number_of_parts(args: &Arguments<'_>, name: &str) -> Result<usize, LoweringError> {
    args.int(name)
        .and_then(|number| usize::try_from(number).ok())
        .filter(|&number| (1..=MAX_PARTS).contains(&number))
        .ok_or_else(|| wrong(format!("has no number of parts up to {MAX_PARTS}")))
}

fn split(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(1)?;
    let axis = axis(args.integer(cx, 0)?, x.rank())?;
    let number = number_of_parts(args, "num_split")?;
    let length = x.shape()[axis];
    if !length.is_multiple_of(number) {
        return Err(wrong(format!("a length of {length} has no {number} equal parts")));
    }
    parts(cx, &x, axis, &vec![length / number; number])
}

fn split_v(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let axis = axis(args.integer(cx, 2)?, x.rank())?;
    let sizes = args.integers(cx, 1)?;
    let known: i64 = sizes
        .iter()
        .filter(|&&size| size != -1)
        .fold(0, |sum, &size| sum.saturating_add(size));
    let rest = signed(x.shape()[axis]).saturating_sub(known);
    let lengths: Option<Vec<usize>> = sizes
        .iter()
        .map(|&size| usize::try_from(if size == -1 { rest } else { size }).ok())
        .collect();
    let lengths = lengths.ok_or_else(|| wrong(format!("the lengths {sizes:?} do not fit")))?;
    parts(cx, &x, axis, &lengths)
}

fn unpack(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let x = args.tensor(0)?;
    let axis = axis(args.int("axis").unwrap_or(0), x.rank())?;
    let number = number_of_parts(args, "num")?;
    if x.shape()[axis] != number {
        return Err(wrong(format!(
            "axis {axis} of shape {:?} has not {number} elements",
            x.shape()
        )));
    }
    let x = cx.plain(&x)?;
    (0..number)
        .map(|index| {
            let part = cx.graph.select(&x, axis, index)?;
            Ok(Value::Tensor(Tensor::plain(part)))
        })
        .collect()
}
