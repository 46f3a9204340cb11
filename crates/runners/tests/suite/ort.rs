//! What holds for onnxruntime only, or was decided for it.

use std::num::NonZeroUsize;

use ndarray::{ArrayD, IxDyn, arr1};
use runners::{
    Backend, Device, LoadErrorKind, LoadOptions, Ort, OrtLibraryError, Runner, WeightsData, WeightsFormat,
};
use tensor_ops::Tensor;

use crate::library::backend;
use crate::suite::network;

fn load(backend: &Ort, name: &str) -> Box<dyn Runner> {
    let path = network(name);
    let data = WeightsData::File(&path);
    backend
        .load(WeightsFormat::Onnx, data, &LoadOptions::default())
        .unwrap()
}

#[test]
fn the_library_says_what_it_is() {
    let Some(ort) = backend() else { return };
    assert!(ort.version().starts_with("1."), "{ort:?}");
    assert!(ort.devices().contains(&"cpu"));
    // The same one may be loaded again, another one may not.
    assert_eq!(Ort::load(ort.library()).unwrap().library(), ort.library());
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("libonnxruntime.so");
    std::fs::write(&other, "").unwrap();
    let error = Ort::load(&other).unwrap_err();
    assert!(
        matches!(error, OrtLibraryError::AnotherIsLoaded { .. }),
        "{error}"
    );
}

#[test]
fn nan_and_infinity_are_carried_through() {
    let Some(ort) = backend() else { return };
    let input = Tensor::Float32(arr1(&[f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1.5]).into_dyn());
    let outputs = load(&ort, "identity.onnx").run(&[input.view()]).unwrap();
    let Tensor::Float32(values) = &outputs[0] else {
        panic!("{outputs:?}")
    };
    assert!(values[0].is_nan());
    assert_eq!(
        values.as_slice().unwrap()[1..],
        [f32::INFINITY, f32::NEG_INFINITY, 1.5]
    );

    // Through convolutions, where it spreads and stays within reach.
    let mut image = ArrayD::<f32>::zeros(IxDyn(&[1, 1, 64, 64]));
    image[[0, 0, 32, 32]] = f32::NAN;
    let outputs = load(&ort, "unet.onnx")
        .run(&[Tensor::Float32(image).view()])
        .unwrap();
    let Tensor::Float32(classes) = &outputs[0] else {
        panic!("{outputs:?}")
    };
    assert!(classes[[0, 0, 32, 32]].is_nan() && !classes[[0, 0, 0, 0]].is_nan());
}

#[test]
fn devices_that_the_library_lacks_are_refused_with_what_has_them() {
    let Some(ort) = backend() else { return };
    let path = network("identity.onnx");
    for (device, name) in [
        (Device::Cuda { index: 0 }, "cuda"),
        (Device::CoreMl, "coreml"),
        (Device::DirectMl { index: 0 }, "directml"),
        (Device::Mps, "mps"),
    ] {
        if ort.devices().contains(&name) {
            continue;
        }
        let options = LoadOptions::default().with_device(device);
        let error = ort
            .load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
            .unwrap_err();
        assert!(
            matches!(error.kind(), LoadErrorKind::UnsupportedDevice { device: found, .. } if *found == device),
            "{error}"
        );
        assert!(error.to_string().contains("onnxruntime"), "{error}");
    }
}

#[test]
fn the_number_of_threads_is_bounded() {
    let Some(ort) = backend() else { return };
    let path = network("identity.onnx");
    let load = |threads: usize| {
        let options = LoadOptions::default().with_threads(NonZeroUsize::new(threads).unwrap());
        ort.load(WeightsFormat::Onnx, WeightsData::File(&path), &options)
    };
    assert!(load(3).is_ok());
    let error = load(LoadOptions::MAX_THREADS + 1).unwrap_err();
    assert!(
        matches!(error.kind(), LoadErrorKind::TooManyThreads { limit: 256, .. }),
        "{error}"
    );
}

#[test]
fn functions_of_the_file_are_run() {
    let Some(ort) = backend() else { return };
    let input = Tensor::Float32(arr1(&[1.0, -2.0]).into_dyn());
    let outputs = load(&ort, "function.onnx").run(&[input.view()]).unwrap();
    assert_eq!(outputs, [Tensor::Float32(arr1(&[3.0, 1.0]).into_dyn())]);
}

#[test]
fn truth_values_of_constants_have_to_be_truth_values() {
    let Some(ort) = backend() else { return };
    let path = network("wrong_bool.onnx");
    let error = ort
        .load(
            WeightsFormat::Onnx,
            WeightsData::File(&path),
            &LoadOptions::default(),
        )
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("the tensor `weight` holds truth values other than 0 and 1"),
        "{error}"
    );
}

#[test]
fn runners_run_side_by_side() {
    let Some(ort) = backend() else { return };
    let input = Tensor::Float32(ArrayD::ones(IxDyn(&[1, 1, 32, 32])));
    let expected = load(&ort, "unet.onnx").run(&[input.view()]).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut runner = load(&ort, "unet.onnx");
                for _ in 0..5 {
                    assert_eq!(runner.run(&[input.view()]).unwrap(), expected);
                }
            });
        }
    });
}

/// A field of a message that has a length.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2][..], &varint(content.len()), content].concat()
}

fn varint(mut value: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A network that adds `weights`, so large that onnxruntime maps them from a file.
fn addition(weights: &[f32]) -> Vec<u8> {
    let raw: Vec<u8> = weights.iter().flat_map(|value| value.to_le_bytes()).collect();
    let length = varint(weights.len());
    let tensor = [field(1, &length), vec![0x10, 1], field(8, b"w"), field(9, &raw)].concat();
    let port = |name: &[u8]| {
        let shape = field(2, &field(1, &[&[8][..], &length].concat()));
        field(1, name)
            .into_iter()
            .chain(field(2, &field(1, &[&[8, 1][..], &shape].concat())))
    };
    let node = [field(1, b"x"), field(1, b"w"), field(2, b"y"), field(4, b"Add")].concat();
    let graph = [
        field(1, &node),
        field(2, b"addition"),
        field(5, &tensor),
        field(11, &port(b"x").collect::<Vec<_>>()),
        field(12, &port(b"y").collect::<Vec<_>>()),
    ]
    .concat();
    [vec![8, 8], field(7, &graph), field(8, &[0x10, 17])].concat()
}

#[test]
fn large_weights_are_mapped_and_give_the_same_results() {
    let Some(ort) = backend() else { return };
    // 80 MB.
    let weights: Vec<f32> = (0..20_000_000).map(|index| (index % 1000) as f32).collect();
    let network = addition(&weights);
    let data = WeightsData::Bytes(&network);
    let mut runner = ort
        .load(WeightsFormat::Onnx, data, &LoadOptions::default())
        .unwrap();
    drop(network);
    let ones = Tensor::Float32(ArrayD::ones(IxDyn(&[weights.len()])));
    let outputs = runner.run(&[ones.view()]).unwrap();
    let Tensor::Float32(found) = &outputs[0] else {
        panic!("it is float32")
    };
    assert!(
        found
            .iter()
            .zip(&weights)
            .all(|(found, weight)| *found == weight + 1.0)
    );
}
