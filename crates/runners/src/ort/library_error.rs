//! Why the library of onnxruntime is not there.

use std::error::Error;
use std::path::PathBuf;

/// How to get onnxruntime, at the end of messages.
pub(super) const HOW_TO_GET: &str = "install it with `pip install onnxruntime`, or unpack a release of onnxruntime and name the file of its shared library";

/// Why the shared library of onnxruntime cannot be used. The messages say how to get one that can.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OrtLibraryError {
    /// No place has it.
    #[error("onnxruntime was not found ({}): {HOW_TO_GET}", if looked.is_empty() { "there was no place to look".to_owned() } else { format!("looked in {}", looked.join(", ")) })]
    NotFound {
        /// The places that were searched.
        looked: Vec<String>,
    },
    /// The file that was named is not there.
    #[error("there is no file {}, which was named as the library of onnxruntime: {HOW_TO_GET}", path.display())]
    NoSuchFile {
        /// The file.
        path: PathBuf,
    },
    /// The file is no library that can be loaded, or not one of onnxruntime.
    #[error("{} cannot be loaded as the library of onnxruntime: {HOW_TO_GET}", path.display())]
    CannotLoad {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library is too old.
    #[error("{} is onnxruntime {found}, but {needed} or newer is needed: update it with `pip install --upgrade onnxruntime`, or name the file of a newer one", path.display())]
    TooOld {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: String,
        /// The oldest version that can be used.
        needed: String,
    },
    /// Another library was loaded before: a process has only one.
    #[error("{} cannot be loaded: this process already uses the onnxruntime of {}", path.display(), loaded.display())]
    AnotherIsLoaded {
        /// The file.
        path: PathBuf,
        /// The library that is in use.
        loaded: PathBuf,
    },
}
