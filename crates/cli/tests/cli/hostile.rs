//! Packages that were made to do harm, or that a broken download left behind.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::harness::{Copy, Run, fixture, modelhub_in_little_memory, write_zip};

fn test_model(path: &Path) -> Run {
    // The stacks of many threads count too.
    modelhub_in_little_memory([
        "test-model".as_ref(),
        "--threads".as_ref(),
        "2".as_ref(),
        path.as_os_str(),
    ])
}

fn validate(path: &Path) -> Run {
    modelhub_in_little_memory(["validate".as_ref(), path.as_os_str()])
}

/// The program ended by itself and said something.
fn assert_orderly(run: &Run) {
    assert!((0..=3).contains(&run.code), "{run:?}");
    for text in [&run.stdout, &run.stderr] {
        assert!(
            !text.contains("panicked") && !text.contains("memory allocation"),
            "{run:?}"
        );
    }
}

#[test]
fn the_healthy_model_runs_in_as_little_memory() {
    let run = test_model(&fixture("blobs-unet2d"));
    assert_eq!(run.code, 0, "{run:?}");
}

#[test]
fn truncated_weights() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.remove_lines("sha256");
    let path = copy.path().join("weights.onnx");
    let bytes = fs::read(&path).unwrap();
    for length in [0, 1, 100, bytes.len() / 2, bytes.len() - 1] {
        fs::write(&path, &bytes[..length]).unwrap();
        let run = test_model(copy.path());
        assert_orderly(&run);
        assert_eq!(run.code, 1, "{length}: {run:?}");
        assert!(
            run.stdout.contains("cannot load the onnx weights with tract"),
            "{length}: {run:?}"
        );
    }
}

#[test]
fn a_network_that_divides_by_zero() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.remove_lines("sha256");
    let networks = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/tests/networks");
    fs::copy(
        networks.join("integer_division.onnx"),
        copy.path().join("weights.onnx"),
    )
    .unwrap();
    let run = test_model(copy.path());
    assert!(
        run.stdout.contains("divide by zero") || run.stderr.contains("divide by zero"),
        "{run:?}"
    );
    assert!(!run.stderr.contains("thread '"), "{run:?}");
    assert_eq!(run.code, 1, "{run:?}");
}

#[test]
fn a_test_tensor_that_claims_to_be_huge() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1073741824, 1073741824), }";
    let mut file = b"\x93NUMPY\x01\x00".to_vec();
    let padded = format!("{header:<117}\n");
    file.extend(u16::try_from(padded.len()).unwrap().to_le_bytes());
    file.extend(padded.as_bytes());
    file.extend([0; 64]);
    fs::write(copy.path().join("test_input.npy"), &file).unwrap();
    let zip = copy.zip();
    for source in [copy.path(), &zip] {
        let run = test_model(source);
        assert_orderly(&run);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(
            run.stderr.contains("test_input.npy") && run.stderr.contains("1073741824"),
            "{run:?}"
        );
    }
}

#[test]
fn entries_that_lead_out_of_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evil.zip");
    let description = fs::read(fixture("blobs-unet2d").join("rdf.yaml")).unwrap();
    for name in ["../../etc/x", "/etc/x", "a/../../x", "..\\..\\x", "C:\\x"] {
        write_zip(&path, &[("rdf.yaml", &description), (name, b"x")]);
        let run = validate(&path);
        assert_orderly(&run);
        assert_eq!(run.code, 3, "{name}: {run:?}");
        assert!(
            run.stdout.contains("leads out of the package, it is refused"),
            "{name}: {run:?}"
        );
    }
}

#[test]
fn references_that_lead_out_of_the_package() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "test_inputs: [test_input.npy]",
        "test_inputs: [../../../../etc/passwd.npy]",
    );
    let run = test_model(copy.path());
    assert_orderly(&run);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("leads out of the package"), "{run:?}");
}

#[test]
fn an_alias_bomb() {
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let items = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{items}]").unwrap();
    }
    let path = folder.path().join("rdf.yaml");
    fs::write(&path, text).unwrap();
    let run = validate(&path);
    assert_orderly(&run);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("error[document-too-large]"), "{run:?}");
}

#[test]
fn three_hundred_levels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rdf.yaml");
    let mut block = String::new();
    for level in 0..300 {
        writeln!(block, "{}a:", " ".repeat(level)).unwrap();
    }
    let flow = format!("config: {}{}\n", "[".repeat(300), "]".repeat(300));
    for text in [block, flow] {
        fs::write(&path, text).unwrap();
        let run = validate(&path);
        assert_orderly(&run);
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stdout.contains("error[nesting-too-deep]"), "{run:?}");
    }
}

#[test]
fn damaged_and_foreign_files() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let zip = fs::read(copy.zip()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("package.zip");
    for content in [
        &zip[..zip.len() / 2],
        &zip[..4],
        b"",
        b"not a zip file",
        &[0xff; 4096],
    ] {
        fs::write(&path, content).unwrap();
        let run = validate(&path);
        assert_orderly(&run);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stdout.contains("error[unreadable-source]"), "{run:?}");
    }
    fs::write(folder.path().join("rdf.yaml"), [0xff, 0xfe, 0x00]).unwrap();
    let run = validate(&folder.path().join("rdf.yaml"));
    assert_orderly(&run);
    assert!(run.stdout.contains("is UTF-16 text, expected UTF-8"), "{run:?}");
    fs::write(folder.path().join("rdf.yaml"), [b'a', 0xff]).unwrap();
    let run = validate(&folder.path().join("rdf.yaml"));
    assert!(run.stdout.contains("is not UTF-8 text"), "{run:?}");
}

#[test]
fn a_flood_of_problems() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rdf.yaml");
    let mut unknown = fs::read_to_string(fixture("blobs-unet2d").join("rdf.yaml")).unwrap();
    for number in 0..10_000 {
        writeln!(unknown, "u{number}: 1").unwrap();
    }
    let wrong = format!(
        "type: model\nformat_version: 0.4.9\nlinks: [{}1]\n",
        "1, ".repeat(20_000)
    );
    for text in [unknown, wrong] {
        fs::write(&path, text).unwrap();
        for form in ["human", "jsonl"] {
            let run = modelhub_in_little_memory(
                ["validate", "--format-only", "--output", form]
                    .iter()
                    .map(AsRef::as_ref)
                    .chain([path.as_os_str()]),
            );
            assert_eq!(run.code, 1, "{}", run.stderr);
            assert!(run.stdout.len() < 2_000_000, "{} bytes", run.stdout.len());
            assert!(run.stdout.contains("more problems are not listed"));
        }
    }
}

#[test]
fn text_that_would_change_the_terminal() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    copy.edit(
        "name: Blobs U-Net 2D",
        "name: \"evil\\e[31m\\e]0;owned\\a\"\n\"k\\e[5m\": 1",
    );
    for verb in ["inspect", "validate", "test-model"] {
        let run = modelhub_in_little_memory([verb.as_ref(), copy.path().as_os_str()]);
        assert!(
            !run.stdout.contains('\u{1b}') && !run.stderr.contains('\u{1b}'),
            "{run:?}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn files_without_an_end() {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    for name in ["weights.onnx", "test_input.npy"] {
        fs::remove_file(copy.path().join(name)).unwrap();
        std::os::unix::fs::symlink("/dev/zero", copy.path().join(name)).unwrap();
    }
    let run = validate(copy.path());
    assert_orderly(&run);
    assert!(run.stdout.contains("it is not a regular file"), "{run:?}");
    let run = test_model(copy.path());
    assert_orderly(&run);
    assert_eq!(run.code, 3, "{run:?}");
}
