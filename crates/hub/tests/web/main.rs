//! Fetching from servers that behave and that do not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod download;
mod faults;
#[path = "../library/fixture.rs"]
mod fixture;
mod guide;
mod packages;
mod publishing;
mod publishing_faults;
mod server;
mod setup;
mod world;
