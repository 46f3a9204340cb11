//! `build` and `add-weights` with files on the web.

use std::fs;

use rdf_spec::Package;

use crate::harness::{Copy, fixture, modelhub};
use crate::services::{call, world};

#[test]
fn weights_and_test_inputs_are_fetched_into_the_package() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let recipe = folder.path().join("model.toml");
    let of = |path: &str| server.url(path).to_string();
    fs::write(
        &recipe,
        format!(
            "name = 'Nuclei of cells in 2D'\ndescription = 'Finds nuclei.'\nlicense = 'MIT'\n\
             authors = [{{ name = 'Jane Doe' }}]\ncite = [{{ text = 'A paper', url = 'https://example.org' }}]\n\
             [[inputs]]\nname = 'image'\naxes = 'bcyx'\ntest = '{}'\n[[inputs.preprocessing]]\n\
             name = 'zero_mean_unit_variance'\nkwargs = {{ mode = 'per_sample', axes = 'yx', eps = 1.0e-6 }}\n\
             [[outputs]]\nname = 'probability'\naxes = 'bcyx'\ntest = '{}'\n\
             [[outputs.postprocessing]]\nname = 'sigmoid'\n[weights.onnx]\nsource = '{}'\n",
            of("/models/test_input.npy"),
            of("/models/test_output.npy"),
            of("/models/weights.onnx"),
        ),
    )
    .unwrap();
    let out = folder.path().join("built.zip");
    let arguments = ["build", recipe.to_str().unwrap(), out.to_str().unwrap()];
    let run = call(&server, &cache, &arguments);
    assert_eq!(run.code, 0, "{run:?}");
    let package = Package::open(&out).unwrap();
    assert_eq!(
        package.files().sha256("weights.onnx").unwrap(),
        package
            .model()
            .unwrap()
            .weights
            .iter()
            .next()
            .unwrap()
            .1
            .sha256
            .clone()
            .unwrap()
    );
    assert!(
        package.files().size("test_input.npy").is_ok() && package.files().size("test_output.npy").is_ok()
    );
    assert!(!package.text().contains("http://"), "{}", package.text());
    // The same without the network, and what is not in the cache is named.
    let run = call(
        &server,
        &cache,
        &[&arguments[..], &["--offline", "--force"]].concat(),
    );
    assert_eq!(run.code, 0, "{run:?}");
    let empty = folder.path().join("empty");
    let run = call(
        &server,
        &empty,
        &[&arguments[..], &["--offline", "--force"]].concat(),
    );
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("is not in the cache"), "{run:?}");
    let text = fs::read_to_string(&recipe).unwrap();
    fs::write(
        &recipe,
        text.replace("/models/weights.onnx", "/nowhere/weights.onnx"),
    )
    .unwrap();
    let run = call(&server, &cache, &[&arguments[..], &["--force"]].concat());
    assert_eq!(run.code, 3, "{run:?}");
    assert!(run.stderr.contains("there is nothing at"), "{run:?}");
}

#[test]
fn weights_at_an_address_are_added() {
    let server = world();
    let folder = tempfile::tempdir().unwrap();
    let copy = Copy::of(&fixture("blobs-unet2d"));
    fs::remove_file(copy.path().join("weights.onnx")).unwrap();
    copy.remove_lines("onnx");
    copy.remove_lines("opset_version");
    copy.remove_lines("b8aaf0814ac4ff699a");
    let address = server.url("/models/weights.onnx").to_string();
    let path = copy.path().to_str().unwrap();
    let run = call(
        &server,
        &folder.path().join("cache"),
        &[
            "add-weights",
            path,
            &address,
            "--format",
            "onnx",
            "--parent",
            "torchscript",
        ],
    );
    assert_eq!(run.code, 0, "{run:?}");
    assert!(copy.path().join("weights.onnx").is_file());
    let run = modelhub(["test-model", "--weights", "onnx", path]);
    assert_eq!(run.code, 0, "{run:?}");
}
