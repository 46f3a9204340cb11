//! Element types of the values in a graph.

use std::fmt;

/// The element type of a tensor: those of PyTorch and TensorFlow that ONNX has too.
///
/// Complex, quantised and text elements are left out: no converter of this crate passes them on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ScalarType {
    /// truth values, one byte each
    Bool,
    /// 8 bits, unsigned
    Uint8,
    /// 8 bits, signed
    Int8,
    /// 16 bits, unsigned
    Uint16,
    /// 16 bits, signed
    Int16,
    /// 32 bits, unsigned
    Uint32,
    /// 32 bits, signed
    Int32,
    /// 64 bits, unsigned
    Uint64,
    /// 64 bits, signed
    Int64,
    /// IEEE 754 binary16
    Float16,
    /// the upper half of an IEEE 754 binary32
    Bfloat16,
    /// IEEE 754 binary32
    Float32,
    /// IEEE 754 binary64
    Float64,
}

impl ScalarType {
    /// Bytes of one element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::Uint8 | Self::Int8 => 1,
            Self::Uint16 | Self::Int16 | Self::Float16 | Self::Bfloat16 => 2,
            Self::Uint32 | Self::Int32 | Self::Float32 => 4,
            Self::Uint64 | Self::Int64 | Self::Float64 => 8,
        }
    }

    /// Whether this is one of the four floating-point types.
    #[must_use]
    pub fn is_float(self) -> bool {
        matches!(self, Self::Float16 | Self::Bfloat16 | Self::Float32 | Self::Float64)
    }

    /// Whether this is an integer type; `Bool` is not.
    #[must_use]
    pub fn is_integer(self) -> bool {
        !self.is_float() && self != Self::Bool
    }

    /// Whether values below zero can be held.
    #[must_use]
    pub fn is_signed(self) -> bool {
        self.is_float() || matches!(self, Self::Int8 | Self::Int16 | Self::Int32 | Self::Int64)
    }

    /// Smallest and largest value of an integer type (`Bool`: 0 and 1), `None` for floating point.
    #[must_use]
    pub fn integer_range(self) -> Option<(i128, i128)> {
        Some(match self {
            Self::Bool => (0, 1),
            Self::Uint8 => (0, u8::MAX.into()),
            Self::Int8 => (i8::MIN.into(), i8::MAX.into()),
            Self::Uint16 => (0, u16::MAX.into()),
            Self::Int16 => (i16::MIN.into(), i16::MAX.into()),
            Self::Uint32 => (0, u32::MAX.into()),
            Self::Int32 => (i32::MIN.into(), i32::MAX.into()),
            Self::Uint64 => (0, u64::MAX.into()),
            Self::Int64 => (i64::MIN.into(), i64::MAX.into()),
            _ => return None,
        })
    }

    /// The number of this type in ONNX, `TensorProto.DataType`.
    #[must_use]
    pub fn onnx_code(self) -> i32 {
        match self {
            Self::Float32 => 1,
            Self::Uint8 => 2,
            Self::Int8 => 3,
            Self::Uint16 => 4,
            Self::Int16 => 5,
            Self::Int32 => 6,
            Self::Int64 => 7,
            Self::Bool => 9,
            Self::Float16 => 10,
            Self::Float64 => 11,
            Self::Uint32 => 12,
            Self::Uint64 => 13,
            Self::Bfloat16 => 16,
        }
    }
}

impl fmt::Display for ScalarType {
    /// The name that numpy and PyTorch use, such as `float32`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::Uint8 => "uint8",
            Self::Int8 => "int8",
            Self::Uint16 => "uint16",
            Self::Int16 => "int16",
            Self::Uint32 => "uint32",
            Self::Int32 => "int32",
            Self::Uint64 => "uint64",
            Self::Int64 => "int64",
            Self::Float16 => "float16",
            Self::Bfloat16 => "bfloat16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        })
    }
}
