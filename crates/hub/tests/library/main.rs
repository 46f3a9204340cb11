//! What the library knows without the network: collections, summaries, plugins, rules.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod collections;
mod compatibility;
mod contribution;
mod files;
mod fixture;
mod plugins;
mod summaries;
