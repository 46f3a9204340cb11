//! Parts of tensors that are in memory.

use ndarray::{Axis, Slice};
use tensor_ops::Tensor;
use tiling::Region;

use super::ImageErrorKind;

/// Copy the part `from` of one tensor to the part of another that starts at `to`.
///
/// Both parts must be within their tensors.
pub(crate) fn paste(
    target: &mut Tensor,
    to: &[usize],
    source: &Tensor,
    from: &Region,
) -> Result<(), ImageErrorKind> {
    let place = Region::new(to, from.shape())?;
    place.check_within(target.shape())?;
    from.check_within(source.shape())?;
    macro_rules! paste_alike {
        ($($kind:ident),+) => {
            match (target, source) {
                $(
                    (Tensor::$kind(target), Tensor::$kind(source)) => {
                        target
                            .slice_each_axis_mut(|axis| slice(&place, axis.axis))
                            .assign(&source.slice_each_axis(|axis| slice(from, axis.axis)));
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
        Bool, Uint8, Int8, Uint16, Int16, Uint32, Int32, Uint64, Int64, Float32, Float64
    )
}

/// A copy of a part of a tensor, which must be within it.
pub(crate) fn part(tensor: &Tensor, region: &Region) -> Result<Tensor, ImageErrorKind> {
    let mut copy = super::arrays::zeros(tensor.data_type(), region.shape())?;
    paste(&mut copy, &vec![0; region.rank()], tensor, region)?;
    Ok(copy)
}

fn slice(region: &Region, axis: Axis) -> Slice {
    Slice::from(region.range(axis.index()))
}
