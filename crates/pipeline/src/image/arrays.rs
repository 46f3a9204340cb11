//! Code that is the same for arrays of every data type.

use ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use tensor_ops::{DataType, Tensor};
use tiling::Region;

use super::ImageErrorKind;
use super::element::with_element_type;
use crate::axes::FileAxes;

/// Evaluate `$body` with the array inside of a [`Tensor`](tensor_ops::Tensor), whatever its type.
///
/// `$otherwise` is for data types that the tensor may get in the future.
macro_rules! with_array {
    ($tensor:expr, $array:ident => $body:expr, _ => $otherwise:expr) => {
        match $tensor {
            ::tensor_ops::Tensor::Bool($array) => $body,
            ::tensor_ops::Tensor::Uint8($array) => $body,
            ::tensor_ops::Tensor::Int8($array) => $body,
            ::tensor_ops::Tensor::Uint16($array) => $body,
            ::tensor_ops::Tensor::Int16($array) => $body,
            ::tensor_ops::Tensor::Uint32($array) => $body,
            ::tensor_ops::Tensor::Int32($array) => $body,
            ::tensor_ops::Tensor::Uint64($array) => $body,
            ::tensor_ops::Tensor::Int64($array) => $body,
            ::tensor_ops::Tensor::Float32($array) => $body,
            ::tensor_ops::Tensor::Float64($array) => $body,
            _ => $otherwise,
        }
    };
}
pub(super) use with_array;

/// The elements along the axes that a file has, in the order of the file.
pub(super) fn in_file_order<'array, T>(array: &'array ArrayD<T>, plan: &FileAxes) -> ArrayViewD<'array, T> {
    let order = plan.order();
    let mut kept = order.clone();
    let mut view = array.view();
    // From the last axis to the first, so that an index stays valid while axes behind it go.
    for axis in (0..view.ndim()).rev() {
        if !order.contains(&axis) {
            // A plan only leaves out axes of length 1, so position 0 is all there is.
            view = view.index_axis_move(Axis(axis), 0);
            kept.iter_mut()
                .filter(|kept| **kept > axis)
                .for_each(|kept| *kept -= 1);
        }
    }
    view.permuted_axes(kept)
}

/// Room for so many elements, which may be more than there is memory for.
pub(super) fn allocate<T>(count: usize) -> Result<Vec<T>, ImageErrorKind> {
    let mut elements = Vec::new();
    elements
        .try_reserve_exact(count)
        .map_err(|_| ImageErrorKind::OutOfMemory {
            bytes: count as u128 * size_of::<T>() as u128,
        })?;
    Ok(elements)
}

/// A tensor of zeros. The system gives the memory for it when it is written to.
pub(crate) fn zeros(data_type: DataType, shape: &[usize]) -> Result<Tensor, ImageErrorKind> {
    with_element_type!(data_type, Element => {
        let count = Region::whole(shape).len();
        // What is too much even to be asked for is an error here instead of the end of the program below.
        drop(allocate::<Element>(count)?);
        shaped(shape, vec![Element::default(); count]).map(Tensor::from)
    })
}

/// The elements as an array, of which there are as many as the shape needs.
pub(super) fn shaped<T>(shape: &[usize], elements: Vec<T>) -> Result<ArrayD<T>, ImageErrorKind> {
    ArrayD::from_shape_vec(IxDyn(shape), elements).map_err(|_| ImageErrorKind::TooLarge {
        shape: shape.to_vec(),
    })
}
