//! Runs: overlapped and not, broken off, taken up again, failing.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod line;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::{Array1, ArrayD};
use tiling::{Region, RegionError, RunError, RunOptions, Stage, TilePlan, TileSink, TileSource, on_arrays};

use line::Failing;

/// 100 elements in tiles of 16 with a halo of 2.
fn plan() -> TilePlan {
    line::plan(100)
}

fn image() -> Array1<i32> {
    Array1::from_iter(0..100)
}

fn negated(inputs: Vec<ArrayD<i32>>) -> Result<Vec<ArrayD<i32>>, RegionError> {
    Ok(inputs.into_iter().map(|input| -input).collect())
}

#[test]
fn a_run_is_broken_off_and_taken_up_again() {
    let plan = plan();
    let mut result = ArrayD::zeros(vec![100]);
    let mut finished = BTreeSet::new();
    let mut progress = |progress: tiling::Progress| {
        assert_eq!((progress.total, progress.done), (8, finished.len() + 1));
        finished.insert(progress.tile);
        if finished.len() == 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = RunOptions::default().with_progress(&mut progress);
    let error = plan
        .run(
            &mut [image()],
            &mut [result.view_mut()],
            options,
            on_arrays(0, negated),
        )
        .unwrap_err();
    let RunError::Cancelled { done, total: 8 } = error else {
        panic!("{error}")
    };
    // What was under way when the callback broke off is written and reported.
    assert!((3..=5).contains(&done), "{done}");
    assert_eq!(finished.len(), done);
    assert_ne!(result, -image().into_dyn());

    let mut computed = 0;
    let is_finished = |tile| finished.contains(&tile);
    let rest = on_arrays(0, |inputs| {
        computed += 1;
        negated(inputs)
    });
    let options = RunOptions::default().with_finished(&is_finished);
    plan.run(&mut [image()], &mut [result.view_mut()], options, rest)
        .unwrap();
    assert_eq!((computed, result), (8 - done, -image().into_dyn()));
}

#[test]
fn one_thread_gives_the_same() {
    let mut result = ArrayD::zeros(vec![100]);
    let mut done = Vec::new();
    let mut progress = |progress: tiling::Progress| {
        done.push((progress.tile, progress.done));
        ControlFlow::Continue(())
    };
    let options = RunOptions::default().with_progress(&mut progress);
    plan()
        .run_sequentially(
            &mut [image()],
            &mut [result.view_mut()],
            options,
            on_arrays(0, negated),
        )
        .unwrap();
    assert_eq!(result, -image().into_dyn());
    assert_eq!(done, (0..8).map(|tile| (tile, tile + 1)).collect::<Vec<_>>());
}

/// A tile that counts how many of its kind there are.
#[derive(Debug)]
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(alive: &Arc<AtomicUsize>, most: &AtomicUsize) -> Self {
        let now = alive.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        Self(Arc::clone(alive))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A source that is faster than everything behind it, or a sink that is slower than everything before it.
struct End {
    alive: Arc<AtomicUsize>,
    most: Arc<AtomicUsize>,
    is_slow: bool,
}

impl TileSource for End {
    type Tile = Counted;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        &[100]
    }

    fn read(&mut self, _: &Region) -> Result<Counted, RegionError> {
        Ok(Counted::new(&self.alive, &self.most))
    }
}

impl TileSink for End {
    type Tile = Counted;
    type Error = RegionError;

    fn shape(&self) -> &[usize] {
        &[100]
    }

    fn write(&mut self, _: &Region, _: &Counted) -> Result<(), RegionError> {
        if self.is_slow {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Ok(())
    }
}

#[test]
fn no_more_than_two_tiles_wait_at_either_end() {
    let most = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let alive = [Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0))];
    let end = |at: usize, is_slow| End {
        alive: Arc::clone(&alive[at]),
        most: Arc::clone(&most[at]),
        is_slow,
    };
    for (is_slow, computing) in [(true, 0), (false, 10)] {
        let network = |_: &tiling::Tile, _: Vec<Counted>| {
            std::thread::sleep(std::time::Duration::from_millis(computing));
            Ok::<_, RegionError>(vec![Counted::new(&alive[1], &most[1])])
        };
        plan()
            .run(
                &mut [end(0, false)],
                &mut [end(1, is_slow)],
                RunOptions::default(),
                network,
            )
            .unwrap();
    }
    assert_eq!(alive.map(|alive| alive.load(Ordering::SeqCst)), [0, 0]);
    assert_eq!(most.map(|most| most.load(Ordering::SeqCst)), [2, 2]);
}

#[test]
fn errors_say_at_which_tile_and_what_was_done() {
    let plan = plan();
    let nowhere = usize::MAX;
    let run = |reading, writing, computing| {
        let mut tile = 0;
        let network = move |inputs: Vec<ArrayD<i32>>| {
            tile += 1;
            if tile == computing {
                Err("no memory".into())
            } else {
                negated(inputs).map_err(Into::into)
            }
        };
        let network = on_arrays::<_, _, Box<dyn std::error::Error + Send + Sync>>(0, network);
        let (mut source, mut sink) = (Failing(image(), reading), Failing(Array1::zeros(100), writing));
        match plan.run(
            &mut [&mut source],
            &mut [&mut sink],
            RunOptions::default(),
            network,
        ) {
            Err(RunError::Tile { tile, stage, source }) => (tile, stage, source.to_string()),
            other => panic!("{other:?}"),
        }
    };
    let outside = |region: &str| format!("the region {region} is not within an array of shape [0]");
    assert_eq!(
        run(30, nowhere, 0),
        (2, Stage::Read { input: 0 }, outside("[24..40]"))
    );
    assert_eq!(
        run(nowhere, 30, 0),
        (2, Stage::Write { output: 0 }, outside("[26..38]"))
    );
    assert_eq!(
        run(nowhere, nowhere, 4),
        (3, Stage::Compute, "no memory".to_owned())
    );
    // The first trouble in the order of the tiles is reported.
    assert_eq!(
        run(nowhere, 5, 3),
        (0, Stage::Write { output: 0 }, outside("[0..14]"))
    );
}

#[test]
fn wrong_ends_and_wrong_results_are_errors() {
    let plan = plan();
    let mut result = ArrayD::<i32>::zeros(vec![100]);
    let run = |sources: &mut [Array1<i32>], sinks: &mut [Array1<i32>]| {
        plan.run(sources, sinks, RunOptions::default(), on_arrays(0, negated))
            .unwrap_err()
            .to_string()
    };
    let (right, wrong) = (image, || Array1::zeros(99));
    assert_eq!(
        run(&mut [], &mut [right()]),
        "0 sources were given, the plan has 1 images"
    );
    assert_eq!(
        run(&mut [right()], &mut []),
        "0 sinks were given, the plan has 1 outputs"
    );
    assert_eq!(
        run(&mut [wrong()], &mut [right()]),
        "source 0 has the shape [99], the plan is for [100]"
    );
    assert_eq!(
        run(&mut [right()], &mut [wrong()]),
        "sink 0 has the shape [99], the plan delivers [100]"
    );

    let shrinking = on_arrays(0, |inputs: Vec<ArrayD<i32>>| {
        Ok::<_, RegionError>(vec![inputs[0].slice_each_axis(|_| (1..).into()).to_owned()])
    });
    let error = plan
        .run(
            &mut [image()],
            &mut [result.view_mut()],
            RunOptions::default(),
            shrinking,
        )
        .unwrap_err();
    let RunError::Tile {
        tile: 0,
        stage: Stage::Compute,
        source,
    } = error
    else {
        panic!("{error}")
    };
    assert_eq!(
        source.to_string(),
        "a tile of shape [15] was given for the region [0..16] of shape [16]"
    );
    let nothing = on_arrays(0, |_: Vec<ArrayD<i32>>| Ok::<_, RegionError>(Vec::new()));
    let error = plan
        .run(
            &mut [image()],
            &mut [result.view_mut()],
            RunOptions::default(),
            nothing,
        )
        .unwrap_err();
    assert!(matches!(
        error,
        RunError::OutputCount {
            tile: 0,
            found: 0,
            expected: 1
        }
    ));
}
