//! The program as its users call it: on real packages, broken ones and hostile ones.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod backends;
mod build;
mod build_from_web;
mod cache;
mod collections;
mod compatibility;
mod conformance;
mod convert;
mod dataset_statistics;
#[cfg(all(unix, feature = "python"))]
mod environments;
mod explain;
mod formats;
mod guide;
mod harness;
mod help;
mod hostile;
mod inspect;
mod messages;
mod migrate;
mod packages;
mod partner;
mod predict;
mod predict_folders;
mod publishing;
mod reports;
mod schema;
#[path = "../../../hub/tests/web/server.rs"]
mod server;
mod services;
mod sources;
mod standard_input;
mod summaries;
mod test_collection;
mod test_collection_web;
mod test_model;
mod tiles;
mod tiles_interrupted;
mod tiles_zarr;
mod validate;
