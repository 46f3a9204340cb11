//! Checks of the tensors in an ONNX file, before an engine copies their elements.

use super::proto::{ElementType, TensorProto};
use super::{Engine, malformed, unsupported};
use crate::{LoadError, LoadErrorKind};

/// `TensorProto.DataLocation.EXTERNAL`.
const EXTERNAL: i32 = 1;

/// Checks that a tensor is inside the file and has as many elements as its shape says.
pub(super) fn check(tensor: &TensorProto, engine: &Engine) -> Result<(), LoadError> {
    let name = &tensor.name;
    if tensor.data_location == Some(EXTERNAL) || !tensor.external_data.is_empty() {
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
        return Err(unsupported(engine, format!("tensors in segments, like `{name}`")));
    }
    let Ok(data_type) = ElementType::try_from(tensor.data_type) else {
        return Err(malformed(format!(
            "the tensor `{name}` has the unknown element type {}",
            tensor.data_type
        )));
    };
    let storage = storage(tensor, data_type).filter(|_| (engine.has_constants_of)(data_type));
    let Some(storage) = storage else {
        let data_type = data_type.name();
        let feature = format!("tensors of element type {data_type}, like `{name}`");
        return Err(unsupported(engine, feature));
    };
    let count = element_count(&tensor.dims).ok_or_else(|| {
        malformed(format!(
            "the tensor `{name}` has the shape {:?}, which is no possible shape",
            tensor.dims
        ))
    })?;
    let (expected, found, unit) = match storage.item_size {
        Some(item_size) if !tensor.raw_data.is_empty() => {
            (count.checked_mul(item_size), tensor.raw_data.len(), "bytes")
        }
        None if !tensor.raw_data.is_empty() => (Some(0), tensor.raw_data.len(), "raw bytes"),
        _ => (Some(count), storage.listed, "elements"),
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
    // What holds a truth value holds 0 or 1 in memory: everything relies on it.
    let is_truth = |byte: &u8| *byte <= 1;
    let are_truths =
        tensor.raw_data.iter().all(is_truth) && tensor.int32_data.iter().all(|value| [0, 1].contains(value));
    if data_type == ElementType::Bool && !are_truths {
        return Err(malformed(format!(
            "the tensor `{name}` holds truth values other than 0 and 1"
        )));
    }
    Ok(())
}

/// How elements are stored.
struct Storage {
    /// The size of an element in `raw_data`, where it may be there.
    item_size: Option<usize>,
    /// The number of elements in the field that holds them otherwise.
    listed: usize,
}

/// How elements of a type are stored, by the fields of `TensorProto` in `onnx.proto`; `None` for types that are rare
/// and not covered: complex numbers and those of less than a byte.
fn storage(tensor: &TensorProto, data_type: ElementType) -> Option<Storage> {
    let (item_size, listed) = match data_type {
        ElementType::Float => (Some(4), tensor.float_data.len()),
        ElementType::Double => (Some(8), tensor.double_data.len()),
        ElementType::Bool
        | ElementType::Uint8
        | ElementType::Int8
        | ElementType::Float8e4m3fn
        | ElementType::Float8e4m3fnuz
        | ElementType::Float8e5m2
        | ElementType::Float8e5m2fnuz => (Some(1), tensor.int32_data.len()),
        ElementType::Uint16 | ElementType::Int16 | ElementType::Float16 | ElementType::Bfloat16 => {
            (Some(2), tensor.int32_data.len())
        }
        ElementType::Int32 => (Some(4), tensor.int32_data.len()),
        ElementType::Int64 => (Some(8), tensor.int64_data.len()),
        ElementType::Uint32 => (Some(4), tensor.uint64_data.len()),
        ElementType::Uint64 => (Some(8), tensor.uint64_data.len()),
        ElementType::String => (None, tensor.string_data.len()),
        _ => return None,
    };
    Some(Storage { item_size, listed })
}

fn element_count(dims: &[i64]) -> Option<usize> {
    dims.iter().try_fold(1_usize, |count, &dim| {
        count.checked_mul(usize::try_from(dim).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINE: Engine = Engine {
        name: "tract",
        has_functions: false,
        has_constants_of: |data_type| data_type != ElementType::Bfloat16,
        has_operator: |_, _| true,
        max_nodes: 10,
    };

    fn check_of(tensor: &TensorProto) -> Result<(), LoadError> {
        check(tensor, &ENGINE)
    }

    fn tensor(data_type: ElementType, dims: &[i64]) -> TensorProto {
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
            raw_data: vec![0; 24].into(),
            ..tensor(ElementType::Float, &[2, 3])
        };
        assert!(check_of(&raw).is_ok());
        let listed = TensorProto {
            float_data: vec![0.0; 6],
            ..tensor(ElementType::Float, &[2, 3])
        };
        assert!(check_of(&listed).is_ok());
        assert!(check_of(&tensor(ElementType::Float, &[2, 0])).is_ok());
        let scalar = TensorProto {
            int32_data: vec![1],
            ..tensor(ElementType::Float16, &[])
        };
        assert!(check_of(&scalar).is_ok());
    }

    #[test]
    fn a_misfit_shows_both_numbers() {
        let raw = TensorProto {
            raw_data: vec![0; 8].into(),
            ..tensor(ElementType::Double, &[2, 3])
        };
        assert!(
            check_of(&raw)
                .unwrap_err()
                .to_string()
                .ends_with("holds 8 bytes where 48 are expected")
        );
        let listed = TensorProto {
            float_data: vec![0.0; 6],
            ..tensor(ElementType::Float, &[7])
        };
        assert!(
            check_of(&listed)
                .unwrap_err()
                .to_string()
                .ends_with("holds 6 elements where 7 are expected")
        );
        let huge = TensorProto {
            raw_data: vec![0; 8].into(),
            ..tensor(ElementType::Double, &[i64::MAX])
        };
        assert!(
            check_of(&huge)
                .unwrap_err()
                .to_string()
                .contains("more than can be counted")
        );
        for dims in [&[-1][..], &[i64::MAX, i64::MAX]] {
            assert!(
                check_of(&tensor(ElementType::Float, dims))
                    .unwrap_err()
                    .to_string()
                    .contains("no possible shape")
            );
        }
    }

    #[test]
    fn element_types_that_an_engine_lacks_are_named() {
        let error = check_of(&tensor(ElementType::Bfloat16, &[])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "tract does not run tensors of element type bfloat16, like `w`"
        );
        let unknown = TensorProto {
            data_type: 99,
            ..tensor(ElementType::Float, &[])
        };
        assert!(matches!(
            check_of(&unknown).unwrap_err().kind(),
            LoadErrorKind::Malformed { .. }
        ));
    }
}
