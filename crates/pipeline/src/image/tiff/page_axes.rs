//! Which axes the pages of a TIFF file run along.

use super::{TiffFileError, imagej, ome};
use crate::image::PixelSize;

/// The axes of the pages, slowest first, with their lengths; axes of length 1 may be among them.
///
/// `samples` is the number of samples of a pixel. The product of the lengths is the number of pages.
pub(super) fn page_axes(
    description: Option<&str>,
    pages: usize,
    samples: u16,
) -> Result<Vec<(char, usize)>, TiffFileError> {
    match description {
        Some(text) if imagej::is_imagej(text) => imagej::page_axes(text, pages),
        Some(text) if ome::is_ome(text) => ome::page_axes(text, pages, samples),
        _ => Ok(vec![('z', pages)]),
    }
}

/// How far apart pixels are; `resolution` is the number of them in one unit, across and down.
///
/// A resolution without a description is one of paper: cameras and editors write any number there.
pub(super) fn pixel_size(description: Option<&str>, resolution: [Option<f64>; 2]) -> PixelSize {
    match description {
        Some(text) if imagej::is_imagej(text) => imagej::pixel_size(text, resolution),
        Some(text) if ome::is_ome(text) => ome::pixel_size(text),
        _ => PixelSize::default(),
    }
}

/// Check that stated lengths are those of the file.
pub(super) fn check_page_count(
    source_name: &'static str,
    axes: &[(char, u64)],
    pages: usize,
) -> Result<Vec<(char, usize)>, TiffFileError> {
    let product = axes
        .iter()
        .try_fold(1_u64, |product, &(_, length)| product.checked_mul(length));
    let lengths: Option<Vec<(char, usize)>> = axes
        .iter()
        .map(|&(letter, length)| Some((letter, usize::try_from(length).ok()?)))
        .collect();
    match lengths {
        Some(lengths) if product == Some(pages as u64) => Ok(lengths),
        _ => {
            let stated: Vec<String> = axes
                .iter()
                .map(|(letter, length)| format!("{letter} = {length}"))
                .collect();
            Err(TiffFileError::Description {
                source_name,
                stated: stated.join(", "),
                found: if pages == 1 {
                    "1 page".to_owned()
                } else {
                    format!("{pages} pages")
                },
            })
        }
    }
}
