//! One of the engines that `benches/engines/compare.py` compares: runs TorchScript with libtorch whenever a line arrives.
//!
//! Arguments: the archive, the number of threads and the shape of the input (`1,1,512,512`).

use std::error::Error;

use modelhub_benches::worker::serve;
use runners::{Tch, WeightsFormat};

// As in the program `modelhub`.
#[global_allocator]
static ALLOCATOR: heap_tuning::ReusingAllocator = heap_tuning::ReusingAllocator;

fn main() -> Result<(), Box<dyn Error>> {
    let _ = heap_tuning::keep_freed_memory();
    let _ = heap_tuning::reserve_huge_pages();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [weights, threads, shape] = &arguments[..] else {
        return Err("WEIGHTS THREADS SHAPE are needed".into());
    };
    serve(&Tch, WeightsFormat::Torchscript, weights, threads, shape)
}
