//! `modelhub predict` that is ended from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::harness::{Copy, fixture};
use crate::tiles::{contents, image, run, text};

/// Output values between the percentiles of all of them: known when all tiles are done.
const SCALE_RANGE: &str = "
      - name: scale_range
        kwargs:
          mode: per_sample
          axes: yx
          min_percentile: 1.0
          max_percentile: 99.0
";

/// A model whose result needs statistics of the whole result.
fn model() -> Copy {
    let copy = Copy::of(&fixture("tiling-unet-stride4"));
    copy.edit("\n      - name: sigmoid\n", SCALE_RANGE);
    copy
}

fn start(model: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_modelhub"))
        .arg("predict")
        .arg(model)
        .args(arguments)
        .env("MODELHUB_BACKENDS", "tract") // as all runs of these tests
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits for something that the program does; whether it was still running then.
fn wait_for(child: &mut Child, is_there: &dyn Fn() -> bool) -> bool {
    for _ in 0..500_000 {
        if is_there() {
            return child.try_wait().unwrap().is_none();
        }
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        sleep(Duration::from_micros(200));
    }
    panic!("nothing happens");
}

/// The numbers in a journal.
fn noted(journal: &Path) -> usize {
    fs::read_to_string(journal).map_or(0, |text| text.lines().count().saturating_sub(1))
}

#[test]
fn a_run_is_gone_on_with_that_was_killed_in_any_pass() {
    let folder = tempfile::tempdir().unwrap();
    let model = model();
    let input = text(&image(folder.path(), &[1500, 1400]));
    let path = |name: &str| folder.path().join(name);
    let tiles = ["--tile", "y=320,x=320"];
    let undisturbed = text(&path("undisturbed.zarr"));
    let found = run(
        "predict",
        model.path(),
        &["-i", &input, "-o", &undisturbed, tiles[0], tiles[1]],
    );
    assert_eq!(found.code, 0, "{found:?}");
    let expected = contents(&path("undisturbed.zarr"));
    assert!(
        expected
            .iter()
            .all(|(name, _)| !name.starts_with("raw-0.partial"))
    );

    let killed = path("killed.zarr");
    let partial = path("killed.zarr.partial");
    let (raw, parts) = (
        partial.join("raw-0.partial/tiles.journal"),
        partial.join("tiles.journal"),
    );
    let tiles_of_plan: usize = found
        .stderr
        .split_once(" tiles\n")
        .and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok())
        .unwrap();
    let passes: [(&str, &dyn Fn() -> bool); 3] = [
        ("tiles", &|| noted(&raw) >= 4),
        ("statistics", &|| noted(&raw) == tiles_of_plan),
        ("postprocessing", &|| noted(&parts) >= 1),
    ];
    for (number, (pass, is_there)) in passes.into_iter().enumerate() {
        let mut arguments = vec!["-i", &input, "-o"];
        let output = text(&killed);
        arguments.push(&output);
        if number == 0 {
            arguments.extend(tiles);
        } else {
            arguments.push("--resume");
        }
        let mut child = start(model.path(), &arguments);
        let was_running = wait_for(&mut child, is_there);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(
            was_running && !killed.exists(),
            "the run ended before it was killed in {pass}"
        );
    }
    let resumed = run(
        "predict",
        model.path(),
        &["-i", &input, "-o", &text(&killed), "--resume"],
    );
    assert_eq!(resumed.code, 0, "{resumed:?}");
    let note = format!("{tiles_of_plan} of {tiles_of_plan} tiles are done already");
    assert!(resumed.stderr.contains(&note), "{resumed:?}");
    assert!(
        contents(&killed) == expected,
        "the files of the two results differ"
    );
    assert!(!partial.exists());
}

/// What is in a folder, hidden files too.
fn names(folder: &Path) -> Vec<PathBuf> {
    let mut names: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| PathBuf::from(entry.unwrap().file_name()))
        .collect();
    names.sort();
    names
}

#[cfg(unix)]
#[test]
fn control_c_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    let input = text(&image(folder.path(), &[1500, 1500]));
    for name in ["result.tif", "result.npy", "result.zarr"] {
        let output = text(&folder.path().join(name));
        let model = fixture("tiling-unet-stride4");
        let mut child = start(&model, &["-i", &input, "-o", &output, "--tile", "y=128,x=128"]);
        let is_begun = || names(folder.path()).len() > 1;
        assert!(
            wait_for(&mut child, &is_begun),
            "{name}: the run ended before it was interrupted"
        );
        sleep(Duration::from_millis(30));
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(3), "{name}");
        let left = names(folder.path());
        if name.ends_with(".zarr") {
            assert_eq!(left, [Path::new("image.npy"), Path::new("result.zarr.partial")]);
            let resumed = run("predict", &model, &["-i", &input, "-o", &output, "--resume"]);
            assert_eq!(resumed.code, 0, "{resumed:?}");
        } else {
            assert_eq!(left, [Path::new("image.npy")], "{name}");
        }
    }
    assert_eq!(
        names(folder.path()),
        [Path::new("image.npy"), Path::new("result.zarr")]
    );
}
