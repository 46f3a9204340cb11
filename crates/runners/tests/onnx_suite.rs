//! The backend-independent suite, run for each backend of this build.

// The features of all backends that run ONNX.
#![cfg(any(feature = "tract", feature = "ort"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test has to say so")]

#[cfg(feature = "ort")]
#[path = "suite/library.rs"]
mod library;
#[cfg(feature = "ort")]
#[path = "suite/ort.rs"]
mod ort_only;
#[path = "suite/onnx.rs"]
mod suite;
#[cfg(feature = "tract")]
#[path = "suite/tract.rs"]
mod tract_only;

#[cfg(feature = "tract")]
suite::onnx_suite!(tract, Some(runners::Tract));
#[cfg(feature = "ort")]
suite::onnx_suite!(ort, crate::library::backend());
