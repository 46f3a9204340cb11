//! From a TIFF file to a tensor.

use std::io::{Read, Seek};

use tensor_ops::Tensor;
use tiling::Region;

use super::TiffFileError;
use super::array::TiffArray;
use crate::axes::ImageAxes;
use crate::image::ImageErrorKind;

/// Decode the pages of a file, of at most `limit` bytes together.
pub(in crate::image) fn read(
    reader: impl Read + Seek,
    limit: u64,
) -> Result<(Tensor, ImageAxes), ImageErrorKind> {
    // No array is larger than what can be addressed.
    let limit = limit.min(isize::MAX as u64);
    // Each strip or tile is needed once.
    let mut array = TiffArray::open(reader, limit, 0)?;
    let (pages, page_bytes) = array.size();
    if page_bytes.saturating_mul(pages as u128) > u128::from(limit) {
        return Err(TiffFileError::TooLarge {
            pages,
            page_bytes: u64::try_from(page_bytes).unwrap_or(u64::MAX),
            limit,
        }
        .into());
    }
    let tensor = array.read(&Region::whole(array.shape()))?;
    Ok((tensor, array.axes().clone()))
}
