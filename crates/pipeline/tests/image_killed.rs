//! A run that is killed is gone on with, and the result is that of an undisturbed one.

#![allow(clippy::unwrap_used, reason = "what the tests share may fail like a test")]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use ndarray::ArrayD;
use pipeline::image::{ImageSink, PixelSize, ZarrOptions, ZarrSink, read_image};
use tensor_ops::{DataType, Tensor};
use tiling::{Region, TileSink};

/// Where the process that is to be killed writes.
const RESULT: &str = "MODELHUB_TEST_KILLED_RESULT";
const SHAPE: [usize; 2] = [300, 300];
/// Smaller than chunks, and with other borders.
const TILE: usize = 37;

fn value(y: usize, x: usize) -> f32 {
    (y * 1000 + x) as f32
}

fn tiles() -> Vec<Region> {
    let starts = || (0..SHAPE[0]).step_by(TILE);
    let length = |start: usize| TILE.min(SHAPE[0] - start);
    starts()
        .flat_map(|y| starts().map(move |x| Region::new([y, x], [length(y), length(x)]).unwrap()))
        .collect()
}

fn tile(region: &Region) -> Tensor {
    let start = region.start();
    Tensor::from(ArrayD::from_shape_fn(region.shape(), |index| {
        value(start[0] + index[0], start[1] + index[1])
    }))
}

fn open(path: &Path) -> ZarrSink {
    if ZarrSink::is_unfinished(path) {
        return ZarrSink::resume(path, "plan").unwrap();
    }
    let options = ZarrOptions::default().with_chunk('y', 64).with_chunk('x', 64);
    let (axes, none) = ("yx".parse().unwrap(), PixelSize::default());
    ZarrSink::create(path, &SHAPE, DataType::Float32, &axes, &none, &options, "plan").unwrap()
}

fn run(path: &Path) {
    let mut sink = open(path);
    for (number, region) in tiles().iter().enumerate() {
        if !sink.completed().contains(&number) {
            sink.write(region, &tile(region)).unwrap();
            sink.mark_done(number).unwrap();
        }
    }
    Box::new(sink).finish().unwrap();
}

/// The process that is killed: the test below starts it.
#[test]
#[ignore = "the process that the test below starts and kills"]
fn child() {
    run(Path::new(&std::env::var_os(RESULT).unwrap()));
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("result.zarr");
    let journal = folder.path().join("result.zarr.partial/tiles.journal");
    let done = || fs::read_to_string(&journal).map_or(0, |text| text.lines().count().saturating_sub(1));
    let mut kills = 0;
    for goal in [1, 9, 20, 33, 50] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "child", "--ignored"])
            .env(RESULT, &path)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        while done() < goal && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += usize::from(!path.exists());
    }
    assert!(kills > 0, "the process was never killed before it had finished");
    if !path.exists() {
        assert!(done() > 0);
        run(&path);
    }
    let expected = ArrayD::from_shape_fn(SHAPE.to_vec(), |index| value(index[0], index[1]));
    assert!(read_image(&path).unwrap().tensor == Tensor::from(expected));
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["result.zarr"]);
}
