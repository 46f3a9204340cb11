//! Why a TIFF file cannot be read or written.

use std::io;

use tensor_ops::DataType;

/// Why a TIFF file cannot be read or written. Pages are counted from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TiffFileError {
    /// The reader failed.
    #[error("the TIFF file cannot be read")]
    Read(#[source] io::Error),
    /// The first bytes are not those of the format.
    #[error("this is no TIFF file: it starts with neither II nor MM and the number 42 or 43")]
    NotTiff,
    /// The file ends in its directories.
    #[error("the TIFF file ends within the directory of page {page}")]
    Truncated {
        /// The page.
        page: usize,
    },
    /// More pages than are read, or directories that form a circle.
    #[error("the TIFF file has more than {limit} pages, or its directories form a circle")]
    TooManyPages {
        /// The most pages that are read.
        limit: usize,
    },
    /// A page whose directory contradicts itself.
    #[error("the directory of TIFF page {page} is damaged: {problem}")]
    Damaged {
        /// The page.
        page: usize,
        /// What is wrong.
        problem: &'static str,
    },
    /// Something that the format allows and that is not read.
    #[error("TIFF page {page} has {feature}, which is not supported, {advice}")]
    Unsupported {
        /// The page.
        page: usize,
        /// What it has.
        feature: String,
        /// What to do.
        advice: &'static str,
    },
    /// A page that does not fit the others.
    #[error(
        "TIFF page {page} is {found}, but page {first} is {expected}: pages that differ cannot become one array, save \
         each as a file"
    )]
    PagesDiffer {
        /// The page.
        page: usize,
        /// What it is.
        found: String,
        /// The first page.
        first: usize,
        /// What that is.
        expected: String,
    },
    /// No page that could be read.
    #[error("the TIFF file has no page that is not a reduced copy of another")]
    NoPages,
    /// The pixels take more memory than is allowed.
    #[error(
        "the TIFF file ({pages} pages of {page_bytes} bytes) decodes to more than the {limit} bytes that are read"
    )]
    TooLarge {
        /// The number of pages.
        pages: usize,
        /// The size of a decoded page in bytes.
        page_bytes: u64,
        /// The most bytes that are read.
        limit: u64,
    },
    /// A description that does not fit the file.
    #[error("the {source_name} description of the TIFF file states {stated}, but the file has {found}")]
    Description {
        /// Who wrote the description: ImageJ or OME-XML.
        source_name: &'static str,
        /// What it says.
        stated: String,
        /// What is there.
        found: String,
    },
    /// The decoder gave up.
    #[error("TIFF page {page} cannot be decoded")]
    Decode {
        /// The page.
        page: usize,
        /// Why.
        #[source]
        source: ::tiff::TiffError,
    },
    /// The file cannot be encoded or written.
    #[error("the TIFF file cannot be written")]
    Encode(#[from] ::tiff::TiffError),
    /// The pages are wider or higher than the format allows.
    #[error("an image of shape {shape:?} is too large for TIFF, write .npy instead")]
    Dimensions {
        /// The lengths of the axes of the file.
        shape: Vec<usize>,
    },
    /// A data type that cannot be written.
    #[error("elements of type {data_type} cannot be written as TIFF, cast them first")]
    UnsupportedDataType {
        /// The data type.
        data_type: DataType,
    },
}
