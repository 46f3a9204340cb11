//! Pooling with windows in one to three dimensions. Layout (batch, channel, space...), or without batch.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, fresh, fresh_tuple, per_axis, size, sizes, tensor};
use super::{Operator, row};
use crate::graph::{Binary, PadMode, TensorRef, Window, signed};
use crate::tensor::element_count;

pub(super) const OPERATORS: &[Operator] = &[
    row("aten::max_pool1d", max_pool1d, "padding, dilation, ceil_mode"),
    row("aten::max_pool2d", max_pool2d, "padding, dilation, ceil_mode"),
    row("aten::max_pool3d", max_pool3d, "padding, dilation, ceil_mode"),
    row(
        "aten::max_pool1d_with_indices",
        max_pool1d_with_indices,
        "as below",
    ),
    row(
        "aten::max_pool2d_with_indices",
        max_pool2d_with_indices,
        "indices count within a channel",
    ),
    row(
        "aten::max_pool3d_with_indices",
        max_pool3d_with_indices,
        "indices count within a channel",
    ),
    row(
        "aten::avg_pool1d",
        avg_pool1d,
        "padding, ceil_mode, count_include_pad",
    ),
    row(
        "aten::avg_pool2d",
        avg_pool2d,
        "padding, ceil_mode, count_include_pad, divisor_override",
    ),
    row(
        "aten::avg_pool3d",
        avg_pool3d,
        "padding, ceil_mode, count_include_pad, divisor_override",
    ),
    row(
        "aten::max_unpool2d",
        max_unpool,
        "indices as max_pool2d_with_indices gives them",
    ),
    row(
        "aten::max_unpool3d",
        max_unpool,
        "indices as max_pool3d_with_indices gives them",
    ),
    row("aten::lp_pool2d", lp_pool2d, "from powers and average pooling"),
];

fn max_pool1d(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool(cx, args, 1)
}

fn max_pool2d(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool(cx, args, 2)
}

fn max_pool3d(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool(cx, args, 3)
}

fn max_pool1d_with_indices(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool_with_indices(cx, args, 1)
}

fn max_pool2d_with_indices(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool_with_indices(cx, args, 2)
}

fn max_pool3d_with_indices(cx: &mut Context, args: &Arguments) -> Lowered {
    max_pool_with_indices(cx, args, 3)
}

fn avg_pool1d(cx: &mut Context, args: &Arguments) -> Lowered {
    average_pool(cx, args, 1)
}

fn avg_pool2d(cx: &mut Context, args: &Arguments) -> Lowered {
    average_pool(cx, args, 2)
}

fn avg_pool3d(cx: &mut Context, args: &Arguments) -> Lowered {
    average_pool(cx, args, 3)
}

/// `max_poolNd(input, kernel_size, stride=kernel_size, padding=0, dilation=1, ceil_mode=False)`
fn max_pool(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let (x, without_batch) = batched(cx, args, spatial)?;
    let dilations = args.optional_ints(4, "dilation")?.unwrap_or_else(|| vec![1]);
    let window = read_window(
        args,
        &x,
        spatial,
        &dilations,
        args.bool_or(5, "ceil_mode", false)?,
    )?;
    let (x, window) = with_small_borders(cx, &x, window)?;
    let result = cx.graph.max_pool(&x, &window)?;
    fresh(unbatched(cx, result, without_batch)?)
}

/// Engines refuse borders as long as the kernel, which dilations need: those are added before.
fn with_small_borders(cx: &mut Context, x: &TensorRef, mut window: Window) -> Lowered<(TensorRef, Window)> {
    let borders = window.before.iter().zip(&window.after).zip(&window.kernel);
    if borders
        .into_iter()
        .all(|((&before, &after), &kernel)| before < kernel && after < kernel)
    {
        return Ok((x.clone(), window));
    }
    let mut pads = vec![(0, 0); 2];
    pads.extend(
        window
            .before
            .iter()
            .zip(&window.after)
            .map(|(&before, &after)| (signed(before), signed(after))),
    );
    let x = cx.graph.pad(x, &pads, PadMode::Constant(f64::NEG_INFINITY))?;
    window.before.fill(0);
    window.after.fill(0);
    Ok((x, window))
}

/// The indices of `PyTorch` count within the plane of a channel, those of ONNX within the whole tensor.
fn max_pool_with_indices(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let (x, without_batch) = batched(cx, args, spatial)?;
    let dilations = args.optional_ints(4, "dilation")?.unwrap_or_else(|| vec![1]);
    let window = read_window(
        args,
        &x,
        spatial,
        &dilations,
        args.bool_or(5, "ceil_mode", false)?,
    )?;
    let borders = window.before.iter().zip(&window.after).zip(&window.kernel);
    if !borders
        .into_iter()
        .all(|((&before, &after), &kernel)| before < kernel && after < kernel)
    {
        return Err(LoweringError::new(
            "indices of a dilated pooling whose borders exceed the kernel are not supported",
        ));
    }
    let (values, indices) = cx.graph.max_pool_with_indices(&x, &window)?;
    let plane: usize = x.shape[2..].iter().product();
    let plane = cx.graph.integers(&[signed(plane)]);
    let indices = cx.graph.binary(Binary::Mod, &indices, &plane)?;
    let values = unbatched(cx, values, without_batch)?;
    let indices = unbatched(cx, indices, without_batch)?;
    fresh_tuple([values, indices])
}

/// `avg_poolNd(input, kernel_size, stride=kernel_size, padding=0, ceil_mode=False, count_include_pad=True,
/// divisor_override=None)`
fn average_pool(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered {
    let (x, without_batch) = batched(cx, args, spatial)?;
    let window = read_window(args, &x, spatial, &[1], args.bool_or(4, "ceil_mode", false)?)?;
    let count_border = args.bool_or(5, "count_include_pad", true)?;
    let divisor = args.optional_int(6, "divisor_override")?;
    let result = average(cx, &x, window, count_border, divisor)?;
    fresh(unbatched(cx, result, without_batch)?)
}

/// The divisor of `PyTorch` counts the padding (with `count_border`), but not what `ceil_mode` adds behind it.
fn average(
    cx: &mut Context,
    x: &TensorRef,
    mut window: Window,
    count_border: bool,
    divisor: Option<i64>,
) -> Lowered<TensorRef> {
    let beyond = window.before != window.after;
    if !beyond && divisor.is_none() {
        return Ok(cx.graph.average_pool(x, &window, count_border)?);
    }
    if !count_border && divisor.is_none() {
        return Ok(cx.graph.average_pool(x, &window, false)?);
    }
    // zeros that count are added first; with a fixed divisor all of them count
    let mut pads = vec![(0, 0); 2];
    for axis in 0..window.kernel.len() {
        let padding = window.before[axis];
        let behind = if divisor.is_some() {
            window.after[axis]
        } else {
            padding.min(window.after[axis])
        };
        pads.push((signed(padding), signed(behind)));
        window.before[axis] = 0;
        window.after[axis] -= behind;
    }
    let x = cx.graph.pad(x, &pads, PadMode::Constant(0.0))?;
    let mean = cx.graph.average_pool(&x, &window, false)?;
    match divisor {
        Some(0) => Err(LoweringError::new("`divisor_override` is zero")),
        Some(divisor) => {
            let elements: usize = window.kernel.iter().product();
            Ok(cx
                .graph
                .binary_number(Binary::Mul, &mean, elements as f64 / divisor as f64)?)
        }
        None => Ok(mean),
    }
}

/// `lp_pool2d` is written out by `PyTorch`; this serves programs that call it by name.
fn lp_pool2d(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, without_batch) = batched(cx, args, 2)?;
    let norm = args.float(1, "norm_type")?;
    let shifted = Arguments {
        positional: args
            .positional
            .iter()
            .enumerate()
            .filter(|(index, _)| *index != 1)
            .map(|(_, v)| v.clone())
            .collect(),
        keyword: args.keyword.clone(),
    };
    let window = read_window(&shifted, &x, 2, &[1], false)?;
    let powers = cx.graph.binary_number(Binary::Pow, &x, norm)?;
    let elements: usize = window.kernel.iter().product();
    let mean = cx.graph.average_pool(&powers, &window, true)?;
    let sum = cx.graph.binary_number(Binary::Mul, &mean, elements as f64)?;
    let root = cx.graph.binary_number(Binary::Pow, &sum, 1.0 / norm)?;
    fresh(unbatched(cx, root, without_batch)?)
}

/// The input with a batch axis, and whether it had none.
pub(super) fn batched(cx: &mut Context, args: &Arguments, spatial: usize) -> Lowered<(TensorRef, bool)> {
    let x = tensor(cx, args, 0, "input")?;
    match x.rank() {
        rank if rank == spatial + 2 => Ok((x, false)),
        rank if rank == spatial + 1 => Ok((cx.graph.unsqueeze(&x, 0)?, true)),
        _ => Err(LoweringError::new(format!(
            "an input with {spatial} spatial axes is expected, found {:?}",
            x.shape
        ))),
    }
}

/// Takes the batch axis away again.
pub(super) fn unbatched(cx: &mut Context, x: TensorRef, without_batch: bool) -> Lowered<TensorRef> {
    if !without_batch {
        return Ok(x);
    }
    let shape = x.shape[1..].to_vec();
    Ok(cx.graph.reshape(&x, &shape)?)
}

/// `kernel_size, stride, padding` at places 1 to 3; with `ceil_mode` the padding behind is as long as the windows need
/// that start inside the input or the padding before it.
fn read_window(
    args: &Arguments,
    x: &TensorRef,
    spatial: usize,
    dilations: &[i64],
    ceil: bool,
) -> Lowered<Window> {
    let numbers = |list: &[i64], name: &str| -> Lowered<Vec<usize>> {
        per_axis(list, spatial, name)?
            .into_iter()
            .map(|number| size(number, name))
            .collect()
    };
    let kernel = args.ints(1, "kernel_size")?;
    let strides = args
        .optional_ints(2, "stride")?
        .filter(|list| !list.is_empty())
        .unwrap_or_else(|| kernel.clone());
    let padding = numbers(
        &args.optional_ints(3, "padding")?.unwrap_or_else(|| vec![0]),
        "padding",
    )?;
    let mut window = Window {
        kernel: numbers(&kernel, "kernel_size")?,
        strides: numbers(&strides, "stride")?,
        before: padding.clone(),
        after: padding.clone(),
        dilations: numbers(dilations, "dilation")?,
    };
    if window.strides.contains(&0) || window.kernel.contains(&0) || window.dilations.contains(&0) {
        return Err(LoweringError::new(
            "kernel_size, stride and dilation have to be positive",
        ));
    }
    if !ceil {
        return Ok(window);
    }
    for (axis, &padding) in padding.iter().enumerate() {
        let length = x.shape[axis + 2];
        let too_small = || {
            LoweringError::new(format!(
                "the kernel is larger than the padded input {:?}",
                x.shape
            ))
        };
        let (stride, reach) = (window.strides[axis], window.reach(axis).ok_or_else(too_small)?);
        let padded = padding
            .checked_mul(2)
            .and_then(|both| both.checked_add(length))
            .ok_or_else(too_small)?;
        let mut count = padded.checked_sub(reach).ok_or_else(too_small)?.div_ceil(stride) + 1;
        if (count - 1) * stride >= length + padding {
            count -= 1;
        }
        window.after[axis] = padding.max(((count - 1) * stride + reach).saturating_sub(length + padding));
        // where strides leave elements out, the padding behind is not used up: floor rounding gives the same count
    }
    Ok(window)
}

/// `max_unpool2d(self, indices, output_size)`: zeros, but each element at its index
fn max_unpool(cx: &mut Context, args: &Arguments) -> Lowered {
    let spatial = sizes(args, 2, "output_size")?;
    let (x, without_batch) = batched(cx, args, spatial.len())?;
    let indices = tensor(cx, args, 1, "indices")?;
    if indices.count() != x.count() {
        return Err(LoweringError::new(format!(
            "indices {:?} do not fit {:?}",
            indices.shape, x.shape
        )));
    }
    let elements: usize = x.shape[2..].iter().product();
    let flat = [x.shape[0], x.shape[1], elements];
    let (values, indices) = (cx.graph.reshape(&x, &flat)?, cx.graph.reshape(&indices, &flat)?);
    let mut shape = x.shape[..2].to_vec();
    shape.extend(&spatial);
    let plane = element_count(&spatial).ok_or_else(|| LoweringError::new("the size is too large"))?;
    let zeros = cx.graph.filled(&x, &[x.shape[0], x.shape[1], plane], 0.0)?;
    let written = cx.graph.scatter_elements(&zeros, &indices, &values, 2, false)?;
    let result = cx.graph.reshape(&written, &shape)?;
    fresh(unbatched(cx, result, without_batch)?)
}
