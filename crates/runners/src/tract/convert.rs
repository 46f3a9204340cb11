//! Between our tensors and those of tract. Element types are kept, elements are copied.

use ndarray::{ArrayD, ArrayViewD};
use tensor_ops::{DataType, Tensor, TensorView};
use tract_onnx::prelude::tract_data::internal::{Datum, DatumType, Tensor as TractTensor};
use tract_onnx::prelude::{TValue, TractResult};

/// The element type as tract calls it.
pub(super) fn datum_type(data_type: DataType) -> DatumType {
    match data_type {
        DataType::Bool => DatumType::Bool,
        DataType::Uint8 => DatumType::U8,
        DataType::Int8 => DatumType::I8,
        DataType::Uint16 => DatumType::U16,
        DataType::Int16 => DatumType::I16,
        DataType::Uint32 => DatumType::U32,
        DataType::Int32 => DatumType::I32,
        DataType::Uint64 => DatumType::U64,
        DataType::Int64 => DatumType::I64,
        DataType::Float32 => DatumType::F32,
        DataType::Float64 => DatumType::F64,
    }
}

/// A copy for tract, in row-major order; `None` for an element type that tract lacks.
pub(super) fn to_tract(view: &TensorView<'_>) -> Option<TValue> {
    fn copy<T: Datum + Clone>(view: &ArrayViewD<'_, T>) -> Option<TValue> {
        Some(TractTensor::from(view.as_standard_layout().into_owned()).into())
    }
    match view {
        TensorView::Bool(view) => copy(view),
        TensorView::Uint8(view) => copy(view),
        TensorView::Int8(view) => copy(view),
        TensorView::Uint16(view) => copy(view),
        TensorView::Int16(view) => copy(view),
        TensorView::Uint32(view) => copy(view),
        TensorView::Int32(view) => copy(view),
        TensorView::Uint64(view) => copy(view),
        TensorView::Int64(view) => copy(view),
        TensorView::Float32(view) => copy(view),
        TensorView::Float64(view) => copy(view),
        _ => None,
    }
}

/// A copy of what tract made; `None` for an element type that tensors here cannot hold.
pub(super) fn from_tract(value: &TractTensor) -> TractResult<Option<Tensor>> {
    fn copy<T: Datum>(value: &TractTensor, wrap: fn(ArrayD<T>) -> Tensor) -> TractResult<Option<Tensor>> {
        Ok(Some(wrap(value.to_plain_array_view::<T>()?.to_owned())))
    }
    match value.datum_type() {
        DatumType::Bool => copy(value, Tensor::Bool),
        DatumType::U8 => copy(value, Tensor::Uint8),
        DatumType::I8 => copy(value, Tensor::Int8),
        DatumType::U16 => copy(value, Tensor::Uint16),
        DatumType::I16 => copy(value, Tensor::Int16),
        DatumType::U32 => copy(value, Tensor::Uint32),
        DatumType::I32 => copy(value, Tensor::Int32),
        DatumType::U64 => copy(value, Tensor::Uint64),
        DatumType::I64 => copy(value, Tensor::Int64),
        DatumType::F32 => copy(value, Tensor::Float32),
        DatumType::F64 => copy(value, Tensor::Float64),
        // Lengths of axes, which ONNX computes as int64.
        DatumType::TDim => copy(value.cast_to::<i64>()?.as_ref(), Tensor::Int64),
        _ => Ok(None),
    }
}
