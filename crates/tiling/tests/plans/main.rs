//! Plans of particular kinds of networks, as text and as files, and why there is none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod budget;
mod chunks;
mod describe;
mod files;
mod impossible;
mod kinds;
