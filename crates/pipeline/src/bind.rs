//! The translations from the vocabulary of the description to that of the engines: axis letters become
//! indices, described operations become kernels, described shapes become checks.

pub(crate) mod architecture;
pub(crate) mod geometry;
pub(crate) mod operation;
pub(crate) mod processing;
pub(crate) mod shape;
pub(crate) mod statistics;
pub(crate) mod tensors;
pub(crate) mod weights;
