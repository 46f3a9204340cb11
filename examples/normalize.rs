//! Normalise an image in two halves with the statistics of the whole, without any model.
#![allow(clippy::print_stdout)]

use ndarray::{ArrayD, Axis, Slice};
use tensor_ops::{OpError, Operation, Statistics, TensorView, ZeroMeanUnitVariance};

fn main() -> Result<(), OpError> {
    // axes c, y, x: each channel is normalised by itself
    let image = ArrayD::from_shape_fn(vec![2, 64, 64], |at| (at[0] * 1000 + at[1] * at[2]) as f32);
    let normalize = ZeroMeanUnitVariance::measured(&[1, 2], 1e-6);

    let half = |rows: std::ops::Range<isize>| image.slice_axis(Axis(1), Slice::from(rows));
    let (top, bottom) = (half(0..32), half(32..64));
    let mut statistics = Statistics::measure(normalize.needs(), &TensorView::from(top.view()))?;
    statistics.merge(&Statistics::measure(
        normalize.needs(),
        &TensorView::from(bottom.view()),
    )?)?;

    for (name, part) in [("top", top), ("bottom", bottom)] {
        let mut part = part.to_owned();
        normalize.apply(part.view_mut(), &statistics)?;
        println!("{name}: mean {:.3}", part.mean().unwrap_or_default());
    }
    Ok(())
}
