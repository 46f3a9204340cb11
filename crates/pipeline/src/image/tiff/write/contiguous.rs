//! Pages that are not compressed: the pixels of all pages as one block, and behind it the directories.
//!
//! Format: TIFF 6.0, sections 2, 4 (grayscale images) and 19 (sample format), and BigTIFF; little-endian, a page is
//! one strip.

use std::io::Write;

use ::tiff::TiffError;
use ::tiff::tags::{CompressionMethod, PhotometricInterpretation, ResolutionUnit, Tag, Type};
use ndarray::ArrayViewD;

use super::{Pages, Sample, Size};
use crate::image::tiff::TiffFileError;

/// How many bytes are gathered before they are written.
const BLOCK_BYTES: usize = 1 << 16;

/// One pixel per unit, as TIFF requires a resolution: numerator and denominator.
const RESOLUTION: [u32; 2] = [1, 1];

pub(super) fn encode<T: Sample>(
    mut writer: impl Write,
    array: &ArrayViewD<'_, T>,
    pages: &Pages,
    size: Size,
) -> Result<(), TiffFileError> {
    let places = Places::new(pages, size_of::<T>(), size);
    let mut block = Vec::with_capacity(BLOCK_BYTES + size_of::<T>());
    // The order of the elements is that of the pages, and of the rows in them.
    append_header(&mut block, places.directories, size)?;
    for &sample in array {
        sample.append_little_endian(&mut block);
        if block.len() >= BLOCK_BYTES {
            flush(&mut writer, &mut block)?;
        }
    }
    block.resize(block.len() + places.padding, 0);
    RESOLUTION
        .iter()
        .for_each(|number| block.extend_from_slice(&number.to_le_bytes()));
    if let Some(text) = &pages.description {
        block.extend_from_slice(text.as_bytes());
        block.resize(block.len() + terminated(text) - text.len(), 0);
    }
    let mut place = places.directories;
    for page in 0..pages.count {
        let entries = entries::<T>(pages, page, &places, size);
        place += directory_bytes(entries.len(), size);
        let next = if page + 1 < pages.count { place } else { 0 };
        append_directory(&mut block, &entries, next, size)?;
        if block.len() >= BLOCK_BYTES {
            flush(&mut writer, &mut block)?;
        }
    }
    flush(&mut writer, &mut block)
}

fn flush(mut writer: impl Write, block: &mut Vec<u8>) -> Result<(), TiffFileError> {
    writer.write_all(block).map_err(TiffError::from)?;
    block.clear();
    Ok(())
}

/// Where things are in the file, in bytes from its start. The pixels are in memory, so no sum overflows.
struct Places {
    /// The pixels of the first page.
    pixels: u64,
    /// How many bytes each page has.
    page_bytes: u64,
    /// How many bytes lie between the last pixel and the resolution.
    padding: usize,
    resolution: u64,
    description: u64,
    /// The directory of the first page.
    directories: u64,
}

impl Places {
    fn new(pages: &Pages, sample_bytes: usize, size: Size) -> Self {
        let pixels = match size {
            Size::Classic => 8,
            Size::Big => 16,
        };
        let page_bytes = u64::from(pages.width) * u64::from(pages.height) * sample_bytes as u64;
        let pixels_end = pixels + page_bytes * pages.count as u64;
        let resolution = pixels_end.next_multiple_of(8);
        let description = resolution + 8;
        let description_bytes = pages.description.as_deref().map_or(0, terminated);
        Self {
            pixels,
            page_bytes,
            padding: (resolution - pixels_end) as usize,
            resolution,
            description,
            directories: description + description_bytes as u64,
        }
    }
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

/// The fields of a page, sorted by tag.
fn entries<T: Sample>(pages: &Pages, page: usize, places: &Places, size: Size) -> Vec<Entry> {
    let one = |tag, kind, value| Entry {
        tag,
        kind,
        count: 1,
        value,
    };
    let place_kind = match size {
        Size::Classic => Type::LONG,
        Size::Big => Type::LONG8,
    };
    // Eight bytes are a value of BigTIFF, but in a classic file only the place of one.
    let resolution = match (size, RESOLUTION) {
        (Size::Classic, _) => places.resolution,
        (Size::Big, [numerator, denominator]) => u64::from(numerator) | u64::from(denominator) << 32,
    };
    let mut entries = vec![
        one(Tag::ImageWidth, Type::LONG, pages.width.into()),
        one(Tag::ImageLength, Type::LONG, pages.height.into()),
        one(Tag::BitsPerSample, Type::SHORT, 8 * size_of::<T>() as u64),
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
            value: places.description,
        });
    }
    entries.extend([
        one(
            Tag::StripOffsets,
            place_kind,
            places.pixels + places.page_bytes * page as u64,
        ),
        one(Tag::SamplesPerPixel, Type::SHORT, 1),
        one(Tag::RowsPerStrip, Type::LONG, pages.height.into()),
        one(Tag::StripByteCounts, place_kind, places.page_bytes),
        one(Tag::XResolution, Type::RATIONAL, resolution),
        one(Tag::YResolution, Type::RATIONAL, resolution),
        one(
            Tag::ResolutionUnit,
            Type::SHORT,
            ResolutionUnit::None.to_u16().into(),
        ),
        one(Tag::SampleFormat, Type::SHORT, T::FORMAT.to_u16().into()),
    ]);
    entries
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

fn append_header(bytes: &mut Vec<u8>, directories: u64, size: Size) -> Result<(), TiffFileError> {
    bytes.extend_from_slice(match size {
        Size::Classic => b"II\x2A\0",
        // The places that follow have 8 bytes.
        Size::Big => b"II\x2B\0\x08\0\0\0",
    });
    append_place(bytes, directories, size)
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
