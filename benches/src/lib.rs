//! What the benchmarks share.

pub mod kernels;
#[cfg(any(feature = "engine", feature = "tch"))]
pub mod worker;
