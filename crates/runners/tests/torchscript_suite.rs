//! What every backend that runs TorchScript has to do, run for each backend of this build.

#![cfg(any(
    feature = "tch",
    all(feature = "torchscript", any(feature = "tract", feature = "ort"))
))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![allow(clippy::print_stderr, reason = "a skipped test has to say so")]

#[cfg(all(feature = "ort", feature = "torchscript"))]
#[path = "suite/library.rs"]
mod library;
#[path = "suite/torchscript.rs"]
mod suite;
#[cfg(feature = "tch")]
#[path = "suite/tch.rs"]
mod tch_only;

#[cfg(all(feature = "tract", feature = "torchscript"))]
suite::torchscript_suite!(tract, Some(runners::Tract));
#[cfg(all(feature = "ort", feature = "torchscript"))]
suite::torchscript_suite!(ort, crate::library::backend());
#[cfg(feature = "tch")]
suite::torchscript_suite!(tch, Some(runners::Tch));
