//! Checks of the tensors in an ONNX file, before tract copies their elements.

use tract_onnx::pb::TensorProto;
use tract_onnx::pb::tensor_proto::{DataLocation, DataType};

use super::NAME;
use super::read::malformed;
use crate::{LoadError, LoadErrorKind};

/// Checks that a tensor is inside the file and has as many elements as its shape says.
pub(super) fn check(tensor: &TensorProto) -> Result<(), LoadError> {
    let name = &tensor.name;
    if tensor.data_location == Some(DataLocation::External as i32) || !tensor.external_data.is_empty() {
        let location = tensor.external_data.iter().find(|entry| entry.key == "location");
        let location = location.map_or_else(
            || "a place it does not name".to_owned(),
            |entry| entry.value.clone(),
        );
        return Err(LoadErrorKind::ExternalData {
            tensor: name.clone(),
            location,
        }
        .into());
    }
    if tensor.segment.is_some() {
        return Err(unsupported(format!("tensors in segments, like `{name}`")));
    }
    let Ok(data_type) = DataType::try_from(tensor.data_type) else {
        return Err(malformed(format!(
            "the tensor `{name}` has the unknown element type {}",
            tensor.data_type
        )));
    };
    let Some((item_size, listed)) = storage(tensor, data_type) else {
        let data_type = data_type.as_str_name().to_ascii_lowercase();
        return Err(unsupported(format!(
            "tensors of element type {data_type}, like `{name}`"
        )));
    };
    let count = element_count(&tensor.dims).ok_or_else(|| {
        malformed(format!(
            "the tensor `{name}` has the shape {:?}, which is no possible shape",
            tensor.dims
        ))
    })?;
    let (expected, found, unit) = match item_size {
        Some(item_size) if !tensor.raw_data.is_empty() => {
            (count.checked_mul(item_size), tensor.raw_data.len(), "bytes")
        }
        None if !tensor.raw_data.is_empty() => (Some(0), tensor.raw_data.len(), "raw bytes"),
        _ => (Some(count), listed, "elements"),
    };
    if expected != Some(found) {
        let expected = expected.map_or_else(
            || "more than can be counted".to_owned(),
            |count| count.to_string(),
        );
        return Err(malformed(format!(
            "the tensor `{name}` of shape {:?} holds {found} {unit} where {expected} are expected",
            tensor.dims
        )));
    }
    Ok(())
}

/// The size of an element in `raw_data`, where it may be there, and the number of elements in the field that holds
/// them otherwise; `None` for element types that tract does not read. Fields are those of `TensorProto` in `onnx.proto`.
fn storage(tensor: &TensorProto, data_type: DataType) -> Option<(Option<usize>, usize)> {
    Some(match data_type {
        DataType::Float => (Some(4), tensor.float_data.len()),
        DataType::Double => (Some(8), tensor.double_data.len()),
        DataType::Bool | DataType::Uint8 | DataType::Int8 => (Some(1), tensor.int32_data.len()),
        DataType::Uint16 | DataType::Int16 | DataType::Float16 => (Some(2), tensor.int32_data.len()),
        DataType::Int32 => (Some(4), tensor.int32_data.len()),
        DataType::Int64 => (Some(8), tensor.int64_data.len()),
        DataType::Uint32 => (Some(4), tensor.uint64_data.len()),
        DataType::Uint64 => (Some(8), tensor.uint64_data.len()),
        DataType::String => (None, tensor.string_data.len()),
        _ => return None,
    })
}

fn element_count(dims: &[i64]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |count, &dim| {
        count.checked_mul(usize::try_from(dim).ok()?)
    })
}

fn unsupported(feature: String) -> LoadError {
    LoadErrorKind::UnsupportedFeature {
        backend: NAME,
        feature,
    }
    .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(data_type: DataType, dims: &[i64]) -> TensorProto {
        TensorProto {
            name: "w".to_owned(),
            data_type: data_type as i32,
            dims: dims.to_vec(),
            ..Default::default()
        }
    }

    #[test]
    fn elements_are_counted_in_either_form() {
        let raw = TensorProto {
            raw_data: vec![0; 24],
            ..tensor(DataType::Float, &[2, 3])
        };
        assert!(check(&raw).is_ok());
        let listed = TensorProto {
            float_data: vec![0.0; 6],
            ..tensor(DataType::Float, &[2, 3])
        };
        assert!(check(&listed).is_ok());
        assert!(check(&tensor(DataType::Float, &[2, 0])).is_ok());
        let scalar = TensorProto {
            int32_data: vec![1],
            ..tensor(DataType::Float16, &[])
        };
        assert!(check(&scalar).is_ok());
    }

    #[test]
    fn a_misfit_shows_both_numbers() {
        let raw = TensorProto {
            raw_data: vec![0; 8],
            ..tensor(DataType::Double, &[2, 3])
        };
        assert!(
            check(&raw)
                .unwrap_err()
                .to_string()
                .ends_with("holds 8 bytes where 48 are expected")
        );
        let listed = TensorProto {
            float_data: vec![0.0; 6],
            ..tensor(DataType::Float, &[7])
        };
        assert!(
            check(&listed)
                .unwrap_err()
                .to_string()
                .ends_with("holds 6 elements where 7 are expected")
        );
        let huge = TensorProto {
            raw_data: vec![0; 8],
            ..tensor(DataType::Double, &[i64::MAX])
        };
        assert!(
            check(&huge)
                .unwrap_err()
                .to_string()
                .contains("more than can be counted")
        );
        for dims in [&[-1][..], &[i64::MAX, i64::MAX]] {
            assert!(
                check(&tensor(DataType::Float, dims))
                    .unwrap_err()
                    .to_string()
                    .contains("no possible shape")
            );
        }
    }

    #[test]
    fn element_types_that_tract_lacks_are_named() {
        let error = check(&tensor(DataType::Bfloat16, &[])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "tract does not run tensors of element type bfloat16, like `w`"
        );
        let unknown = TensorProto {
            data_type: 99,
            ..tensor(DataType::Float, &[])
        };
        assert!(matches!(
            check(&unknown).unwrap_err().kind(),
            LoadErrorKind::Malformed { .. }
        ));
    }
}
