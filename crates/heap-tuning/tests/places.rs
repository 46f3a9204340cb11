//! The allocator finds places again. A program of its own, since other tests take memory, too.
#![allow(
    unsafe_code,
    clippy::panic,
    reason = "the interface of allocators; tests may fail"
)]

use std::alloc::{GlobalAlloc, Layout};

use heap_tuning::{ReusingAllocator, keep_freed_memory};

const ALLOCATOR: ReusingAllocator = ReusingAllocator;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align)
        .unwrap_or_else(|_| panic!("no layout of {size} bytes aligned to {align}"))
}

/// The arrays of a small network, tile after tile: each is made while the one before is still there.
#[test]
fn arrays_take_the_places_of_those_before() {
    keep_freed_memory();
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
