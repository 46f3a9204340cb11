//! The program as its users call it: on real packages, broken ones and hostile ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod backends;
mod build;
mod collections;
mod compatibility;
mod conformance;
mod convert;
mod dataset_statistics;
#[cfg(all(unix, feature = "python"))]
mod environments;
mod explain;
mod formats;
mod harness;
mod help;
mod hostile;
mod inspect;
mod messages;
mod migrate;
mod packages;
mod predict;
mod predict_folders;
mod schema;
#[path = "../../../hub/tests/web/server.rs"]
mod server;
mod sources;
mod test_model;
mod tiles;
mod validate;
