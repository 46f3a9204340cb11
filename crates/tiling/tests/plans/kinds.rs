//! Where tiles are for particular kinds of networks.

use tiling::{Geometry, OutputAxis, PlanError, Sizes, TilePlan, TileRequest};

use crate::describe::{dimensions, follows, input, line, output, starts, stepped, tiled};

#[test]
fn tiles_of_a_unet() {
    let plan = tiled(&line(stepped(64, 16), (1, 1), 0, 16), 1000, 256).unwrap();
    assert_eq!(
        starts(&plan),
        [(0, 256), (224, 480), (448, 704), (672, 928), (752, 1008)]
    );
    let kept: Vec<String> = plan
        .iter()
        .map(|tile| tile.outputs[0].region().to_string())
        .collect();
    assert_eq!(
        kept,
        [
            "[0..240]",
            "[240..464]",
            "[464..688]",
            "[688..840]",
            "[840..1000]"
        ]
    );
    assert_eq!(
        plan.to_string(),
        "5 tiles\n  x: 1000 elements, padded to 1008; 5 tiles of 256, starting at multiples of 16: 0, 224, 448, 672, 752\n  \
         output `out`: [1000]"
    );
    let last = plan.tile(4).unwrap();
    assert_eq!(last.to_string(), "tile 4: [752..1008] (padded) -> [840..1000]");
    // Eight elements are mirrored, and they need nothing from outside the tile.
    assert_eq!(last.inputs[0].source().to_string(), "[752..1000]");
    assert_eq!(plan.tile(5), None);
}

#[test]
fn a_network_of_fixed_size_covers_everything_above_it() {
    let geometry = line(Sizes::Fixed(256), (1, 1), 0, 16);
    let plan = TilePlan::new(&geometry, &[vec![1000]], &TileRequest::default()).unwrap();
    assert_eq!(
        starts(&plan),
        [(0, 256), (224, 480), (448, 704), (672, 928), (744, 1000)]
    );
    assert!(!plan.is_padded());
    // With a stride, the last tile starts at a multiple of it.
    let plan = TilePlan::new(
        &geometry,
        &[vec![1000]],
        &TileRequest::default().with_stride(0, 32),
    )
    .unwrap();
    assert_eq!(
        starts(&plan),
        [(0, 256), (224, 480), (448, 704), (672, 928), (768, 1024)]
    );
    // A smaller image is padded.
    let plan = TilePlan::new(&geometry, &[vec![100]], &TileRequest::default()).unwrap();
    assert_eq!((starts(&plan), plan.output_shapes()[0][0]), (vec![(0, 256)], 100));
}

#[test]
fn a_stride_that_is_no_divisor_of_the_step_makes_the_last_tile_smaller() {
    let geometry = line(stepped(16, 4), (1, 1), 0, 4);
    let request = TileRequest::default().with_tile(0, 64).with_stride(0, 24);
    let plan = TilePlan::new(&geometry, &[vec![200]], &request).unwrap();
    assert_eq!(starts(&plan), [(0, 64), (48, 112), (96, 160), (144, 200)]);
    assert!(
        plan.to_string()
            .contains("4 tiles of 64, the last of 56, starting at multiples of 24: 0, 48, 96, 144")
    );
}

#[test]
fn padding_wider_than_what_the_last_tile_sees_reads_more() {
    // Sizes 1, 17, 33: an image of 20 is padded with 13 elements, and 4 of the last tile are in the image.
    let plan = tiled(&line(stepped(1, 16), (1, 1), 0, 0), 20, 17).unwrap();
    assert_eq!(starts(&plan), [(0, 17), (16, 33)]);
    let last = &plan.tile(1).unwrap().inputs[0];
    assert_eq!(
        (last.region().to_string(), last.source().to_string()),
        ("[16..33]".into(), "[6..20]".into())
    );
    let expected = (16..20_i32).chain((6..19).rev()).collect::<Vec<i32>>();
    let padded = last.pad(&ndarray::Array1::from_iter(6..20), 0).unwrap();
    assert_eq!(padded.into_raw_vec_and_offset().0, expected);
}

#[test]
fn convolutions_without_padding_start_where_their_input_does() {
    // 28 + 2 k, seven elements lost at each side.
    let plan = tiled(&line(stepped(28, 2), (1, 1), -14, 2), 100, 40).unwrap();
    assert_eq!(plan.output_shapes(), [[86]]);
    // 40 - 14 - 4 = 22 elements are usable.
    assert_eq!(starts(&plan), [(0, 40), (22, 62), (44, 84), (60, 100)]);
    let kept: Vec<String> = plan
        .iter()
        .map(|tile| tile.outputs[0].region().to_string())
        .collect();
    assert_eq!(kept, ["[0..24]", "[24..46]", "[46..65]", "[65..86]"]);
    let tile = plan.tile(1).unwrap();
    assert_eq!(
        (
            tile.outputs[0].network_shape(),
            tile.outputs[0].cropped().to_string()
        ),
        (&[26][..], "[2..24]".into())
    );
}

#[test]
fn batch_channels_and_new_axes() {
    // bcyx -> bcyx with two new channels, half the size
    let geometry = Geometry::new(
        dimensions("bcyx"),
        vec![input(
            "raw",
            &[
                (0, stepped(1, 1)),
                (1, Sizes::Fixed(3)),
                (2, stepped(8, 8)),
                (3, stepped(8, 8)),
            ],
        )],
        vec![output(
            "out",
            0,
            &[
                follows(0, (1, 1), 0, 0),
                OutputAxis::New { size: 2 },
                follows(2, (1, 2), 0, 2),
                follows(3, (1, 2), 0, 2),
            ],
        )],
    )
    .unwrap();
    let request = TileRequest::default()
        .with_tile(0, 1)
        .with_tile(2, 16)
        .with_tile(3, 32);
    let plan = TilePlan::new(&geometry, &[vec![2, 3, 24, 40]], &request).unwrap();
    let tiles: Vec<String> = plan.iter().map(|tile| tile.to_string()).collect();
    assert_eq!(tiles.len(), 8);
    assert_eq!(
        tiles[1],
        "tile 1: [0..1, 0..3, 0..16, 8..40] -> [0..1, 0..2, 0..6, 10..20]"
    );
    assert_eq!(
        tiles[6],
        "tile 6: [1..2, 0..3, 8..24, 0..32] -> [1..2, 0..2, 6..12, 0..10]"
    );
    // Channels are neither cut nor padded, whatever is asked for.
    assert_eq!(
        TilePlan::new(&geometry, &[vec![2, 4, 24, 40]], &request),
        Err(PlanError::WholeSize {
            dimension: "c".into(),
            found: 4,
            smaller: Some(3),
            larger: None
        })
    );
}

#[test]
fn an_input_of_its_own_size_is_given_whole() {
    let network = |sizes| {
        let inputs = vec![
            input("raw", &[(0, stepped(8, 8))]),
            input("pattern", &[(0, sizes)]),
        ];
        Geometry::new(
            dimensions("x"),
            inputs,
            vec![output("out", 0, &[follows(0, (1, 1), 0, 4)])],
        )
        .unwrap()
    };
    let request = TileRequest::default().with_tile(0, 32);
    let plan = TilePlan::new(&network(Sizes::Fixed(5)), &[vec![64], vec![5]], &request).unwrap();
    assert_eq!(
        plan.tile(1).unwrap().to_string(),
        "tile 1: [24..56] [0..5] -> [28..44]"
    );
    // Which part of the second image belongs to a tile is not known here.
    let error = TilePlan::new(&network(stepped(8, 8)), &[vec![64], vec![32]], &request).unwrap_err();
    assert_eq!(
        error.to_string(),
        "along `x` the image for input `pattern` has the size 32 and the one for `raw` has 64; tiled together are images of \
         equal size, or of sizes in the ratio of what the inputs take (8 + k * 8 and 8 + k * 8)"
    );
}
