//! What glibc is told.

use std::sync::OnceLock;

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

/// Lets the heap grow by as much as half of the machine's memory, asks for huge pages there, and takes nothing of it yet:
/// memory is counted when it is used. What libraries written in C and C++ take (onnxruntime, libtorch) comes from there, too, which
/// [`ReusingAllocator`](crate::ReusingAllocator) does not see. Answers whether there are huge pages to be had. Only the first
/// call in a process does something.
///
/// Call it on the main thread, whose heap is that of all threads after [`keep_freed_memory`], and after that: otherwise the
/// heap shrinks at once. It is for programs that need much memory: the first page of 2 MiB takes longer to clear than that
/// of 4 KiB.
///
/// ```
/// heap_tuning::keep_freed_memory();
/// if !heap_tuning::reserve_huge_pages() {
///     // Everything works, but more slowly.
/// }
/// ```
///
/// Nothing is reserved where the system counts reservations as used memory (`vm.overcommit_memory` is 2).
///
/// Source: malloc(3), madvise(2), proc_sys_vm(5).
pub fn reserve_huge_pages() -> bool {
    static RESERVED: OnceLock<bool> = OnceLock::new();
    *RESERVED.get_or_init(imp::reserve_huge_pages)
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod imp {
    use std::fs;
    use std::iter::successors;

    use crate::huge_pages::advise;

    /// A heap of less is not worth it.
    const SMALLEST: usize = 64 << 20;

    /// No array from the system for itself, nothing given back (-1 stands for never), and one heap for all threads: those of
    /// other threads have at most 64 MiB, and take larger arrays from the system after all.
    const SETTINGS: [(libc::c_int, libc::c_int); 3] = [
        (libc::M_MMAP_MAX, 0),
        (libc::M_TRIM_THRESHOLD, -1),
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

    /// What is tried to be reserved: half of the memory of the machine, and less where the system does not allow it.
    fn sizes() -> impl Iterator<Item = usize> {
        #[expect(unsafe_code, reason = "there is no safe way to ask the system")]
        // SAFETY: `sysconf` takes a number and returns one, -1 for what it does not know.
        let (pages, page) = unsafe {
            (
                libc::sysconf(libc::_SC_PHYS_PAGES),
                libc::sysconf(libc::_SC_PAGESIZE),
            )
        };
        let number = |value: libc::c_long| usize::try_from(value).unwrap_or(0);
        let half = number(pages).saturating_mul(number(page)) / 2;
        successors(Some(half), |size| Some(size / 2)).take_while(|&size| size >= SMALLEST)
    }

    /// Whether the system counts what is reserved as if it were used (`vm.overcommit_memory` is 2): others would lack it.
    fn counts_reservations() -> bool {
        fs::read_to_string("/proc/sys/vm/overcommit_memory").is_ok_and(|mode| mode.trim() == "2")
    }

    pub(super) fn reserve_huge_pages() -> bool {
        !counts_reservations()
            && sizes().any(|size| {
                #[expect(
                    unsafe_code,
                    reason = "memory that is freed, but not given back, is what this is about"
                )]
                // SAFETY: what `malloc` gave is freed once and not used; null is not freed.
                unsafe {
                    let block = libc::malloc(size).cast::<u8>();
                    if block.is_null() {
                        return false;
                    }
                    let advised = advise(block, size);
                    libc::free(block.cast());
                    advised
                }
            })
    }
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
mod imp {
    pub(super) fn keep_freed_memory() -> bool {
        false
    }

    pub(super) fn reserve_huge_pages() -> bool {
        false
    }
}
