//! The allocator of the system, used so that places are found again.
#![allow(unsafe_code, reason = "allocators are unsafe by their interface")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;

use crate::huge_pages::advise;

/// How every array of glibc's `malloc` is aligned.
const NATURAL: usize = 16;

/// The allocator of the system for a whole program: `#[global_allocator]`. With glibc, arrays that are aligned more widely than to
/// 16 bytes are taken with `malloc` and aligned by hand, which costs their alignment in bytes; on Linux, arrays of 4 MiB and
/// more get huge pages if the system has them. Elsewhere it is the allocator of the system and nothing else.
///
/// glibc (2.36; the search for an aligned place that 2.38 brought was taken back) looks for a place of `size + alignment + 32`
/// bytes and frees what it does not need of it. The place of an array that was freed is too short for the next one of the same
/// size by that rule, so programs that take and free equal arrays again and again grow to twice their size.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReusingAllocator;

/// Whether an array is aligned by hand.
fn is_wide(layout: Layout) -> bool {
    cfg!(all(target_os = "linux", target_env = "gnu")) && layout.align() > NATURAL
}

/// The block that an array of wide alignment is cut out of. It is at most one alignment larger: the gap in front of the array
/// has at least 16 bytes, since the block is aligned to 16, and at most the alignment.
fn block_of(layout: Layout) -> Option<Layout> {
    let size = layout.size().checked_add(layout.align())?;
    Layout::from_size_align(size, NATURAL).ok()
}

/// The array in a block, with the length of the gap in front of it written there.
///
/// # Safety
/// `block` is null or was allocated with [`block_of`] a layout of this alignment, and is used by nobody else.
unsafe fn array_in(block: *mut u8, align: usize) -> *mut u8 {
    if block.is_null() {
        return block;
    }
    let gap = align - block.addr() % align;
    // SAFETY: `gap` is from 16 to `align`, and the block has `align` bytes more than the array. The last eight bytes of
    // the gap are inside the block, and aligned, as the array behind them is.
    unsafe {
        let array = block.add(gap);
        array.cast::<usize>().sub(1).write(gap);
        array
    }
}

impl ReusingAllocator {
    /// An array from `take`, which allocates a block.
    ///
    /// # Safety
    /// The size of `layout` is not zero; `take` is `alloc` or `alloc_zeroed` of the system.
    unsafe fn take(layout: Layout, take: unsafe fn(&System, Layout) -> *mut u8) -> *mut u8 {
        let array = if is_wide(layout) {
            match block_of(layout) {
                // SAFETY: a block is larger than its array, so its size is not zero. It is new, so nobody else uses it.
                Some(block) => unsafe { array_in(take(&System, block), layout.align()) },
                None => ptr::null_mut(),
            }
        } else {
            // SAFETY: as the caller promises.
            unsafe { take(&System, layout) }
        };
        let _ = advise(array, layout.size());
        array
    }
}

// SAFETY: arrays are those of the system's allocator, or lie in blocks of it, see `array_in`; what is freed is what
// was allocated, as the layout, by which both sides decide, is the same.
unsafe impl GlobalAlloc for ReusingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { Self::take(layout, System::alloc) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as the caller promises.
        unsafe { Self::take(layout, System::alloc_zeroed) }
    }

    unsafe fn dealloc(&self, array: *mut u8, layout: Layout) {
        if !is_wide(layout) {
            // SAFETY: `take` got it from the system with this layout.
            return unsafe { System.dealloc(array, layout) };
        }
        if let Some(block) = block_of(layout) {
            // SAFETY: `array_in` wrote the length of the gap there, and the block begins that far in front of the array.
            unsafe {
                let gap = array.cast::<usize>().sub(1).read();
                System.dealloc(array.sub(gap), block);
            }
        }
    }

    unsafe fn realloc(&self, array: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if !is_wide(layout) {
            // SAFETY: as the caller promises; `take` got it from the system with this layout.
            let moved = unsafe { System.realloc(array, layout, size) };
            let _ = advise(moved, size);
            return moved;
        }
        let Ok(wanted) = Layout::from_size_align(size, layout.align()) else {
            return ptr::null_mut();
        };
        // SAFETY: the caller promises that `size` is not zero and that the array has this layout; the new array is another one.
        unsafe {
            let moved = self.alloc(wanted);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(array, moved, layout.size().min(size));
                self.dealloc(array, layout);
            }
            moved
        }
    }
}
