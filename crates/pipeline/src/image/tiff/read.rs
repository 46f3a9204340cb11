//! From a TIFF file to a tensor.

use std::io::{Read, Seek, SeekFrom};

use ::tiff::decoder::{Decoder, DecodingResult, Limits};
use tensor_ops::Tensor;

use super::TiffFileError;
use super::directory::DirectoryReader;
use super::layout::{Arrangement, Layout};
use super::page::Page;
use super::page_axes::page_axes;
use super::planar_tiles;
use super::samples::{append, into_tensor, restore_white_is_zero, unpack};
use crate::axes::ImageAxes;
use crate::image::ImageErrorKind;

/// Decode the pages of a file, of at most `limit` bytes together.
pub(in crate::image) fn read(
    reader: impl Read + Seek,
    limit: u64,
) -> Result<(Tensor, ImageAxes), ImageErrorKind> {
    // No array is larger than what can be addressed.
    let limit = limit.min(isize::MAX as u64);
    let mut file = DirectoryReader::open(reader)?;
    let contents = Contents::read(&mut file, limit)?;
    let layout = contents.layout;
    let mut axes = page_axes(contents.description.as_deref(), contents.count, layout.samples)?;
    axes.retain(|&(_, length)| length != 1);
    if layout.samples > 1 && axes.iter().any(|&(letter, _)| letter == 'c') {
        return Err(TiffFileError::Unsupported {
            page: contents.first,
            feature: format!("{} samples a pixel where the pages are channels", layout.samples),
            advice: "save each channel as a page",
        }
        .into());
    }
    let (height, width) = (('y', layout.height as usize), ('x', layout.width as usize));
    let channels = ('c', usize::from(layout.samples));
    match (layout.samples, layout.arrangement) {
        (1, _) => axes.extend([height, width]),
        (_, Arrangement::Interleaved) => axes.extend([height, width, channels]),
        (_, Arrangement::Planes) => axes.extend([channels, height, width]),
    }
    let letters: String = axes.iter().map(|&(letter, _)| letter).collect();
    let shape: Vec<usize> = axes.iter().map(|&(_, length)| length).collect();

    let samples = decode(file.into_inner(), &contents, limit)?;
    let tensor = into_tensor(samples, &shape).ok_or(TiffFileError::Damaged {
        page: contents.first,
        problem: "its samples are not those that its directory states",
    })?;
    Ok((tensor, letters.parse()?))
}

/// The pages of a file, as far as their directories tell.
struct Contents {
    pages: Vec<Page>,
    /// The first page that is no reduced copy.
    first: usize,
    /// How many pages are no reduced copies.
    count: usize,
    layout: Layout,
    description: Option<String>,
}

impl Contents {
    fn read<R: Read + Seek>(file: &mut DirectoryReader<R>, limit: u64) -> Result<Self, TiffFileError> {
        let mut pages: Vec<Page> = Vec::new();
        let mut first: Option<(usize, Layout)> = None;
        let mut description = None;
        file.walk(|file, number, directory| {
            let page = Page::read(file, number, directory, limit)?;
            if !page.is_reduced_copy {
                page.check_supported(number)?;
                match first {
                    None => {
                        first = Some((number, page.layout));
                        description = Page::description(file, number, directory)?;
                    }
                    Some((_, expected)) if expected == page.layout => {}
                    Some((first, expected)) => {
                        return Err(TiffFileError::PagesDiffer {
                            page: number,
                            found: page.layout.to_string(),
                            first,
                            expected: expected.to_string(),
                        });
                    }
                }
            }
            pages.push(page);
            Ok(())
        })?;
        let (first, layout) = first.ok_or(TiffFileError::NoPages)?;
        let count = pages.iter().filter(|page| !page.is_reduced_copy).count();
        let page_bytes = layout.decoded_bytes();
        if page_bytes.saturating_mul(count as u128) > u128::from(limit) {
            let page_bytes = u64::try_from(page_bytes).unwrap_or(u64::MAX);
            return Err(TiffFileError::TooLarge {
                pages: count,
                page_bytes,
                limit,
            });
        }
        Ok(Self {
            pages,
            first,
            count,
            layout,
            description,
        })
    }
}

/// Decode the pages one after the other.
fn decode(
    mut reader: impl Read + Seek,
    contents: &Contents,
    limit: u64,
) -> Result<DecodingResult, TiffFileError> {
    let layout = &contents.layout;
    let page_samples = layout.width as usize * layout.height as usize * usize::from(layout.samples);
    reader.seek(SeekFrom::Start(0)).map_err(TiffFileError::Read)?;
    let at = |page| move |source| TiffFileError::Decode { page, source };
    let mut limits = Limits::default();
    limits.decoding_buffer_size = usize::try_from(limit).unwrap_or(usize::MAX);
    limits.intermediate_buffer_size = limits.decoding_buffer_size;
    let mut decoder = Decoder::new(reader).map_err(at(0))?.with_limits(limits);
    let mut samples: Option<DecodingResult> = None;
    for (number, page) in contents.pages.iter().enumerate() {
        if number > 0 {
            decoder.next_image().map_err(at(number))?;
        }
        if page.is_reduced_copy {
            continue;
        }
        check_agreement(&mut decoder, layout, number)?;
        let mut decoded = match (layout.arrangement, page.tile) {
            (Arrangement::Planes, Some(tile)) => {
                planar_tiles::read(&mut decoder, layout, tile).map_err(at(number))?
            }
            _ => {
                let mut decoded = DecodingResult::U8(Vec::new());
                decoder.read_image_to_buffer(&mut decoded).map_err(at(number))?;
                Some(decoded)
            }
        };
        if let (Some(decoded), true) = (&mut decoded, page.is_white_zero()) {
            restore_white_is_zero(decoded);
        }
        if let (Some(DecodingResult::U8(packed)), true) = (&decoded, layout.bits < 8) {
            let unpacked = unpack(packed, layout.width as usize, usize::from(layout.bits));
            decoded = Some(DecodingResult::U8(unpacked));
        }
        samples = decoded.and_then(|decoded| append(samples.take(), decoded, page_samples * contents.count));
        if samples.is_none() {
            let problem = "its samples are of another type than those of the pages before, or too many";
            return Err(TiffFileError::Damaged {
                page: number,
                problem,
            });
        }
    }
    samples.ok_or(TiffFileError::NoPages)
}

/// That the decoder understands the page as it was checked.
fn check_agreement<R: Read + Seek>(
    decoder: &mut Decoder<R>,
    layout: &Layout,
    page: usize,
) -> Result<(), TiffFileError> {
    let at = |source| TiffFileError::Decode { page, source };
    let (size, color) = (
        decoder.dimensions().map_err(at)?,
        decoder.colortype().map_err(at)?,
    );
    if size != (layout.width, layout.height) || u16::from(color.bit_depth()) != layout.bits {
        return Err(TiffFileError::Damaged {
            page,
            problem: "its size can be read in two ways",
        });
    }
    if color.num_samples() != layout.samples {
        // The decoder leaves out samples that are neither colour nor transparency.
        return Err(TiffFileError::Unsupported {
            page,
            feature: format!(
                "{} samples a pixel of which only {} are colours",
                layout.samples,
                color.num_samples()
            ),
            advice: "save each channel as a page",
        });
    }
    Ok(())
}
