//! Passes, progress, and runs that are cancelled.

use std::ops::ControlFlow;

use pipeline::tiled::MemoryImage;
use pipeline::{TileOptions, TiledError, TiledProgress, TiledRun};
use tensor_ops::DataType;

use crate::model::{fixture, open};

#[test]
fn statistics_take_the_passes_that_they_need() {
    let mut model = open(&fixture("tiling-two-outputs"));
    let shapes = model.shapes(&[('y', 96), ('x', 96)]);
    let options = TileOptions::default().with_tile('y', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (_, report) = model.tiled(&plan, &model.images(&shapes)).unwrap();
    // One output is normalised by its own statistics: measured with the tiles, then read once for the normalisation.
    assert_eq!(
        (report.tiles, report.input_passes, report.output_passes),
        (plan.len(), 0, 1)
    );
    let none = |_: usize| false;
    let mut sources = model
        .images(&shapes)
        .into_iter()
        .map(MemoryImage::new)
        .collect::<Vec<_>>();
    let mut sinks: Vec<MemoryImage> = plan
        .output_shapes()
        .iter()
        .map(|shape| MemoryImage::zeros(DataType::Float32, shape).unwrap())
        .collect();
    let run = TiledRun::default().with_finished(&none);
    let error = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap_err();
    assert!(matches!(error, TiledError::NotResumable { output } if output == "half"));
}

#[test]
fn a_run_can_be_cancelled_and_taken_up_again() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let shapes = model.shapes(&[('y', 160), ('x', 160)]);
    let images = model.images(&shapes);
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (expected, _) = model.tiled(&plan, &images).unwrap();

    let mut sources: Vec<MemoryImage> = images.iter().cloned().map(MemoryImage::new).collect();
    let mut sinks = vec![MemoryImage::zeros(DataType::Float32, &plan.output_shapes()[0]).unwrap()];
    let mut reached = 0;
    let mut progress = |progress| match progress {
        TiledProgress::Tile { done, .. } => {
            reached = done;
            if done >= 3 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        }
        _ => ControlFlow::Continue(()),
    };
    let run = TiledRun::default().with_progress(&mut progress);
    let error = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap_err();
    assert!(error.is_cancelled(), "{error}");
    // Tiles are done in order.
    let finished = |tile| tile < reached;
    let run = TiledRun::default().with_finished(&finished);
    let report = model
        .pipeline
        .predict_tiled(&plan, &mut sources, &mut sinks, run)
        .unwrap();
    assert_eq!(report.tiles, plan.len() - reached);
    assert_eq!(sinks.pop().unwrap().into_tensor(), expected[0]);
}
