//! Chunks as bytes: in which order, and how they are compressed.

use std::io::{Read, Write};

use flate2::read::{MultiGzDecoder, ZlibDecoder};
use flate2::write::{GzEncoder, ZlibEncoder};
use ndarray::ArrayD;
use tensor_ops::{DataType, Tensor};

use crate::image::arrays::{allocate, shaped, with_array};
use crate::image::element::{FileElement, with_element_type};

mod blosc;
mod checksum;

pub(super) use checksum::crc32c;

/// The level of deflate that is fastest.
const FASTEST: u32 = 1;

/// How the elements of a chunk become bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chain {
    /// The order of the axes in the file, slowest first; `None` if it is that of the array.
    pub(super) transpose: Option<Vec<usize>>,
    pub(super) big_endian: bool,
    /// What is done with the bytes, in the order of writing.
    pub(super) compressors: Vec<Compressor>,
}

/// From bytes to bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compressor {
    Blosc,
    Gzip,
    Zlib,
    Zstd,
    /// The bytes followed by a checksum.
    Crc32c,
}

/// Why a chunk cannot be decoded.
pub(super) type Problem = String;

impl Chain {
    /// Decode a chunk of this shape.
    ///
    /// Takes memory for the decoded chunk twice, however the encoded one is made.
    pub(super) fn decode(
        &self,
        encoded: Vec<u8>,
        shape: &[usize],
        data_type: DataType,
    ) -> Result<Tensor, Problem> {
        // The caller made sure that this is no overflow.
        let size = shape.iter().product::<usize>() * data_type.item_size();
        let mut bytes = encoded;
        for (position, compressor) in self.compressors.iter().enumerate().rev() {
            // What is still encoded after this step can be longer than the chunk, but not by much.
            let limit = if position == 0 {
                size
            } else {
                size.saturating_add(size / 2).saturating_add(1 << 16)
            };
            bytes = compressor.decode(bytes, limit)?;
        }
        if bytes.len() != size {
            return Err(format!("it decodes to {} bytes, expected {size}", bytes.len()));
        }
        let tensor = with_element_type!(data_type, Element => {
            let mut elements: Vec<Element> = allocate(shape.iter().product()).map_err(|error| error.to_string())?;
            Element::decode(&bytes, self.big_endian, &mut elements).map_err(|error| error.to_string())?;
            let order = self.transpose.as_deref();
            let stored: Vec<usize> = order.map_or_else(|| shape.to_vec(), |order| {
                order.iter().filter_map(|&axis| shape.get(axis).copied()).collect()
            });
            shaped(&stored, elements).map(Tensor::from).map_err(|error| error.to_string())?
        });
        let Some(order) = &self.transpose else {
            return Ok(tensor);
        };
        // Axis `order[i]` of the array is axis `i` of what is stored.
        let mut inverse = vec![0; order.len()];
        for (stored, &axis) in order.iter().enumerate() {
            if let Some(place) = inverse.get_mut(axis) {
                *place = stored;
            }
        }
        let tensor = tensor
            .permuted_axes(&inverse)
            .map_err(|error| error.to_string())?;
        Ok(tensor.into_standard_layout())
    }

    /// Encode a chunk. Only what is written here is: no transposition, and deflate at most.
    pub(super) fn encode(&self, chunk: &Tensor) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        with_array!(
            chunk,
            array => encode_elements(array, self.big_endian, &mut bytes),
            _ => return Err(std::io::Error::other("elements of an unknown type"))
        );
        for compressor in &self.compressors {
            bytes = compressor.encode(&bytes)?;
        }
        Ok(bytes)
    }

    /// Whether [`encode`](Self::encode) can write this.
    pub(super) fn is_written_here(&self) -> bool {
        self.transpose.is_none()
            && self
                .compressors
                .iter()
                .all(|compressor| matches!(compressor, Compressor::Gzip | Compressor::Zlib))
    }
}

fn encode_elements<T: FileElement>(array: &ArrayD<T>, big_endian: bool, bytes: &mut Vec<u8>) {
    let array = array.as_standard_layout();
    // In standard layout there is a slice.
    T::encode(array.as_slice().unwrap_or_default(), big_endian, bytes);
}

impl Compressor {
    /// Decode to at most `limit` bytes.
    fn decode(self, encoded: Vec<u8>, limit: usize) -> Result<Vec<u8>, Problem> {
        match self {
            Self::Blosc => blosc::decode(&encoded, limit),
            Self::Gzip => read_all(MultiGzDecoder::new(encoded.as_slice()), limit),
            Self::Zlib => read_all(ZlibDecoder::new(encoded.as_slice()), limit),
            Self::Zstd => zstd(&encoded, limit),
            Self::Crc32c => {
                let (content, checksum) = encoded
                    .split_last_chunk::<4>()
                    .ok_or("it is shorter than its checksum")?;
                if crc32c(content).to_le_bytes() != *checksum {
                    return Err("its checksum is wrong".to_owned());
                }
                let length = content.len();
                let mut content = encoded;
                content.truncate(length);
                Ok(content)
            }
        }
    }

    fn encode(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        let level = flate2::Compression::new(FASTEST);
        match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), level);
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Zlib => {
                let mut encoder = ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(bytes)?;
                encoder.finish()
            }
            Self::Blosc | Self::Zstd | Self::Crc32c => Err(std::io::Error::new(
                std::io::ErrorKind::Unsupported,
                "this is not written",
            )),
        }
    }
}

/// One frame of Zstandard, or several.
fn zstd(encoded: &[u8], limit: usize) -> Result<Vec<u8>, Problem> {
    let mut rest = encoded;
    let mut decoded = Vec::new();
    while !rest.is_empty() {
        let decoder =
            ruzstd::decoding::StreamingDecoder::new(&mut rest).map_err(|error| error.to_string())?;
        let left = limit.saturating_sub(decoded.len());
        decoded.extend(read_all(decoder, left)?);
    }
    Ok(decoded)
}

/// Everything that a decoder gives, which must not be more than `limit` bytes.
fn read_all(decoder: impl Read, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut decoded = Vec::new();
    decoder
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut decoded)
        .map_err(|error| error.to_string())?;
    if decoded.len() > limit {
        return Err(format!("it decodes to more than the expected {limit} bytes"));
    }
    Ok(decoded)
}
