//! Images of sizes that the model does not take as they are.

use pipeline::TileOptions;

use crate::model::{fixture, largest_difference, open};

#[test]
fn a_model_of_fixed_size_covers_larger_and_smaller_images() {
    let mut model = open(&fixture("tiling-fixed-size"));
    // What the same network gives for the whole image is known from the package that takes all sizes.
    let mut free = open(&fixture("tiling-dishonest-halo"));
    let shapes = model.shapes(&[('y', 160), ('x', 128)]);
    let images = model.images(&shapes);
    let whole = free.whole(&images);
    let options = TileOptions::default().with_stride('y', 4).with_stride('x', 4);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (tiled, _) = model.tiled(&plan, &images).unwrap();
    assert!(plan.len() > 4);
    assert!(largest_difference(&tiled[0], &whole[0]) < 1e-5);

    let shapes = model.shapes(&[('y', 30), ('x', 50)]);
    let plan = model
        .pipeline
        .plan_tiles(&shapes, &TileOptions::default())
        .unwrap();
    assert_eq!((plan.len(), plan.is_padded()), (1, true));
    let (tiled, _) = model.tiled(&plan, &model.images(&shapes)).unwrap();
    assert_eq!(tiled[0].shape(), [1, 1, 30, 50]);
}

#[test]
fn an_image_without_a_legal_size_is_padded_the_same_way_with_and_without_tiles() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let shapes = model.shapes(&[('y', 151), ('x', 130)]);
    let images = model.images(&shapes);
    let whole = model.pipeline.plan_tiles(&shapes, &TileOptions::whole()).unwrap();
    assert!(whole.is_padded() && whole.len() == 1);
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let plan = model.pipeline.plan_tiles(&shapes, &options).unwrap();
    let (one, _) = model.tiled(&whole, &images).unwrap();
    let (many, _) = model.tiled(&plan, &images).unwrap();
    assert_eq!(one[0].shape(), [1, 1, 151, 130]);
    assert!(largest_difference(&one[0], &many[0]) < 1e-5);
}

#[test]
fn items_of_a_batch_are_run_one_by_one() {
    let mut model = open(&fixture("tiling-unet-stride4"));
    let options = TileOptions::default().with_tile('y', 64).with_tile('x', 64);
    let (difference, tiles) = model.difference(&[('b', 3), ('y', 80), ('x', 64)], &options);
    assert_eq!(tiles, 6);
    assert!(difference < 1e-5, "{difference}");
}

#[test]
fn an_axis_that_is_not_there_is_named_with_those_that_are() {
    let mut model = open(&fixture("blobs-unet2d"));
    let shapes = vec![vec![1, 1, 256, 256]];
    let error = model
        .pipeline
        .plan_tiles(&shapes, &TileOptions::default().with_tile('z', 8))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "`z` is no axis that can be tiled; the model has byx"
    );
}
