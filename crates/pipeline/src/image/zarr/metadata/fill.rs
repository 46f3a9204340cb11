//! The value of elements that were never written.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value;
use tensor_ops::{DataType, Tensor};

use super::Fields;
use crate::image::zarr::ZarrError;

const EXPECTED: &str = "a value of the type of the elements";

/// The field `fill_value` as an array without axes; nothing stands for 0.
pub(super) fn read(fields: &Fields<'_>, data_type: DataType) -> Result<Tensor, ZarrError> {
    let scalar = match fields.get("fill_value") {
        None => single(0_u64),
        Some(Value::Bool(value)) => single(*value),
        Some(Value::Number(number)) => {
            if let Some(value) = number.as_u64() {
                single(value)
            } else if let Some(value) = number.as_i64() {
                single(value)
            } else {
                // Every other number of JSON is one of floating point.
                single(number.as_f64().unwrap_or(f64::NAN))
            }
        }
        Some(Value::String(text)) => match (text.as_str(), data_type) {
            ("NaN", _) => single(f64::NAN),
            ("Infinity", _) => single(f64::INFINITY),
            ("-Infinity", _) => single(f64::NEG_INFINITY),
            // The bits of the number, most significant first.
            (text, DataType::Float32) => single(f32::from_bits(hexadecimal(text, fields)?)),
            (text, DataType::Float64) => single(f64::from_bits(hexadecimal(text, fields)?)),
            _ => return Err(fields.wrong("fill_value", EXPECTED)),
        },
        Some(_) => return Err(fields.wrong("fill_value", EXPECTED)),
    };
    let cast = scalar.cast(data_type);
    let is_float = matches!(data_type, DataType::Float32 | DataType::Float64);
    // Numbers of floating point are rounded, all others have to be values of the type.
    if !is_float && cast.cast(scalar.data_type()) != scalar {
        return Err(fields.wrong("fill_value", EXPECTED));
    }
    Ok(cast)
}

fn hexadecimal<T: TryFrom<u64>>(text: &str, fields: &Fields<'_>) -> Result<T, ZarrError> {
    text.strip_prefix("0x")
        .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        .and_then(|bits| T::try_from(bits).ok())
        .ok_or_else(|| fields.wrong("fill_value", EXPECTED))
}

fn single<T: Clone>(value: T) -> Tensor
where
    Tensor: From<ArrayD<T>>,
{
    Tensor::from(ArrayD::from_elem(IxDyn(&[]), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn of(value: Value, data_type: DataType) -> Result<Tensor, ZarrError> {
        let json = json!({ "fill_value": value });
        read(&Fields::new(&json, "zarr.json".to_owned()), data_type)
    }

    #[test]
    fn values_of_all_kinds_are_read() {
        assert_eq!(of(Value::Null, DataType::Int16).unwrap(), single(0_i16));
        assert_eq!(of(json!(-3), DataType::Int16).unwrap(), single(-3_i16));
        assert_eq!(of(json!(u64::MAX), DataType::Uint64).unwrap(), single(u64::MAX));
        assert_eq!(of(json!(true), DataType::Bool).unwrap(), single(true));
        assert_eq!(of(json!(0), DataType::Bool).unwrap(), single(false));
        assert_eq!(of(json!(1.5), DataType::Float32).unwrap(), single(1.5_f32));
        assert_eq!(
            of(json!("-Infinity"), DataType::Float64).unwrap(),
            single(f64::NEG_INFINITY)
        );
        assert_eq!(
            of(json!("0x3fc00000"), DataType::Float32).unwrap(),
            single(1.5_f32)
        );
        let nan = of(json!("NaN"), DataType::Float32).unwrap();
        assert!(matches!(nan, Tensor::Float32(array) if array[[]].is_nan()));
    }

    #[test]
    fn values_that_do_not_fit_are_errors() {
        for (value, data_type) in [
            (json!(256), DataType::Uint8),
            (json!(-1), DataType::Uint8),
            (json!(0.5), DataType::Int32),
            (json!("NaN"), DataType::Int32),
            (json!("0x1ffffffff"), DataType::Float32),
            (json!("AAAA"), DataType::Float32),
            (json!([0]), DataType::Float32),
        ] {
            assert!(of(value.clone(), data_type).is_err(), "{value}");
        }
    }
}
