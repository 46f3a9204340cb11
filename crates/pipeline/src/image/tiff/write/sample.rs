//! The types of samples that are written.

use ::tiff::encoder::colortype::{self, ColorType};
use ::tiff::tags::SampleFormat;

/// An element that TIFF has a type for.
pub(super) trait Sample: Copy {
    /// One gray sample of this type.
    type Color: ColorType<Inner = Self>;

    /// What the bits mean.
    const FORMAT: SampleFormat;

    /// Add the bytes of this sample, least significant first.
    fn append_little_endian(self, bytes: &mut Vec<u8>);
}

macro_rules! implement_sample {
    ($($element:ty => $color:ident, $format:ident);+) => {$(
        impl Sample for $element {
            type Color = colortype::$color;

            const FORMAT: SampleFormat = SampleFormat::$format;

            fn append_little_endian(self, bytes: &mut Vec<u8>) {
                bytes.extend_from_slice(&self.to_le_bytes());
            }
        }
    )+};
}
implement_sample! {
    u8 => Gray8, Uint;
    i8 => GrayI8, Int;
    u16 => Gray16, Uint;
    i16 => GrayI16, Int;
    u32 => Gray32, Uint;
    i32 => GrayI32, Int;
    u64 => Gray64, Uint;
    i64 => GrayI64, Int;
    f32 => Gray32Float, IEEEFP;
    f64 => Gray64Float, IEEEFP
}
