//! One of the engines that `benches/engines/compare.py` compares: runs an ONNX network whenever a line arrives.
//!
//! Arguments: BACKEND (`tract` or `ort`), the weights (an ONNX file; `.pt`, `.h5` or a SavedModel folder are converted), the number of threads, the shape of the input (`1,1,512,512`)
//! and, for `ort`, the library of onnxruntime.

use std::error::Error;
use std::path::Path;

use modelhub_benches::worker::serve;
use runners::{Backend, Ort, Tract, WeightsFormat};

// As in the program `modelhub`.
#[global_allocator]
static ALLOCATOR: heap_tuning::ReusingAllocator = heap_tuning::ReusingAllocator;

fn main() -> Result<(), Box<dyn Error>> {
    let _ = heap_tuning::keep_freed_memory();
    let _ = heap_tuning::reserve_huge_pages();
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [backend, weights, threads, shape, library @ ..] = &arguments[..] else {
        return Err("BACKEND WEIGHTS THREADS SHAPE [LIBRARY] are needed".into());
    };
    let backend: Box<dyn Backend> = match (backend.as_str(), library) {
        ("tract", _) => Box::new(Tract),
        ("ort", [library]) => Box::new(Ort::load(library)?),
        _ => return Err(format!("there is no backend {backend}, or its library is missing").into()),
    };
    serve(&*backend, format_of(Path::new(weights)), weights, threads, shape)
}

/// The format, by the name of the file or folder.
fn format_of(weights: &Path) -> WeightsFormat {
    let extension = weights.extension().and_then(|extension| extension.to_str());
    match extension {
        _ if weights.is_dir() => WeightsFormat::TensorflowSavedModelBundle,
        Some("pt") => WeightsFormat::Torchscript,
        Some("h5") => WeightsFormat::KerasHdf5,
        _ => WeightsFormat::Onnx,
    }
}
