//! Memory and speed of `modelhub predict` on large images, compared with the bare network, all in one run:
//!
//! ```text
//! large_images PROGRAM MODEL FOLDER [SIDE...] [--memory SIZE]
//! ```
//!
//! For each side, by default 5000 and 20000, a square uint16 TIFF is made in the folder and run with `PROGRAM predict`, by
//! default within 1 GiB. Then the network alone is run on one tile of the plan, again and again. Printed are the peak of
//! resident memory, the time for a million pixels, and its part of the speed of the bare network.
//!
//! The first image is run once before, which does not count: hosts of virtual machines take back memory that was free for
//! seconds, and giving it again takes longer than all that the system does itself.
#![allow(clippy::print_stdout, reason = "a program for the terminal")]

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use ndarray::ArrayD;
use pipeline::image::{PixelSize, SinkOptions, create_sink};
use pipeline::{Package, Pipeline, TileOptions};
use runners::{Backends, LoadOptions, WeightsData, WeightsFormat};
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink};

#[global_allocator]
static ALLOCATOR: heap_tuning::ReusingAllocator = heap_tuning::ReusingAllocator;

fn main() -> Result<(), Box<dyn Error>> {
    // As the program does, so that both networks run under the same conditions.
    let _ = heap_tuning::keep_freed_memory();
    let _ = heap_tuning::reserve_huge_pages();
    let mut sides = Vec::new();
    let mut memory = "1GiB".to_owned();
    let mut paths = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.parse::<usize>() {
            Ok(side) => sides.push(side),
            Err(_) if argument == "--memory" => memory = arguments.next().ok_or("--memory needs a size")?,
            Err(_) => paths.push(PathBuf::from(argument)),
        }
    }
    let [program, model, folder] = paths.as_slice() else {
        return Err("give the program, a model and a folder for images".into());
    };
    if sides.is_empty() {
        sides = vec![5000, 20_000];
    }
    let bytes = memory
        .strip_suffix("GiB")
        .ok_or("memory in GiB")?
        .parse::<u64>()?
        << 30;

    let mut rows = Vec::new();
    for (at, &side) in sides.iter().enumerate() {
        let image = folder.join(format!("image_{side}.tif"));
        make_image(&image, side)?;
        let result = folder.join(format!("result_{side}.tif"));
        if at == 0 {
            predict(program, model, &image, &result, &memory)?;
            fs::remove_file(&result)?;
        }
        let (seconds, cpu, peak) = predict(program, model, &image, &result, &memory)?;
        fs::remove_file(&image)?;
        fs::remove_file(&result)?;
        rows.push((side, seconds, cpu, peak));
    }
    let largest = sides.iter().copied().max().unwrap_or(0);
    let (tile, rate, cpu_rate) = bare_network(model, largest, bytes)?;
    println!(
        "bare network on tiles of {tile:?}: {:.3} s and {:.3} s of processors for a million pixels",
        1.0 / rate,
        1.0 / cpu_rate
    );
    println!("| side | seconds | s/Mpx | part of the bare network | processors, s/Mpx | part | peak MiB |");
    println!("|---|---|---|---|---|---|---|");
    for (side, seconds, cpu, peak) in rows {
        let megapixels = (side * side) as f64 / 1e6;
        println!(
            "| {side} | {seconds:.1} | {:.3} | {:.1} % | {:.3} | {:.1} % | {} |",
            seconds / megapixels,
            100.0 * megapixels / seconds / rate,
            cpu / megapixels,
            100.0 * megapixels / cpu / cpu_rate,
            peak >> 20
        );
    }
    Ok(())
}

/// A pattern with blobs and noise, in uint16, written in strips.
fn make_image(path: &Path, side: usize) -> Result<(), Box<dyn Error>> {
    let options = SinkOptions::default();
    let mut sink = create_sink(
        path,
        &[side, side],
        DataType::Uint16,
        &"yx".parse()?,
        &PixelSize::default(),
        &options,
    )?;
    let rows = 256;
    for start in (0..side).step_by(rows) {
        let height = rows.min(side - start);
        let strip = ArrayD::from_shape_fn(vec![height, side], |at| {
            let (y, x) = (start + at[0], at[1]);
            let blob = ((y % 40).abs_diff(20).pow(2) + (x % 40).abs_diff(20).pow(2)) as u64;
            let noise = ((y as u64) << 32 | x as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 58;
            u16::try_from(200 + noise + if blob < 100 { 600 - 4 * blob } else { 0 }).unwrap_or(u16::MAX)
        });
        sink.write(&Region::new([start, 0], [height, side])?, &Tensor::from(strip))?;
    }
    sink.finish()?;
    Ok(())
}

/// Seconds, and the peak of resident memory in bytes as the system counts it, read until the process ends.
fn predict(
    program: &Path,
    model: &Path,
    image: &Path,
    result: &Path,
    memory: &str,
) -> Result<(f64, f64, u64), Box<dyn Error>> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .arg("predict")
        .arg(model)
        .arg("--input")
        .arg(image)
        .arg("--output")
        .arg(result)
        .args(["--memory", memory])
        .stdin(Stdio::null())
        .spawn()?;
    let mut peak = 0;
    let mut cpu = 0.0_f64;
    let status = loop {
        peak = peak.max(resident_peak(&child));
        cpu = cpu.max(processor_seconds(&child.id().to_string()));
        if let Some(status) = child.try_wait()? {
            break status;
        }
        sleep(Duration::from_millis(20));
    };
    if !status.success() {
        return Err(format!("{} failed on {}", program.display(), image.display()).into());
    }
    Ok((started.elapsed().as_secs_f64(), cpu, peak))
}

fn resident_peak(child: &Child) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    // The program lets the peak begin anew when it measures, so what was read before counts as well.
    kibibytes.unwrap_or(0) << 10
}

/// What a process has used of all processors. Machines that do other things at the same time disturb this less than the
/// time on the wall. Linux counts hundredths of a second.
fn processor_seconds(process: &str) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name in brackets may hold spaces; user and system time are the 12th and 13th value behind it.
    let values: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
    let ticks = |at: usize| {
        values
            .get(at)
            .and_then(|value| value.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}

/// The shape of a tile, and millions of pixels in a second of the network alone, by the wall and by processors.
fn bare_network(model: &Path, side: usize, memory: u64) -> Result<(Vec<usize>, f64, f64), Box<dyn Error>> {
    let package = Package::open(model)?;
    let mut pipeline = Pipeline::builder(&package).build()?;
    let options = TileOptions::default().with_memory(memory);
    let choice = pipeline.choose_tiles(&[vec![1, 1, side, side]], &options)?;
    let tile = choice.plan.tile(0).ok_or("an empty plan")?.inputs[0]
        .region()
        .shape()
        .to_vec();
    let backends = Backends::built_in();
    let backend = backends
        .supporting(WeightsFormat::Onnx)
        .next()
        .ok_or("no engine")?;
    let weights = model.join("weights.onnx");
    let mut runner = backend.load(
        WeightsFormat::Onnx,
        WeightsData::File(&weights),
        &LoadOptions::default(),
    )?;
    let input = Tensor::from(ArrayD::<f32>::from_elem(tile.as_slice(), 0.5));
    runner.run(&[input.view()])?;
    let started = Instant::now();
    let before = processor_seconds("self");
    let mut runs = 0;
    while runs < 5 || started.elapsed().as_secs() < 10 {
        runner.run(&[input.view()])?;
        runs += 1;
    }
    let pixels = tile.iter().product::<usize>() as f64 * f64::from(runs);
    let cpu = processor_seconds("self") - before;
    Ok((
        tile,
        pixels / 1e6 / started.elapsed().as_secs_f64(),
        pixels / 1e6 / cpu,
    ))
}
