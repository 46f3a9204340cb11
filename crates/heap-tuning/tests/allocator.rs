//! The allocator keeps what allocators promise.
#![allow(
    unsafe_code,
    clippy::panic,
    reason = "the interface of allocators; tests may fail"
)]

use std::alloc::{GlobalAlloc, Layout};

use heap_tuning::ReusingAllocator;

const ALLOCATOR: ReusingAllocator = ReusingAllocator;

fn layout(size: usize, align: usize) -> Layout {
    Layout::from_size_align(size, align)
        .unwrap_or_else(|_| panic!("no layout of {size} bytes aligned to {align}"))
}

#[test]
fn arrays_are_aligned_and_keep_their_content() {
    for align in [1, 8, 16, 32, 64, 128, 4096] {
        for size in [1, 63, 64, 100_000, 5 << 20] {
            let asked = layout(size, align);
            // SAFETY: sizes are not zero; only bytes of the array are used; it is freed once, with the layout it then has.
            unsafe {
                let array = ALLOCATOR.alloc(asked);
                assert!(!array.is_null());
                assert_eq!(array.addr() % align, 0, "{size} bytes aligned to {align}");
                array.write_bytes(7, size);
                let grown = ALLOCATOR.realloc(array, asked, 2 * size);
                assert_eq!(grown.addr() % align, 0, "{size} bytes aligned to {align}, grown");
                assert!((0..size).all(|at| grown.add(at).read() == 7));
                grown.add(size).write_bytes(8, size);
                let half = size.div_ceil(2);
                let shrunk = ALLOCATOR.realloc(grown, layout(2 * size, align), half);
                assert!((0..half).all(|at| shrunk.add(at).read() == 7));
                ALLOCATOR.dealloc(shrunk, layout(half, align));
            }
        }
    }
}

#[test]
fn zeroed_arrays_are_zero_also_where_others_were_before() {
    let asked = layout(6 << 20, 64);
    for _ in 0..3 {
        // SAFETY: as above.
        unsafe {
            let array = ALLOCATOR.alloc_zeroed(asked);
            assert!((0..asked.size()).all(|at| array.add(at).read() == 0));
            array.write_bytes(1, asked.size());
            ALLOCATOR.dealloc(array, asked);
        }
    }
}

#[test]
fn sizes_that_do_not_exist_are_refused() {
    let asked = layout(isize::MAX as usize - 64, 64);
    // SAFETY: nothing is allocated, so nothing is used.
    assert!(unsafe { ALLOCATOR.alloc(asked) }.is_null());
}
