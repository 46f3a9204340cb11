//! Portable Network Graphics, by the `png` crate.

use tensor_ops::DataType;

mod read;
mod scale;
mod sink;
mod source;
mod write;

pub(super) use read::read;
pub(super) use sink::PngFile;
pub(super) use source::PngSource;
pub(super) use write::write;

/// The most bytes of pixels that are kept in memory for an image that is read or written in parts: 1 GiB.
const MAX_TILED_BYTES: u64 = 1 << 30;

/// Why a PNG file cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The file is damaged, or is no PNG file.
    #[error("the PNG file cannot be decoded")]
    Decode(#[from] ::png::DecodingError),
    /// The decoder gave another number of samples than the size of the image needs.
    #[error("the PNG decoder gave {found} samples for an image of shape {shape:?}")]
    SampleCount {
        /// The lengths of `y` and `x`, and of `c` if there is one.
        shape: Vec<usize>,
        /// How many samples there were.
        found: usize,
    },
    /// The pixels take more memory than is allowed.
    #[error(
        "the PNG image of {height} rows of {width} pixels decodes to {needed} bytes, at most {limit} are read"
    )]
    TooLarge {
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Size of all pixels in bytes.
        needed: u64,
        /// The most bytes that are read.
        limit: u64,
    },
    /// The file is an animation.
    #[error(
        "the PNG file is an animation of {frames} frames, expected a single image, save each frame as a file"
    )]
    Animated {
        /// How many images the file has.
        frames: u32,
    },
    /// The data type cannot be stored as it is.
    #[error(
        "{data_type} values cannot be stored in PNG as they are, choose a scaling (from 0..1, or from the smallest to \
         the largest value) or write .tif or .npy instead"
    )]
    NeedsScaling {
        /// The data type of the tensor.
        data_type: DataType,
    },
    /// Values that no scaling can place.
    #[error("{count} values are NaN or infinite and cannot be scaled to PNG, write .tif or .npy instead")]
    NotFinite {
        /// How many.
        count: usize,
    },
    /// The image is wider or higher than the format allows.
    #[error("an image of shape {shape:?} is too large for PNG, write .tif or .npy instead")]
    Dimensions {
        /// The lengths of `y` and `x`, and of `c` if there is one.
        shape: Vec<usize>,
    },
    /// The file cannot be encoded or written.
    #[error("the PNG file cannot be written")]
    Encode(#[from] ::png::EncodingError),
    /// A data type that cannot be written at all.
    #[error("elements of type {data_type} cannot be written as PNG, cast them first")]
    UnsupportedDataType {
        /// The data type.
        data_type: DataType,
    },
}
