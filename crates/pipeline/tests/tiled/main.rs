//! Real networks, tile by tile: equal to the whole image.
#![cfg(feature = "tract")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

mod equal;
mod model;
mod resumed;
mod runs;
mod sizes;
