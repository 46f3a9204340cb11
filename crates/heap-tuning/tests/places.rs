//! The allocator finds places again, and memory is reserved. On the main thread, since the heap is that of it, and without other
//! tests, which take memory, too.
#![allow(
    unsafe_code,
    clippy::panic,
    reason = "the interface of allocators; tests may fail"
)]

use std::alloc::{GlobalAlloc, Layout};

use heap_tuning::{ReusingAllocator, keep_freed_memory};

const ALLOCATOR: ReusingAllocator = ReusingAllocator;

fn main() {
    arrays_take_the_places_of_those_before();
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    a_reservation_takes_no_memory();
}

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align)
        .unwrap_or_else(|_| panic!("no layout of {size} bytes aligned to {align}"))
}

/// The arrays of a small network, tile after tile: each is made while the one before is still there.
fn arrays_take_the_places_of_those_before() {
    assert_eq!(
        keep_freed_memory(),
        cfg!(all(target_os = "linux", target_env = "gnu"))
    );
    let sizes = [8 << 20, 4 << 20, 6 << 20, 2 << 20, 8 << 20, 3 << 20];
    let (mut first, mut end) = (usize::MAX, 0);
    // SAFETY: sizes are not zero; each array is freed once, with its layout.
    unsafe {
        let mut before = (ALLOCATOR.alloc(layout(64, 64)), layout(64, 64));
        for size in sizes.into_iter().cycle().take(30 * sizes.len()) {
            let asked = layout(size, 64);
            let array = ALLOCATOR.alloc(asked);
            first = first.min(array.addr());
            end = end.max(array.addr() + size);
            ALLOCATOR.dealloc(before.0, before.1);
            before = (array, asked);
        }
        ALLOCATOR.dealloc(before.0, before.1);
    }
    if cfg!(all(target_os = "linux", target_env = "gnu")) {
        // At most 12 MiB exist at a time.
        let extent = (end - first) >> 20;
        assert!(extent <= 24, "arrays of 12 MiB are spread over {extent} MiB");
    }
}

/// What is reserved is there for others: it is not used before it is needed, and a second call reserves nothing more.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn a_reservation_takes_no_memory() {
    let kibibytes = |key: &str| {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix(key))
            .unwrap_or_default();
        line.trim()
            .trim_end_matches(" kB")
            .parse::<u64>()
            .unwrap_or_default()
    };
    let (size, used) = (kibibytes("VmSize:"), kibibytes("VmRSS:"));
    let reserved = heap_tuning::reserve_huge_pages();
    let grown = kibibytes("VmSize:") - size;
    assert!(!reserved || grown >= 64 << 10, "{grown} KiB are reserved");
    let taken = kibibytes("VmRSS:").saturating_sub(used);
    assert!(taken <= 32 << 10, "a reservation took {taken} KiB");
    heap_tuning::reserve_huge_pages();
    let again = kibibytes("VmSize:") - size;
    assert!(
        again < grown + grown / 2 + (1 << 20),
        "{again} KiB are reserved after {grown}"
    );
}
