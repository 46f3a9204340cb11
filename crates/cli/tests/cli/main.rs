//! The program as its users call it: on real packages, broken ones and hostile ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod backends;
mod collections;
mod compatibility;
mod conformance;
mod convert;
mod dataset_statistics;
mod explain;
mod formats;
mod harness;
mod hostile;
mod inspect;
mod migrate;
mod predict;
mod schema;
mod test_model;
mod tiles;
mod validate;
