//! Tensors between this crate and libtorch. Element types are kept.

use ndarray::{ArrayD, ArrayViewD, IxDyn};
use tch::kind::Element;
use tch::{Device, IValue, Kind, TchError, Tensor as Torch};
use tensor_ops::{DataType, Tensor, TensorView};

/// Whether libtorch has elements of that type.
pub(super) fn has(data_type: DataType) -> bool {
    matches!(
        data_type,
        DataType::Bool
            | DataType::Uint8
            | DataType::Int8
            | DataType::Int16
            | DataType::Int32
            | DataType::Int64
            | DataType::Float32
            | DataType::Float64
    )
}

/// A copy of the elements on a device; `view` is of a type that libtorch [has].
pub(super) fn input(view: &TensorView<'_>, device: Device) -> Result<Torch, TchError> {
    fn copy<T: Element + Clone>(array: &ArrayViewD<'_, T>, device: Device) -> Result<Torch, TchError> {
        let shape: Result<Vec<i64>, _> = array
            .shape()
            .iter()
            .map(|&length| i64::try_from(length))
            .collect();
        let shape = shape.map_err(|_| TchError::Shape("an axis is too long".to_owned()))?;
        let ordered = array.as_standard_layout();
        let values = ordered
            .as_slice()
            .ok_or_else(|| TchError::Shape("the elements are not in row-major order".to_owned()))?;
        Torch::f_from_slice(values)?
            .f_view(shape.as_slice())?
            .f_to_device(device)
    }
    match view {
        TensorView::Bool(array) => copy(array, device),
        TensorView::Uint8(array) => copy(array, device),
        TensorView::Int8(array) => copy(array, device),
        TensorView::Int16(array) => copy(array, device),
        TensorView::Int32(array) => copy(array, device),
        TensorView::Int64(array) => copy(array, device),
        TensorView::Float32(array) => copy(array, device),
        TensorView::Float64(array) => copy(array, device),
        other => Err(TchError::Kind(format!(
            "libtorch has no elements of type {}",
            other.data_type()
        ))),
    }
}

/// The tensors of what a network returned, in order, and the names of what else is among it.
pub(super) fn flatten(value: IValue, found: &mut Vec<Result<Torch, &'static str>>) {
    match value {
        IValue::Tensor(tensor) => found.push(Ok(tensor)),
        IValue::TensorList(tensors) => found.extend(tensors.into_iter().map(Ok)),
        IValue::Tuple(values) | IValue::GenericList(values) => {
            values.into_iter().for_each(|value| flatten(value, found));
        }
        IValue::GenericDict(entries) => entries.into_iter().for_each(|(_, value)| flatten(value, found)),
        other => found.push(Err(name(&other))),
    }
}

fn name(value: &IValue) -> &'static str {
    match value {
        IValue::None => "None",
        IValue::Bool(_) => "a truth value",
        IValue::Int(_) | IValue::Double(_) => "a number",
        IValue::IntList(_) | IValue::DoubleList(_) | IValue::BoolList(_) => "a list of numbers",
        IValue::String(_) | IValue::StringList(_) => "text",
        _ => "an object",
    }
}

/// A result, or what it is if tensors here cannot hold it.
pub(super) fn output(tensor: &Torch) -> Result<Result<Tensor, String>, TchError> {
    fn copy<T: Element + Clone + Default>(
        tensor: &Torch,
        wrap: fn(ArrayD<T>) -> Tensor,
    ) -> Result<Result<Tensor, String>, TchError> {
        let wrong = || TchError::Shape("the shape of a result makes no sense".to_owned());
        let shape: Result<Vec<usize>, _> = tensor.size().into_iter().map(usize::try_from).collect();
        let shape = shape.map_err(|_| wrong())?;
        let count = shape
            .iter()
            .try_fold(1_usize, |count, &length| count.checked_mul(length));
        let count = count.ok_or_else(wrong)?;
        let mut values = vec![T::default(); count];
        if count > 0 {
            tensor.f_copy_data(&mut values, count)?;
        }
        let array = ArrayD::from_shape_vec(IxDyn(&shape), values).map_err(|_| wrong())?;
        Ok(Ok(wrap(array)))
    }
    if !tensor.defined() {
        return Ok(Err("nothing: the tensor is not defined".to_owned()));
    }
    let kind = match tensor.f_kind() {
        Ok(kind) => kind,
        Err(TchError::UnknownKind(number)) => return Ok(Err(format!("number {number} of libtorch"))),
        Err(error) => return Err(error),
    };
    if tensor.is_sparse() || tensor.is_mkldnn() {
        return Ok(Err(format!("{kind:?} in a sparse or packed layout")));
    }
    let dense = || tensor.f_to_device(Device::Cpu)?.f_resolve_neg()?.f_contiguous();
    match kind {
        Kind::Bool => copy(&dense()?, Tensor::Bool),
        Kind::Uint8 => copy(&dense()?, Tensor::Uint8),
        Kind::Int8 => copy(&dense()?, Tensor::Int8),
        Kind::Int16 => copy(&dense()?, Tensor::Int16),
        Kind::Int => copy(&dense()?, Tensor::Int32),
        Kind::Int64 => copy(&dense()?, Tensor::Int64),
        Kind::Float => copy(&dense()?, Tensor::Float32),
        Kind::Double => copy(&dense()?, Tensor::Float64),
        other => Ok(Err(format!("{other:?}"))),
    }
}
