//! Why a Zarr array cannot be read or written.

use std::io;
use std::path::PathBuf;

/// Why a Zarr array, or the OME metadata around it, cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ZarrError {
    /// A folder without any metadata of Zarr.
    #[error(
        "the folder has neither zarr.json nor .zarray, .zgroup or .zattrs, so it is no Zarr array or image"
    )]
    NotZarr,
    /// A file of metadata that cannot be read.
    #[error("{name} cannot be read")]
    Metadata {
        /// Its path in the folder.
        name: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Metadata that are not the JSON they should be.
    #[error("{name} is no JSON text")]
    Json {
        /// The path of the file in the folder.
        name: String,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// Metadata that contradict the format.
    #[error("{name}: {key} is {found}, expected {expected}")]
    Field {
        /// The path of the file in the folder.
        name: String,
        /// The field.
        key: &'static str,
        /// What it is, shortened if it is long.
        found: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Something that the format allows and that is not read.
    #[error("{name}: {feature} is not supported, {advice}")]
    Unsupported {
        /// The path of the file in the folder.
        name: String,
        /// What it is.
        feature: String,
        /// What to do.
        advice: &'static str,
    },
    /// A group with images, of which none can be chosen.
    #[error("this is a group of {what}, not an image, name one of its images, such as FOLDER.zarr/{example}")]
    Group {
        /// What is in it.
        what: &'static str,
        /// The path of one.
        example: String,
    },
    /// A chunk that cannot be decoded.
    #[error("the chunk {chunk} cannot be decoded: {problem}")]
    Chunk {
        /// The path of its file in the folder.
        chunk: String,
        /// Why.
        problem: String,
    },
    /// A chunk that cannot be read or written.
    #[error("the chunk {chunk} cannot be read or written")]
    ChunkFile {
        /// The path of its file in the folder.
        chunk: String,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The place of the result is taken.
    #[error("{}: there is something that is no Zarr folder already, name another result or remove it", path.display())]
    Taken {
        /// The place.
        path: PathBuf,
    },
    /// An unfinished result is there.
    #[error("{}: an unfinished result is there, resume it or remove that folder", path.display())]
    Unfinished {
        /// The unfinished folder.
        path: PathBuf,
    },
    /// No unfinished result is there.
    #[error("{}: there is no unfinished result to resume", path.display())]
    NothingToResume {
        /// Where it would be.
        path: PathBuf,
    },
    /// An unfinished result that was made in another way.
    #[error(
        "{}: the unfinished result has another {what} than this run ({found}, now {expected}), remove that folder to \
         start anew",
        path.display()
    )]
    OtherRun {
        /// The unfinished folder.
        path: PathBuf,
        /// What differs.
        what: &'static str,
        /// That of the unfinished result.
        found: String,
        /// That of this run.
        expected: String,
    },
    /// A journal that cannot be understood.
    #[error("{}: the journal of the unfinished result is damaged, remove that folder to start anew", path.display())]
    Journal {
        /// The unfinished folder.
        path: PathBuf,
    },
    /// A size of chunks that is none.
    #[error("chunks of {length} along '{letter}' are impossible, expected at least 1, for axes of the image")]
    ChunkShape {
        /// The axis.
        letter: char,
        /// The stated length.
        length: usize,
    },
}
