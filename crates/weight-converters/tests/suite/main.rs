//! Models of all formats through the public API.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test fails by panicking"
)]

#[path = "../archives/mod.rs"]
mod archives;
#[cfg(feature = "tfjs")]
mod documentation;
#[cfg(feature = "keras")]
mod keras;
#[cfg(feature = "keras")]
#[path = "../keras_files/mod.rs"]
mod keras_files;
mod onnxruntime;
#[cfg(feature = "tfjs")]
mod tensorflow;
mod torchscript;
mod torchscript_hostile;
mod torchscript_refused;
