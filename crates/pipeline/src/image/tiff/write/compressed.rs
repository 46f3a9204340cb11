//! Compressed pages, by the encoder of the `tiff` crate: each directory in front of the pixels of its page.

use std::io::{Seek, Write};

use ::tiff::encoder::{Compression, TiffEncoder, TiffKind, TiffValue};
use ::tiff::tags::Tag;
use ndarray::{ArrayViewD, Axis};

use super::{Pages, Sample, Size};
use crate::image::tiff::TiffFileError;

/// The first row is on top and the first column left.
const TOP_LEFT: u16 = 1;

pub(super) fn encode<T: Sample>(
    writer: impl Write + Seek,
    array: &ArrayViewD<'_, T>,
    pages: &Pages,
    compression: Compression,
    size: Size,
) -> Result<(), TiffFileError>
where
    [T]: TiffValue,
{
    match size {
        Size::Classic => {
            let encoder = TiffEncoder::new(writer)?.with_compression(compression);
            encode_pages(encoder, array, pages)
        }
        Size::Big => {
            let encoder = TiffEncoder::new_big(writer)?.with_compression(compression);
            encode_pages(encoder, array, pages)
        }
    }
}

fn encode_pages<T: Sample, W: Write + Seek, K: TiffKind>(
    mut encoder: TiffEncoder<W, K>,
    array: &ArrayViewD<'_, T>,
    pages: &Pages,
) -> Result<(), TiffFileError>
where
    [T]: TiffValue,
{
    let outer = array.ndim().saturating_sub(2);
    for page in 0..pages.count {
        let mut plane = array.view();
        let mut remainder = page;
        let mut plane_pages = pages.count;
        for &length in array.shape().iter().take(outer) {
            plane_pages /= length;
            plane = plane.index_axis_move(Axis(0), remainder / plane_pages);
            remainder %= plane_pages;
        }
        let mut image = encoder.new_image::<T::Color>(pages.width, pages.height)?;
        if let (0, Some(description)) = (page, &pages.description) {
            let directory = image.encoder();
            directory.write_tag(Tag::ImageDescription, description.as_str())?;
            // Files of ImageJ itself do not have this: its older versions take it as a sign that the pages are where
            // the directories say, and not one behind the other, whether they are compressed or not.
            directory.write_tag(Tag::Orientation, TOP_LEFT)?;
        }
        let plane = plane.as_standard_layout();
        // In standard layout there is a slice.
        image.write_data(plane.as_slice().unwrap_or_default())?;
    }
    Ok(())
}
