//! Packages on standard input.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::harness::{Copy, Run, fixture};

fn with_input(input: &[u8], folder: &Path, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_modelhub"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("MODELHUB_OFFLINE", "1")
        .env("MODELHUB_BACKENDS", "tract");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A program that has read enough closes the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn standard_input() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let text = fs::read(copy.path().join("rdf.yaml")).unwrap();
    let zip = fs::read(copy.zip()).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let run = with_input(&zip, elsewhere.path(), &["test-model", "--weights", "onnx", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&zip, elsewhere.path(), &["validate", "-"]);
    assert_eq!(
        (run.code, run.stdout.lines().last()),
        (0, Some("-: valid")),
        "{run:?}"
    );
    // The files of a text are in the working directory.
    let run = with_input(&text, copy.path(), &["validate", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["validate", "-"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("there is no file `weights.onnx`"), "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["migrate", "-"]);
    assert_eq!(run.code, 0, "{run:?}");
    let run = with_input(&text, elsewhere.path(), &["migrate", "--in-place", "-"]);
    assert_eq!(run.code, 2, "{run:?}");
    let run = with_input(b"PK\x03\x04 and no more", elsewhere.path(), &["inspect", "-"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("cannot open <stdin>"), "{run:?}");
    let run = with_input(b"\xff\xfe\x00", elsewhere.path(), &["validate", "-"]);
    assert_eq!(run.code, 3, "{run:?}");
}
