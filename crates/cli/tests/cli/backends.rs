//! `modelhub backends`, and the choice of a backend.

use std::path::Path;

use ndarray::ArrayD;
use ndarray_npy::read_npy;

use crate::harness::{Copy, Run, fixture, modelhub, modelhub_with};

/// The library of onnxruntime. Without it tests are skipped, unless they have to run.
fn library() -> Option<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let library = set("ORT_DYLIB_PATH");
    let required = set("CI").or_else(|| set("MODELHUB_REQUIRE_NATIVE")).is_some();
    assert!(
        library.is_some() || !required,
        "ORT_DYLIB_PATH is not set: see ci/native-libs.sh"
    );
    if library.is_none() {
        eprintln!("ORT_DYLIB_PATH is not set: skipped");
    }
    library
}

fn has_python() -> bool {
    std::process::Command::new("python3")
        .arg("--version")
        .output()
        .is_ok()
}

fn with_backends<'a>(backends: &'a str, arguments: &[&'a str]) -> Run {
    modelhub_with(&[("MODELHUB_BACKENDS", backends)], arguments)
}

#[test]
fn every_format_is_listed_with_what_runs_it_or_would() {
    let run = with_backends("tract,python", &["backends", "--output", "json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let report = run.json();
    let formats = report["formats"].as_array().unwrap();
    assert_eq!(formats.len(), 6);
    for format in formats {
        let backends = format["backends"].as_array().unwrap();
        let name = format["format"].as_str().unwrap();
        // All but PyTorch's state dicts are converted where they are not ONNX.
        if name != "pytorch_state_dict" {
            assert_eq!(format["preferred"], "tract");
            assert_eq!(backends[0]["status"], "ready");
            assert_eq!(backends[0]["devices"], serde_json::json!(["cpu"]));
        }
        if matches!(
            name,
            "pytorch_state_dict" | "keras_hdf5" | "tensorflow_saved_model_bundle"
        ) {
            let python = backends
                .iter()
                .find(|backend| backend["name"] == "python")
                .unwrap();
            assert_eq!(python["status"], "missing");
            assert_eq!(python["fix"], "allow it with --allow-code");
        }
    }
    let human = with_backends("tract,python", &["backends"]);
    assert!(human.stdout.contains("  tract ready: pure Rust"), "{human:?}");
    assert!(human.stdout.contains("  python not ready:"), "{human:?}");
}

#[test]
fn an_onnxruntime_that_is_not_there_is_told_with_how_to_get_it() {
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let empty = tempfile::tempdir().unwrap();
    let nowhere = [
        ("MODELHUB_BACKENDS", "ort,tract"),
        ("ORT_DYLIB_PATH", ""),
        ("PATH", ""),
        ("HOME", empty.path().to_str().unwrap()),
    ];
    // Another backend runs it, silently, as nothing was asked for.
    let run = modelhub_with(&nowhere, &["test-model", model]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("onnx with tract: passed"), "{run:?}");
    let run = modelhub_with(&nowhere, &["test-model", "--backend", "ort", model]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("pip install onnxruntime"), "{run:?}");
    let run = modelhub_with(&nowhere, &["backends", "--output", "json"]);
    let ort = &run.json()["formats"][1]["backends"][0];
    assert_eq!((&ort["name"], &ort["status"]), (&"ort".into(), &"missing".into()));

    // A file that was named has to be the library.
    let text = empty.path().join("libonnxruntime.so");
    std::fs::write(&text, "text").unwrap();
    for file in ["/no/such/file", text.to_str().unwrap()] {
        let run = modelhub_with(&nowhere, &["test-model", "--onnxruntime", file, model]);
        assert_eq!(run.code, 3, "{run:?}");
        assert!(run.stderr.contains(file), "{run:?}");
        assert!(run.stderr.contains("pip install onnxruntime"), "{run:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_library_that_was_found_but_is_broken_is_warned_of() {
    let model = fixture("blobs-unet2d");
    let root = tempfile::tempdir().unwrap();
    let capi = root.path().join("lib/python3.11/site-packages/onnxruntime/capi");
    std::fs::create_dir_all(&capi).unwrap();
    std::fs::write(capi.join("libonnxruntime.so.1.32.0"), "text").unwrap();
    std::fs::create_dir_all(root.path().join("bin")).unwrap();
    let interpreter = root.path().join("bin/python3");
    std::fs::write(&interpreter, "").unwrap();
    let run = modelhub_with(
        &[
            ("MODELHUB_BACKENDS", "ort,tract"),
            ("ORT_DYLIB_PATH", ""),
            ("HOME", ""),
            ("MODELHUB_PYTHON", interpreter.to_str().unwrap()),
        ],
        &["test-model", model.to_str().unwrap()],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("onnx with tract: passed"), "{run:?}");
    assert!(
        run.stderr.contains("warning: the backend ort is not used"),
        "{run:?}"
    );
}

#[test]
fn onnxruntime_is_preferred_where_it_is_and_all_backends_make_a_table() {
    let Some(library) = library() else { return };
    for name in ["blobs-unet2d", "two-channels-two-outputs"] {
        let model = fixture(name);
        let model = model.to_str().unwrap();
        let variables = [
            ("MODELHUB_BACKENDS", "ort,tract,python"),
            ("ORT_DYLIB_PATH", library.as_str()),
        ];
        let run = modelhub_with(&variables, &["test-model", "--threads", "1", model]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(run.stdout.contains("onnx with ort: passed"), "{run:?}");
        assert!(!run.stdout.contains("with tract"), "{run:?}");

        let run = modelhub_with(&variables, &["test-model", "--all-backends", model]);
        assert_eq!(run.code, 0, "{run:?}");
        let row = run
            .stdout
            .lines()
            .find(|line| line.starts_with("onnx  "))
            .unwrap();
        assert_eq!(
            row.split_whitespace().collect::<Vec<_>>(),
            ["onnx", "passed", "passed"]
        );
        let run = modelhub_with(&variables, &["test-model", "--backend", "tract", model]);
        assert!(run.stdout.contains("onnx with tract: passed"), "{run:?}");
    }
}

/// An interpreter that is allowed is asked which libraries it has: here a stand-in for PyTorch, and no TensorFlow.
#[cfg(unix)]
#[test]
fn each_format_of_python_is_listed_with_the_library_that_it_needs() {
    if !has_python() {
        return;
    }
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
    let folder = tempfile::tempdir().unwrap();
    // Of an interpreter without packages.
    let bare = folder.path().join("python3");
    std::fs::write(&bare, "#!/bin/sh\nexec python3 -S \"$@\"\n").unwrap();
    let mut permissions = std::fs::metadata(&bare).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&bare, permissions).unwrap();
    let run = modelhub_with(
        &[
            ("MODELHUB_BACKENDS", "python"),
            ("PYTHONPATH", stand_in.to_str().unwrap()),
        ],
        &[
            "backends",
            "--allow-code",
            "--python",
            bare.to_str().unwrap(),
            "--output",
            "json",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let report = run.json();
    for (format, status, fix) in [
        ("pytorch_state_dict", "ready", None),
        ("keras_hdf5", "missing", Some("-m pip install tensorflow`")),
        (
            "tensorflow_saved_model_bundle",
            "missing",
            Some("-m pip install tensorflow`"),
        ),
    ] {
        let formats = report["formats"].as_array().unwrap();
        let row = formats.iter().find(|row| row["format"] == format).unwrap();
        assert_eq!(row["backends"][0]["status"], status, "{row}");
        let found = row["backends"][0]["fix"].as_str();
        assert_eq!(found.is_some(), fix.is_some(), "{row}");
        assert!(fix.is_none_or(|fix| found.unwrap().ends_with(fix)), "{row}");
    }
}

/// In a build with libtorch it runs TorchScript, beside onnxruntime and preferred less.
#[cfg(feature = "tch")]
#[test]
fn libtorch_runs_torchscript() {
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let run = with_backends("tch", &["test-model", "--weights", "torchscript", model]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("torchscript with tch: passed"), "{run:?}");
    let run = with_backends(
        "tch",
        &["test-model", "--backend", "tch", "--weights", "onnx", model],
    );
    assert_eq!(run.code, 2, "{run:?}");
    let run = with_backends("tch", &["inspect", model]);
    assert!(run.stdout.contains("runs with tch"), "{run:?}");
    let run = with_backends(
        "tch",
        &["test-model", "--backend", "tch", "--device", "cuda:7", model],
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(
        run.stdout.contains("tch does not compute on the device cuda:7"),
        "{run:?}"
    );
    let Some(library) = library() else { return };
    let run = modelhub_with(
        &[
            ("MODELHUB_BACKENDS", "ort,tch"),
            ("ORT_DYLIB_PATH", library.as_str()),
        ],
        &["test-model", "--all-backends", model],
    );
    assert_eq!(run.code, 0, "{run:?}");
    let cells = |format: &str| {
        let row = run.stdout.lines().find(|line| line.starts_with(format)).unwrap();
        row.split_whitespace()
            .skip(1)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    assert_eq!(cells("onnx  "), ["passed", "-"]);
    assert_eq!(cells("torchscript  "), ["passed", "passed"]);
}

#[test]
fn the_variable_and_the_device_have_to_make_sense() {
    let model = fixture("blobs-unet2d");
    let model = model.to_str().unwrap();
    let run = with_backends("tract,torch", &["test-model", model]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("MODELHUB_BACKENDS names `torch`"), "{run:?}");
    let run = with_backends("tract", &["test-model", "--device", "gpu", model]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("`gpu` is no device"), "{run:?}");
    let run = with_backends(
        "tract",
        &["test-model", "--backend", "tract", "--device", "cuda", model],
    );
    assert_eq!(run.code, 2, "{run:?}");
    assert!(
        run.stderr
            .contains("it does not compute on the device cuda:0; use --device cpu"),
        "{run:?}"
    );
}

/// The fixture with weights that are Python source: a network that doubles its input.
fn with_python_source() -> Copy {
    let copy = Copy::of(&fixture("blobs-unet2d"));
    let runners = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
    let source = std::fs::read(runners.join("network.py")).unwrap();
    let digest = rdf_spec::Sha256::of(&mut source.as_slice()).unwrap();
    std::fs::write(copy.path().join("network.py"), source).unwrap();
    std::fs::write(copy.path().join("state.pt"), "weights").unwrap();
    copy.edit(
        "weights:\n",
        &format!(
            "weights:\n  pytorch_state_dict:\n    source: state.pt\n    architecture: network.py:Network\n    \
             architecture_sha256: {digest}\n"
        ),
    );
    copy
}

#[test]
fn python_source_runs_only_where_that_is_allowed() {
    if !has_python() {
        return;
    }
    let copy = with_python_source();
    let model = copy.path().to_str().unwrap();
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
    let variables = [
        ("MODELHUB_BACKENDS", "tract,python"),
        ("PYTHONPATH", stand_in.to_str().unwrap()),
        ("PYTHONDONTWRITEBYTECODE", "1"),
    ];
    let run = modelhub_with(&variables, &["test-model", "--backend", "python", model]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stderr.contains("allow it with --allow-code"), "{run:?}");
    let run = modelhub_with(&variables, &["test-model", model]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.contains("pytorch_state_dict: unsupported"), "{run:?}");
    assert!(run.stderr.contains("--allow-code runs it"), "{run:?}");
    let run = modelhub_with(
        &variables,
        &["test-model", "--weights", "pytorch_state_dict", model],
    );
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("use --allow-code"), "{run:?}");

    let output = copy.path().join("doubled.npy");
    let input = copy.path().join("test_input.npy");
    let predict = |extra: &[&str]| {
        let mut arguments = vec![
            "predict",
            model,
            "--input",
            input.to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
            "--weights",
            "pytorch_state_dict",
            "--allow-code",
        ];
        arguments.extend(extra);
        modelhub_with(&variables, &arguments)
    };
    let run = predict(&[]);
    assert_eq!(run.code, 0, "{run:?}");
    let doubled: ArrayD<f32> = read_npy(&output).unwrap();
    let image: ArrayD<f32> = read_npy(&input).unwrap();
    assert_eq!(doubled.shape(), image.shape());

    // Neither another file than the described one runs, nor one without a digest.
    std::fs::write(copy.path().join("network.py"), "raise SystemExit\n").unwrap();
    let run = predict(&["--overwrite"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr
            .contains("the source `network.py` has the SHA-256 digest"),
        "{run:?}"
    );
    copy.remove_lines("architecture_sha256:");
    let run = predict(&["--overwrite"]);
    assert_eq!(run.code, 3, "{run:?}");
    assert!(
        run.stderr
            .contains("states no SHA-256 digest of the source `network.py`"),
        "{run:?}"
    );
}

#[test]
fn a_failure_in_python_comes_with_its_traceback() {
    if !has_python() {
        return;
    }
    let copy = with_python_source();
    copy.edit(
        "architecture: network.py:Network\n",
        "architecture: network.py:Network\n    kwargs: {mode: fail at once}\n",
    );
    let stand_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runners/src/python/tests");
    let run = modelhub_with(
        &[
            ("MODELHUB_BACKENDS", "python"),
            ("PYTHONPATH", stand_in.to_str().unwrap()),
        ],
        &["test-model", "--allow-code", copy.path().to_str().unwrap()],
    );
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("ValueError: made to fail"), "{run:?}");
    assert!(run.stdout.contains("File \"network.py\", line"), "{run:?}");
    let unknown = modelhub(["backends", "--no-such-option"]);
    assert_eq!(unknown.code, 2);
}
