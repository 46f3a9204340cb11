//! What the benchmarks share.

pub mod kernels;
