//! Element types of tensors.

use super::{ValueError, checked_text};
use crate::diagnostic::Code;
use crate::document::quoted;

/// The element type of a tensor (field `data_type`), named as numpy names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say it")]
pub enum DataType {
    Float32,
    Float64,
    Uint8,
    Int8,
    Uint16,
    Int16,
    Uint32,
    Int32,
    Uint64,
    Int64,
    Bool,
}

impl DataType {
    /// Every type that an output may have.
    pub const ALL: [Self; 11] = [
        Self::Float32,
        Self::Float64,
        Self::Uint8,
        Self::Int8,
        Self::Uint16,
        Self::Int16,
        Self::Uint32,
        Self::Int32,
        Self::Uint64,
        Self::Int64,
        Self::Bool,
    ];

    /// The types that an input may have.
    pub const INPUT: [Self; 3] = [Self::Float32, Self::Uint8, Self::Uint16];

    /// Reads numpy's name of the type.
    ///
    /// # Errors
    /// Lists the names there are.
    pub fn parse(name: &str) -> Result<Self, ValueError> {
        Self::ALL
            .into_iter()
            .find(|data_type| data_type.as_str() == name)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(Self::as_str).collect();
                let reason = format!(
                    "the data type must be one of {}, found {}",
                    names.join(", "),
                    quoted(name)
                );
                ValueError::new(Code::InvalidDataType, reason)
            })
    }

    /// The name: `float32`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Uint8 => "uint8",
            Self::Int8 => "int8",
            Self::Uint16 => "uint16",
            Self::Int16 => "int16",
            Self::Uint32 => "uint32",
            Self::Int32 => "int32",
            Self::Uint64 => "uint64",
            Self::Int64 => "int64",
            Self::Bool => "bool",
        }
    }
}

checked_text!(DataType);
