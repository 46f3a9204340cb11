//! `modelhub package`, `update-hashes` and `add-weights`

use std::fs;
use std::path::Path;

use crate::harness::{Copy, Run, fixture, modelhub, write_zip};

fn call(verb: &str, arguments: &[&str]) -> Run {
    modelhub(std::iter::once(verb).chain(arguments.iter().copied()))
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn what_is_packaged_is_valid_and_passes_its_test() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["blobs-unet2d", "two-channels-two-outputs"] {
        let source = fixture(name);
        let zip = folder.path().join(format!("{name}.zip"));
        let run = call("package", &[text(&source), text(&zip)]);
        assert_eq!((run.code, run.stdout.as_str()), (0, ""), "{run:?}");
        assert_eq!(call("validate", &[text(&zip)]).code, 0);
        assert_eq!(call("test-model", &[text(&zip)]).code, 0);

        let again = folder.path().join("again.zip");
        let run = call("package", &[text(&zip), text(&again), "--force"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(fs::read(&zip).unwrap() == fs::read(&again).unwrap(), "{name}");

        let out = folder.path().join(format!("{name}-onnx"));
        let run = call("package", &[text(&zip), text(&out), "--weights", "onnx"]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(out.join("weights.onnx").exists() && !out.join("weights.pt").exists());
        assert_eq!(call("test-model", &[text(&out), "--weights", "onnx"]).code, 0);
    }
    let zip = folder.path().join("blobs-unet2d.zip");
    let taken = call("package", &[text(&fixture("blobs-unet2d")), text(&zip)]);
    assert_eq!(taken.code, 2, "{taken:?}");
    assert!(
        taken.stderr.contains("exists") && taken.stderr.contains("--force"),
        "{taken:?}"
    );
    let none = call(
        "package",
        &[text(&zip), text(&zip), "--weights", "keras_hdf5", "--force"],
    );
    assert_eq!(none.code, 2, "{none:?}");
    assert!(none.stderr.contains("it has onnx, torchscript"), "{none:?}");
}

#[test]
fn what_a_hostile_package_refers_to_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    for (reference, expected) in [
        ("../secret.txt", "leads out of the package"),
        ("'..\\secret.txt'", "leads out of the package"),
        ("/etc/passwd", "absolute path"),
        ("'C:\\secret.txt'", "leads out of the package"),
        ("https://example.org/a.txt", "offline nothing is fetched"),
        ("nowhere.txt", "are missing: `nowhere.txt`"),
    ] {
        let description =
            format!("type: other\nformat_version: 0.2.4\nattachments: {{files: [{reference}]}}\n");
        fs::write(inner.join("rdf.yaml"), &description).unwrap();
        let zip = folder.path().join("hostile.zip");
        write_zip(&zip, &[("rdf.yaml", description.as_bytes())]);
        for (source, target) in [(&inner, "out"), (&zip, "out.zip")] {
            let run = call("package", &[text(source), text(&folder.path().join(target))]);
            assert!(run.code == 1 || run.code == 3, "{reference}: {run:?}");
            assert!(run.stderr.contains(expected), "{reference}: {run:?}");
        }
    }
    let mut left: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(
        left,
        ["hostile.zip", "inner", "secret.txt"],
        "nothing else is there"
    );

    let run = call(
        "package",
        &[text(&inner), text(&folder.path().join("kept.zip")), "--keep-urls"],
    );
    assert_eq!(run.code, 1, "a missing file is still missing: {run:?}");
}

#[test]
fn digests_are_filled_in_and_corrected() {
    let model = Copy::of(&fixture("blobs-unet2d"));
    let before = fs::read_to_string(model.path().join("rdf.yaml")).unwrap();
    let right = call("update-hashes", &[text(model.path())]);
    assert_eq!(right.code, 0, "{right:?}");
    assert!(
        right.stderr.contains("all digests are there and right"),
        "{right:?}"
    );

    let digest = before
        .lines()
        .find(|line| line.contains("sha256:"))
        .unwrap()
        .to_owned();
    model.edit(&format!("{digest}\n"), "");
    let check = call("update-hashes", &[text(model.path()), "--check"]);
    assert_eq!(check.code, 1, "{check:?}");
    let output = model.path().join("new.yaml");
    let run = call("update-hashes", &[text(model.path()), "--output", text(&output)]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(fs::read_to_string(&output).unwrap(), before, "comments and all");
    fs::remove_file(output).unwrap();
    assert_eq!(call("update-hashes", &[text(model.path())]).code, 0);
    assert_eq!(fs::read_to_string(model.path().join("rdf.yaml")).unwrap(), before);

    let wrong = digest.replace("sha256: ", "sha256: 0").trim_end().to_owned();
    model.edit(&digest, &wrong[..wrong.len() - 1]);
    let zip = model.path().join("out.zip");
    let refused = call("package", &[text(model.path()), text(&zip)]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("modelhub update-hashes"), "{refused:?}");
    assert!(!zip.exists());
    let zip = model.zip();
    let in_place = call("update-hashes", &[text(&zip)]);
    assert_eq!(in_place.code, 2, "{in_place:?}");
    assert!(in_place.stderr.contains("--output"), "{in_place:?}");
}

/// The fixture model without its ONNX weights, which lie elsewhere.
fn without_onnx() -> (Copy, tempfile::TempDir, String) {
    let model = Copy::of(&fixture("blobs-unet2d"));
    let text = fs::read_to_string(model.path().join("rdf.yaml")).unwrap();
    let (start, end) = (
        text.find("  onnx:").unwrap(),
        text.find("  torchscript:").unwrap(),
    );
    model.edit(&text[start..end], "");
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("weights.onnx");
    fs::rename(model.path().join("weights.onnx"), &file).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (model, elsewhere, file)
}

#[test]
fn weights_are_added_if_they_give_the_test_outputs() {
    let (model, elsewhere, file) = without_onnx();
    let zip = model.zip();
    let run = call(
        "add-weights",
        &[
            text(model.path()),
            &file,
            "--format",
            "onnx",
            "--parent",
            "torchscript",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let description = fs::read_to_string(model.path().join("rdf.yaml")).unwrap();
    assert!(
        description.contains("    opset_version: 17\n") && description.contains("    parent: torchscript\n"),
        "{description}"
    );
    assert_eq!(call("validate", &[text(model.path())]).code, 0);
    let twice = call("add-weights", &[text(model.path()), &file, "--format", "onnx"]);
    assert_eq!(twice.code, 2, "{twice:?}");
    assert!(twice.stderr.contains("has onnx weights already"), "{twice:?}");

    // A zip file is written anew.
    let in_place = call("add-weights", &[text(&zip), &file, "--format", "onnx"]);
    assert_eq!(in_place.code, 2, "{in_place:?}");
    let out = elsewhere.path().join("out.zip");
    let run = call(
        "add-weights",
        &[text(&zip), &file, "--format", "onnx", "--output", text(&out)],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(call("test-model", &[text(&out), "--weights", "onnx"]).code, 0);
}

#[test]
fn other_weights_are_not_added() {
    let (model, _elsewhere, file) = without_onnx();
    let before = fs::read_to_string(model.path().join("rdf.yaml")).unwrap();
    // The network of another model with the same tensors.
    fs::copy(fixture("tiling-unet-stride4").join("weights.onnx"), &file).unwrap();
    let run = call("add-weights", &[text(model.path()), &file, "--format", "onnx"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("nothing is written"), "{run:?}");
    assert_eq!(fs::read_to_string(model.path().join("rdf.yaml")).unwrap(), before);
    assert!(!model.path().join("weights.onnx").exists());

    fs::write(&file, "no network").unwrap();
    let run = call("add-weights", &[text(model.path()), &file, "--format", "onnx"]);
    assert_eq!(run.code, 3, "{run:?}");
    let run = call(
        "add-weights",
        &[
            text(model.path()),
            &file,
            "--format",
            "tensorflow_js",
            "--parent",
            "tensorflow_js",
        ],
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stderr.contains("weights-parent"), "{run:?}");
}
