//! Plans of particular kinds of networks, as text and as files, and why there is none.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use proptest::prelude::*;
use tiling::{
    Dimension, Extent, Geometry, GeometryError, InputAxis, InputGeometry, OutputAxis, OutputGeometry,
    Padding, PlanError, Scale, Sizes, TilePlan, TileRequest,
};

fn stepped(min: usize, step: usize) -> Sizes {
    Sizes::Stepped { min, step }
}

fn follows(axis: usize, scale: (u32, u32), twice_offset: i64, halo: usize) -> OutputAxis {
    OutputAxis::Follows {
        axis,
        scale: Scale::try_from(scale).unwrap(),
        twice_offset,
        halo,
    }
}

/// Dimensions by letter: `b`, `c` and `i` are whole, and a batch is cut by those who ask for it.
fn dimensions(letters: &str) -> Vec<Dimension> {
    let extent = |letter| {
        if "ci".contains(letter) {
            Extent::Whole
        } else {
            Extent::Tiled
        }
    };
    letters
        .chars()
        .map(|letter| Dimension {
            name: letter.into(),
            extent: extent(letter),
        })
        .collect()
}

fn input(name: &str, axes: &[(usize, Sizes)]) -> InputGeometry {
    let axes = axes
        .iter()
        .map(|&(dimension, sizes)| InputAxis { dimension, sizes })
        .collect();
    InputGeometry {
        name: name.into(),
        axes,
    }
}

fn output(name: &str, reference: usize, axes: &[OutputAxis]) -> OutputGeometry {
    OutputGeometry {
        name: name.into(),
        reference,
        axes: axes.to_vec(),
    }
}

/// One axis, one input, one output.
fn line(sizes: Sizes, scale: (u32, u32), twice_offset: i64, halo: usize) -> Geometry {
    let outputs = vec![output("out", 0, &[follows(0, scale, twice_offset, halo)])];
    Geometry::new(dimensions("x"), vec![input("raw", &[(0, sizes)])], outputs).unwrap()
}

fn starts(plan: &TilePlan) -> Vec<(usize, usize)> {
    plan.dimensions()[0]
        .spans
        .iter()
        .map(|span| (span.start, span.end()))
        .collect()
}

fn tiled(geometry: &Geometry, size: usize, tile: usize) -> Result<TilePlan, PlanError> {
    TilePlan::new(
        geometry,
        &[vec![size]],
        &TileRequest::default().with_tile(0, tile),
    )
}

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

#[test]
fn an_output_without_the_dimension_comes_from_the_whole() {
    let geometry = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(8, 8))])],
        vec![output("class", 0, &[OutputAxis::New { size: 10 }])],
    )
    .unwrap();
    assert_eq!(
        tiled(&geometry, 64, 64).unwrap().tile(0).unwrap().to_string(),
        "tile 0: [0..64] -> [0..10]"
    );
    let error = tiled(&geometry, 64, 32).unwrap_err();
    assert!(
        error.to_string().contains("output `class` does not follow `x`"),
        "{error}"
    );
    let cost = |tile: &[Vec<usize>]| tile[0][0] as u64;
    let budget = TilePlan::within_budget(&geometry, &[vec![64]], &TileRequest::default(), 32, &cost);
    assert_eq!(
        budget,
        Err(PlanError::Memory {
            needed: 64,
            limit: 32,
            tile: vec![vec![64]]
        })
    );
}

#[test]
fn what_is_not_possible_names_what_is() {
    let unet = line(stepped(64, 16), (1, 1), 0, 30);
    let message = |result: Result<TilePlan, PlanError>| result.unwrap_err().to_string();
    assert_eq!(
        message(tiled(&unet, 1000, 100)),
        "tiles of 100 along `x` are not possible, the network takes 96 or 112"
    );
    assert_eq!(
        message(tiled(&unet, 1000, 64)),
        "tiles of 64 along `x` have no usable part: 60 elements are lost to halo and offset, and tiles start at multiples \
         of 16; the smallest possible size is 80"
    );
    assert!(tiled(&unet, 1000, 80).is_ok());
    assert_eq!(
        message(tiled(&line(Sizes::Fixed(32), (1, 1), 0, 16), 1000, 32)),
        "tiles of 32 along `x` have no usable part: 32 elements are lost to halo and offset, and tiles start at multiples \
         of 1; no larger size is possible"
    );
    assert_eq!(
        message(tiled(&line(stepped(28, 2), (1, 1), -14, 0), 14, 28)),
        "output `out` would have the size 0 along axis 0: the image is too small for this network"
    );
    // Odd sizes only, of which none has a whole half.
    assert!(matches!(
        tiled(&line(stepped(1, 2), (1, 2), 0, 0), 9, 9),
        Err(PlanError::NoLegalSize { .. })
    ));
    assert!(matches!(
        tiled(&unet, 0, 64),
        Err(PlanError::ImageSize { found: 0, .. })
    ));
    assert!(matches!(
        tiled(&unet, usize::MAX, 64),
        Err(PlanError::ImageSize { .. })
    ));
    assert!(matches!(
        TilePlan::new(&unet, &[], &TileRequest::default()),
        Err(PlanError::ImageCount { .. })
    ));
    assert!(matches!(
        TilePlan::new(&unet, &[vec![]], &TileRequest::default()),
        Err(PlanError::Rank { .. })
    ));
    let request = TileRequest::default().with_tile(1, 64);
    assert!(matches!(
        TilePlan::new(&unet, &[vec![64]], &request),
        Err(PlanError::RequestLength { .. })
    ));
    let stride = TileRequest::default().with_stride(0, usize::MAX);
    assert!(matches!(
        TilePlan::new(&unet, &[vec![64]], &stride),
        Err(PlanError::TooLarge { .. })
    ));
}

#[test]
fn a_geometry_is_checked() {
    let axes = [follows(1, (1, 1), 0, 0)];
    let result = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(1, 1))])],
        vec![output("out", 0, &axes)],
    );
    assert_eq!(
        result.unwrap_err().to_string(),
        "out: axis 0 refers to input axis 1, there are 1"
    );
    let twice = [(0, stepped(1, 1)), (0, stepped(1, 1))];
    let result = Geometry::new(dimensions("x"), vec![input("raw", &twice)], vec![]);
    assert!(matches!(result, Err(GeometryError::RepeatedDimension { .. })));
    let result = Geometry::new(dimensions("x"), vec![input("raw", &[(0, stepped(1, 0))])], vec![]);
    assert_eq!(
        result.unwrap_err().to_string(),
        "raw: axis 0 has the step 0, expected 1 to 2^40"
    );
    assert_eq!(
        Geometry::new(vec![], vec![], vec![]),
        Err(GeometryError::NoInputs)
    );
    let wide = [follows(0, (1, 1), i64::MIN, 0)];
    let result = Geometry::new(
        dimensions("x"),
        vec![input("raw", &[(0, stepped(1, 1))])],
        vec![output("out", 0, &wide)],
    );
    assert!(matches!(result, Err(GeometryError::Number { .. })));
}

#[test]
fn a_budget_takes_the_tiles_with_the_least_work() {
    let geometry = Geometry::new(
        dimensions("yx"),
        vec![input("raw", &[(0, stepped(16, 16)), (1, stepped(16, 16))])],
        vec![output(
            "out",
            0,
            &[follows(0, (1, 1), 0, 16), follows(1, (1, 1), 0, 16)],
        )],
    )
    .unwrap();
    let cost = |tile: &[Vec<usize>]| tile[0].iter().product::<usize>() as u64;
    let plan = |limit| {
        TilePlan::within_budget(
            &geometry,
            &[vec![608, 304]],
            &TileRequest::default(),
            limit,
            &cost,
        )
    };
    let work = |plan: &TilePlan| {
        plan.iter()
            .map(|tile| tile.inputs[0].region().len())
            .sum::<usize>()
    };
    for limit in [48 * 48, 5000, 20_000, 60_000, 100_000, 200_000] {
        let chosen = plan(limit).unwrap();
        // The same by trying all sizes.
        let sizes = |size: usize| (3..=size / 16).map(|k| 16 * k);
        let best = sizes(608)
            .flat_map(|y| sizes(304).map(move |x| (y, x)))
            .filter(|(y, x)| (y * x) as u64 <= limit)
            .filter_map(|(y, x)| {
                let request = TileRequest::default().with_tile(0, y).with_tile(1, x);
                TilePlan::new(&geometry, &[vec![608, 304]], &request).ok()
            })
            .map(|plan| work(&plan))
            .min();
        assert_eq!(Some(work(&chosen)), best, "{limit}: {chosen}");
    }
    assert!(matches!(
        plan(48 * 48 - 1),
        Err(PlanError::Memory { needed: 2304, .. })
    ));
    // What is asked for is kept.
    let request = TileRequest::default().with_tile(0, 64);
    let plan = TilePlan::within_budget(&geometry, &[vec![608, 304]], &request, 64 * 96, &cost).unwrap();
    assert_eq!(plan.tile(0).unwrap().inputs[0].region().shape()[0], 64);
}

proptest! {
    #[test]
    fn plans_survive_files(size in 6_usize..5000, tile in 5_usize..20, reflect in any::<bool>()) {
        let padding = if reflect { Padding::Reflect } else { Padding::Constant(0.5) };
        let request = TileRequest::default().with_tile(0, 16 * tile).with_padding(padding);
        let plan = TilePlan::new(&line(stepped(64, 16), (1, 2), -2, 8), &[vec![size]], &request).unwrap();
        let text = serde_json::to_string(&plan).unwrap();
        prop_assert_eq!(&serde_json::from_str::<TilePlan>(&text).unwrap(), &plan);
    }
}

#[test]
fn files_cannot_break_what_plans_promise() {
    let plan = tiled(&line(stepped(64, 16), (1, 1), 0, 16), 1000, 256).unwrap();
    let mut value = serde_json::to_value(&plan).unwrap();
    assert_eq!(
        value["dimensions"][0]["spans"][1],
        serde_json::json!({ "start": 224, "size": 256 })
    );
    value["dimensions"][0]["spans"][1]["start"] = 208.into();
    let error = serde_json::from_value::<TilePlan>(value.clone()).unwrap_err();
    assert!(error.to_string().contains("not those of a plan"), "{error}");
    value["geometry"]["inputs"][0]["axes"][0]["dimension"] = 7.into();
    let error = serde_json::from_value::<TilePlan>(value).unwrap_err();
    assert!(error.to_string().contains("refers to dimension 7"), "{error}");
}
