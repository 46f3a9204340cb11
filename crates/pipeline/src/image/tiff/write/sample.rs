//! The types of samples that are written.

use ::tiff::encoder::colortype::{self, ColorType};
use ::tiff::tags::SampleFormat;
use tensor_ops::DataType;

/// What directories say of the samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SampleType {
    pub(super) format: SampleFormat,
    pub(super) bytes: u64,
}

impl SampleType {
    /// How values of a type are written: those of `bool` as bytes, since TIFF has no type for truth values that every
    /// program reads.
    pub(super) fn of(data_type: DataType) -> Self {
        let format = match data_type {
            DataType::Bool | DataType::Uint8 | DataType::Uint16 | DataType::Uint32 | DataType::Uint64 => {
                SampleFormat::Uint
            }
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => SampleFormat::Int,
            DataType::Float32 | DataType::Float64 => SampleFormat::IEEEFP,
        };
        Self {
            format,
            bytes: data_type.item_size() as u64,
        }
    }
}

/// An element that TIFF has a type for.
pub(super) trait Sample: Copy {
    /// One gray sample of this type.
    type Color: ColorType<Inner = Self>;

    /// Add the bytes of this sample, least significant first.
    fn append_little_endian(self, bytes: &mut Vec<u8>);
}

macro_rules! implement_sample {
    ($($element:ty => $color:ident);+) => {$(
        impl Sample for $element {
            type Color = colortype::$color;

            fn append_little_endian(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    )+};
}
implement_sample! {
    u8 => Gray8;
    i8 => GrayI8;
    u16 => Gray16;
    i16 => GrayI16;
    u32 => Gray32;
    i32 => GrayI32;
    u64 => Gray64;
    i64 => GrayI64;
    f32 => Gray32Float;
    f64 => Gray64Float
}
