//! Times the operations of `tensor-ops` against a copy of the array that they read, in turns, so that what else the
//! machine does meets both; the shortest time of each is taken, since everything else only adds to it.
//!
//! ```text
//! kernel_ratios [ROUNDS] [--json] [--only TEXT]
//! ```
//!
//! A table for people, or one JSON object a line with the times in seconds. `--only` leaves out what does not contain the
//! text, such as `uint16 scale_range`.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::hint::black_box;
use std::time::Instant;

use modelhub_benches::kernels::{DATA_TYPES, Job, SHAPES, image, jobs};
use ndarray::{ArrayD, IxDyn};
use tensor_ops::{DataType, OpError, Tensor};

// As in the program `modelhub`; numpy asks for huge pages, too.
#[global_allocator]
static ALLOCATOR: heap_tuning::ReusingAllocator = heap_tuning::ReusingAllocator;

fn main() -> Result<(), Box<dyn Error>> {
    // As the program does: neither the copy nor the operations wait for fresh pages.
    let _ = heap_tuning::keep_freed_memory();
    let mut rounds = 15;
    let mut json = false;
    let mut only = String::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--json" => json = true,
            "--only" => only = arguments.next().ok_or("--only needs a text")?,
            number => rounds = number.parse()?,
        }
    }
    let all = std::thread::available_parallelism()?.get();
    let mut threads = vec![1, all];
    threads.dedup();
    if !json {
        println!("| threads | shape | type | operation | GB/s | copy GB/s | ratio |");
        println!("|---|---|---|---|---|---|---|");
    }
    for threads in threads {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        for shape in SHAPES {
            for data_type in DATA_TYPES {
                let mut chosen = jobs(shape)?;
                chosen.retain(|job| format!("{threads} {shape:?} {data_type} {}", job.name).contains(&only));
                if chosen.is_empty() {
                    continue;
                }
                let source = image(shape, data_type);
                for job in chosen {
                    let times = pool.install(|| compare(&job, &source, rounds))?;
                    let bytes = (source.len() * data_type.item_size()) as f64;
                    if json {
                        println!(
                            r#"{{"threads": {threads}, "shape": {shape:?}, "type": "{data_type}", "operation": "{}", "seconds": {:e}, "copy": {:e}, "conversion": {:e}}}"#,
                            job.name, times.job, times.copy, times.conversion
                        );
                    } else {
                        println!(
                            "| {threads} | {shape:?} | {data_type} | {} | {:.2} | {:.2} | {:.0} % |",
                            job.name,
                            bytes / times.job / 1e9,
                            bytes / times.copy / 1e9,
                            100.0 * times.copy / times.job
                        );
                    }
                }
            }
        }
    }
    Ok(())
}

struct Times {
    job: f64,
    copy: f64,
    /// A bare conversion to `f32`, for the types that become it: no operation can move the bytes faster.
    conversion: f64,
}

/// The shortest times of both in seconds.
fn compare(job: &Job, source: &Tensor, rounds: usize) -> Result<Times, OpError> {
    let mut target = match source {
        Tensor::Float32(values) => values.clone(),
        _ => ArrayD::zeros(IxDyn(source.shape())),
    };
    let mut copies = Copies::new(source);
    let (mut jobs, mut times, mut conversions) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let begin = Instant::now();
        copies.copy(source);
        let copied = Instant::now();
        job.run(black_box(source), black_box(&mut target))?;
        let done = Instant::now();
        if let Some(target) = target
            .as_slice_mut()
            .filter(|_| source.data_type() != DataType::Float32)
        {
            convert(target, source);
        }
        let converted = Instant::now();
        // The first round warms up.
        if round > 0 {
            conversions.push((converted - done).as_secs_f64());
            times.push((copied - begin).as_secs_f64());
            jobs.push((done - copied).as_secs_f64());
        }
        if source.data_type() == DataType::Float32 && job.name == "scale_range" {
            // Otherwise the second round would see an image that is scaled already.
            target = match source {
                Tensor::Float32(values) => values.clone(),
                _ => target,
            };
        }
    }
    Ok(Times {
        job: shortest(&jobs),
        copy: shortest(&times),
        conversion: shortest(&conversions),
    })
}

fn shortest(times: &[f64]) -> f64 {
    times.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The bare conversion, in as many parts as there are threads.
fn convert(target: &mut [f32], source: &Tensor) {
    match source {
        Tensor::Uint16(source) => convert_each(target, source.as_slice().unwrap_or_default()),
        Tensor::Uint8(source) => convert_each(target, source.as_slice().unwrap_or_default()),
        _ => {}
    }
}

fn convert_each<T: Copy + Into<f32> + Sync>(target: &mut [f32], source: &[T]) {
    let part = target.len().div_ceil(rayon::current_num_threads()).max(1);
    rayon::scope(|scope| {
        for (target, source) in target.chunks_mut(part).zip(source.chunks(part)) {
            scope.spawn(move |_| {
                for (target, &source) in target.iter_mut().zip(source) {
                    *target = source.into();
                }
                black_box(target);
            });
        }
    });
}

/// A buffer of the type of the source.
enum Copies {
    Float32(Vec<f32>),
    Uint16(Vec<u16>),
    Uint8(Vec<u8>),
}

impl Copies {
    fn new(source: &Tensor) -> Self {
        match source.data_type() {
            DataType::Uint16 => Self::Uint16(vec![1; source.len()]),
            DataType::Uint8 => Self::Uint8(vec![1; source.len()]),
            _ => Self::Float32(vec![1.0; source.len()]),
        }
    }

    /// The standard library's copy, in as many parts as there are threads.
    fn copy(&mut self, source: &Tensor) {
        match (self, source) {
            (Self::Float32(target), Tensor::Float32(source)) => {
                copy(target, source.as_slice().unwrap_or_default())
            }
            (Self::Uint16(target), Tensor::Uint16(source)) => {
                copy(target, source.as_slice().unwrap_or_default())
            }
            (Self::Uint8(target), Tensor::Uint8(source)) => {
                copy(target, source.as_slice().unwrap_or_default())
            }
            _ => {}
        }
    }
}

fn copy<T: Copy + Send + Sync>(target: &mut [T], source: &[T]) {
    let part = source.len().div_ceil(rayon::current_num_threads()).max(1);
    let parts = target.chunks_mut(part).zip(source.chunks(part));
    rayon::scope(|scope| {
        for (target, source) in parts {
            scope.spawn(move |_| black_box(target).copy_from_slice(black_box(source)));
        }
    });
}
