//! Element types and the data of tensors.

use std::fmt;
use std::rc::Rc;

/// The type of the elements of a tensor.
///
/// ```
/// use weight_converters::ScalarType;
///
/// assert_eq!(ScalarType::from_torch_code(6), Some(ScalarType::Float32));
/// assert_eq!(ScalarType::Float32.size(), 4);
/// assert_eq!(ScalarType::Float32.to_string(), "float32");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ScalarType {
    /// Truth value, one byte.
    Bool,
    /// Unsigned, 8 bits.
    UInt8,
    /// Signed, 8 bits.
    Int8,
    /// Signed, 16 bits.
    Int16,
    /// Signed, 32 bits.
    Int32,
    /// Signed, 64 bits.
    Int64,
    /// IEEE 754 binary16.
    Float16,
    /// The upper half of a binary32.
    BFloat16,
    /// IEEE 754 binary32.
    Float32,
    /// IEEE 754 binary64.
    Float64,
}

impl ScalarType {
    /// Bytes of one element.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Bool | Self::UInt8 | Self::Int8 => 1,
            Self::Int16 | Self::Float16 | Self::BFloat16 => 2,
            Self::Int32 | Self::Float32 => 4,
            Self::Int64 | Self::Float64 => 8,
        }
    }

    /// Whether it is a floating-point type.
    #[must_use]
    pub fn is_floating_point(self) -> bool {
        matches!(self, Self::Float16 | Self::BFloat16 | Self::Float32 | Self::Float64)
    }

    /// The type behind the number that `PyTorch` gives it (`c10::ScalarType`); `None` for complex and quantised types.
    #[must_use]
    pub fn from_torch_code(code: i64) -> Option<Self> {
        Some(match code {
            0 => Self::UInt8,
            1 => Self::Int8,
            2 => Self::Int16,
            3 => Self::Int32,
            4 => Self::Int64,
            5 => Self::Float16,
            6 => Self::Float32,
            7 => Self::Float64,
            11 => Self::Bool,
            15 => Self::BFloat16,
            _ => return None,
        })
    }

    /// The number that `PyTorch` gives the type (`c10::ScalarType`).
    #[must_use]
    pub fn torch_code(self) -> i64 {
        match self {
            Self::UInt8 => 0,
            Self::Int8 => 1,
            Self::Int16 => 2,
            Self::Int32 => 3,
            Self::Int64 => 4,
            Self::Float16 => 5,
            Self::Float32 => 6,
            Self::Float64 => 7,
            Self::Bool => 11,
            Self::BFloat16 => 15,
        }
    }
}

impl fmt::Display for ScalarType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bool => "bool",
            Self::UInt8 => "uint8",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Float16 => "float16",
            Self::BFloat16 => "bfloat16",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        })
    }
}

/// A tensor with its elements: row-major, little-endian, `shape.product() * dtype.size()` bytes.
///
/// Cloning shares the bytes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TensorData {
    /// The type of the elements.
    pub(crate) dtype: ScalarType,
    /// The lengths of the axes.
    pub(crate) shape: Vec<usize>,
    /// The elements.
    pub(crate) bytes: Rc<[u8]>,
}
