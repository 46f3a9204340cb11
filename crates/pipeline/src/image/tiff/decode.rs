//! Strips and tiles decoded by the `tiff` crate.
//!
//! The decoder is given one strip or tile at a time, as a file of its own with a directory of a dozen entries: so it
//! neither walks through all pages nor reads tables of strips that may be longer than it allows, and what a part is
//! comes from the directory that was checked.

use std::io::{Cursor, Read};

use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use ::tiff::tags::{PhotometricInterpretation, Tag, Type};
use tensor_ops::Tensor;

use super::TiffFileError;
use super::layout::Kind;
use super::page::Page;
use super::samples::{into_tensor, unpack};
use crate::image::ImageErrorKind;

/// A strip or tile in a file.
pub(super) struct Encoded {
    /// The number of the page in the file.
    pub(super) page: usize,
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) samples: usize,
    /// How many bytes it has.
    pub(super) bytes: u64,
    pub(super) big_endian: bool,
}

impl Encoded {
    /// Decode what the reader has next, to rows, columns and samples.
    pub(super) fn decode(&self, reader: &mut impl Read, page: &Page) -> Result<Tensor, ImageErrorKind> {
        let mut file = self.directory(page)?;
        let length = usize::try_from(self.bytes).unwrap_or(usize::MAX);
        file.try_reserve_exact(length)
            .map_err(|_| ImageErrorKind::OutOfMemory {
                bytes: self.bytes.into(),
            })?;
        reader
            .take(self.bytes)
            .read_to_end(&mut file)
            .map_err(ImageErrorKind::Read)?;
        let at = |source| TiffFileError::Decode {
            page: self.page,
            source,
        };
        let mut limits = Limits::default();
        limits.decoding_buffer_size = usize::try_from(page.part_bytes()).unwrap_or(usize::MAX);
        limits.intermediate_buffer_size = length.max(limits.decoding_buffer_size);
        let mut decoder = Decoder::new(Cursor::new(file)).map_err(at)?.with_limits(limits);
        let mut samples = decoder.read_chunk(0).map_err(at)?;
        if let (DecodingResult::U8(packed), true) = (&samples, page.layout.bits < 8) {
            samples = DecodingResult::U8(unpack(packed, self.columns, usize::from(page.layout.bits)));
        }
        let shape = [self.rows, self.columns, self.samples];
        let tensor = into_tensor(samples, &shape).ok_or(TiffFileError::Damaged {
            page: self.page,
            problem: "its samples are not those that its directory states",
        })?;
        Ok(tensor)
    }

    /// A file of one strip up to its pixels, in the byte order of the samples.
    fn directory(&self, page: &Page) -> Result<Vec<u8>, TiffFileError> {
        const HEADER_BYTES: usize = 8;
        const ENTRY_BYTES: usize = 12;
        let short = |tag: Tag, value: u16| (tag, Type::SHORT, u32::from(value));
        let long = |tag: Tag, value: usize| {
            let value = u32::try_from(value).map_err(|_| TiffFileError::Damaged {
                page: self.page,
                problem: "its strips or tiles are too large",
            })?;
            Ok::<_, TiffFileError>((tag, Type::LONG, value))
        };
        let samples = u16::try_from(self.samples).unwrap_or(u16::MAX);
        let mut entries = vec![
            long(Tag::ImageWidth, self.columns)?,
            long(Tag::ImageLength, self.rows)?,
            short(Tag::BitsPerSample, page.layout.bits),
            short(Tag::Compression, page.compression),
            // Whatever the samples mean, they are wanted as they are.
            short(
                Tag::PhotometricInterpretation,
                PhotometricInterpretation::BlackIsZero.to_u16(),
            ),
            long(Tag::StripOffsets, 0)?,
            short(Tag::SamplesPerPixel, samples),
            long(Tag::RowsPerStrip, self.rows)?,
            long(
                Tag::StripByteCounts,
                usize::try_from(self.bytes).unwrap_or(usize::MAX),
            )?,
            short(Tag::Predictor, page.predictor),
            short(
                Tag::SampleFormat,
                match page.layout.kind {
                    Kind::Unsigned => 1,
                    Kind::Signed => 2,
                    Kind::Float => 3,
                },
            ),
        ];
        let pixels = HEADER_BYTES + 2 + ENTRY_BYTES * entries.len() + 4;
        for (tag, _, value) in &mut entries {
            if *tag == Tag::StripOffsets {
                *value = pixels as u32;
            }
        }
        let mut file = Vec::with_capacity(pixels);
        let mut number = |value: u32, bytes: usize| {
            let (little, big) = (value.to_le_bytes(), value.to_be_bytes());
            file.extend_from_slice(if self.big_endian {
                &big[4 - bytes..]
            } else {
                &little[..bytes]
            });
        };
        let order = if self.big_endian { 0x4D4D } else { 0x4949 };
        number(order, 2);
        number(42, 2);
        number(HEADER_BYTES as u32, 4);
        number(entries.len() as u32, 2);
        for (tag, kind, value) in entries {
            number(tag.to_u16().into(), 2);
            number(kind.to_u16().into(), 2);
            number(1, 4);
            // Values come first in their four bytes, in either byte order.
            if kind == Type::SHORT {
                number(value, 2);
                number(0, 2);
            } else {
                number(value, 4);
            }
        }
        number(0, 4);
        Ok(file)
    }
}
