//! Why an `.npy` file cannot be read or written.

use std::io;

use tensor_ops::DataType;

/// Why an `.npy` file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NpyError {
    /// The reader failed.
    #[error("the array cannot be read")]
    Read(#[source] io::Error),
    /// The first bytes are not those of the format.
    #[error("this is no npy file: it does not start with the bytes \\x93NUMPY")]
    NotNpy,
    /// A version of the format that does not exist or is newer.
    #[error("npy format version {major}.{minor} is not supported, expected 1.0, 2.0 or 3.0")]
    Version {
        /// The first number.
        major: u8,
        /// The second number.
        minor: u8,
    },
    /// The file ends in its header.
    #[error("the npy file ends within its header")]
    TruncatedHeader,
    /// A header that is too long to be one.
    #[error("the npy header claims {length} bytes, expected at most {limit}")]
    HeaderTooLong {
        /// The claimed length in bytes.
        length: u64,
        /// The longest that is read.
        limit: u64,
    },
    /// The header is not the Python dictionary that it should be.
    #[error("the npy header cannot be understood at its byte {offset}, expected {expected}")]
    HeaderSyntax {
        /// Where, counted from the start of the dictionary.
        offset: usize,
        /// What should be there.
        expected: &'static str,
    },
    /// A key that is not part of the format.
    #[error("the npy header has the key {key:?}, expected only 'descr', 'fortran_order' and 'shape'")]
    UnknownKey {
        /// The key, shortened if it is long.
        key: String,
    },
    /// A key that occurs twice.
    #[error("the npy header has the key '{key}' more than once")]
    RepeatedKey {
        /// The key.
        key: &'static str,
    },
    /// A key that does not occur.
    #[error("the npy header lacks the key '{key}'")]
    MissingKey {
        /// The key.
        key: &'static str,
    },
    /// Records instead of single values.
    #[error("the npy file holds records (a structured dtype), save each field as an array of its own")]
    Structured,
    /// An element type without counterpart.
    #[error("npy elements of type {descriptor:?} ({meaning}) are not supported, {advice}")]
    UnsupportedElement {
        /// The type as the header has it, shortened if it is long.
        descriptor: String,
        /// What numpy calls it.
        meaning: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The shape needs more bytes than there are.
    #[error(
        "an npy array of shape {shape:?} and type {data_type} needs {needed} bytes, but at most {available} follow \
         the header"
    )]
    TooLarge {
        /// The shape that the header states.
        shape: Vec<u64>,
        /// The element type that the header states.
        data_type: DataType,
        /// The bytes for so many elements: at least this many, if they are more than 2^128.
        needed: u128,
        /// The bytes that can follow the header.
        available: u64,
    },
    /// The reader ended earlier than it was said to.
    #[error("the npy file ends before the last element of its array of shape {shape:?} and type {data_type}")]
    Truncated {
        /// The shape that the header states.
        shape: Vec<u64>,
        /// The element type that the header states.
        data_type: DataType,
    },
    /// Something follows the array.
    #[error("bytes follow the last element of the npy array of shape {shape:?} and type {data_type}")]
    TrailingBytes {
        /// The shape that the header states.
        shape: Vec<u64>,
        /// The element type that the header states.
        data_type: DataType,
    },
    /// A byte that is no value of its type.
    #[error("the npy array holds an invalid element: {reason}")]
    InvalidElement {
        /// Which, in the words of the decoder.
        reason: String,
    },
    /// The decoder refused an array whose header is right.
    #[error("the npy array cannot be decoded: {reason}")]
    Decode {
        /// Why, in the words of the decoder.
        reason: String,
    },
    /// A data type that cannot be written.
    #[error("elements of type {data_type} cannot be written as npy, cast them first")]
    UnsupportedDataType {
        /// The data type.
        data_type: DataType,
    },
}
