//! What glibc is told.

/// Keeps freed memory in this process from now on. Answers whether the allocator of this platform could be told so: it can
/// be with glibc on Linux; elsewhere nothing is changed.
///
/// Call it once, at the start of `main`: what has been taken before is treated as before.
///
/// ```
/// let kept = heap_tuning::keep_freed_memory();
/// assert_eq!(kept, cfg!(all(target_os = "linux", target_env = "gnu")));
/// ```
///
/// Source: mallopt(3), `M_MMAP_MAX`, `M_TRIM_THRESHOLD` and `M_ARENA_MAX`.
pub fn keep_freed_memory() -> bool {
    imp::keep_freed_memory()
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod imp {
    /// No array from the system for itself, nothing given back, and one heap for all threads: those of other threads have at
    /// most 64 MiB, and take larger arrays from the system after all.
    const SETTINGS: [(libc::c_int, libc::c_int); 3] = [
        (libc::M_MMAP_MAX, 0),
        (libc::M_TRIM_THRESHOLD, libc::c_int::MAX),
        (libc::M_ARENA_MAX, 1),
    ];

    pub(super) fn keep_freed_memory() -> bool {
        SETTINGS.iter().all(|&(parameter, value)| {
            #[expect(unsafe_code, reason = "there is no safe way to set up the allocator of C")]
            // SAFETY: `mallopt` takes two integers, locks the arena itself, and refuses what it does not know by returning 0.
            let accepted = unsafe { libc::mallopt(parameter, value) };
            accepted == 1
        })
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod imp {
    pub(super) fn keep_freed_memory() -> bool {
        false
    }
}
