//! Tensors of any shape and type.

use ndarray::ArrayD;
use proptest::prelude::*;
use tensor_ops::{DataType, Tensor};

/// A tensor whose elements are distinct as far as the type allows.
pub(crate) fn numbered(data_type: DataType, shape: &[usize]) -> Tensor {
    let values = (0..shape.iter().product::<usize>())
        .map(|value| value as f64 * 1.5)
        .collect();
    Tensor::from(ArrayD::from_shape_vec(shape.to_vec(), values).unwrap()).into_cast(data_type)
}

/// A tensor of a type out of `types` and a shape of `rank` lengths, each below 6 and at least `shortest`.
pub(crate) fn any_tensor(
    types: &'static [DataType],
    rank: std::ops::RangeInclusive<usize>,
    shortest: usize,
) -> impl Strategy<Value = Tensor> {
    let shape = proptest::collection::vec(shortest..6, rank);
    (shape, proptest::sample::select(types)).prop_flat_map(|(shape, data_type)| {
        let length = shape.iter().product::<usize>();
        let values = proptest::collection::vec(any::<i64>(), length);
        values.prop_map(move |values| {
            // Small and large values, so that every byte of every type matters.
            let values = values.into_iter().map(|value| value >> (value & 63)).collect();
            Tensor::from(ArrayD::from_shape_vec(shape.clone(), values).unwrap()).into_cast(data_type)
        })
    })
}
