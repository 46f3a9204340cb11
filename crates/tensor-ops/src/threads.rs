//! Running two halves of a job at once, or one after the other without the feature `rayon`.
//!
//! Where a job is split depends on its size alone, so results do not depend on the number of threads.

/// Jobs of fewer elements are not split: handing them over would take longer than doing them.
pub(crate) const GRAIN: usize = 1 << 18;

#[cfg(feature = "rayon")]
pub(crate) use rayon::join;

/// Both results.
#[cfg(not(feature = "rayon"))]
pub(crate) fn join<A, B>(a: impl FnOnce() -> A, b: impl FnOnce() -> B) -> (A, B) {
    (a(), b())
}

/// The result for each item, in the same order, of several at the same time.
pub(crate) fn for_each<T: Send, R: Send>(mut items: Vec<T>, f: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
    if items.len() < 2 {
        return items.into_iter().map(f).collect();
    }
    let last = items.split_off(items.len() / 2);
    let (mut results, last) = join(|| for_each(items, f), || for_each(last, f));
    results.extend(last);
    results
}
