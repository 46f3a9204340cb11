//! Tensors that are stored in a graph.

use super::bundle::known_shape;
use super::dtype::{TEXT, scalar_type};
use super::proto::TensorProto;
use crate::half::{bfloat16_to_f64, float16_to_f64};
use crate::tensor::{ScalarType, TensorData, element_count};

/// The most elements of a tensor that is stored as one number.
const MAX_REPEATED: usize = 1 << 24;

/// The elements of a tensor; `None` for text.
///
/// # Errors
///
/// What is wrong with the tensor.
pub(super) fn tensor_data(tensor: &TensorProto) -> Result<Option<TensorData>, String> {
    if tensor.dtype == TEXT {
        return Ok(None);
    }
    let dtype = scalar_type(tensor.dtype)?;
    let shape = known_shape(tensor.shape.as_ref()).ok_or("a constant has an open shape")?;
    let count = element_count(&shape).ok_or("a constant has too many elements")?;
    if !tensor.content.is_empty() {
        let content = if dtype == ScalarType::Bool {
            tensor.content.iter().map(|&byte| u8::from(byte != 0)).collect()
        } else {
            tensor.content.clone()
        };
        return TensorData::new(dtype, shape, content)
            .map(Some)
            .map_err(|error| error.to_string());
    }
    let data = match dtype {
        ScalarType::Float32 => {
            let values = tensor.float_val.iter().map(|&value| value.into()).collect();
            TensorData::from_f64(dtype, &shape, &filled(values, count)?)
        }
        ScalarType::Float64 => {
            TensorData::from_f64(dtype, &shape, &filled(tensor.double_val.clone(), count)?)
        }
        ScalarType::Float16 | ScalarType::BFloat16 => {
            let convert = if dtype == ScalarType::Float16 {
                float16_to_f64
            } else {
                bfloat16_to_f64
            };
            let bits = tensor.half_val.iter();
            let values = bits.map(|&bits| convert((bits & 0xffff) as u16)).collect();
            TensorData::from_f64(dtype, &shape, &filled(values, count)?)
        }
        ScalarType::Int64 => TensorData::from_i64(dtype, &shape, &filled(tensor.int64_val.clone(), count)?),
        ScalarType::Bool => {
            let values = tensor.bool_val.iter().map(|&value| value.into()).collect();
            TensorData::from_i64(dtype, &shape, &filled(values, count)?)
        }
        _ => {
            let values = tensor.int_val.iter().map(|&value| value.into()).collect();
            TensorData::from_i64(dtype, &shape, &filled(values, count)?)
        }
    };
    data.map(Some).map_err(|error| error.to_string())
}

/// The last number stands for all that follow.
fn filled<T: Copy + Default>(mut values: Vec<T>, count: usize) -> Result<Vec<T>, String> {
    if values.len() > count {
        return Err(format!(
            "a constant of {count} elements has {} values",
            values.len()
        ));
    }
    if values.len() < count && count > MAX_REPEATED {
        return Err(format!(
            "a constant repeats one number {count} times; up to {MAX_REPEATED} are supported"
        ));
    }
    let last = values.last().copied().unwrap_or_default();
    values.resize(count, last);
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensorflow::proto::{DimProto, TensorShapeProto};

    fn tensor(dtype: i32, lengths: &[i64]) -> TensorProto {
        TensorProto {
            dtype,
            shape: Some(TensorShapeProto {
                dim: lengths.iter().map(|&size| DimProto { size }).collect(),
                unknown_rank: false,
            }),
            ..TensorProto::default()
        }
    }

    #[test]
    fn the_last_value_is_repeated() {
        let mut proto = tensor(1, &[4]);
        proto.float_val = vec![1.0, 2.0];
        let data = tensor_data(&proto).unwrap().unwrap();
        assert_eq!(data.to_f64(), [1.0, 2.0, 2.0, 2.0]);
    }

    #[test]
    fn half_precision_is_stored_as_bits() {
        let mut proto = tensor(19, &[]);
        proto.half_val = vec![0x3c00];
        assert_eq!(tensor_data(&proto).unwrap().unwrap().to_f64(), [1.0]);
    }

    #[test]
    fn wrong_sizes_are_refused() {
        let mut proto = tensor(1, &[1 << 40]);
        proto.float_val = vec![1.0];
        assert!(tensor_data(&proto).unwrap_err().contains("repeats"));
        proto = tensor(1, &[-1]);
        assert!(tensor_data(&proto).unwrap_err().contains("open shape"));
        proto = tensor(1, &[2]);
        proto.content = vec![0; 7];
        assert!(tensor_data(&proto).is_err());
    }
}
