//! Runs a network whenever a line arrives, and answers with the milliseconds it took: one of the engines that
//! `compare.py` compares.
//!
//! Arguments: BACKEND (`tract` or `ort`), the ONNX file, the number of threads, the shape of the input (`1,1,512,512`)
//! and, for `ort`, the library of onnxruntime.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, LoadOptions, Ort, Tract, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [backend, weights, threads, shape, library @ ..] = &arguments[..] else {
        return Err("BACKEND WEIGHTS THREADS SHAPE [LIBRARY] are needed".into());
    };
    let backend: Box<dyn Backend> = match (backend.as_str(), library) {
        ("tract", _) => Box::new(Tract),
        ("ort", [library]) => Box::new(Ort::load(library)?),
        _ => return Err(format!("there is no backend {backend}, or its library is missing").into()),
    };
    let options = LoadOptions::default().with_threads(threads.parse()?);
    let data = WeightsData::File(Path::new(weights));
    let mut runner = backend.load(WeightsFormat::Onnx, data, &options)?;
    let shape: Vec<usize> = shape.split(',').map(str::parse).collect::<Result<_, _>>()?;
    let count = shape.iter().product::<usize>();
    // The same values as in `compare.py`.
    let values = (0..count)
        .map(|index| (index * 7919 % 1009) as f32 / 1009.0)
        .collect();
    let input = Tensor::Float32(ArrayD::from_shape_vec(IxDyn(&shape), values)?);
    for line in stdin().lock().lines() {
        line?;
        let started = Instant::now();
        let outputs = runner.run(&[input.view()])?;
        let milliseconds = started.elapsed().as_secs_f64() * 1e3;
        let sum = match &outputs[..] {
            [Tensor::Float32(output), ..] => output.iter().map(|&value| f64::from(value)).sum::<f64>(),
            _ => return Err("the first output is not float32".into()),
        };
        writeln!(stdout(), "{milliseconds} {sum}")?;
        stdout().flush()?;
    }
    Ok(())
}
