//! A process that runs a network whenever it is asked to.

use std::error::Error;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::time::Instant;

use ndarray::{ArrayD, IxDyn};
use runners::{Backend, LoadOptions, Port, Signature, WeightsData, WeightsFormat};
use tensor_ops::Tensor;

/// Runs a network with one input and one output whenever a line arrives, and answers with the milliseconds that it took
/// and the sum of the output.
///
/// # Errors
/// If the arguments make no sense, or the network cannot be loaded or run.
pub fn serve(
    backend: &dyn Backend,
    format: WeightsFormat,
    weights: &str,
    threads: &str,
    shape: &str,
) -> Result<(), Box<dyn Error>> {
    let one = |name: &str| vec![Port::new(name, None, None)];
    let options = LoadOptions::default()
        .with_threads(threads.parse()?)
        .with_described(Signature {
            inputs: one("input"),
            outputs: one("output"),
        });
    let mut runner = backend.load(format, WeightsData::File(Path::new(weights)), &options)?;
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
