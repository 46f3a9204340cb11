//! Pages of 2 MiB for large arrays.

/// Arrays of at least this many bytes are worth it: they have one huge page inside, wherever they start.
#[cfg(target_os = "linux")]
const LARGE: usize = 4 << 20;

/// Asks the system to back a large array with huge pages where they lie in it wholly. Others are left alone, and so is
/// everything where the system has no huge pages or does not want to. Answers whether the system took the advice.
///
/// The array's memory is not looked at and its content stays. Source: madvise(2), `MADV_HUGEPAGE`.
#[cfg(target_os = "linux")]
pub(crate) fn advise(array: *mut u8, bytes: usize) -> bool {
    const PAGE: usize = 2 << 20;
    if bytes < LARGE || array.is_null() {
        return false;
    }
    let before = array.addr().wrapping_neg() % PAGE;
    let length = (bytes - before) / PAGE * PAGE;
    #[expect(
        unsafe_code,
        reason = "there is no safe way to advise about memory of the heap"
    )]
    // SAFETY: the range lies in the array, which the caller has just been given: `before` is less than a page and the array
    // larger than two. The advice changes neither content nor protection, and what it returns may be ignored.
    unsafe {
        libc::madvise(array.add(before).cast(), length, libc::MADV_HUGEPAGE) == 0
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn advise(_array: *mut u8, _bytes: usize) -> bool {
    false
}
