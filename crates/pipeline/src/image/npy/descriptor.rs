//! The element type in the header of an `.npy` file, such as `<f4`.

use tensor_ops::DataType;

use super::NpyError;
use super::literal::shorten;

/// An element type and how its bytes are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::image) struct ElementType {
    pub(in crate::image) data_type: DataType,
    /// Of no meaning for elements of one byte.
    pub(in crate::image) big_endian: bool,
}

impl ElementType {
    /// Read a descriptor: an optional byte order (`<`, `>`, `=`, `|`), a kind and a size in bytes.
    pub(in crate::image) fn parse(descriptor: &str) -> Result<Self, NpyError> {
        let (order, name) = match descriptor.chars().next() {
            Some(order @ ('<' | '>' | '=' | '|')) => (order, descriptor.get(1..).unwrap_or_default()),
            _ => ('=', descriptor),
        };
        let data_type = match name {
            "b1" | "?" => DataType::Bool,
            "u1" => DataType::Uint8,
            "i1" => DataType::Int8,
            "u2" => DataType::Uint16,
            "i2" => DataType::Int16,
            "u4" => DataType::Uint32,
            "i4" => DataType::Int32,
            "u8" => DataType::Uint64,
            "i8" => DataType::Int64,
            "f4" => DataType::Float32,
            "f8" => DataType::Float64,
            _ => return Err(unsupported(descriptor, name)),
        };
        // numpy writes `|` only where there is no order.
        if order == '|' && data_type.item_size() > 1 {
            return Err(unsupported(descriptor, ""));
        }
        let big_endian = order == '>' || (order != '<' && cfg!(target_endian = "big"));
        Ok(Self {
            data_type,
            big_endian,
        })
    }

    /// The one descriptor that `ndarray-npy` knows for this type.
    pub(in crate::image) fn canonical(self) -> String {
        let size = self.data_type.item_size();
        let kind = match self.data_type {
            DataType::Bool => 'b',
            DataType::Uint8 | DataType::Uint16 | DataType::Uint32 | DataType::Uint64 => 'u',
            DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => 'i',
            DataType::Float32 | DataType::Float64 => 'f',
        };
        let order = match (size, self.big_endian) {
            (1, _) => '|',
            (_, true) => '>',
            (_, false) => '<',
        };
        format!("{order}{kind}{size}")
    }
}

fn unsupported(descriptor: &str, name: &str) -> NpyError {
    const CAST: &str = "save the array as float32";
    let (meaning, advice) = match (name, name.chars().next()) {
        ("f2", _) => ("float16", CAST),
        (_, Some('f')) => ("a float of more than 64 bits", "save the array as float64"),
        (_, Some('c')) => (
            "complex numbers",
            "save real and imaginary part as arrays of their own",
        ),
        (_, Some('O')) => (
            "Python objects",
            "save the array with a number type and allow_pickle=False",
        ),
        (_, Some('S' | 'a' | 'U' | 'T')) => ("text", "save numbers"),
        (_, Some('V')) => ("raw bytes or records", "save each field as an array of its own"),
        (_, Some('M' | 'm')) => ("dates or durations", "save them as int64"),
        _ => (
            "unknown",
            "expected bool, integers of 8 to 64 bits, float32 or float64",
        ),
    };
    NpyError::UnsupportedElement {
        descriptor: shorten(descriptor),
        meaning,
        advice,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_descriptors_are_read_as_the_same_type() {
        for data_type in DataType::ALL {
            for big_endian in [false, true] {
                let element = ElementType {
                    data_type,
                    big_endian,
                };
                let read = ElementType::parse(&element.canonical()).unwrap();
                assert_eq!(read.data_type, data_type);
                assert!(read.big_endian == big_endian || data_type.item_size() == 1);
            }
        }
    }

    #[test]
    fn refusals_name_the_type() {
        for (descriptor, word) in [
            ("<f2", "float16"),
            ("<f16", "64 bits"),
            ("<c8", "complex"),
            ("|O", "objects"),
            ("<U5", "text"),
            ("|V12", "records"),
            ("<M8[ns]", "dates"),
            ("|f4", "unknown"),
            ("", "unknown"),
            ("<", "unknown"),
            ("é4", "unknown"),
        ] {
            let message = ElementType::parse(descriptor).unwrap_err().to_string();
            assert!(message.contains(word), "{descriptor}: {message}");
        }
    }
}
