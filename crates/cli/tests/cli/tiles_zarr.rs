//! `modelhub predict` into OME-Zarr: chunks and tiles have the same borders.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::harness::fixture;
use crate::tiles::{contents, image, run, text};

/// The length of chunks along y and x.
fn chunks(result: &Path) -> Vec<u64> {
    let metadata: Value = serde_json::from_slice(&std::fs::read(result.join("0/.zarray")).unwrap()).unwrap();
    let lengths = metadata["chunks"].as_array().unwrap();
    lengths.iter().map(|length| length.as_u64().unwrap()).collect()
}

/// The regions of an output along y and x by the lines of a printed plan, `tile 3: [...] [...] -> [0..1, 0..1, 8..16, 0..40]`.
fn regions(plan: &str, output: usize) -> Vec<Vec<(u64, u64)>> {
    let tiles = plan.lines().filter_map(|line| line.split_once(" -> "));
    let region = |(_, outputs): (&str, &str)| {
        let region = outputs.split("] [").nth(output).unwrap();
        let ranges = region.trim_matches(['[', ']']).split(", ").skip(2);
        ranges
            .map(|range| {
                let (start, end) = range.split_once("..").unwrap();
                (start.parse().unwrap(), end.parse().unwrap())
            })
            .collect()
    };
    tiles.map(region).collect()
}

#[test]
fn each_chunk_is_written_by_one_tile() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("tiling-two-outputs");
    let input = text(&image(folder.path(), &[700, 520]));
    let path = |name: &str| folder.path().join(name);
    let (full, half) = (path("full.zarr"), path("half.zarr"));
    let given = |more: &[&str]| {
        let (full, half) = (text(&full), text(&half));
        let mut all = vec!["-i", &input, "-o", &full, "-o", &half, "--tile", "y=210,x=210"];
        all.extend(more);
        run("predict", &model, &all)
    };
    let plan = given(&["--dry-run"]);
    assert_eq!(plan.code, 0, "{plan:?}");
    assert!(plan.stdout.contains("in chunks of y="), "{plan:?}");
    let found = given(&[]);
    assert_eq!(found.code, 0, "{found:?}");
    for (output, result) in [&full, &half].into_iter().enumerate() {
        let lengths = chunks(result);
        let lengths = &lengths[lengths.len() - 2..];
        assert!(
            lengths.iter().all(|length| (32..=1024).contains(length)),
            "{lengths:?}"
        );
        let mut writers: BTreeMap<(u64, u64), usize> = BTreeMap::new();
        let regions = regions(&plan.stdout, output);
        assert!(regions.len() > 4);
        for region in regions {
            let touched = |axis: usize| {
                let (start, end): (u64, u64) = region[axis];
                start / lengths[axis]..end.div_ceil(lengths[axis])
            };
            for y in touched(0) {
                for x in touched(1) {
                    *writers.entry((y, x)).or_default() += 1;
                }
            }
        }
        assert!(
            writers.values().all(|&count| count == 1),
            "{lengths:?}: {writers:?}"
        );
        assert!(contents(result).len() > writers.len());
    }
    // What is in the files is what other formats get, which nothing is aligned for.
    let other = [path("full.npy"), path("half.npy")];
    let arguments = [
        "-i",
        &input,
        "-o",
        &text(&other[0]),
        "-o",
        &text(&other[1]),
        "--no-tiling",
    ];
    assert_eq!(run("predict", &model, &arguments).code, 0);
    for (result, other) in [&full, &half].into_iter().zip(&other) {
        let numbers = |path: &Path| -> Vec<f32> {
            match pipeline::image::read_image(path).unwrap().tensor {
                tensor_ops::Tensor::Float32(values) => values.iter().copied().collect(),
                other => panic!("{other:?}"),
            }
        };
        let (found, expected) = (numbers(result), numbers(other));
        assert_eq!(found.len(), expected.len());
        assert!(found.iter().zip(&expected).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}

#[test]
fn a_folder_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let (images, results) = (folder.path().join("images"), folder.path().join("results"));
    std::fs::create_dir(&images).unwrap();
    for name in ["a", "b", "c"] {
        let path = image(&images, &[120, 100]);
        std::fs::rename(path, images.join(name).with_extension("npy")).unwrap();
    }
    let model = fixture("tiling-unet-stride4");
    let given = |more: &[&str]| {
        let (images, results) = (text(&images), text(&results));
        let mut all = vec!["-i", &images, "-o", &results, "--tile", "y=64,x=64"];
        all.extend(more);
        run("predict", &model, &all)
    };
    let zarr = ["--output-format", "zarr"];
    assert_eq!(given(&zarr).code, 0);
    let expected = contents(&results);
    // `a` is finished, `b` is as a killed run leaves it before the first tile, `c` was not begun.
    std::fs::remove_dir_all(results.join("c.zarr")).unwrap();
    std::fs::remove_dir_all(results.join("b.zarr")).unwrap();
    let partial = results.join("b.zarr.partial");
    let alone = folder.path().join("alone.zarr");
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_modelhub"))
        .arg("predict")
        .arg(&model)
        .args([
            "-i",
            &text(&images.join("b.npy")),
            "-o",
            &text(&results.join("b.zarr")),
        ])
        .args(["--tile", "y=64,x=64"])
        .env("MODELHUB_BACKENDS", "tract")
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while child.try_wait().unwrap().is_none() && !partial.join("tiles.journal").exists() {
        std::thread::sleep(std::time::Duration::from_micros(200));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(partial.exists() && !alone.exists());

    let found = given(&["--resume"]);
    assert_eq!(found.code, 2, "{found:?}");
    assert!(found.stderr.contains("--output-format zarr"), "{found:?}");
    let found = given(&[zarr[0], zarr[1], "--resume"]);
    assert_eq!(found.code, 0, "{found:?}");
    assert!(
        found.stderr.contains("2 of 3 images done, 1 left out"),
        "{found:?}"
    );
    assert!(contents(&results) == expected, "the files of the results differ");
}
