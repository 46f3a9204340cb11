//! Pages that are not compressed: the pixels of all pages as one block, and behind it the directories.
//!
//! Format: TIFF 6.0, sections 2, 4 (grayscale images) and 19 (sample format), and BigTIFF; little-endian. The strips of
//! a page follow each other, and so do the pages: programs that know ImageJ's description take all from one block.

use std::io::Write;

use ::tiff::TiffError;
use ::tiff::tags::{CompressionMethod, PhotometricInterpretation, ResolutionUnit, Tag, Type};
use ndarray::ArrayViewD;

use super::{Pages, Sample, Size};
use crate::image::tiff::TiffFileError;

/// How many bytes are gathered before they are written.
const BLOCK_BYTES: usize = 1 << 16;

/// Where things are in a file of these pages, in bytes from its start.
///
/// The caller makes sure that the pixels have fewer than 2^63 bytes, so no sum overflows.
pub(super) struct Block<'pages> {
    pages: &'pages Pages,
    size: Size,
    /// The pixels of the first page.
    pub(super) pixels: u64,
    /// How many bytes each page has.
    page_bytes: u64,
    /// What is behind the pixels: the resolution first.
    pub(super) tail: u64,
    description: u64,
    /// The directory of the first page.
    directories: u64,
}

impl<'pages> Block<'pages> {
    pub(super) fn new(pages: &'pages Pages, size: Size) -> Self {
        let pixels = match size {
            Size::Classic => 8,
            Size::Big => 16,
        };
        let page_bytes = u64::from(pages.width) * u64::from(pages.height) * pages.sample.bytes;
        let tail = (pixels + page_bytes * pages.count as u64).next_multiple_of(8);
        let description = tail + 16;
        let description_bytes = pages.description.as_deref().map_or(0, terminated);
        Self {
            pages,
            size,
            pixels,
            page_bytes,
            tail,
            description,
            directories: description + description_bytes as u64,
        }
    }

    /// Write a file of which all pixels are there.
    pub(super) fn write_all<T: Sample>(
        &self,
        mut writer: impl Write,
        array: &ArrayViewD<'_, T>,
    ) -> Result<(), TiffFileError> {
        let mut block = self.header()?;
        // The order of the elements is that of the pages, and of the rows in them.
        for &sample in array {
            sample.append_little_endian(&mut block);
            if block.len() >= BLOCK_BYTES {
                flush(&mut writer, &mut block)?;
            }
        }
        let pixels_end = self.pixels + self.page_bytes * self.pages.count as u64;
        block.resize(block.len() + (self.tail - pixels_end) as usize, 0);
        flush(&mut writer, &mut block)?;
        self.write_tail(writer)
    }

    /// What is in front of the pixels.
    pub(super) fn header(&self) -> Result<Vec<u8>, TiffFileError> {
        let mut bytes = match self.size {
            Size::Classic => b"II\x2A\0".to_vec(),
            // The places that follow have 8 bytes.
            Size::Big => b"II\x2B\0\x08\0\0\0".to_vec(),
        };
        append_place(&mut bytes, self.directories, self.size)?;
        Ok(bytes)
    }

    /// Write what is behind the pixels, from the place `tail` on.
    pub(super) fn write_tail(&self, mut writer: impl Write) -> Result<(), TiffFileError> {
        let mut block = Vec::with_capacity(BLOCK_BYTES);
        for number in self.pages.resolution.as_flattened() {
            block.extend_from_slice(&number.to_le_bytes());
        }
        if let Some(text) = &self.pages.description {
            block.extend_from_slice(text.as_bytes());
            block.resize(block.len() + terminated(text) - text.len(), 0);
        }
        let mut place = self.directories;
        for page in 0..self.pages.count {
            // The tables of strips are behind the directory.
            let directory_end = place + directory_bytes(self.entry_count(page), self.size);
            let entries = self.entries(page, directory_end);
            place = directory_end + self.table_bytes();
            let next = if page + 1 < self.pages.count { place } else { 0 };
            append_directory(&mut block, &entries, next, self.size)?;
            if let Some(strips) = self.strips() {
                for strip in 0..strips {
                    let offset = self.pixels + self.page_bytes * page as u64 + strip * self.strip_bytes();
                    append_place(&mut block, offset, self.size)?;
                }
                for strip in 0..strips {
                    let left = self.page_bytes - strip * self.strip_bytes();
                    append_place(&mut block, left.min(self.strip_bytes()), self.size)?;
                }
                block.resize(
                    block.len() + (self.table_bytes() - self.used_table_bytes()) as usize,
                    0,
                );
            }
            if block.len() >= BLOCK_BYTES {
                flush(&mut writer, &mut block)?;
            }
        }
        flush(&mut writer, &mut block)
    }

    fn strip_bytes(&self) -> u64 {
        u64::from(self.pages.width) * u64::from(self.pages.rows_per_strip) * self.pages.sample.bytes
    }

    /// How many strips a page has, if that is more than the one whose place is in the directory.
    fn strips(&self) -> Option<u64> {
        let strips = self.pages.height.div_ceil(self.pages.rows_per_strip.max(1));
        (strips > 1).then_some(strips.into())
    }

    fn used_table_bytes(&self) -> u64 {
        self.strips().unwrap_or(0) * 2 * place_bytes(self.size)
    }

    fn table_bytes(&self) -> u64 {
        self.used_table_bytes().next_multiple_of(8)
    }

    fn entry_count(&self, page: usize) -> usize {
        const WITHOUT_DESCRIPTION: usize = 13;
        WITHOUT_DESCRIPTION + usize::from(page == 0 && self.pages.description.is_some())
    }

    /// The fields of a page, sorted by tag; the tables of its strips are at `tables`.
    fn entries(&self, page: usize, tables: u64) -> Vec<Entry> {
        let pages = self.pages;
        let one = |tag, kind, value| Entry {
            tag,
            kind,
            count: 1,
            value,
        };
        let place_kind = match self.size {
            Size::Classic => Type::LONG,
            Size::Big => Type::LONG8,
        };
        let (strip_offsets, strip_counts) = match self.strips() {
            None => (
                one(
                    Tag::StripOffsets,
                    place_kind,
                    self.pixels + self.page_bytes * page as u64,
                ),
                one(Tag::StripByteCounts, place_kind, self.page_bytes),
            ),
            Some(count) => {
                let table = |tag, value| Entry {
                    tag,
                    kind: place_kind,
                    count,
                    value,
                };
                (
                    table(Tag::StripOffsets, tables),
                    table(Tag::StripByteCounts, tables + count * place_bytes(self.size)),
                )
            }
        };
        // Eight bytes are a value of BigTIFF, but in a classic file only the place of one.
        let resolution = |axis: usize, [numerator, denominator]: [u32; 2]| match self.size {
            Size::Classic => self.tail + 8 * axis as u64,
            Size::Big => u64::from(numerator) | u64::from(denominator) << 32,
        };
        let [across, down] = pages.resolution;
        let mut entries = vec![
            one(Tag::ImageWidth, Type::LONG, pages.width.into()),
            one(Tag::ImageLength, Type::LONG, pages.height.into()),
            one(Tag::BitsPerSample, Type::SHORT, 8 * pages.sample.bytes),
            one(
                Tag::Compression,
                Type::SHORT,
                CompressionMethod::None.to_u16().into(),
            ),
            one(
                Tag::PhotometricInterpretation,
                Type::SHORT,
                PhotometricInterpretation::BlackIsZero.to_u16().into(),
            ),
        ];
        if let (0, Some(text)) = (page, &pages.description) {
            entries.push(Entry {
                tag: Tag::ImageDescription,
                kind: Type::ASCII,
                count: text.len() as u64 + 1,
                value: self.description,
            });
        }
        entries.extend([
            strip_offsets,
            one(Tag::SamplesPerPixel, Type::SHORT, 1),
            one(Tag::RowsPerStrip, Type::LONG, pages.rows_per_strip.into()),
            strip_counts,
            one(Tag::XResolution, Type::RATIONAL, resolution(0, across)),
            one(Tag::YResolution, Type::RATIONAL, resolution(1, down)),
            one(
                Tag::ResolutionUnit,
                Type::SHORT,
                ResolutionUnit::None.to_u16().into(),
            ),
            one(
                Tag::SampleFormat,
                Type::SHORT,
                pages.sample.format.to_u16().into(),
            ),
        ]);
        entries
    }
}

fn flush(mut writer: impl Write, block: &mut Vec<u8>) -> Result<(), TiffFileError> {
    writer.write_all(block).map_err(TiffError::from)?;
    block.clear();
    Ok(())
}

/// The length of a text with the zero at its end, and with more of them so that what follows is aligned.
fn terminated(text: &str) -> usize {
    (text.len() + 1).next_multiple_of(8)
}

/// One field of a directory: its number of values, and the value or the place of the values.
struct Entry {
    tag: Tag,
    kind: Type,
    count: u64,
    value: u64,
}

/// How many bytes the place of something takes.
fn place_bytes(size: Size) -> u64 {
    match size {
        Size::Classic => 4,
        Size::Big => 8,
    }
}

/// How many bytes a directory takes, with those that align the next.
fn directory_bytes(entries: usize, size: Size) -> u64 {
    let entries = entries as u64;
    let bytes = match size {
        Size::Classic => 2 + 12 * entries + 4,
        Size::Big => 8 + 20 * entries + 8,
    };
    bytes.next_multiple_of(8)
}

fn append_directory(
    bytes: &mut Vec<u8>,
    entries: &[Entry],
    next: u64,
    size: Size,
) -> Result<(), TiffFileError> {
    let end = bytes.len() + directory_bytes(entries.len(), size) as usize;
    // There are a dozen of them.
    let count = entries.len() as u16;
    match size {
        Size::Classic => bytes.extend_from_slice(&count.to_le_bytes()),
        Size::Big => bytes.extend_from_slice(&u64::from(count).to_le_bytes()),
    }
    for entry in entries {
        bytes.extend_from_slice(&entry.tag.to_u16().to_le_bytes());
        bytes.extend_from_slice(&entry.kind.to_u16().to_le_bytes());
        append_place(bytes, entry.count, size)?;
        // A value that is shorter than a place comes first, which in little-endian is a number of more bytes.
        append_place(bytes, entry.value, size)?;
    }
    append_place(bytes, next, size)?;
    bytes.resize(end, 0);
    Ok(())
}

/// Add a number that is as long as the file requires.
fn append_place(bytes: &mut Vec<u8>, number: u64, size: Size) -> Result<(), TiffFileError> {
    match size {
        Size::Classic => {
            let number = u32::try_from(number).map_err(TiffError::from)?;
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        Size::Big => bytes.extend_from_slice(&number.to_le_bytes()),
    }
    Ok(())
}
