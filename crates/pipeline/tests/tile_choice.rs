//! How large tiles are chosen, and how many run at the same time. In a process of its own and one after the other, since the
//! memory of the whole process is measured.

#![allow(clippy::unwrap_used, reason = "what the tests share may fail like a test")]

use std::num::NonZeroUsize;
use std::path::Path;

use pipeline::{Package, Pipeline, TileChoice, TileOptions, TiledError};

/// A U-Net on two threads, with an engine that can run two networks at the same time.
fn unet() -> Pipeline {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec-fixtures/models/blobs-unet2d");
    Pipeline::builder(&Package::open(&folder).unwrap())
        .backend("tract")
        .threads(NonZeroUsize::new(2).unwrap())
        .build()
        .unwrap()
}

fn choose(unet: &mut Pipeline, side: usize, options: &TileOptions) -> TileChoice {
    unet.choose_tiles(&[vec![1, 1, side, side]], options).unwrap()
}

fn pixels(choice: &TileChoice) -> usize {
    choice.plan.tile(0).unwrap().inputs[0].region().len()
}

#[test]
fn tiles_are_chosen_for_time_and_memory() {
    // One for all, as for many images: what it takes is measured once, before freed memory hides it.
    let mut unet = unet();
    what_fits_as_a_whole_is_not_cut(&mut unet);
    memory_decides_where_nothing_is_asked_for(&mut unet);
    no_more_memory_is_taken_than_is_worth_it(&mut unet);
    tiles_of_given_size_run_at_the_same_time_where_that_fits(&mut unet);
}

fn what_fits_as_a_whole_is_not_cut(unet: &mut Pipeline) {
    let choice = choose(unet, 1024, &TileOptions::default().with_memory(4 << 30));
    assert_eq!((choice.plan.len(), choice.at_once.get()), (1, 1));
}

fn memory_decides_where_nothing_is_asked_for(unet: &mut Pipeline) {
    let options = |bytes| TileOptions::default().with_memory(bytes);
    let little = choose(unet, 3200, &options(100 << 20));
    let more = choose(unet, 3200, &options(400 << 20));
    let much = choose(unet, 3200, &options(64 << 30));
    if cfg!(target_os = "linux") {
        assert!(pixels(&little) < pixels(&more), "{}{}", little.plan, more.plan);
    }
    assert_eq!(pixels(&much), 3200 * 3200);
    let error = unet
        .choose_tiles(&[vec![1, 1, 3200, 3200]], &options(1 << 20))
        .unwrap_err();
    assert!(
        matches!(error, TiledError::Plan(tiling::PlanError::Memory { .. })),
        "{error}"
    );
}

fn no_more_memory_is_taken_than_is_worth_it(unet: &mut Pipeline) {
    let choice = choose(unet, 4096, &TileOptions::default().with_memory(1 << 30));
    // Two of the largest that fit have more than two million pixels each.
    if cfg!(target_os = "linux") {
        assert_eq!(choice.at_once.get(), 2);
        assert!(pixels(&choice) < 1_600_000, "{}", choice.plan);
    }
    let whole = choice.plan.output_shapes()[0].iter().product::<usize>();
    let computed = choice.plan.len() * pixels(&choice);
    assert!(computed < whole + whole / 4, "{}", choice.plan);
}

fn tiles_of_given_size_run_at_the_same_time_where_that_fits(unet: &mut Pipeline) {
    let mut at_once = |side, memory| {
        let given = TileOptions::default().with_tile('y', 256).with_tile('x', 256);
        let choice = choose(unet, side, &given.with_memory(memory));
        assert_eq!(pixels(&choice), 256 * 256);
        (choice.plan.len(), choice.at_once.get())
    };
    // Enough for 16 KiB for each element, which no network takes.
    assert_eq!(at_once(480, 2 << 30), (9, 2));
    // Maybe enough; measuring it pays only where tiles are many, and needs Linux.
    assert_eq!(at_once(480, 1 << 30), (9, 1));
    let measured = if cfg!(target_os = "linux") { 2 } else { 1 };
    assert_eq!(at_once(800, 1 << 30), (25, measured));
    // Given sizes are kept whatever they take, one by one.
    assert_eq!(at_once(800, 1 << 20), (25, 1));
}
