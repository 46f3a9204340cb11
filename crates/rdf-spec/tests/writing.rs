//! What is written can be read again, and is the same.
#![cfg(feature = "serde")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

#[path = "writing/form.rs"]
mod form;
#[path = "writing/models.rs"]
mod models;
#[path = "writing/resources.rs"]
mod resources;
#[path = "writing/trees.rs"]
mod trees;

/// A description without findings.
const MINIMAL: &str = include_str!("documents/minimal.yaml");
