//! Runs that are gone on with where a result needs statistics of the whole.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use pipeline::image::{ImageSink, PixelSize, ZarrOptions, ZarrSink};
use pipeline::tiled::{MemoryImage, Resumption};
use pipeline::{TileOptions, TiledError, TiledProgress, TiledReport, TiledRun};
use tensor_ops::{DataType, Tensor};
use tiling::{ChunkLength, TilePlan};

use crate::model::{Model, fixture, open};

/// Two outputs; `half` is normalised by its own statistics.
const MODEL: &str = "tiling-two-outputs";

fn results(folder: &Path) -> [PathBuf; 2] {
    ["full.zarr", "half.zarr"].map(|name| folder.join(name))
}

/// One run to files, gone on with if an earlier one has not finished; it ends where `is_end` says so.
fn attempt(
    model: &mut Model,
    plan: &TilePlan,
    images: &[Tensor],
    folder: &Path,
    is_end: &mut dyn FnMut(&TiledProgress) -> bool,
) -> Result<TiledReport, TiledError> {
    let mut sources: Vec<MemoryImage> = images.iter().cloned().map(MemoryImage::new).collect();
    let mut sinks = Vec::new();
    for (number, path) in results(folder).iter().enumerate() {
        sinks.push(if ZarrSink::is_unfinished(path) {
            ZarrSink::resume(path, "plan").unwrap()
        } else {
            let lengths = plan.chunk_lengths(number);
            let options = ZarrOptions::default()
                .with_chunk('y', lengths[2].unwrap())
                .with_chunk('x', lengths[3].unwrap());
            let (shape, axes) = (&plan.output_shapes()[number], "bcyx".parse().unwrap());
            let none = PixelSize::default();
            ZarrSink::create(path, shape, DataType::Float32, &axes, &none, &options, "plan").unwrap()
        });
    }
    let done = sinks.iter().map(|sink| Some(sink.completed().clone())).collect();
    let resumption = Resumption::new(sinks[0].folder(), done);
    let mut progress = |progress: TiledProgress| {
        if is_end(&progress) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let run = TiledRun::default()
        .with_progress(&mut progress)
        .with_resumption(resumption);
    let report = model
        .pipeline
        .predict_tiled(plan, &mut sources, &mut sinks, run)?;
    for sink in sinks {
        Box::new(sink).finish().unwrap();
    }
    Ok(report)
}

fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn a_run_that_ends_anywhere_is_gone_on_with() {
    let mut model = open(&fixture(MODEL));
    let shapes = model.shapes(&[('y', 320), ('x', 260)]);
    let chunks = ChunkLength::Chosen {
        smallest: 16,
        largest: 100,
    };
    let mut options = TileOptions::default().with_tile('y', 100).with_tile('x', 100);
    for output in 0..2 {
        options = options
            .with_chunks(output, 'y', chunks)
            .with_chunks(output, 'x', chunks);
    }
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    assert!(plan.len() > 8, "{plan}");
    let images = model.images(&shapes);

    let undisturbed = tempfile::tempdir().unwrap();
    let report = attempt(&mut model, &plan, &images, undisturbed.path(), &mut |_| false).unwrap();
    // Once for the statistics, which wait for the last tile here, and once for the normalisation.
    assert_eq!((report.tiles, report.output_passes), (plan.len(), 2));
    let expected = files(undisturbed.path());
    assert!(
        expected
            .iter()
            .all(|(name, _)| !name.to_string_lossy().contains("raw"))
    );

    // The same numbers as in memory, but for the order of sums.
    let (in_memory, _) = model.tiled(&plan, &images).unwrap();
    let read = pipeline::image::read_image(&results(undisturbed.path())[1])
        .unwrap()
        .tensor;
    let (Tensor::Float32(read), Tensor::Float32(in_memory)) = (&read, &in_memory[1]) else {
        panic!("the output has this type");
    };
    assert!(
        read.iter()
            .zip(in_memory)
            .all(|(one, other)| (one - other).abs() < 1e-5)
    );

    type End = Box<dyn Fn(&TiledProgress) -> bool>;
    let ends: Vec<End> = vec![
        Box::new(|progress| matches!(progress, TiledProgress::Tile { done: 3, .. })),
        // Tiles that are computed by then are written, but these are not all.
        Box::new(|progress| matches!(progress, TiledProgress::Tile { done: 8, .. })),
        Box::new(|progress| matches!(progress, TiledProgress::Statistics { .. })),
        Box::new(|progress| matches!(progress, TiledProgress::Postprocessing { done: 0, .. })),
    ];
    // One after the other, then the last one by itself.
    for first in [0, ends.len() - 1] {
        let folder = tempfile::tempdir().unwrap();
        let chosen = &ends[first..];
        for end in chosen {
            let outcome = attempt(&mut model, &plan, &images, folder.path(), &mut |progress| {
                end(progress)
            });
            assert!(outcome.unwrap_err().is_cancelled());
            assert!(results(folder.path()).iter().all(|path| !path.exists()));
        }
        let report = attempt(&mut model, &plan, &images, folder.path(), &mut |_| false).unwrap();
        assert!(report.tiles < plan.len(), "{report:?}");
        assert!(
            files(folder.path()) == expected,
            "the files of the results differ"
        );
    }
}
