//! Elements as bytes of a file.

use tensor_ops::Element;

use super::ImageErrorKind;

/// An element that files hold in either byte order.
pub(super) trait FileElement: Element + Default {
    /// Append the elements that these bytes are; a rest that is no whole element is left out.
    fn decode(bytes: &[u8], big_endian: bool, elements: &mut Vec<Self>) -> Result<(), ImageErrorKind>;

    /// Append the bytes of these elements.
    fn encode(elements: &[Self], big_endian: bool, bytes: &mut Vec<u8>);
}

macro_rules! implement_number {
    ($($element:ty),+) => {$(
        impl FileElement for $element {
            fn decode(bytes: &[u8], big_endian: bool, elements: &mut Vec<Self>) -> Result<(), ImageErrorKind> {
                let (chunks, _) = bytes.as_chunks::<{ size_of::<Self>() }>();
                if big_endian {
                    elements.extend(chunks.iter().map(|&chunk| Self::from_be_bytes(chunk)));
                } else {
                    elements.extend(chunks.iter().map(|&chunk| Self::from_le_bytes(chunk)));
                }
                Ok(())
            }

            fn encode(elements: &[Self], big_endian: bool, bytes: &mut Vec<u8>) {
                if big_endian {
                    bytes.extend(elements.iter().flat_map(|element| element.to_be_bytes()));
                } else {
                    bytes.extend(elements.iter().flat_map(|element| element.to_le_bytes()));
                }
            }
        }
    )+};
}
implement_number!(u8, i8, u16, i16, u32, i32, u64, i64, f32, f64);

impl FileElement for bool {
    fn decode(bytes: &[u8], _: bool, elements: &mut Vec<Self>) -> Result<(), ImageErrorKind> {
        if let Some(&byte) = bytes.iter().find(|&&byte| byte > 1) {
            return Err(ImageErrorKind::InvalidBool { byte });
        }
        elements.extend(bytes.iter().map(|&byte| byte == 1));
        Ok(())
    }

    fn encode(elements: &[Self], _: bool, bytes: &mut Vec<u8>) {
        bytes.extend(elements.iter().map(|&element| u8::from(element)));
    }
}

/// Evaluate `$body` with `$element` as the Rust type of a [`DataType`](tensor_ops::DataType).
macro_rules! with_element_type {
    ($data_type:expr, $element:ident => $body:expr) => {
        match $data_type {
            ::tensor_ops::DataType::Bool => {
                type $element = bool;
                $body
            }
            ::tensor_ops::DataType::Uint8 => {
                type $element = u8;
                $body
            }
            ::tensor_ops::DataType::Int8 => {
                type $element = i8;
                $body
            }
            ::tensor_ops::DataType::Uint16 => {
                type $element = u16;
                $body
            }
            ::tensor_ops::DataType::Int16 => {
                type $element = i16;
                $body
            }
            ::tensor_ops::DataType::Uint32 => {
                type $element = u32;
                $body
            }
            ::tensor_ops::DataType::Int32 => {
                type $element = i32;
                $body
            }
            ::tensor_ops::DataType::Uint64 => {
                type $element = u64;
                $body
            }
            ::tensor_ops::DataType::Int64 => {
                type $element = i64;
                $body
            }
            ::tensor_ops::DataType::Float32 => {
                type $element = f32;
                $body
            }
            ::tensor_ops::DataType::Float64 => {
                type $element = f64;
                $body
            }
        }
    };
}
pub(super) use with_element_type;
