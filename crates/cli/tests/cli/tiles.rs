//! `modelhub predict` on images in tiles, and `modelhub tiling-error`.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use ndarray::ArrayD;
use ndarray_npy::{read_npy, write_npy};

use crate::harness::{Run, fixture, modelhub};

pub(crate) fn text(path: &Path) -> String {
    path.display().to_string()
}

pub(crate) fn run(verb: &str, model: &Path, arguments: &[&str]) -> Run {
    let mut all = vec![verb.to_owned(), text(model)];
    all.extend(arguments.iter().map(|argument| (*argument).to_owned()));
    modelhub(all)
}

pub(crate) fn image(folder: &Path, shape: &[usize]) -> PathBuf {
    let path = folder.join("image.npy");
    let image = ArrayD::from_shape_fn(shape, |at| {
        let (y, x) = (at[0] as f32, at[1] as f32);
        ((y / 7.0).sin() + (x / 11.0).cos()) + ((at[0] * 31 + at[1] * 17) % 13) as f32 / 13.0
    });
    write_npy(&path, &image).unwrap();
    path
}

#[test]
fn tiles_give_the_result_of_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("tiling-unet-stride4");
    let input = text(&image(folder.path(), &[200, 240]));
    let whole = text(&folder.path().join("whole.npy"));
    assert_eq!(
        run("predict", &model, &["-i", &input, "-o", &whole, "--no-tiling"]).code,
        0
    );
    let tiled = text(&folder.path().join("tiled.npy"));
    let found = run(
        "predict",
        &model,
        &["-i", &input, "-o", &tiled, "--tile", "y=64,x=96"],
    );
    assert_eq!(found.code, 0, "{found:?}");
    assert!(
        found
            .stderr
            .contains("tiles of 64, starting at multiples of 4: 0, 32"),
        "{found:?}"
    );
    let (whole, tiled): (ArrayD<f32>, ArrayD<f32>) = (read_npy(whole).unwrap(), read_npy(tiled).unwrap());
    assert_eq!(whole.shape(), tiled.shape());
    assert!(whole.iter().zip(&tiled).all(|(a, b)| (a - b).abs() < 1e-5));
}

#[test]
fn a_plan_is_printed_and_nothing_is_run() {
    let folder = tempfile::tempdir().unwrap();
    let input = text(&image(folder.path(), &[101, 80]));
    let model = fixture("tiling-unet-stride4");
    let found = run(
        "predict",
        &model,
        &["-i", &input, "--dry-run", "--tile", "y=64,x=64"],
    );
    assert_eq!(found.code, 0, "{found:?}");
    assert!(
        found
            .stdout
            .contains("y: 101 elements, padded to 104; 3 tiles of 64"),
        "{found:?}"
    );
    assert!(
        found
            .stdout
            .contains("tile 0: [0..1, 0..1, 0..64, 0..64] -> [0..1, 0..1, 0..48, 0..40]"),
        "{found:?}"
    );
    for (arguments, message) in [
        (
            ["--tile", "y=50"],
            "tiles of 50 along `y` are not possible, the network takes 48 or 52",
        ),
        (
            ["--tile", "c=1"],
            "`c` is no axis that can be tiled; the model has byx",
        ),
        (["--tile", "y"], "an axis letter and a number are expected"),
        (["--memory", "much"], "a number of bytes is expected"),
        (
            ["--memory", "1MiB"],
            "MiB of memory, 1 are allowed; give more with --memory",
        ),
    ] {
        let found = run(
            "predict",
            &model,
            &["-i", &input, "--dry-run", arguments[0], arguments[1]],
        );
        assert_eq!(found.code, 2, "{found:?}");
        assert!(found.stderr.contains(message), "{found:?}");
    }
}

#[test]
fn a_killed_run_is_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let model = fixture("blobs-unet2d");
    let input = text(&image(folder.path(), &[1600, 1600]));
    let path = |name: &str| folder.path().join(name);
    let tiles = ["--tile", "y=208,x=208"];
    let undisturbed = text(&path("undisturbed.zarr"));
    let found = run(
        "predict",
        &model,
        &["-i", &input, "-o", &undisturbed, tiles[0], tiles[1]],
    );
    assert_eq!(found.code, 0, "{found:?}");

    let killed = text(&path("killed.zarr"));
    let program = env!("CARGO_BIN_EXE_modelhub");
    let mut child = Command::new(program)
        .arg("predict")
        .arg(&model)
        .args(["-i", &input, "-o", &killed, tiles[0], tiles[1]])
        .env("MODELHUB_BACKENDS", "tract") // as all runs of these tests
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Until some tiles are done; the run may then be at any point.
    let partial = path("killed.zarr.partial");
    let journal = || {
        std::fs::read_to_string(partial.join("tiles.journal"))
            .unwrap_or_default()
            .lines()
            .count()
    };
    let mut waited = 0;
    while child.try_wait().unwrap().is_none() && journal() < 6 {
        sleep(Duration::from_millis(2));
        waited += 1;
        assert!(waited < 50_000, "no tile is written");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(partial.is_dir(), "the run ended before it was killed");
    assert!(!path("killed.zarr").exists());

    let again = run(
        "predict",
        &model,
        &["-i", &input, "-o", &killed, tiles[0], tiles[1]],
    );
    assert_eq!(again.code, 3, "{again:?}");
    assert!(
        again.stderr.contains("an unfinished result is there"),
        "{again:?}"
    );
    // The plan is that of the first run: another one is refused, none need be given.
    let other = run(
        "predict",
        &model,
        &["-i", &input, "-o", &killed, "--resume", "--tile", "y=512"],
    );
    assert_eq!(other.code, 2, "{other:?}");
    let begun = "was begun with --tile x=208,y=208, and its tiles cannot be changed";
    assert!(other.stderr.contains(begun), "{other:?}");
    let resumed = run("predict", &model, &["-i", &input, "-o", &killed, "--resume"]);
    assert_eq!(resumed.code, 0, "{resumed:?}");
    assert!(resumed.stderr.contains("tiles are done already"), "{resumed:?}");
    let equal = contents(&path("killed.zarr")) == contents(&path("undisturbed.zarr"));
    assert!(equal, "the files of the two results differ");

    let other = run(
        "predict",
        &model,
        &["-i", &input, "-o", &text(&path("new.zarr")), "--resume"],
    );
    assert!(
        other.stderr.contains("no unfinished result to resume"),
        "{other:?}"
    );
    let other = run(
        "predict",
        &model,
        &["-i", &input, "-o", &text(&path("new.tif")), "--resume"],
    );
    assert_eq!(other.code, 2, "{other:?}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path))
        } else {
            found.push(path)
        }
    }
    found.sort();
    found
}

pub(crate) fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let relative = |path: &Path| path.strip_prefix(folder).unwrap().to_owned();
    files(folder)
        .iter()
        .map(|path| (relative(path), std::fs::read(path).unwrap()))
        .collect()
}

#[test]
fn the_error_of_tiles_is_measured_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let input = text(&image(folder.path(), &[160, 200]));
    let tiles = ["--tile", "y=64,x=64"];
    let honest = run(
        "tiling-error",
        &fixture("tiling-unet-stride4"),
        &[&input, tiles[0], tiles[1]],
    );
    assert_eq!(honest.code, 0, "{honest:?}");
    assert!(
        honest.stdout.starts_with("probability: largest difference "),
        "{honest:?}"
    );

    let map = folder.path().join("map.png");
    let dishonest = fixture("tiling-dishonest-halo");
    let found = run(
        "tiling-error",
        &dishonest,
        &[&input, tiles[0], tiles[1], "-o", &text(&map)],
    );
    assert_eq!(found.code, 1, "{found:?}");
    let picture = pipeline::image::read_image(&map).unwrap().tensor;
    assert_eq!(picture.shape(), [160, 200]);
    let widened = run(
        "tiling-error",
        &dishonest,
        &[&input, tiles[0], tiles[1], "--halo", "y=12,x=12"],
    );
    assert_eq!(widened.code, 0, "{widened:?}");

    let fixed = run("tiling-error", &fixture("tiling-fixed-size"), &[&input]);
    assert_eq!(fixed.code, 2, "{fixed:?}");
    assert!(fixed.stderr.contains("--any-size"), "{fixed:?}");
    let one = run("tiling-error", &fixture("tiling-unet-stride4"), &[&input]);
    assert!(one.stderr.contains("the image fits into one tile"), "{one:?}");
}

#[test]
fn a_model_of_one_size_takes_a_whole_image_of_another_if_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let input = text(&image(folder.path(), &[96, 80]));
    let predicted = |model: &str, name: &str, arguments: &[&str]| {
        let output = folder.path().join(name);
        let output_text = text(&output);
        let found = run(
            "predict",
            &fixture(model),
            &[&["-i", &input, "-o", &output_text], arguments].concat(),
        );
        assert_eq!(found.code, 0, "{found:?}");
        (pipeline::image::read_image(&output).unwrap().tensor, found.stderr)
    };
    // The same network, with a description that states all sizes.
    let (expected, _) = predicted("tiling-dishonest-halo", "free.npy", &[]);
    for (name, arguments) in [
        ("any.npy", &["--any-size", "4"] as &[&str]),
        ("whole.npy", &["--any-size", "4", "--no-tiling"]),
    ] {
        let (whole, told) = predicted("tiling-fixed-size", name, arguments);
        assert_eq!(whole, expected);
        assert!(told.contains("1 tile\n"), "{told}");
    }
}
