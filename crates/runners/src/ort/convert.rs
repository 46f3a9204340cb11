//! Tensors between this crate and onnxruntime. Element types are kept.

use std::fmt::Debug;

use ndarray::{ArrayD, ArrayViewD, IxDyn};
use ort::session::SessionInputValue;
use ort::value::{DynValue, PrimitiveTensorElementType, TensorElementType, TensorRef, ValueType};
use tensor_ops::{Tensor, TensorView};

/// A copy in row-major order, `None` if the view is in it already.
pub(super) fn reordered(view: &TensorView<'_>) -> Option<Tensor> {
    fn copy<T: Clone>(array: &ArrayViewD<'_, T>, wrap: fn(ArrayD<T>) -> Tensor) -> Option<Tensor> {
        (!array.is_standard_layout()).then(|| wrap(array.as_standard_layout().into_owned()))
    }
    match view {
        TensorView::Bool(array) => copy(array, Tensor::Bool),
        TensorView::Uint8(array) => copy(array, Tensor::Uint8),
        TensorView::Int8(array) => copy(array, Tensor::Int8),
        TensorView::Uint16(array) => copy(array, Tensor::Uint16),
        TensorView::Int16(array) => copy(array, Tensor::Int16),
        TensorView::Uint32(array) => copy(array, Tensor::Uint32),
        TensorView::Int32(array) => copy(array, Tensor::Int32),
        TensorView::Uint64(array) => copy(array, Tensor::Uint64),
        TensorView::Int64(array) => copy(array, Tensor::Int64),
        TensorView::Float32(array) => copy(array, Tensor::Float32),
        TensorView::Float64(array) => copy(array, Tensor::Float64),
        _ => None,
    }
}

/// A value for onnxruntime that borrows the elements, which have to be in row-major order.
pub(super) fn input<'v>(view: &'v TensorView<'_>) -> ort::Result<SessionInputValue<'v>> {
    fn borrow<'v, T: PrimitiveTensorElementType + Clone + Debug + 'static>(
        array: &'v ArrayViewD<'_, T>,
    ) -> ort::Result<SessionInputValue<'v>> {
        let values = array
            .as_slice()
            .ok_or_else(|| ort::Error::new("the elements are not in row-major order"))?;
        Ok(TensorRef::from_array_view((array.shape(), values))?.into())
    }
    match view {
        TensorView::Bool(array) => borrow(array),
        TensorView::Uint8(array) => borrow(array),
        TensorView::Int8(array) => borrow(array),
        TensorView::Uint16(array) => borrow(array),
        TensorView::Int16(array) => borrow(array),
        TensorView::Uint32(array) => borrow(array),
        TensorView::Int32(array) => borrow(array),
        TensorView::Uint64(array) => borrow(array),
        TensorView::Int64(array) => borrow(array),
        TensorView::Float32(array) => borrow(array),
        TensorView::Float64(array) => borrow(array),
        other => Err(ort::Error::new(format!(
            "elements of type {} are not converted",
            other.data_type()
        ))),
    }
}

/// A result, or what it is if tensors here cannot hold it.
pub(super) fn output(value: &DynValue) -> ort::Result<Result<Tensor, String>> {
    fn copy<T: PrimitiveTensorElementType + Clone>(
        value: &DynValue,
        wrap: fn(ArrayD<T>) -> Tensor,
    ) -> ort::Result<Result<Tensor, String>> {
        let (shape, values) = value.try_extract_tensor::<T>()?;
        let shape: Result<Vec<usize>, _> = shape.iter().map(|&length| usize::try_from(length)).collect();
        let shape = shape.map_err(ort::Error::wrap)?;
        let array = ArrayD::from_shape_vec(IxDyn(&shape), values.to_vec()).map_err(ort::Error::wrap)?;
        Ok(Ok(wrap(array)))
    }
    let ValueType::Tensor { ty, .. } = value.dtype() else {
        return Ok(Err("that is no tensor".to_owned()));
    };
    match ty {
        TensorElementType::Bool => copy(value, Tensor::Bool),
        TensorElementType::Uint8 => copy(value, Tensor::Uint8),
        TensorElementType::Int8 => copy(value, Tensor::Int8),
        TensorElementType::Uint16 => copy(value, Tensor::Uint16),
        TensorElementType::Int16 => copy(value, Tensor::Int16),
        TensorElementType::Uint32 => copy(value, Tensor::Uint32),
        TensorElementType::Int32 => copy(value, Tensor::Int32),
        TensorElementType::Uint64 => copy(value, Tensor::Uint64),
        TensorElementType::Int64 => copy(value, Tensor::Int64),
        TensorElementType::Float32 => copy(value, Tensor::Float32),
        TensorElementType::Float64 => copy(value, Tensor::Float64),
        other => Ok(Err(other.to_string())),
    }
}
