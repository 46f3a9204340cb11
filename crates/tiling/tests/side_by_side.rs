//! Several tiles at the same time: the same result, bounded memory, errors, breaking off.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod line;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, ThreadId};
use std::time::Duration;

use ndarray::{Array1, ArrayD};
use proptest::prelude::*;
use tiling::{RegionError, RunError, RunOptions, Stage, on_arrays};

use line::{Failing, plan};

type AnyError = Box<dyn std::error::Error + Send + Sync>;

fn image(length: i32) -> Array1<i32> {
    Array1::from_iter(0..length)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_number_of_networks_gives_the_same(
        length in 17_i32..200,
        networks in 1_usize..6,
        slow in 0_usize..6,
    ) {
        let length_here = usize::try_from(length).unwrap();
        let plan = plan(length_here);
        let written = Mutex::new(Vec::new());
        let mut progress = |progress: tiling::Progress| {
            written.lock().unwrap().push((progress.tile, progress.done));
            ControlFlow::Continue(())
        };
        let mut networks: Vec<_> = (0..networks)
            .map(|at| {
                on_arrays(0, move |inputs: Vec<ArrayD<i32>>| {
                    if at == slow {
                        thread::sleep(Duration::from_millis(1));
                    }
                    Ok::<_, RegionError>(vec![-&inputs[0]])
                })
            })
            .collect();
        let mut result = ArrayD::zeros(vec![length_here]);
        let options = RunOptions::default().with_progress(&mut progress);
        plan.run_side_by_side(&mut [image(length)], &mut [result.view_mut()], options, &mut networks).unwrap();
        prop_assert_eq!(result, -image(length).into_dyn());
        // In the order of the tiles, whichever network is slow.
        let expected: Vec<_> = (0..plan.len()).map(|tile| (tile, tile + 1)).collect();
        prop_assert_eq!(written.into_inner().unwrap(), expected);
    }
}

#[test]
fn each_network_has_a_thread_of_its_own() {
    let threads = Mutex::new(BTreeSet::<String>::new());
    let name = |id: ThreadId| format!("{id:?}");
    let network = |_: &tiling::Tile, inputs: Vec<ArrayD<i32>>| {
        threads.lock().unwrap().insert(name(thread::current().id()));
        thread::sleep(Duration::from_millis(2));
        Ok::<_, RegionError>(inputs)
    };
    let identity = || on_arrays(0, |inputs: Vec<ArrayD<i32>>| Ok::<_, RegionError>(inputs));
    let mut result = ArrayD::zeros(vec![100]);
    let mut networks: Vec<_> = (0..3)
        .map(|_| {
            let (count, mut crop) = (network, identity());
            move |tile: &tiling::Tile, inputs: Vec<ArrayD<i32>>| {
                let counted = count(tile, inputs)?;
                crop(tile, counted)
            }
        })
        .collect();
    plan(100)
        .run_side_by_side(
            &mut [image(100)],
            &mut [result.view_mut()],
            RunOptions::default(),
            &mut networks,
        )
        .unwrap();
    assert_eq!(result, image(100).into_dyn());
    let threads = threads.into_inner().unwrap();
    assert_eq!(threads.len(), 3);
    assert!(!threads.contains(&name(thread::current().id())));
}

#[test]
fn a_run_is_broken_off() {
    let plan = plan(100);
    let mut finished = BTreeSet::new();
    let mut progress = |progress: tiling::Progress| {
        finished.insert(progress.tile);
        if finished.len() == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let computed = AtomicUsize::new(0);
    let mut networks: Vec<_> = (0..2)
        .map(|_| {
            on_arrays(0, |inputs: Vec<ArrayD<i32>>| {
                thread::sleep(Duration::from_millis(20));
                computed.fetch_add(1, Ordering::SeqCst);
                Ok::<_, RegionError>(inputs)
            })
        })
        .collect();
    let mut result = ArrayD::<i32>::zeros(vec![100]);
    let options = RunOptions::default().with_progress(&mut progress);
    let error = plan
        .run_side_by_side(
            &mut [image(100)],
            &mut [result.view_mut()],
            options,
            &mut networks,
        )
        .unwrap_err();
    let RunError::Cancelled { done, total: 8 } = error else {
        panic!("{error}")
    };
    assert_eq!(done, finished.len());
    assert!(computed.load(Ordering::SeqCst) < 8);
}

#[test]
fn the_error_of_the_first_tile_is_told() {
    let nowhere = usize::MAX;
    let run = |reading, writing, computing: &[usize]| {
        let computing = computing.to_vec();
        let network = |_| {
            let computing = computing.clone();
            move |tile: &tiling::Tile, inputs: Vec<ArrayD<i32>>| -> Result<_, AnyError> {
                if computing.contains(&tile.index) {
                    return Err("no memory".into());
                }
                on_arrays(0, |inputs: Vec<ArrayD<i32>>| Ok::<_, RegionError>(inputs))(tile, inputs)
            }
        };
        let mut networks: Vec<_> = (0..2).map(network).collect();
        let (mut source, mut sink) = (Failing(image(100), reading), Failing(Array1::zeros(100), writing));
        let (mut sources, mut sinks) = ([&mut source], [&mut sink]);
        match plan(100).run_side_by_side(&mut sources, &mut sinks, RunOptions::default(), &mut networks) {
            Err(RunError::Tile { tile, stage, .. }) => (tile, stage),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(run(30, nowhere, &[]), (2, Stage::Read { input: 0 }));
    assert_eq!(run(nowhere, 30, &[]), (2, Stage::Write { output: 0 }));
    assert_eq!(run(nowhere, nowhere, &[4, 5]), (4, Stage::Compute));
    assert_eq!(run(nowhere, nowhere, &[5]), (5, Stage::Compute));
}

#[test]
fn without_a_network_there_is_an_error() {
    let network = || on_arrays(0, |inputs: Vec<ArrayD<i32>>| Ok::<_, RegionError>(inputs));
    let mut networks: Vec<_> = (0..0).map(|_| network()).collect();
    let mut result = ArrayD::<i32>::zeros(vec![100]);
    let error = plan(100)
        .run_side_by_side(
            &mut [image(100)],
            &mut [result.view_mut()],
            RunOptions::default(),
            &mut networks,
        )
        .unwrap_err();
    assert_eq!(error.to_string(), "no network was given to compute the tiles");
}
