//! The element types that a tensor can have.

#[cfg(target_arch = "x86_64")]
mod masks;
pub(crate) mod sealed;

use std::fmt;
use std::str::FromStr;

use crate::data_type::sealed::Sealed;
use crate::error::UnknownDataType;

/// The element type of a [`Tensor`](crate::Tensor), one of the numeric types of the `data_type` field of
/// the model description and `bool`.
///
/// Names are those of numpy, in [`Display`](fmt::Display), [`FromStr`] and [`name`](Self::name).
///
/// ```
/// use tensor_ops::DataType;
///
/// assert_eq!("uint16".parse(), Ok(DataType::Uint16));
/// assert_eq!(DataType::Float32.to_string(), "float32");
/// assert!("float16".parse::<DataType>().is_err());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DataType {
    /// True or false, one byte.
    Bool,
    /// Unsigned, 8 bits.
    Uint8,
    /// Signed, 8 bits.
    Int8,
    /// Unsigned, 16 bits.
    Uint16,
    /// Signed, 16 bits.
    Int16,
    /// Unsigned, 32 bits.
    Uint32,
    /// Signed, 32 bits.
    Int32,
    /// Unsigned, 64 bits.
    Uint64,
    /// Signed, 64 bits.
    Int64,
    /// IEEE 754 single precision.
    Float32,
    /// IEEE 754 double precision.
    Float64,
}

impl DataType {
    /// Every data type, in the order of the variants.
    pub const ALL: [Self; 11] = [
        Self::Bool,
        Self::Uint8,
        Self::Int8,
        Self::Uint16,
        Self::Int16,
        Self::Uint32,
        Self::Int32,
        Self::Uint64,
        Self::Int64,
        Self::Float32,
        Self::Float64,
    ];

    /// The name numpy gives to the type, such as `"float32"`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bool => "bool",
            Self::Uint8 => "uint8",
            Self::Int8 => "int8",
            Self::Uint16 => "uint16",
            Self::Int16 => "int16",
            Self::Uint32 => "uint32",
            Self::Int32 => "int32",
            Self::Uint64 => "uint64",
            Self::Int64 => "int64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
        }
    }

    /// The size of one element in bytes.
    #[must_use]
    pub const fn item_size(self) -> usize {
        match self {
            Self::Bool | Self::Uint8 | Self::Int8 => 1,
            Self::Uint16 | Self::Int16 => 2,
            Self::Uint32 | Self::Int32 | Self::Float32 => 4,
            Self::Uint64 | Self::Int64 | Self::Float64 => 8,
        }
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for DataType {
    type Err = UnknownDataType;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|data_type| data_type.name() == name)
            .ok_or_else(|| UnknownDataType {
                found: name.to_owned(),
            })
    }
}

/// A Rust type that is the element of a tensor; implemented for `bool` and the ten number types and
/// closed to others.
pub trait Element: Sealed + Copy + PartialEq + std::fmt::Debug + Send + Sync + 'static {
    /// The data type whose elements have this Rust type.
    const DATA_TYPE: DataType;
}

/// Calls `$callback!` with a list of `(Variant, rust type)`, one for each data type.
macro_rules! for_each_data_type {
    ($callback:ident) => {
        $callback! {
            (Bool, bool), (Uint8, u8), (Int8, i8), (Uint16, u16), (Int16, i16), (Uint32, u32),
            (Int32, i32), (Uint64, u64), (Int64, i64), (Float32, f32), (Float64, f64)
        }
    };
}
pub(crate) use for_each_data_type;

/// Matches `$value`, a `Tensor` or `TensorView`, and evaluates `$body` with its typed array.
macro_rules! with_array {
    ($enum:ident, $value:expr, $array:ident => $body:expr) => {
        match $value {
            $enum::Bool($array) => $body,
            $enum::Uint8($array) => $body,
            $enum::Int8($array) => $body,
            $enum::Uint16($array) => $body,
            $enum::Int16($array) => $body,
            $enum::Uint32($array) => $body,
            $enum::Int32($array) => $body,
            $enum::Uint64($array) => $body,
            $enum::Int64($array) => $body,
            $enum::Float32($array) => $body,
            $enum::Float64($array) => $body,
        }
    };
}
pub(crate) use with_array;

macro_rules! implement_element {
    ($(($variant:ident, $element:ty)),+) => {$(
        impl Element for $element {
            const DATA_TYPE: DataType = DataType::$variant;
        }
    )+};
}
for_each_data_type!(implement_element);
