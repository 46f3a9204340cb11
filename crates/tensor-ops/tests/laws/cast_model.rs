//! The casting rules of numpy, modelled with exact integers instead of machine types.

use ndarray::arr0;
use tensor_ops::{DataType, Tensor};

/// The value of one element.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Value {
    Integer(i128),
    Float(f64),
}

impl Value {
    pub(crate) fn same(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            (Self::Float(a), Self::Float(b)) => a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan()),
            _ => false,
        }
    }
}

/// A tensor without axes whose element has the lowest of these bits.
pub(crate) fn from_bits(data_type: DataType, bits: u64) -> (Tensor, Value) {
    let tensor = match data_type {
        DataType::Bool => Tensor::from(arr0(bits & 1 == 1).into_dyn()),
        DataType::Uint8 => Tensor::from(arr0(bits as u8).into_dyn()),
        DataType::Int8 => Tensor::from(arr0((bits as u8).cast_signed()).into_dyn()),
        DataType::Uint16 => Tensor::from(arr0(bits as u16).into_dyn()),
        DataType::Int16 => Tensor::from(arr0((bits as u16).cast_signed()).into_dyn()),
        DataType::Uint32 => Tensor::from(arr0(bits as u32).into_dyn()),
        DataType::Int32 => Tensor::from(arr0((bits as u32).cast_signed()).into_dyn()),
        DataType::Uint64 => Tensor::from(arr0(bits).into_dyn()),
        DataType::Int64 => Tensor::from(arr0(bits.cast_signed()).into_dyn()),
        DataType::Float32 => Tensor::from(arr0(f32::from_bits(bits as u32)).into_dyn()),
        DataType::Float64 => Tensor::from(arr0(f64::from_bits(bits)).into_dyn()),
    };
    let value = value_of(&tensor);
    (tensor, value)
}

/// Bits of a value near a power of two, where rules change: random bits are hardly ever near one.
pub(crate) fn near_an_edge(data_type: DataType, random: u64) -> u64 {
    let power = random % 66;
    let offset = (random >> 8) % 5;
    let magnitude = 2.0_f64.powi(i32::try_from(power).unwrap()) + (offset as f64 - 2.0) / 2.0;
    let value = if random >> 63 == 1 { -magnitude } else { magnitude };
    match data_type {
        DataType::Float32 => u64::from((value as f32).to_bits()),
        DataType::Float64 => value.to_bits(),
        _ => (value as i128).cast_unsigned() as u64,
    }
}

pub(crate) fn value_of(tensor: &Tensor) -> Value {
    match tensor {
        Tensor::Bool(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Uint8(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Int8(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Uint16(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Int16(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Uint32(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Int32(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Uint64(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Int64(array) => Value::Integer(i128::from(array[[]])),
        Tensor::Float32(array) => Value::Float(f64::from(array[[]])),
        Tensor::Float64(array) => Value::Float(array[[]]),
        other => panic!("unknown tensor {other:?}"),
    }
}

pub(crate) fn cast(value: Value, to: DataType) -> Value {
    let (bits, signed) = match to {
        DataType::Bool => {
            return Value::Integer(match value {
                Value::Integer(integer) => i128::from(integer != 0),
                Value::Float(float) => i128::from(float != 0.0),
            });
        }
        DataType::Float32 => {
            return Value::Float(f64::from(match value {
                Value::Integer(integer) => integer as f32,
                Value::Float(float) => float as f32,
            }));
        }
        DataType::Float64 => {
            return Value::Float(match value {
                Value::Integer(integer) => integer as f64,
                Value::Float(float) => float,
            });
        }
        DataType::Uint8 => (8, false),
        DataType::Int8 => (8, true),
        DataType::Uint16 => (16, false),
        DataType::Int16 => (16, true),
        DataType::Uint32 => (32, false),
        DataType::Int32 => (32, true),
        DataType::Uint64 => (64, false),
        DataType::Int64 => (64, true),
    };
    let integer = match value {
        Value::Integer(integer) => integer,
        Value::Float(float) => truncate(float, to),
    };
    let wrapped = integer.rem_euclid(1 << bits);
    let negative = signed && wrapped >= 1 << (bits - 1);
    Value::Integer(if negative { wrapped - (1 << bits) } else { wrapped })
}

/// The integer that a float is truncated to before it wraps around.
fn truncate(float: f64, to: DataType) -> i128 {
    let whole = float.trunc();
    let bits = match to {
        DataType::Uint32 | DataType::Int64 => 64,
        DataType::Uint64 if whole >= 2.0_f64.powi(64) => return 0,
        DataType::Uint64 if whole >= 0.0 => return whole as i128,
        DataType::Uint64 => 64,
        _ => 32,
    };
    let limit = 2.0_f64.powi(bits - 1);
    if whole >= -limit && whole < limit {
        whole as i128
    } else {
        -(limit as i128)
    }
}
