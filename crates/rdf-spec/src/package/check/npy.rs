//! The header of numpy's file format, versions 1.0 to 3.0: a magic number, the length of a Python dictionary
//! literal, and that literal with the keys `descr`, `fortran_order` and `shape`.

mod literal;

use std::fmt;

use crate::value::DataType;
use literal::{Literal, Value};

/// The longest header that is read; numpy itself warns above ten thousand bytes.
const MAX_HEADER: usize = 1 << 16;
/// How much of a file is needed.
pub(super) const HEAD: usize = MAX_HEADER + 12;
/// The most axes; numpy has the same bound.
const MAX_AXES: usize = 64;

/// What the header of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) element: Element,
    pub(super) shape: Vec<u64>,
    /// Where the data begin.
    pub(super) data_start: u64,
}

/// What the elements of an array are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Element {
    /// One of the types that a description can name.
    Known(DataType),
    /// Floating point of a size that no description can name, in bytes.
    Float(u64),
    /// Python objects, which only Python can read.
    Objects,
    /// Several fields an element.
    Structured,
    /// Anything else, as numpy writes it, and its size in bytes if it is known.
    Other(String, Option<u64>),
}

impl Element {
    fn parse(descr: &str) -> Self {
        let kind = descr.trim_start_matches(['<', '>', '=', '|']);
        let known = match kind {
            "f4" => DataType::Float32,
            "f8" => DataType::Float64,
            "u1" => DataType::Uint8,
            "i1" => DataType::Int8,
            "u2" => DataType::Uint16,
            "i2" => DataType::Int16,
            "u4" => DataType::Uint32,
            "i4" => DataType::Int32,
            "u8" => DataType::Uint64,
            "i8" => DataType::Int64,
            "b1" | "?" => DataType::Bool,
            _ => return Self::unknown(descr, kind),
        };
        Self::Known(known)
    }

    fn unknown(descr: &str, kind: &str) -> Self {
        let mut letters = kind.chars();
        let letter = letters.next();
        let digits = letters.as_str();
        let digits = digits.split('[').next().unwrap_or(digits);
        let size = digits.parse::<u64>().ok();
        match (letter, size) {
            (Some('O'), _) => Self::Objects,
            (Some('f'), Some(size @ (2 | 12 | 16))) => Self::Float(size),
            // Text is stored as four bytes a character.
            (Some('U'), size) => Self::Other(descr.to_owned(), size.and_then(|size| size.checked_mul(4))),
            (_, size) => Self::Other(descr.to_owned(), size),
        }
    }

    /// The size of an element in bytes, if it is known.
    pub(super) fn size(&self) -> Option<u64> {
        match self {
            Self::Known(data_type) => Some(match data_type {
                DataType::Uint8 | DataType::Int8 | DataType::Bool => 1,
                DataType::Uint16 | DataType::Int16 => 2,
                DataType::Float32 | DataType::Uint32 | DataType::Int32 => 4,
                DataType::Float64 | DataType::Uint64 | DataType::Int64 => 8,
            }),
            Self::Float(size) => Some(*size),
            Self::Objects | Self::Structured => None,
            Self::Other(_, size) => *size,
        }
    }
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(data_type) => write!(f, "{data_type}"),
            Self::Float(size) => write!(f, "float{}", size * 8),
            Self::Objects => f.write_str("Python objects"),
            Self::Structured => f.write_str("elements with several fields"),
            Self::Other(descr, _) => {
                write!(f, "elements of the numpy type {}", crate::document::quoted(descr))
            }
        }
    }
}

/// Why a header cannot be read, as the end of a sentence.
pub(super) type Problem = String;

impl Header {
    /// Reads the header at the start of a file.
    pub(super) fn read(head: &[u8]) -> Result<Self, Problem> {
        if !head.starts_with(b"\x93NUMPY") {
            return Err("it does not begin as a numpy file (.npy) does".to_owned());
        }
        let cut = || "it ends within its header".to_owned();
        let (major, minor) = (*head.get(6).ok_or_else(cut)?, *head.get(7).ok_or_else(cut)?);
        let (length, start) = match (major, minor) {
            (1, 0) => {
                let bytes = head.get(8..10).and_then(|bytes| bytes.try_into().ok());
                (u32::from(u16::from_le_bytes(bytes.ok_or_else(cut)?)), 10_usize)
            }
            (2 | 3, 0) => {
                let bytes = head.get(8..12).and_then(|bytes| bytes.try_into().ok());
                (u32::from_le_bytes(bytes.ok_or_else(cut)?), 12)
            }
            _ => {
                return Err(format!(
                    "its format version {major}.{minor} is none of 1.0, 2.0 and 3.0"
                ));
            }
        };
        let length = length as usize;
        if length > MAX_HEADER {
            return Err(format!(
                "its header has {length} bytes, more than the {MAX_HEADER} that are read"
            ));
        }
        let text = head.get(start..start + length).ok_or_else(cut)?;
        // Versions 1.0 and 2.0 are Latin-1, version 3.0 is UTF-8: only names of fields go beyond ASCII.
        let (element, shape) = dictionary(&String::from_utf8_lossy(text))?;
        Ok(Self {
            element,
            shape,
            data_start: (start + length) as u64,
        })
    }

    /// The size that the file has at least, in bytes; `None` where the header does not say.
    pub(super) fn file_size(&self) -> Option<Result<u64, Problem>> {
        let size = self.element.size()?;
        // An empty array has no elements, however large its other axes are.
        let elements = if self.shape.contains(&0) {
            Some(0)
        } else {
            self.shape
                .iter()
                .try_fold(1_u64, |all, &size| all.checked_mul(size))
        };
        let end = elements
            .and_then(|elements| elements.checked_mul(size))
            .and_then(|bytes| bytes.checked_add(self.data_start));
        Some(end.ok_or_else(|| "its header states more elements than can be counted".to_owned()))
    }
}

fn dictionary(text: &str) -> Result<(Element, Vec<u64>), Problem> {
    let mut literal = Literal::new(text);
    let (mut element, mut order, mut shape) = (None, None, None);
    literal.expect('{')?;
    while !literal.takes('}') {
        let key = literal.text()?;
        literal.expect(':')?;
        let value = literal.value()?;
        match (key.as_str(), value) {
            ("descr", Value::Text(descr)) => element = Some(Element::parse(&descr)),
            ("descr", Value::List) => element = Some(Element::Structured),
            ("fortran_order", Value::Truth) => order = Some(()),
            ("shape", Value::Sizes(sizes)) if sizes.len() <= MAX_AXES => shape = Some(sizes),
            ("shape", Value::Sizes(sizes)) => {
                return Err(format!(
                    "its header states {} axes, more than {MAX_AXES}",
                    sizes.len()
                ));
            }
            ("descr" | "fortran_order" | "shape", _) => {
                return Err(format!(
                    "the value of `{key}` in its header is of another kind than in numpy files"
                ));
            }
            _ => {
                let key = crate::document::quoted(&key);
                return Err(format!("its header has the unknown key {key}"));
            }
        }
        if !literal.takes(',') {
            literal.expect('}')?;
            break;
        }
    }
    literal.end()?;
    match (element, order, shape) {
        (Some(element), Some(()), Some(shape)) => Ok((element, shape)),
        _ => Err("its header lacks one of `descr`, `fortran_order` and `shape`".to_owned()),
    }
}

#[cfg(test)]
mod tests;
