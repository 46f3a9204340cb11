//! Lets a program keep the memory that it frees, and use it again for arrays like those before.
//!
//! A network computes each of its values in an array of its own: hundreds of megabytes are taken and freed for every tile of an
//! image. What glibc does by default suits that badly, in three ways:
//!
//! - Arrays of more than some megabytes are taken from the system one by one and given back at once, and the system clears
//!   every page that it hands out. For a small U-Net on tiles of three million pixels that is 4 million page faults and a
//!   third of all processor time (docs/performance.md). [`keep_freed_memory`] lets freed memory stay with the process.
//! - Arrays of wide alignment (64 bytes, as vector instructions like it) are cut out of a place that is longer by the alignment, so
//!   an array does not fit where an equal one was before: memory grows to twice of what is used. [`ReusingAllocator`]
//!   takes places that fit again.
//! - Pages have 4 KiB. Filters go through many planes of an image at the same time, and addresses that are that far apart need more
//!   pages than a processor remembers. [`ReusingAllocator`] asks for huge pages, and [`reserve_huge_pages`] does it for
//!   what libraries in other languages take: U-Nets are a quarter faster, with tract as with onnxruntime.
//!
//! ```
//! use heap_tuning::{ReusingAllocator, keep_freed_memory, reserve_huge_pages};
//!
//! #[global_allocator]
//! static ALLOCATOR: ReusingAllocator = ReusingAllocator;
//!
//! // At the start of `main`:
//! let kept = keep_freed_memory();
//! assert_eq!(kept, cfg!(all(target_os = "linux", target_env = "gnu")));
//! let _ = reserve_huge_pages();
//! ```
//!
//! The price: a process keeps the largest amount of memory that it ever had, until it ends. That suits a program that does one
//! job and ends; a server, or a library in somebody's program, should leave the choice to that program.

mod allocator;
mod huge_pages;
mod settings;

pub use allocator::ReusingAllocator;
pub use settings::{keep_freed_memory, reserve_huge_pages};
