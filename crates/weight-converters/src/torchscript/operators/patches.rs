//! Patches of pictures as columns, and back; sampling at given places.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::operands::{Lowered, fresh, per_axis, size, sizes, tensor};
use super::pooling::{batched, unbatched};
use super::{Operator, row};
use crate::graph::{Attribute, TensorRef, Window};
use crate::tensor::{ScalarType, TensorData};

pub(super) const OPERATORS: &[Operator] = &[
    row(
        "aten::im2col",
        im2col,
        "`nn.Unfold`: a convolution with unit kernels",
    ),
    row(
        "aten::col2im",
        col2im,
        "`nn.Fold`: a transposed convolution with unit kernels",
    ),
    row("aten::grid_sampler", grid_sampler, "two spatial axes"),
    row("aten::grid_sampler_2d", grid_sampler, ""),
    row(
        "aten::affine_grid_generator",
        affine_grid,
        "two or three spatial axes",
    ),
];

/// Two numbers at a place, and from there `dilation`, `padding`, `stride`.
fn window(args: &Arguments, first: usize) -> Lowered<Window> {
    let pair =
        |index: usize, name: &str| -> Lowered<Vec<usize>> { per_axis(&sizes(args, index, name)?, 2, name) };
    let padding = pair(first + 2, "padding")?;
    Ok(Window {
        kernel: pair(first, "kernel_size")?,
        dilations: pair(first + 1, "dilation")?,
        before: padding.clone(),
        after: padding,
        strides: pair(first + 3, "stride")?,
    })
}

/// For each channel one kernel a place, which is one there and zero elsewhere.
fn unit_kernels(cx: &mut Context, x: &TensorRef, channels: usize, kernel: &[usize]) -> Lowered<TensorRef> {
    let places: usize = kernel.iter().product();
    if channels.saturating_mul(places).saturating_mul(places) > 1 << 26 {
        return Err(LoweringError::new(format!(
            "kernels of {kernel:?} for {channels} channels are too large"
        )));
    }
    let elements: Vec<i64> = (0..channels * places * places)
        .map(|index| i64::from(index / places % places == index % places))
        .collect();
    let mut shape = vec![channels * places, 1];
    shape.extend(kernel);
    Ok(cx
        .graph
        .computed(TensorData::from_i64(x.dtype, &shape, &elements)?))
}

/// `im2col(self, kernel_size, dilation, padding, stride)`: (N, C, H, W) to (N, C kernel, places)
fn im2col(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, without_batch) = batched(cx, args, 2)?;
    let window = window(args, 1)?;
    let channels = x.shape[1];
    let kernels = unit_kernels(cx, &x, channels, &window.kernel)?;
    let patches = cx.graph.convolve(&x, &kernels, None, &window, channels)?;
    let places = patches.shape[2] * patches.shape[3];
    let columns = cx
        .graph
        .reshape(&patches, &[patches.shape[0], patches.shape[1], places])?;
    fresh(unbatched(cx, columns, without_batch)?)
}

/// `col2im(self, output_size, kernel_size, dilation, padding, stride)`: overlapping elements add up
fn col2im(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, without_batch) = batched(cx, args, 1)?;
    let lengths = per_axis(&sizes(args, 1, "output_size")?, 2, "output_size")?;
    let window = window(args, 2)?;
    let places: usize = window.kernel.iter().product();
    let misfit = || LoweringError::new(format!("columns {:?} do not fit the size {lengths:?}", x.shape));
    if window.strides.contains(&0) || places == 0 || x.shape[1] % places != 0 {
        return Err(misfit());
    }
    let channels = x.shape[1] / places;
    let mut counts = Vec::new();
    let mut extra = Vec::new();
    for (axis, &length) in lengths.iter().enumerate() {
        let padded = length + 2 * window.before[axis];
        let rest = window
            .reach(axis)
            .and_then(|reach| padded.checked_sub(reach))
            .ok_or_else(misfit)?;
        counts.push(rest / window.strides[axis] + 1);
        extra.push(rest % window.strides[axis]);
    }
    if counts.iter().product::<usize>() != x.shape[2] {
        return Err(misfit());
    }
    let patches = cx
        .graph
        .reshape(&x, &[x.shape[0], x.shape[1], counts[0], counts[1]])?;
    let kernels = unit_kernels(cx, &x, channels, &window.kernel)?;
    let picture = cx
        .graph
        .convolve_transposed(&patches, &kernels, None, &window, &extra, channels)?;
    fresh(unbatched(cx, picture, without_batch)?)
}

/// `grid_sampler(input, grid, interpolation_mode, padding_mode, align_corners)`
fn grid_sampler(cx: &mut Context, args: &Arguments) -> Lowered {
    let (x, grid) = (tensor(cx, args, 0, "input")?, tensor(cx, args, 1, "grid")?);
    let mode = match args.int(2, "interpolation_mode")? {
        0 => "bilinear",
        1 => "nearest",
        2 => "bicubic",
        other => {
            return Err(LoweringError::new(format!(
                "interpolation mode {other} is unknown"
            )));
        }
    };
    let border = match args.int(3, "padding_mode")? {
        0 => "zeros",
        1 => "border",
        2 => "reflection",
        other => return Err(LoweringError::new(format!("padding mode {other} is unknown"))),
    };
    let align = args.bool(4, "align_corners")?;
    let fits = x.rank() == 4 && grid.rank() == 4 && grid.shape[3] == 2 && x.shape[0] == grid.shape[0];
    if !fits || x.dtype != grid.dtype {
        return Err(LoweringError::new(format!(
            "an input (N, C, H, W) and a grid (N, h, w, 2) of one type are expected, found {:?} and {:?}",
            x.shape, grid.shape
        )));
    }
    let shape = vec![x.shape[0], x.shape[1], grid.shape[1], grid.shape[2]];
    let attributes = vec![
        ("mode", Attribute::Text(mode)),
        ("padding_mode", Attribute::Text(border)),
        ("align_corners", Attribute::flag(align)),
    ];
    fresh(
        cx.graph
            .add_one("GridSample", &[&x, &grid], attributes, x.dtype, shape)?,
    )
}

/// `affine_grid_generator(theta, size, align_corners)`: the places of all elements, transformed
fn affine_grid(cx: &mut Context, args: &Arguments) -> Lowered {
    let theta = tensor(cx, args, 0, "theta")?;
    let shape = sizes(args, 1, "size")?;
    let align = args.bool(2, "align_corners")?;
    let lengths = shape.get(2..).unwrap_or_default().to_vec();
    let axes = lengths.len();
    if !(2..=3).contains(&axes) || theta.shape != [shape[0], axes, axes + 1] {
        return Err(LoweringError::new(format!(
            "theta {:?} does not fit the size {shape:?}",
            theta.shape
        )));
    }
    let count = crate::tensor::element_count(&lengths).filter(|&count| count <= 1 << 24);
    let count = count.ok_or_else(|| LoweringError::new(format!("a grid of {lengths:?} is too large")))?;
    let place = |index: usize, length: usize| {
        if align {
            if length > 1 {
                -1.0 + 2.0 * index as f64 / (length - 1) as f64
            } else {
                0.0
            }
        } else {
            (2.0 * index as f64 + 1.0) / length as f64 - 1.0
        }
    };
    // homogeneous coordinates, the last axis first
    let mut elements = Vec::with_capacity(count * (axes + 1));
    for position in 0..count {
        let mut rest = position;
        for &length in lengths.iter().rev() {
            elements.push(place(rest % length, length));
            rest /= length;
        }
        elements.push(1.0);
    }
    let dtype = if theta.dtype.is_floating_point() {
        theta.dtype
    } else {
        ScalarType::Float32
    };
    let base = cx
        .graph
        .computed(TensorData::from_f64(dtype, &[1, count, axes + 1], &elements)?);
    let turned = cx.graph.swap_axes(&theta, 1, 2)?;
    let grid = cx.graph.matmul(&base, &turned)?;
    let mut result = vec![size(crate::graph::signed(shape[0]), "size")?];
    result.extend(lengths);
    result.push(axes);
    fresh(cx.graph.reshape(&grid, &result)?)
}
