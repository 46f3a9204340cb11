//! Running two halves of a job at once, or one after the other without the feature `rayon`.
//!
//! Where a job is split depends on its size alone, so results do not depend on the number of threads.

/// Jobs of fewer elements are not split: handing them over would take longer than doing them.
pub(crate) const GRAIN: usize = 1 << 16;

#[cfg(feature = "rayon")]
pub(crate) use rayon::join;

/// Both results.
#[cfg(not(feature = "rayon"))]
pub(crate) fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}
