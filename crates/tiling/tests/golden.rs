//! Golden data of the Python reference: padding and cropping agree, the blocks of its tiler differ in exactly three ways.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeSet;
use std::path::PathBuf;

use ndarray::{ArrayD, IxDyn};
use ndarray_npy::read_npy;
use serde_json::Value;
use tiling::{
    Dimension, Extent, Geometry, InputAxis, InputGeometry, OutputAxis, OutputGeometry, Padding, Region,
    Scale, Sizes, TilePlan, TileRequest, pad,
};

/// The folder with golden data, and the cases of a file in it.
fn golden(file: &str) -> Option<(PathBuf, Vec<Value>)> {
    let Some(dir) = std::env::var_os("MODELHUB_REFERENCE") else {
        eprintln!("skipped: MODELHUB_REFERENCE is not set");
        return None;
    };
    let dir = PathBuf::from(dir).join("golden");
    let text = std::fs::read_to_string(dir.join(file)).unwrap();
    Some((dir, serde_json::from_str(&text).unwrap()))
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

#[test]
fn padding_and_cropping_match_the_reference() {
    let Some((dir, cases)) = golden("padding.json") else {
        return;
    };
    assert!(cases.len() >= 16, "{} cases", cases.len());
    for case in &cases {
        let id = case["id"].as_str().unwrap();
        let read = |key: &str| -> ArrayD<f32> { read_npy(dir.join(case[key].as_str().unwrap())).unwrap() };
        let (input, expected) = (read("input"), read("output"));
        let mut before = vec![0; input.ndim()];
        let mut target = input.shape().to_vec();
        for (axis, letter) in case["axes"].as_str().unwrap().chars().enumerate() {
            let Some(size) = case["sizes"].get(letter.to_string()) else {
                continue;
            };
            target[axis] = number(size);
            let change = target[axis].abs_diff(input.shape()[axis]);
            // The reference names the side where something is added, or taken away.
            before[axis] = match case["where"].as_str().unwrap() {
                "left" => change,
                "right" => 0,
                "left_and_right" => change / 2,
                other => panic!("{id}: {other}"),
            };
        }
        let result = if case.get("crop").is_some() {
            pad::crop(&input, &Region::new(before, target).unwrap())
                .unwrap()
                .to_owned()
        } else {
            let after: Vec<usize> = (0..before.len())
                .map(|axis| target[axis] - input.shape()[axis] - before[axis])
                .collect();
            let padding = match case["mode"].as_str().unwrap() {
                "reflect" => Padding::Reflect,
                "symmetric" => Padding::Symmetric,
                "edge" => Padding::Edge,
                other => panic!("{id}: {other}"),
            };
            pad::pad(&input, &before, &after, padding, 0.0).unwrap()
        };
        assert_eq!(result, expected, "{id}");
    }
}

/// What is different in our plan for the same image, tile and halo.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// The reference pads the sides of the image by the halo, so that the network never sees an image's border and results
    /// near it differ from those of the whole image. Our tiles end where the image ends.
    Padding,
    /// The reference cuts the usable part of a tile short by the halo at the sides of the image as well. We need fewer tiles
    /// where that makes one unnecessary.
    Count,
    /// The last block of the reference is moved back and computes again what the one before it has; what is written twice is
    /// what came last. Our regions are a partition.
    Overlap,
}

#[test]
fn differences_from_the_blocks_of_the_reference_are_explained() {
    let Some((_, cases)) = golden("tiling.json") else {
        return;
    };
    assert!(cases.len() >= 8, "{} cases", cases.len());
    for case in &cases {
        let names: Vec<&String> = case["shape"].as_object().unwrap().keys().collect();
        let shape: Vec<usize> = names.iter().map(|name| number(&case["shape"][*name])).collect();
        let block = |axis: usize| case["block_shape"].get(names[axis]).map(number);
        let halo = |axis: usize| case["halo"].get(names[axis]).map_or(0, number);
        let plan = plan(&names, &shape, block, halo);
        let blocks = case["blocks"].as_array().unwrap();
        let span = |at: usize, what: &str, axis: usize| {
            let pair = &blocks[at][what][names[axis]];
            (number(&pair[0]), number(&pair[1]))
        };

        let mut expected = BTreeSet::new();
        let mut theirs = 1;
        for (axis, &size) in shape.iter().enumerate() {
            let Some(block) = block(axis) else { continue };
            let inner = block - 2 * halo(axis);
            theirs *= size.div_ceil(inner);
            if halo(axis) > 0 {
                expected.insert(Difference::Padding);
            }
            if size % inner != 0 {
                expected.insert(Difference::Overlap);
            }
            // Ours cover the image as soon as `inner` times the number less one, and one tile, reach its end.
            if (size - block).div_ceil(inner) + 1 < size.div_ceil(inner) {
                expected.insert(Difference::Count);
            }
        }
        assert_eq!(theirs, blocks.len());

        let mut found = BTreeSet::new();
        let is_padded = |at: usize| {
            (0..shape.len()).any(|axis| {
                number(&blocks[at]["padding"][names[axis]][0])
                    + number(&blocks[at]["padding"][names[axis]][1])
                    > 0
            })
        };
        if (0..blocks.len()).any(is_padded) {
            found.insert(Difference::Padding);
        }
        assert!(!plan.is_padded() && plan.iter().all(|tile| !tile.inputs[0].is_padded()));
        if plan.len() != blocks.len() {
            assert!(plan.len() < blocks.len());
            found.insert(Difference::Count);
        }
        let elements: usize = shape.iter().product();
        let inner = |at: usize| {
            (0..shape.len())
                .map(|axis| span(at, "inner", axis))
                .map(|(from, to)| to - from)
                .product::<usize>()
        };
        if (0..blocks.len()).map(inner).sum::<usize>() != elements {
            found.insert(Difference::Overlap);
        }
        assert_eq!(
            plan.iter()
                .map(|tile| tile.outputs[0].region().len())
                .sum::<usize>(),
            elements
        );
        assert_eq!(found, expected, "{names:?} {shape:?}");

        // Where nothing is cut short by a halo, the network is given the same tiles in the same order.
        if !expected.contains(&Difference::Padding) {
            for (at, tile) in plan.iter().enumerate() {
                for axis in 0..shape.len() {
                    let range = tile.inputs[0].region().range(axis);
                    assert_eq!(
                        (range.start, range.end),
                        span(at, "outer", axis),
                        "{names:?} {shape:?}"
                    );
                }
            }
        }
    }
}

/// Our plan for a network that takes every size, with the halo of the case.
fn plan(
    names: &[&String],
    shape: &[usize],
    block: impl Fn(usize) -> Option<usize>,
    halo: impl Fn(usize) -> usize,
) -> TilePlan {
    let dimensions = names
        .iter()
        .map(|&name| Dimension {
            name: name.clone(),
            extent: Extent::Tiled,
        })
        .collect();
    let axes = (0..shape.len()).map(|dimension| InputAxis {
        dimension,
        sizes: Sizes::Stepped { min: 1, step: 1 },
    });
    let follows = |axis| OutputAxis::Follows {
        axis,
        scale: Scale::ONE,
        twice_offset: 0,
        halo: halo(axis),
    };
    let geometry = Geometry::new(
        dimensions,
        vec![InputGeometry {
            name: "in".into(),
            axes: axes.collect(),
        }],
        vec![OutputGeometry {
            name: "out".into(),
            reference: 0,
            axes: (0..shape.len()).map(follows).collect(),
        }],
    )
    .unwrap();
    let request = (0..shape.len()).filter_map(|axis| Some((axis, block(axis)?)));
    let request = request.fold(TileRequest::default(), |request, (axis, size)| {
        request.with_tile(axis, size)
    });
    TilePlan::new(&geometry, &[shape.to_vec()], &request).unwrap()
}

#[test]
fn golden_arrays_are_not_needed_for_numpy_s_rules() {
    // The example of the documentation of numpy.pad.
    let image = ArrayD::from_shape_vec(IxDyn(&[5]), vec![1, 2, 3, 4, 5]).unwrap();
    let padded = |padding| {
        pad::pad(&image, &[2], &[3], padding, 9)
            .unwrap()
            .into_raw_vec_and_offset()
            .0
    };
    assert_eq!(padded(Padding::Reflect), [3, 2, 1, 2, 3, 4, 5, 4, 3, 2]);
    assert_eq!(padded(Padding::Symmetric), [2, 1, 1, 2, 3, 4, 5, 5, 4, 3]);
    assert_eq!(padded(Padding::Edge), [1, 1, 1, 2, 3, 4, 5, 5, 5, 5]);
    assert_eq!(padded(Padding::Constant(9.0)), [9, 9, 1, 2, 3, 4, 5, 9, 9, 9]);
}
