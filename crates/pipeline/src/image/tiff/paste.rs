//! Strips and tiles put where they belong.

use ndarray::{ArrayD, Axis, Slice};
use tensor_ops::Tensor;
use tiling::Region;

use crate::image::ImageErrorKind;

/// Copy the part `from` of `source`, with rows, columns and samples, into a plane of `target`.
///
/// `outer` are the indices along the axes of the target before its rows, `to` row and column there. A plane has no
/// axis for samples if there is one only; otherwise all that it has are in `from`.
pub(super) fn paste_plane(
    target: &mut Tensor,
    outer: &[usize],
    to: [usize; 2],
    source: &Tensor,
    from: &Region,
) -> Result<(), ImageErrorKind> {
    from.check_within(source.shape())?;
    let mut start = outer.to_vec();
    start.extend(to);
    let mut shape = vec![1; outer.len()];
    shape.extend(&from.shape()[..2]);
    if shape.len() < target.ndim() {
        start.push(0);
        shape.push(from.shape()[2]);
    }
    Region::new(start, shape)?.check_within(target.shape())?;
    macro_rules! paste_alike {
        ($($kind:ident),+) => {
            match (target, source) {
                $(
                    (Tensor::$kind(target), Tensor::$kind(source)) => {
                        assign(target, outer, to, source, from);
                        Ok(())
                    }
                )+
                (target, source) => Err(ImageErrorKind::OtherDataType {
                    found: source.data_type(),
                    expected: target.data_type(),
                }),
            }
        };
    }
    paste_alike!(
        Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    )
}

fn assign<T: Clone>(
    target: &mut ArrayD<T>,
    outer: &[usize],
    to: [usize; 2],
    source: &ArrayD<T>,
    from: &Region,
) {
    let mut plane = target.view_mut();
    for &index in outer {
        plane = plane.index_axis_move(Axis(0), index);
    }
    if plane.ndim() == 2 {
        plane = plane.insert_axis(Axis(2));
    }
    for (axis, start) in to.into_iter().enumerate() {
        plane.slice_axis_inplace(Axis(axis), Slice::from(start..start + from.shape()[axis]));
    }
    let wanted = source.slice_each_axis(|axis| Slice::from(from.range(axis.axis.index())));
    plane.assign(&wanted);
}
