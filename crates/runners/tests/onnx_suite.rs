//! The backend-independent suite, run for each backend of this build.

// The features of all backends that run ONNX.
#![cfg(feature = "tract")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "suite/onnx.rs"]
mod suite;
#[path = "suite/tract.rs"]
mod tract_only;

suite::onnx_suite!(tract, runners::Tract);
