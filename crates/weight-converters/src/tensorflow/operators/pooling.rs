//! Pooling.

use super::super::arguments::Arguments;
use super::super::context::{Context, LoweringError};
use super::window::Image;
use super::{Lowered, Operator, row, wrong};
use crate::graph::{TensorRef, Window};

pub(super) const OPERATORS: &[Operator] = &[
    row("MaxPool", max_pool, ""),
    row(
        "MaxPoolV2",
        max_pool_v2,
        "window and strides known while converting",
    ),
    row("MaxPool3D", max_pool, ""),
    row("AvgPool", average_pool, "what `SAME` adds does not count"),
    row("AvgPool3D", average_pool, "what `SAME` adds does not count"),
];

fn image(cx: &mut Context, args: &Arguments<'_>) -> Result<Image, LoweringError> {
    let x = args.tensor(0)?;
    Image::new(cx, &x, args.channels()?, None)
}

fn window(image: &Image, args: &Arguments<'_>) -> Result<Window, LoweringError> {
    let kernel = image.spatial(args, "ksize")?;
    let strides = image.spatial(args, "strides")?;
    let ones = vec![1; image.axes()];
    image.window(args, kernel, strides, ones)
}

fn max_pool(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let image = image(cx, args)?;
    let window = window(&image, args)?;
    let result = pool(cx, &image.value, &window, Pool::Max)?;
    image.with(result)
}

fn max_pool_v2(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let image = image(cx, args)?;
    let kernel = image.spatial_of(&args.lengths(cx, 1)?, "ksize")?;
    let strides = image.spatial_of(&args.lengths(cx, 2)?, "strides")?;
    let ones = vec![1; image.axes()];
    let window = image.window(args, kernel, strides, ones)?;
    let result = pool(cx, &image.value, &window, Pool::Max)?;
    image.with(result)
}

fn average_pool(cx: &mut Context, args: &Arguments<'_>) -> Lowered {
    let image = image(cx, args)?;
    let window = window(&image, args)?;
    let result = pool(cx, &image.value, &window, Pool::Average)?;
    image.with(result)
}

enum Pool {
    Max,
    Average,
}

fn pool(cx: &mut Context, x: &TensorRef, window: &Window, pool: Pool) -> Result<TensorRef, LoweringError> {
    if !x.dtype.is_floating_point() {
        return Err(wrong(format!("pooling of {} is not supported", x.dtype)));
    }
    Ok(match pool {
        Pool::Max => cx.graph.max_pool(x, window)?,
        Pool::Average => cx.graph.average_pool(x, window, false)?,
    })
}
