//! Element types by the numbers that TensorFlow gives them (`types.proto`).

use crate::tensor::ScalarType;

/// Added to the number of a type for references to variables of TensorFlow 1.
const REFERENCE: i32 = 100;
/// `DT_STRING`.
pub(crate) const TEXT: i32 = 7;

/// Number, name, and the type here, if it has one.
const TYPES: &[(i32, &str, Option<ScalarType>)] = &[
    (1, "DT_FLOAT", Some(ScalarType::Float32)),
    (2, "DT_DOUBLE", Some(ScalarType::Float64)),
    (3, "DT_INT32", Some(ScalarType::Int32)),
    (4, "DT_UINT8", Some(ScalarType::UInt8)),
    (5, "DT_INT16", Some(ScalarType::Int16)),
    (6, "DT_INT8", Some(ScalarType::Int8)),
    (TEXT, "DT_STRING", None),
    (8, "DT_COMPLEX64", None),
    (9, "DT_INT64", Some(ScalarType::Int64)),
    (10, "DT_BOOL", Some(ScalarType::Bool)),
    (11, "DT_QINT8", None),
    (12, "DT_QUINT8", None),
    (13, "DT_QINT32", None),
    (14, "DT_BFLOAT16", Some(ScalarType::BFloat16)),
    (15, "DT_QINT16", None),
    (16, "DT_QUINT16", None),
    (17, "DT_UINT16", None),
    (18, "DT_COMPLEX128", None),
    (19, "DT_HALF", Some(ScalarType::Float16)),
    (20, "DT_RESOURCE", None),
    (21, "DT_VARIANT", None),
    (22, "DT_UINT32", None),
    (23, "DT_UINT64", None),
];

/// The type behind a number.
///
/// # Errors
///
/// The name of a type that has no place in the graph, as the end of a sentence.
pub(crate) fn scalar_type(code: i32) -> Result<ScalarType, String> {
    let code = if code > REFERENCE { code - REFERENCE } else { code };
    match TYPES.iter().find(|(number, ..)| *number == code) {
        Some((_, _, Some(dtype))) => Ok(*dtype),
        Some((_, name, None)) => Err(format!("elements of type {name} are not supported")),
        None => Err(format!("there is no element type with the number {code}")),
    }
}

/// The number of a type by its name, `DT_FLOAT`.
#[cfg(feature = "tfjs")]
pub(crate) fn code(name: &str) -> Option<i32> {
    TYPES
        .iter()
        .find(|(_, known, _)| *known == name)
        .map(|(number, ..)| *number)
}
